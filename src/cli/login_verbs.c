/* curfew login, curfew logout: an administrator's login at a server, kept for later verbs. */
#include "cli/ask.h"
#include "cli/change.h"
#include "cli/login.h"
#include "cli/verbs.h"

static struct str who_is(const struct login *login)
{
	return login->username.n ? login->username : login->client;
}

enum error_code cli_login(struct cli_call *call, struct why *reterr_why)
{
	struct login login;
	if (!login_server(call).n)
		return error_because(reterr_why, ERROR_USAGE,
			"--server is needed; the server that has the data folder here asks for no login");
	enum error_code code = ask_open(call, reterr_why);
	if (code == OK)
		code = login_new(call, &login, reterr_why);
	if (code == OK)
		code = logins_keep(call, &login, reterr_why);
	if (code == OK)
		change_said(call, "server", login.server,
			"signed in at %.*s as %.*s; curfew logout ends it\n"
			"verbs use it with --server %.*s, or where CURFEW_SERVER says that\n",
			STR_ARG(login.server), STR_ARG(call_clean(call, who_is(&login))),
			STR_ARG(login.server));
	return code;
}

enum error_code cli_logout(struct cli_call *call, struct why *reterr_why)
{
	struct login *login = NULL;
	struct str server = login_server(call);
	while (str_ends(server, STR("/")))
		server.n--;
	enum error_code code = logins_find(call, server, &login, reterr_why);
	if (code != OK)
		return code;
	if (!login)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "there is no login%s%.*s",
			server.n ? " at " : "; or several: then name the server by --server",
			STR_ARG(call_clean(call, server)));
	call->arguments.given[FLAG_SERVER] = true;
	call->arguments.values[FLAG_SERVER] = login->server;
	code = ask_open(call, reterr_why);
	if (code == OK)
		code = login_end(call, login, reterr_why);
	/* Whether the server heard it or not, nobody uses it from here any more. */
	enum error_code forgotten = logins_forget(call, login->server, reterr_why);
	if (code == OK)
		code = forgotten;
	if (code == OK)
		change_said(call, "server", login->server, "signed out at %.*s\n",
			STR_ARG(login->server));
	return code;
}

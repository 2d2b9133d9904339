/* --server: an administrator's token; see login.h. */
#include "cli/login.h"

#include <limits.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/url.h"
#include "cli/ask.h"
#include "cli/password.h"

/* How long before its end a token is no longer used, and how long one is when nobody says. */
enum { SPARE_MS = 10000, TOKEN_MS = 60000, ANSWER_MS = 60000 };

struct str login_server(const struct cli_call *call)
{
	const char *server = getenv("CURFEW_SERVER");
	if (call_given(call, FLAG_SERVER))
		return call_value(call, FLAG_SERVER);
	if (!server || !(call->arguments.verb->flags & FLAG(SERVER)) ||
		call_given(call, FLAG_DATA) || call_given(call, FLAG_DB) ||
		call_given(call, FLAG_CONFIG))
		return STR("");
	return str_from(server);
}

enum error_code login_base(struct cli_call *call, struct why *reterr_why)
{
	struct url url;
	struct str text = login_server(call);
	enum error_code code = url_parse(text, &url, reterr_why);
	if (code != OK || !(url.is_http || url.is_https) || url.has_userinfo || url.has_query ||
		url.has_fragment)
		return error_because(reterr_why, ERROR_USAGE,
			"--server: '%.*s' is not a URL such as https://sso.example.org",
			STR_ARG(str_take(text, 200)));
	if (url.is_http && !url_host_is_loopback(&url))
		return error_because(reterr_why, ERROR_USAGE,
			"--server: plain http to another machine would show the password to "
			"everybody on the way; use https");
	while (str_ends(text, STR("/")))
		text.n--;
	call->base = text;
	return logins_find(call, text, &call->login, reterr_why);
}

/* ---- requests ---- */

static void add(struct text *form, const char *name, struct str value)
{
	text_addf(form, "%s%s=", form->n ? "&" : "", name);
	text_add_percent(form, value);
}

/* A form to an endpoint of the login's realm. */
static enum error_code post(struct cli_call *call, const struct login *login, const char *endpoint,
	struct text *form, struct client_result *ret_result, struct why *reterr_why)
{
	struct str path = ask_path(
		call->arena, "/realms/{}/protocol/openid-connect/", login->realm, STR(""));
	const struct client_request request = {
		.method = STR("POST"),
		.url = arena_join(call->arena, login->server, path, str_from(endpoint)),
		.content_type = STR("application/x-www-form-urlencoded"),
		.body = text_str(form),
		.policy = CLIENT_POLICY_ANY,
		.total_timeout_ms = ANSWER_MS,
	};
	enum error_code code =
		client_send_wait(call->client, &request, call->arena, ret_result, reterr_why);
	if (code == OK && ret_result->outcome != CLIENT_ANSWERED)
		code = error_because(reterr_why, ERROR_NETWORK_FAILED, "%.*s",
			STR_ARG(call_clean(call, ret_result->reason)));
	return code;
}

static int64_t until(const struct json_node *json, const char *member, int64_t otherwise_ms)
{
	int64_t seconds = ask_int(json, member);
	if (!seconds && !otherwise_ms)
		return 0;
	return clock_wall_ms() + (seconds ? seconds * 1000 : otherwise_ms);
}

static enum error_code get_tokens(
	struct cli_call *call, struct login *login, struct text *form, struct why *reterr_why)
{
	struct client_result result;
	struct json_node *json = NULL;
	enum error_code code = post(call, login, "token", form, &result, reterr_why);
	if (code != OK)
		return code;
	bool good = json_tree_read(call->arena, result.body, &json, NULL) == OK &&
		json->kind == JSON_NODE_OBJECT;
	struct str token = good ? ask_text(json, "access_token") : STR("");
	if (result.http_status == 200 && token.n) {
		login->access = arena_str(call->kept, token);
		login->access_until_ms = until(json, "expires_in", TOKEN_MS);
		login->refresh = arena_str(call->kept, ask_text(json, "refresh_token"));
		login->refresh_until_ms = until(json, "refresh_expires_in", 0);
		return OK;
	}
	struct str words = good ? ask_text(json, "error_description") : STR("");
	return error_because(reterr_why, ERROR_FORBIDDEN,
		"no token for the administrator: HTTP %d%s%.*s", result.http_status,
		words.n ? ": " : "", STR_ARG(call_clean(call, words)));
}

/* ---- logins ---- */

static enum error_code by_secret(
	struct cli_call *call, struct login *login, struct why *reterr_why)
{
	struct str secret;
	struct text form = text_new(call->arena, 0);
	enum error_code code = password_of_file(call, login->secret_file, &secret, reterr_why);
	if (code != OK)
		return code;
	add(&form, "grant_type", STR("client_credentials"));
	add(&form, "client_id", login->client);
	add(&form, "client_secret", secret);
	return get_tokens(call, login, &form, reterr_why);
}

static enum error_code by_password(
	struct cli_call *call, struct login *login, struct str password, struct why *reterr_why)
{
	struct text form = text_new(call->arena, 0);
	add(&form, "grant_type", STR("password"));
	add(&form, "client_id", login->client);
	add(&form, "username", login->username);
	add(&form, "password", password);
	return get_tokens(call, login, &form, reterr_why);
}

static struct login login_of_flags(struct cli_call *call)
{
	struct str admin = call_value(call, FLAG_ADMIN), home = call_value(call, FLAG_HOME);
	return (struct login){
		.server = call->base,
		.realm = home.n ? home : STR("master"),
		.client = STR("admin-cli"),
		.username = admin.n ? admin : STR("admin"),
	};
}

/* A kept login is for every folder that a verb may be run in. */
static struct str absolute(struct cli_call *call, struct str path)
{
	char *found = path.n ? realpath(arena_z(call->arena, path), NULL) : NULL;
	struct str copy = found ? arena_str(call->arena, str_from(found)) : path;
	free(found);
	return copy;
}

enum error_code login_new(
	struct cli_call *call, struct login *ret_login, struct why *reterr_why)
{
	struct str password;
	const char *typed = getenv("CURFEW_ADMIN_PASSWORD");
	enum error_code code;
	struct login login = login_of_flags(call);
	bool client = call_given(call, FLAG_CLIENT), file = call_given(call, FLAG_SECRET_FILE);
	if (client != file)
		return error_because(reterr_why, ERROR_USAGE,
			"--client and --secret-file go together");
	login.ca_file = absolute(call, call_value(call, FLAG_CA_FILE));
	if (client) {
		login.client = call_value(call, FLAG_CLIENT);
		login.username = STR("");
		login.secret_file = absolute(call, call_value(call, FLAG_SECRET_FILE));
		code = by_secret(call, &login, reterr_why);
	} else {
		password = str_from(typed);
		code = OK;
		if (!password.n || password_given(call))
			code = password_take(call, "Password: ",
				"the administrator's password: use --password-file or set "
				"CURFEW_ADMIN_PASSWORD (there is no terminal to ask for it)",
				&password, reterr_why);
		if (code == OK)
			code = by_password(call, &login, password, reterr_why);
	}
	if (code == OK)
		*ret_login = login;
	return code;
}

enum error_code login_end(
	struct cli_call *call, const struct login *login, struct why *reterr_why)
{
	struct client_result result;
	struct text form = text_new(call->arena, 0);
	/* A program's login has no session: its token ends by itself. */
	if (!login->refresh.n)
		return OK;
	add(&form, "client_id", login->client);
	add(&form, "refresh_token", login->refresh);
	return post(call, login, "logout", &form, &result, reterr_why);
}

static enum error_code renew(struct cli_call *call, struct login *login, struct why *reterr_why)
{
	struct text form = text_new(call->arena, 0);
	struct why inner = { "" };
	if (login->secret_file.n)
		return by_secret(call, login, reterr_why);
	add(&form, "grant_type", STR("refresh_token"));
	add(&form, "client_id", login->client);
	add(&form, "refresh_token", login->refresh);
	enum error_code code = get_tokens(call, login, &form, &inner);
	if (code == ERROR_FORBIDDEN)
		return error_because(reterr_why, code,
			"the login at %.*s has ended; use curfew login --server %.*s",
			STR_ARG(login->server), STR_ARG(login->server));
	return code == OK ? OK : error_because(reterr_why, code, "%s", inner.text);
}

static enum error_code use_kept(struct cli_call *call, struct login *login, struct why *reterr_why)
{
	enum error_code code = OK;
	if (clock_wall_ms() > login->access_until_ms - SPARE_MS) {
		code = renew(call, login, reterr_why);
		if (code == OK)
			code = logins_keep(call, login, reterr_why);
	}
	if (code == OK)
		call->token = login->access;
	return code;
}

static enum error_code use_password(struct cli_call *call, struct why *reterr_why)
{
	struct login login = login_of_flags(call);
	const char *typed = getenv("CURFEW_ADMIN_PASSWORD");
	enum error_code code = OK;
	if (!call->password.n && typed)
		call->password = str_from(typed);
	if (!call->password.n)
		code = password_take(call, "Password: ",
			"the administrator's password: use curfew login, or set "
			"CURFEW_ADMIN_PASSWORD (there is no terminal to ask for it)",
			&call->password, reterr_why);
	if (code == OK)
		code = by_password(call, &login, call->password, reterr_why);
	if (code == OK)
		call->token = login.access;
	return code;
}

enum error_code login_token(struct cli_call *call, struct why *reterr_why)
{
	const char *typed = getenv("CURFEW_ADMIN_PASSWORD");
	bool password = (typed && typed[0]) || call_given(call, FLAG_ADMIN);
	if (call->login && !password)
		return use_kept(call, call->login, reterr_why);
	/* Whatever the server says of its life: half a minute is enough for most verbs. */
	if (call->token.n && clock_mono_ms() < call->token_until_ms)
		return OK;
	call->token_until_ms = clock_mono_ms() + TOKEN_MS / 2;
	return use_password(call, reterr_why);
}

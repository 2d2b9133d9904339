/* curfew user set-password. */
#include "cli/change.h"
#include "cli/password.h"
#include "cli/verbs.h"

enum error_code cli_user_set_password(struct cli_call *call, struct why *reterr_why)
{
	struct found user;
	struct json_node *credential;
	enum error_code code = resource_named(call, &resources[RESOURCE_USER],
		call->arguments.operands[0], &user, reterr_why);
	if (code == OK)
		code = password_credential(call, &credential, reterr_why);
	if (code == OK)
		code = change_do(call, "PUT",
			arena_join(call->arena, user.path, STR("/reset-password"), STR("")),
			credential, reterr_why);
	if (code == OK)
		change_said(call, "id", user.id, "%.*s has a new password%s\n",
			STR_ARG(resource_words(
				call, &resources[RESOURCE_USER], user.realm, user.name)),
			call_given(call, FLAG_TEMPORARY) ? ", to be changed at the next sign-in"
							 : "");
	return code;
}

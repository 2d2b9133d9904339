/* curfew user logout: all sessions of one user end, offline ones too. */
#include "cli/ask.h"
#include "cli/verbs.h"
#include "cli/who.h"

enum error_code cli_user_logout(struct cli_call *call, struct why *reterr_why)
{
	struct who who;
	enum error_code code = who_find(call, call->arguments.operands[0], &who, reterr_why);
	if (code == OK)
		code = ask_do(call, "POST",
			ask_path(
				call->arena, "/admin/realms/{}/users/{}/logout", who.realm, who.id),
			NULL, reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON)) {
		struct json_node *json = json_node_object(call->arena);
		json_node_put(json, STR("realm"), json_node_text(call->arena, who.realm));
		json_node_put(json, STR("username"), json_node_text(call->arena, who.username));
		json_node_put(json, STR("userId"), json_node_text(call->arena, who.id));
		call_json(call, json);
	} else {
		call_print(call,
			"%.*s is signed out of realm %.*s; curfew signout show tells who was told\n",
			STR_ARG(call_clean(call, who.username)),
			STR_ARG(call_clean(call, who.realm)));
	}
	return OK;
}

/* curfew realm delete: everybody is signed out and told, then the realm is gone. */
#include "cli/ask.h"
#include "cli/verbs.h"

enum error_code cli_realm_delete(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *realm;
	struct str name = call->arguments.operands[0];
	struct str path = ask_path(call->arena, "/admin/realms/{}", name, STR(""));
	struct str shown = call_clean(call, str_take(name, 100));
	/* Both to find out that it is there and to say so before anything happens. */
	enum error_code code = ask_get(call, path, &realm, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND)
		return error_because(reterr_why, code, "there is no realm %.*s", STR_ARG(shown));
	if (code == OK && !call_given(call, FLAG_YES))
		return error_because(reterr_why, ERROR_USAGE,
			"this would sign everybody out of realm %.*s and delete it, with its users; "
			"--yes does it",
			STR_ARG(shown));
	if (code == OK)
		code = ask_do(call, "DELETE", path, NULL, reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON)) {
		struct json_node *json = json_node_object(call->arena);
		json_node_put(json, STR("deleted"), json_node_text(call->arena, name));
		call_json(call, json);
	} else {
		call_print(call, "realm %.*s is deleted\n", STR_ARG(shown));
	}
	return OK;
}

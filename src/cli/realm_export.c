/* curfew realm export: the realm with its secrets, so a file is made for its owner alone. */
#include "cli/ask.h"
#include "cli/file.h"
#include "cli/verbs.h"

enum error_code cli_realm_export(struct cli_call *call, struct why *reterr_why)
{
	struct ask_answer answer;
	struct str name = call->arguments.operands[0], out = call_value(call, FLAG_OUT);
	struct str path = ask_path(call->arena, "/admin/realms/{}/export", name, STR(""));
	struct ask_request request = { .method = "GET", .path = path, .raw = true };
	if (call_given(call, FLAG_NO_USERS))
		request.path = ask_with(call->arena, path, "users", STR("skip"));
	enum error_code code = ask(call, &request, &answer, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND)
		return error_because(reterr_why, code, "there is no realm %.*s",
			STR_ARG(call_clean(call, str_take(name, 100))));
	if (code != OK)
		return code;
	if (!out.n || str_eq_z(out, "-")) {
		call_write(call, answer.body);
		call_write(call, STR("\n"));
		return OK;
	}
	code = file_write_private(call, out, answer.body, reterr_why);
	if (code == OK)
		call_note(call, "realm %.*s is in %.*s, with its keys and secrets\n",
			STR_ARG(call_clean(call, str_take(name, 100))),
			STR_ARG(call_clean(call, out)));
	return code;
}

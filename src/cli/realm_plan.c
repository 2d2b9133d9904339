/* curfew realm plan, realm apply: what a file would change of a realm, and doing it. */
#include "cli/ask.h"
#include "cli/realm_files.h"
#include "cli/verbs.h"

static bool is_empty(const struct json_node *answer)
{
	return !ask_int(answer, "added") && !ask_int(answer, "changed") && !ask_int(answer, "removed");
}

static enum error_code send(struct cli_call *call, const struct realm_files *realm, bool apply,
			    struct json_node **ret_answer, struct why *reterr_why)
{
	struct str path = STR("/admin/local/plan");
	if (call_given(call, FLAG_PRUNE))
		path = ask_with(call->arena, path, "prune", STR("true"));
	if (apply)
		path = ask_with(call->arena, path, "apply", STR("true"));
	return realm_files_send(call, realm, apply ? "apply" : "plan", path, ret_answer, reterr_why);
}

static void show(struct cli_call *call, const struct json_node *answer)
{
	if (call_given(call, FLAG_JSON))
		call_json(call, answer);
	else
		realm_files_print(call, answer, true);
}

/* All files and folders named are one realm. */
static enum error_code find_one(struct cli_call *call, struct realm_files **ret_realm, struct why *reterr_why)
{
	size_t n;
	enum error_code code = realm_files_find(call, call->arguments.operands, call->arguments.n, true, ret_realm, &n,
						reterr_why);
	if (code == OK && n != 1)
		return error_because(reterr_why, ERROR_USAGE, "one realm at a time: these are %zu", n);
	return code == OK ? ask_open(call, reterr_why) : code;
}

enum error_code cli_realm_plan(struct cli_call *call, struct why *reterr_why)
{
	struct realm_files *realm;
	struct json_node *answer;
	enum error_code code = find_one(call, &realm, reterr_why);
	if (code == OK)
		code = send(call, realm, false, &answer, reterr_why);
	if (code != OK)
		return code;
	show(call, answer);
	call->differs = !is_empty(answer);
	return OK;
}

enum error_code cli_realm_apply(struct cli_call *call, struct why *reterr_why)
{
	struct realm_files *realm;
	struct json_node *answer;
	bool yes = call_given(call, FLAG_YES);
	enum error_code code = find_one(call, &realm, reterr_why);
	if (code == OK)
		code = send(call, realm, yes, &answer, reterr_why);
	if (code != OK)
		return code;
	show(call, answer);
	if (yes || is_empty(answer))
		return OK;
	return error_because(reterr_why, ERROR_USAGE, "this is what would be done; --yes does it");
}

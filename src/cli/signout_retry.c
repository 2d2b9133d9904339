/* curfew signout retry: what waits for its next attempt is tried at once. */
#include "cli/ask.h"
#include "cli/verbs.h"

enum error_code cli_signout_retry(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *json;
	struct str realm;
	enum error_code code = ask_where_it_is(call, "POST", "/admin/realms/{}/signouts/{}/retry",
		call->arguments.operands[0], "sign-out", &realm, &json, reterr_why);
	if (code != OK)
		return code;
	int64_t n = ask_int(json, "hurried");
	if (call_given(call, FLAG_JSON))
		call_json(call, json);
	else if (n)
		call_print(call, "%lld %s tried at once\n", (long long)n,
			n == 1 ? "notice is" : "notices are");
	else
		call_write(call, STR("no notice of it waits\n"));
	return OK;
}

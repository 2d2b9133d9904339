/* curfew signout show: the receipt of one sign-out, application by application. */
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/newest.h"
#include "cli/receipt.h"
#include "cli/verbs.h"

static enum error_code find_newest(
	struct cli_call *call, struct json_node **ret_signout, struct why *reterr_why)
{
	struct json_node *list;
	struct str query =
		ask_with(call->arena, STR("?max=1"), "user", call_value(call, FLAG_USER));
	enum error_code code =
		ask_lists(call, "/admin/realms/{}/signouts", query, &list, reterr_why);
	if (code != OK)
		return code;
	newest_first(list, 1);
	if (!list->n)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "there is no sign-out yet");
	*ret_signout = list->items[0];
	return OK;
}

enum error_code cli_signout_show(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *signout;
	struct str realm;
	enum error_code code;
	if (call->arguments.n && (call_given(call, FLAG_LAST) || call_given(call, FLAG_USER)))
		return error_because(reterr_why, ERROR_USAGE, "either an ID, or --last and --user");
	if (call->arguments.n)
		code = ask_where_it_is(call, "GET", "/admin/realms/{}/signouts/{}",
			call->arguments.operands[0], "sign-out", &realm, &signout, reterr_why);
	else
		code = find_newest(call, &signout, reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON))
		call_json(call, signout);
	else
		call_write(call, receipt_text(call->arena, signout, clock_wall_ms()));
	return OK;
}

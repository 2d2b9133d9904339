/* Which sign-out a verb means; see signout_find.h. */
#include "cli/signout_find.h"

#include "cli/ask.h"
#include "cli/newest.h"

static enum error_code find_newest(
	struct cli_call *call, struct json_node **ret_signout, struct why *reterr_why)
{
	struct json_node *list;
	struct str user = call_value(call, FLAG_USER);
	struct str query = ask_with(call->arena, STR("?max=1"), "user", user);
	enum error_code code =
		ask_lists(call, "/admin/realms/{}/signouts", query, &list, reterr_why);
	if (code != OK)
		return code;
	newest_first(list, 1);
	if (!list->n)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "there is no sign-out%s%.*s yet",
			user.n ? " of " : "", STR_ARG(call_clean(call, user)));
	*ret_signout = list->items[0];
	return OK;
}

enum error_code signout_find(
	struct cli_call *call, struct json_node **ret_signout, struct why *reterr_why)
{
	struct str realm;
	if (call->arguments.n && (call_given(call, FLAG_LAST) || call_given(call, FLAG_USER)))
		return error_because(reterr_why, ERROR_USAGE, "either an ID, or --last and --user");
	if (!call->arguments.n)
		return find_newest(call, ret_signout, reterr_why);
	return ask_where_it_is(call, "GET", "/admin/realms/{}/signouts/{}",
		call->arguments.operands[0], "sign-out", &realm, ret_signout, reterr_why);
}

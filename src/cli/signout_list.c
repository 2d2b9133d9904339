/* curfew signout list: receipts, a line each. */
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/newest.h"
#include "cli/receipt.h"
#include "cli/verbs.h"

static void print(struct cli_call *call, const struct json_node *list)
{
	static const char *const headings[] = { "TIME", "REALM", "USER", "HOW", "APPLICATIONS",
		"ID", NULL };
	struct grid grid = grid_new(call->arena, headings);
	for (size_t i = 0; i < list->n; i++) {
		const struct json_node *signout = list->items[i];
		struct str username = ask_text(signout, "username");
		grid_add_time(&grid, ask_int(signout, "time"));
		grid_add(&grid, ask_text(signout, "realm"));
		grid_add(&grid, username.n ? username : ask_text(signout, "userId"));
		grid_add(&grid, ask_text(signout, "doorText"));
		grid_add(&grid, receipt_states(call->arena, signout));
		grid_add(&grid, ask_text(signout, "id"));
	}
	call_write(call, grid_text(&grid, 0));
}

enum error_code cli_signout_list(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *list;
	int64_t max, since_ms = 0;
	enum error_code code = arguments_max(&call->arguments, 100, &max, reterr_why);
	if (code == OK)
		code = arguments_since(&call->arguments, clock_wall_ms(), &since_ms, reterr_why);
	if (code != OK)
		return code;
	struct str query = ask_with_int(call->arena, STR(""), "max", max);
	query = ask_with(call->arena, query, "user", call_value(call, FLAG_USER));
	query = ask_with(call->arena, query, "client", call_value(call, FLAG_CLIENT));
	query = ask_with(call->arena, query, "state", call_value(call, FLAG_STATE));
	query = ask_with(call->arena, query, "door", call_value(call, FLAG_DOOR));
	query = ask_with(call->arena, query, "order", call_value(call, FLAG_ORDER));
	if (since_ms)
		query = ask_with_int(call->arena, query, "since", since_ms);
	code = ask_lists(call, "/admin/realms/{}/signouts", query, &list, reterr_why);
	if (code != OK)
		return code;
	newest_first(list, (size_t)max);
	if (call_given(call, FLAG_JSON)) {
		call_json(call, list);
		return OK;
	}
	print(call, list);
	call_cut(call, list->n, max);
	return OK;
}

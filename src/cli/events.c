/* curfew events: who signed in and out, and what was refused. */
#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/newest.h"
#include "cli/verbs.h"
#include "cli/who.h"

static void print(struct cli_call *call, const struct json_node *list)
{
	static const char *const headings[] = { "TIME", "REALM", "TYPE", "APPLICATION", "USER",
		"FROM", "ERROR", NULL };
	struct grid grid = grid_new(call->arena, headings);
	for (size_t i = 0; i < list->n; i++) {
		const struct json_node *event = list->items[i];
		const struct json_node *details = json_node_find(event, STR("details"));
		struct str username = ask_text(details, "username");
		grid_add_time(&grid, ask_int(event, "time"));
		grid_add(&grid, ask_text(event, "realm"));
		grid_add(&grid, ask_text(event, "type"));
		grid_add(&grid, ask_text(event, "clientId"));
		grid_add(&grid, username.n ? username : ask_text(event, "userId"));
		grid_add(&grid, ask_text(event, "ipAddress"));
		grid_add(&grid, ask_text(event, "error"));
	}
	call_write(call, grid_text(&grid, 0));
}

enum error_code cli_events(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *list;
	struct who who = { 0 };
	int64_t max;
	enum error_code code = arguments_max(&call->arguments, 100, &max, reterr_why);
	if (code == OK && call_given(call, FLAG_USER))
		code = who_find(call, call_value(call, FLAG_USER), &who, reterr_why);
	if (code != OK)
		return code;
	struct str query = ask_with_int(call->arena, STR(""), "max", max);
	query = ask_with(call->arena, query, "type", call_value(call, FLAG_TYPE));
	query = ask_with(call->arena, query, "client", call_value(call, FLAG_CLIENT));
	query = ask_with(call->arena, query, "user", who.id);
	code = ask_lists(call, "/admin/realms/{}/events", query, &list, reterr_why);
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

/* curfew events: who signed in and out, and what was refused. */
#include "cli/events.h"

#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/newest.h"
#include "cli/verbs.h"
#include "cli/who.h"

struct str events_user(const struct json_node *event)
{
	struct str username = ask_text(json_node_find(event, STR("details")), "username");
	return username.n ? username : ask_text(event, "userId");
}

static void print(struct cli_call *call, const struct json_node *list)
{
	static const char *const headings[] = { "TIME", "REALM", "TYPE", "APPLICATION", "USER",
		"FROM", "ERROR", NULL };
	struct grid grid = grid_new(call->arena, headings);
	for (size_t i = 0; i < list->n; i++) {
		const struct json_node *event = list->items[i];
		grid_add_time(&grid, ask_int(event, "time"));
		grid_add(&grid, ask_text(event, "realm"));
		grid_add(&grid, ask_text(event, "type"));
		grid_add(&grid, ask_text(event, "clientId"));
		grid_add(&grid, events_user(event));
		grid_add(&grid, ask_text(event, "ipAddress"));
		grid_add(&grid, ask_text(event, "error"));
	}
	call_write(call, grid_text(&grid, 0));
}

enum error_code events_query(
	struct cli_call *call, int64_t max, struct str *ret_query, struct why *reterr_why)
{
	struct who who = { 0 };
	enum error_code code = OK;
	if (call_given(call, FLAG_USER))
		code = who_find(call, call_value(call, FLAG_USER), &who, reterr_why);
	if (code != OK)
		return code;
	struct str query = ask_with_int(call->arena, STR(""), "max", max);
	query = ask_with(call->arena, query, "type", call_value(call, FLAG_TYPE));
	query = ask_with(call->arena, query, "client", call_value(call, FLAG_CLIENT));
	*ret_query = ask_with(call->arena, query, "user", who.id);
	return OK;
}

enum error_code events_fetch(struct cli_call *call, struct str query, int64_t max,
	struct json_node **ret_list, struct why *reterr_why)
{
	enum error_code code =
		ask_lists(call, "/admin/realms/{}/events", query, ret_list, reterr_why);
	if (code == OK)
		newest_first(*ret_list, (size_t)max);
	return code;
}

enum error_code cli_events(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *list;
	struct str query;
	int64_t max;
	enum error_code code = arguments_max(&call->arguments, 100, &max, reterr_why);
	if (code == OK)
		code = events_query(call, max, &query, reterr_why);
	if (code == OK)
		code = events_fetch(call, query, max, &list, reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON)) {
		call_json(call, list);
		return OK;
	}
	print(call, list);
	call_cut(call, list->n, max);
	return OK;
}

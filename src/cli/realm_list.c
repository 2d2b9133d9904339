/* curfew realm list. */
#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/verbs.h"

enum error_code cli_realm_list(struct cli_call *call, struct why *reterr_why)
{
	static const char *const headings[] = { "REALM", "ENABLED", "NAME", "ID", NULL };
	struct json_node *list;
	enum error_code code =
		ask_get(call, STR("/admin/realms?briefRepresentation=true"), &list, reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON)) {
		call_json(call, list);
		return OK;
	}
	struct grid grid = grid_new(call->arena, headings);
	for (size_t i = 0; list->kind == JSON_NODE_LIST && i < list->n; i++) {
		grid_add(&grid, ask_text(list->items[i], "realm"));
		grid_add(&grid, ask_bool(list->items[i], "enabled") ? STR("yes") : STR("no"));
		grid_add(&grid, ask_text(list->items[i], "displayName"));
		grid_add(&grid, ask_text(list->items[i], "id"));
	}
	call_write(call, grid_text(&grid, 0));
	return OK;
}

/* curfew user list. */
#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/verbs.h"

static struct str full_name(struct arena *arena, const struct json_node *user)
{
	struct str first = ask_text(user, "firstName"), last = ask_text(user, "lastName");
	return arena_join(arena, first, first.n && last.n ? STR(" ") : STR(""), last);
}

enum error_code cli_user_list(struct cli_call *call, struct why *reterr_why)
{
	static const char *const headings[] = { "REALM", "USERNAME", "NAME", "E-MAIL", "ENABLED",
		"ID", NULL };
	struct json_node *list;
	int64_t max;
	enum error_code code = arguments_max(&call->arguments, 100, &max, reterr_why);
	if (code != OK)
		return code;
	struct str query = ask_with_int(call->arena, STR("?briefRepresentation=true"), "max", max);
	query = ask_with(call->arena, query, "search", call_value(call, FLAG_SEARCH));
	code = ask_lists(call, "/admin/realms/{}/users", query, &list, reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON)) {
		call_json(call, list);
		return OK;
	}
	struct grid grid = grid_new(call->arena, headings);
	for (size_t i = 0; i < list->n; i++) {
		const struct json_node *user = list->items[i];
		grid_add(&grid, ask_text(user, "realm"));
		grid_add(&grid, ask_text(user, "username"));
		grid_add(&grid, full_name(call->arena, user));
		grid_add(&grid, ask_text(user, "email"));
		grid_add(&grid, ask_bool(user, "enabled") ? STR("yes") : STR("no"));
		grid_add(&grid, ask_text(user, "id"));
	}
	call_write(call, grid_text(&grid, 0));
	call_cut(call, list->n, max);
	return OK;
}

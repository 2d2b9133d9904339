/* curfew session list. */
#include "base/text.h"
#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/verbs.h"
#include "cli/who.h"

/* "django-shop, django-blog" of {"id": "django-shop", ...}. */
static struct str clients_of(struct arena *arena, const struct json_node *session)
{
	struct text text = text_new(arena, 0);
	const struct json_node *clients = json_node_find(session, STR("clients"));
	for (size_t i = 0; clients && clients->kind == JSON_NODE_OBJECT && i < clients->n; i++) {
		if (i)
			text_add_z(&text, ", ");
		text_add(&text, clients->members[i].value->text);
	}
	return text_str(&text);
}

static void print(struct cli_call *call, const struct json_node *list)
{
	static const char *const headings[] = { "STARTED", "LAST USE", "REALM", "USER", "FROM",
		"APPLICATIONS", "ID", NULL };
	struct grid grid = grid_new(call->arena, headings);
	for (size_t i = 0; i < list->n; i++) {
		const struct json_node *session = list->items[i];
		grid_add_time(&grid, ask_int(session, "start"));
		grid_add_time(&grid, ask_int(session, "lastAccess"));
		grid_add(&grid, ask_text(session, "realm"));
		grid_add(&grid, ask_text(session, "username"));
		grid_add(&grid, ask_text(session, "ipAddress"));
		grid_add(&grid, clients_of(call->arena, session));
		grid_add(&grid, ask_text(session, "id"));
	}
	call_write(call, grid_text(&grid, 0));
}

enum error_code cli_session_list(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *list;
	struct who who;
	int64_t max;
	bool offline = call_given(call, FLAG_OFFLINE);
	enum error_code code = arguments_max(&call->arguments, 100, &max, reterr_why);
	if (code == OK && call_given(call, FLAG_USER)) {
		code = who_find(call, call_value(call, FLAG_USER), &who, reterr_why);
		if (code == OK) {
			call->arguments.given[FLAG_REALM] = true;
			call->arguments.values[FLAG_REALM] = who.realm;
			struct str rest = arena_join(call->arena, STR("/users/"), who.id,
				offline ? STR("/sessions?offline=true") : STR("/sessions"));
			code = ask_lists(call, "/admin/realms/{}", rest, &list, reterr_why);
		}
	} else if (code == OK) {
		struct str query = ask_with_int(call->arena, STR(""), "max", max);
		query = ask_with(call->arena, query, "offline", offline ? STR("true") : STR(""));
		code = ask_lists(call, "/admin/realms/{}/sessions", query, &list, reterr_why);
	}
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON)) {
		call_json(call, list);
		return OK;
	}
	print(call, list);
	if (!call_given(call, FLAG_USER))
		call_cut(call, list->n, max);
	return OK;
}

/* How what was found is printed; see shown.h. */
#include "cli/shown.h"

#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/path.h"

enum { COLUMNS_MAX = 64 };

struct column {
	struct str text; /* as it was named */
	const char *heading;
	struct path paths[2]; /* the second may be empty: n 0 */
};

enum error_code shown_as_json(
	const struct cli_call *call, bool *ret_json, struct why *reterr_why)
{
	struct str format = call_value(call, FLAG_FORMAT);
	bool json = call_given(call, FLAG_JSON) || str_eq_z(format, "json");
	if (format.n && !json && !str_eq_z(format, "table"))
		return error_because(reterr_why, ERROR_USAGE,
			"--format: '%.*s' is neither json nor table", STR_ARG(str_take(format, 40)));
	*ret_json = json;
	return OK;
}

/* ---- columns ---- */

static const char *capitals(struct arena *arena, struct str text)
{
	char *heading = arena_z(arena, text);
	for (size_t i = 0; i < text.n; i++)
		if (heading[i] >= 'a' && heading[i] <= 'z')
			heading[i] = (char)(heading[i] - 'a' + 'A');
	return heading;
}

/* "firstName+lastName=NAME", or what a person typed: a path alone. */
static enum error_code read_column(struct arena *arena, struct str text, bool typed,
	struct column *ret_column, struct why *reterr_why)
{
	struct column column = { .text = text };
	size_t equals = typed ? text.n : path_index(text, '=');
	struct str paths = str_take(text, equals), heading = str_drop(text, equals + 1);
	size_t plus = typed ? paths.n : path_index(paths, '+');
	enum error_code code =
		path_read(arena, str_take(paths, plus), &column.paths[0], reterr_why);
	if (code == OK && plus < paths.n)
		code = path_read(arena, str_drop(paths, plus + 1), &column.paths[1], reterr_why);
	column.heading = heading.n ? arena_z(arena, heading) : capitals(arena, text);
	if (code == OK)
		*ret_column = column;
	return code;
}

static enum error_code read_columns(struct arena *arena, struct str text, bool typed,
	struct column *columns, size_t *n, struct why *reterr_why)
{
	enum error_code code = OK;
	while (text.n && code == OK) {
		size_t comma = path_index(text, ',');
		if (*n == COLUMNS_MAX)
			return error_because(reterr_why, ERROR_USAGE,
				"--fields: at most %d of them", (int)COLUMNS_MAX);
		code = read_column(
			arena, str_take(text, comma), typed, &columns[(*n)++], reterr_why);
		text = str_drop(text, comma + 1);
	}
	return code;
}

/* ---- cells ---- */

static struct str cell_text(struct arena *arena, const struct json_node *node)
{
	if (!node || node->kind == JSON_NODE_NULL)
		return STR("");
	if (node->kind == JSON_NODE_TEXT)
		return node->text;
	if (node->kind == JSON_NODE_BOOL)
		return node->boolean ? STR("yes") : STR("no");
	if (node->kind != JSON_NODE_LIST)
		return json_tree_text(arena, node);
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < node->n; i++) {
		text_add_z(&text, i ? ", " : "");
		text_add(&text, cell_text(arena, node->items[i]));
	}
	return text_str(&text);
}

static void add_cell(struct grid *grid, const struct column *column, const struct json_node *item)
{
	struct str first = cell_text(grid->arena, path_get(item, &column->paths[0]));
	struct str second = STR("");
	if (column->paths[1].n)
		second = cell_text(grid->arena, path_get(item, &column->paths[1]));
	grid_add(grid,
		arena_join(grid->arena, first, first.n && second.n ? STR(" ") : STR(""), second));
}

/* The members of the columns alone, in their order. */
static struct json_node *chosen(struct arena *arena, const struct json_node *item,
	const struct column *columns, size_t n)
{
	struct json_node *copy = json_node_object(arena);
	for (size_t i = 0; i < n; i++) {
		struct json_node *value = path_get(item, &columns[i].paths[0]);
		if (value)
			(void)path_put(arena, copy, &columns[i].paths[0], value);
	}
	return copy;
}

/* ---- lists and objects ---- */

enum error_code shown_list(struct cli_call *call, const char *columns_text, const char *several,
	const struct json_node *list, struct why *reterr_why)
{
	struct column columns[COLUMNS_MAX];
	const char *headings[COLUMNS_MAX + 1] = { NULL };
	size_t n = 0;
	bool json = false, typed = call_given(call, FLAG_FIELDS);
	struct str text = typed ? call_value(call, FLAG_FIELDS) : str_from(columns_text);
	enum error_code code = shown_as_json(call, &json, reterr_why);
	if (code == OK)
		code = read_columns(call->arena, text, typed, columns, &n, reterr_why);
	if (code != OK)
		return code;
	if (!list->n)
		call_note(call, "no %s\n", several);
	if (json && !typed) {
		call_json(call, list);
		return OK;
	}
	for (size_t i = 0; i < n; i++)
		headings[i] = columns[i].heading;
	struct grid grid = grid_new(call->arena, headings);
	struct json_node *some = json_node_list(call->arena);
	for (size_t i = 0; i < list->n; i++) {
		if (json)
			json_node_add(some, chosen(call->arena, list->items[i], columns, n));
		for (size_t k = 0; !json && k < n; k++)
			add_cell(&grid, &columns[k], list->items[i]);
	}
	if (json)
		call_json(call, some);
	else
		call_write(call, grid_text(&grid, 0));
	return OK;
}

enum error_code shown_one(
	struct cli_call *call, const struct json_node *object, struct why *reterr_why)
{
	static const char *const headings[] = { "MEMBER", "VALUE", NULL };
	struct column columns[COLUMNS_MAX];
	size_t n = 0;
	bool json = false;
	enum error_code code = shown_as_json(call, &json, reterr_why);
	if (code == OK && call_given(call, FLAG_FIELDS)) {
		code = read_columns(call->arena, call_value(call, FLAG_FIELDS), true, columns, &n,
			reterr_why);
	}
	if (code != OK)
		return code;
	if (json) {
		call_json(call, n ? chosen(call->arena, object, columns, n) : object);
		return OK;
	}
	struct grid grid = grid_new(call->arena, headings);
	for (size_t i = 0; i < n; i++) {
		grid_add(&grid, columns[i].text);
		add_cell(&grid, &columns[i], object);
	}
	for (size_t i = 0; !n && i < object->n; i++) {
		grid_add(&grid, object->members[i].name);
		grid_add(&grid, cell_text(call->arena, object->members[i].value));
	}
	call_write(call, grid_text(&grid, 0));
	return OK;
}

/* Groups in full; see groups.h. */
#include "store/groups.h"

#include "base/text.h"
#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

/* From a row's id, name and doc. */
static enum error_code rep_of_row(struct arena *arena, const struct db_rows *rows, size_t i,
	struct group_rep *ret_rep, struct why *reterr_why)
{
	struct json_read_options options = representation_options("group");
	struct why why = { "" };
	struct row row = { rows, i, 0 };
	struct group_rep rep = { .children_n = 0 };
	struct str id = next_text(&row), name = next_text(&row);
	if (json_read(arena, next_text(&row), &group_shape, &options, &rep, &why) != OK)
		return error_because(reterr_why, ERROR_CORRUPT, "group %.*s: %s", STR_ARG(id), why.text);
	rep.group.id = id;
	rep.group.name = name;
	*ret_rep = rep;
	return OK;
}

enum error_code store_find_group(struct store *store, struct arena *arena, struct str realm_id,
	struct str id, struct group_rep *ret_group, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read_one(store, arena, &statement_group_find,
		DB_VALUES(db_text(realm_id), db_text(id)), "group", id, &rows, reterr_why);
	return code == OK ? rep_of_row(arena, &rows, 0, ret_group, reterr_why) : code;
}

enum error_code store_list_group_descriptions(struct store *store, struct arena *arena,
	struct str realm_id, struct table *ret_by_id, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena, &statement_group_described,
		DB_VALUES(db_text(realm_id)), &rows, reterr_why);
	if (code != OK)
		return code;
	struct table by_id = table_new(arena, rows.n);
	for (size_t i = 0; i < rows.n; i++) {
		struct group_rep *rep = arena_alloc(arena, sizeof *rep);
		if ((code = rep_of_row(arena, &rows, i, rep, reterr_why)) != OK)
			return code;
		if (rep->description.n)
			table_put(&by_id, rep->group.id, &rep->description);
	}
	*ret_by_id = by_id;
	return OK;
}

struct str group_path_piece(struct arena *arena, struct str name)
{
	struct text text = text_new(arena, 0);
	text_add_char(&text, '/');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '/')
			text_add_char(&text, '~');
		text_add_char(&text, name.p[i]);
	}
	return text_str(&text);
}

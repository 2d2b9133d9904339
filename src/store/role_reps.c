/* Roles in full; see role_reps.h. */
#include "store/role_reps.h"

#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

/* From row i of role_list or role_find. */
static enum error_code rep_of_row(struct arena *arena, struct str realm_id, const struct db_rows *rows,
	size_t i, struct role_rep *ret_rep, struct why *reterr_why)
{
	struct json_read_options options = representation_options("role");
	struct why why = { "" };
	struct row row = { rows, i, 0 };
	struct role_rep rep = { .composite = false };
	struct str id = next_text(&row), client_id = next_text(&row), name = next_text(&row);
	if (json_read(arena, next_text(&row), &role_shape, &options, &rep, &why) != OK)
		return error_because(reterr_why, ERROR_CORRUPT, "role %.*s: %s", STR_ARG(id), why.text);
	rep.role.id = id;
	rep.role.name = name;
	rep.container_id = client_id.n ? client_id : realm_id;
	*ret_rep = rep;
	return OK;
}

enum error_code store_find_role(struct store *store, struct arena *arena, struct str realm_id,
	struct str id, struct role_rep *ret_role, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read_one(store, arena, &statement_role_find,
		DB_VALUES(db_text(realm_id), db_text(id)), "role", id, &rows, reterr_why);
	return code == OK ? rep_of_row(arena, realm_id, &rows, 0, ret_role, reterr_why) : code;
}

enum error_code store_list_role_reps(struct store *store, struct arena *arena, struct str realm_id,
	struct table *ret_by_id, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(
		store, arena, &statement_role_list, DB_VALUES(db_text(realm_id)), &rows, reterr_why);
	if (code != OK)
		return code;
	struct table by_id = table_new(arena, rows.n);
	struct role_rep *reps = arena_array(arena, rows.n, sizeof *reps);
	for (size_t i = 0; i < rows.n; i++) {
		if ((code = rep_of_row(arena, realm_id, &rows, i, &reps[i], reterr_why)) != OK)
			return code;
		table_put(&by_id, reps[i].role.id, &reps[i]);
	}
	*ret_by_id = by_id;
	return OK;
}

/* Roles in full; see role_reps.h. */
#include "store/role_reps.h"

#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

enum error_code store_list_role_reps(struct store *store, struct arena *arena, struct str realm_id,
	struct table *ret_by_id, struct why *reterr_why)
{
	struct db_rows rows;
	struct why why = { "" };
	enum error_code code = store_read(
		store, arena, &statement_role_list, DB_VALUES(db_text(realm_id)), &rows, reterr_why);
	if (code != OK)
		return code;
	struct table by_id = table_new(arena, rows.n);
	struct json_read_options options = representation_options("role");
	for (size_t i = 0; i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct role_rep *rep = arena_alloc(arena, sizeof *rep);
		struct str id = next_text(&row), client_id = next_text(&row), name = next_text(&row);
		code = json_read(arena, next_text(&row), &role_shape, &options, rep, &why);
		if (code != OK)
			return error_because(
				reterr_why, ERROR_CORRUPT, "role %.*s: %s", STR_ARG(id), why.text);
		rep->role.id = id;
		rep->role.name = name;
		rep->container_id = client_id.n ? client_id : realm_id;
		table_put(&by_id, id, rep);
	}
	*ret_by_id = by_id;
	return OK;
}

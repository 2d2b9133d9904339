/* Questions about client registration; see registrations.h. */
#include "store/registrations.h"

#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

static struct initial_access initial_access_of_row(struct row *row)
{
	struct initial_access item = { .id = next_text(row) };
	item.created_s = next_int(row);
	item.lifespan_s = next_int(row);
	item.count = next_int(row);
	item.remaining = next_int(row);
	return item;
}

enum error_code store_list_initial_accesses(struct store *store, struct arena *arena, struct str realm_id,
	struct initial_access **ret_items, size_t *ret_n, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena, &statement_initial_access_list,
		DB_VALUES(db_text(realm_id)), &rows, reterr_why);
	if (code != OK)
		return code;
	struct initial_access *items = arena_array(arena, rows.n, sizeof *items);
	for (size_t i = 0; i < rows.n; i++)
		items[i] = initial_access_of_row(&(struct row){ &rows, i, 0 });
	*ret_items = items;
	*ret_n = rows.n;
	return OK;
}

enum error_code store_find_initial_access(struct store *store, struct arena *arena, struct str realm_id,
	struct str id, struct initial_access *ret_item, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read_one(store, arena, &statement_initial_access_find,
		DB_VALUES(db_text(realm_id), db_text(id)), "initial access token", id, &rows, reterr_why);
	if (code == OK)
		*ret_item = initial_access_of_row(&(struct row){ &rows, 0, 0 });
	return code;
}

enum error_code store_find_registration_token(struct store *store, struct arena *arena, struct str realm_id,
	struct str client_id, struct str *ret_jti, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read_one(store, arena, &statement_registration_token_find,
		DB_VALUES(db_text(realm_id), db_text(client_id)), "registration access token of client", client_id,
		&rows, reterr_why);
	if (code == OK)
		*ret_jti = next_text(&(struct row){ &rows, 0, 0 });
	return code;
}

/* Pushed authorization requests; see pushed.h. */
#include "store/pushed.h"

#include "store/effects.h"
#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

enum error_code store_find_pushed(struct store *store, struct arena *arena, struct str realm_id,
	struct str hash, int64_t now_ms, struct pushed_request *ret_pushed, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read_one(store, arena, &statement_pushed_find,
		DB_VALUES(db_text(hash), db_text(realm_id), db_int(now_ms)), "pushed request with hash",
		str_take(hash, 8), &rows, reterr_why);
	if (code != OK)
		return code;
	struct row row = { &rows, 0, 0 };
	struct pushed_request pushed = { .hash = hash, .realm_id = realm_id, .client_id = next_text(&row) };
	pushed.request = next_text(&row);
	pushed.expires_ms = next_int(&row);
	*ret_pushed = pushed;
	return OK;
}

void apply_pushed_add(struct applying *a, const struct effect *effect)
{
	const struct pushed_add *add = effect->u.pushed;
	const struct pushed_request *row = &add->row;
	applying_add(a, &statement_pushed_add,
		DB_VALUES(db_text(row->hash), db_text(row->realm_id), db_text(row->client_id),
			db_text(row->request), db_int(row->expires_ms), db_int(add->now_ms),
			db_int(add->max)));
}

void apply_pushed_delete(struct applying *a, const struct effect *effect)
{
	applying_add(a, &statement_pushed_delete, DB_VALUES(db_text(effect->u.pushed_hash)));
}

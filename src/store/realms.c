/* Unmaking realms: tombstones, their removal, and what imports left behind. */
#include "store/internal.h"
#include "store/master.h"
#include "store/rows.h"
#include "store/statements.h"
#include "store/writes.h"

enum {
	LEFTOVER_MS = 15 * 60 * 1000, /* another node's import is alive for so long */
	ROWS_AT_ONCE = 500,
};
static const int64_t receipts_kept_ms = INT64_C(30) * 24 * 60 * 60 * 1000;

struct entombing {
	struct str realm_id;
	int64_t now_ms;
};

static enum error_code entomb(void *argument, struct db *db, struct why *reterr_why)
{
	const struct entombing *order = argument;
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	enum error_code error = db_query(db, &statement_realm_by_id,
		DB_VALUES(db_text(order->realm_id)), arena, &rows, reterr_why);
	if (error)
		return error;
	if (!rows.n || db_cell_bool(&rows, 0, 4))
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "there is no realm \"%.*s\"",
			STR_ARG(str_take(order->realm_id, 80)));
	struct str name = db_cell_text(&rows, 0, 1);
	if (str_eq(name, STR("master")))
		return error_because(
			reterr_why, ERROR_INVALID_VALUE, "the realm master cannot be deleted");
	if ((error = db_run(db, &statement_realm_entomb,
		     DB_VALUES(db_text(order->realm_id), db_int(order->now_ms)), NULL, reterr_why)))
		return error;
	return master_remove_client(db, name, reterr_why);
}

enum error_code store_delete_realm(struct store *store, struct str realm_id,
	const struct store_writer *writer, int64_t now_ms, struct why *reterr_why)
{
	WRITES_SCOPED writes = writes_new(store, writer);
	struct entombing order = { realm_id, now_ms };
	return writes_run(&writes, entomb, &order, reterr_why);
}

enum error_code store_find_owing_realm(struct store *store, struct arena *arena, struct str name,
	struct str *ret_id, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read_one(store, arena, &statement_realm_owing,
		DB_VALUES(db_text(name)), "deleted realm", str_take(name, 80), &rows, reterr_why);
	if (code == OK)
		*ret_id = db_cell_text(&rows, 0, 0);
	return code;
}

enum error_code store_realm_owes(struct store *store, struct str realm_id, bool *ret_owes,
	struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	enum error_code code = store_read(store, arena, &statement_realm_owes,
		DB_VALUES(db_text(realm_id)), &rows, reterr_why);
	if (code == OK)
		*ret_owes = rows.n > 0;
	return code;
}

struct orphans {
	int64_t before_ms, max, ret_deleted;
};

static enum error_code remove_orphans(void *argument, struct db *db, struct why *reterr_why)
{
	static const struct db_statement *const parts[] = {
		&statement_orphan_events,
		&statement_orphan_admin_events,
		&statement_orphan_deliveries,
		&statement_orphan_signouts,
	};
	struct orphans *order = argument;
	enum error_code error = OK;
	order->ret_deleted = 0;
	for (size_t i = 0; !error && i < sizeof parts / sizeof *parts; i++) {
		int64_t changed = 0;
		error = db_run(db, parts[i],
			DB_VALUES(db_int(order->before_ms), db_int(order->max)), &changed,
			reterr_why);
		order->ret_deleted += changed;
	}
	return error;
}

enum error_code store_purge_realms(struct store *store, const struct store_writer *writer,
	int64_t now_ms, int64_t before_ms, int64_t max, int64_t *ret_deleted,
	struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	WRITES_SCOPED writes = writes_new(store, writer);
	struct db_rows rows;
	int64_t deleted = 0;
	enum error_code error = store_read(store, arena, &statement_realm_tombstones,
		DB_VALUES(db_int(before_ms)), &rows, reterr_why);
	for (size_t i = 0; !error && i < rows.n; i++)
		error = writes_remove_tombstone(&writes, db_cell_text(&rows, i, 0),
			STR("the realm was deleted"), now_ms, max, &deleted, reterr_why);
	if (!error)
		error = store_read(store, arena, &statement_realm_keyless, DB_VALUES(db_int(before_ms)),
			&rows, reterr_why);
	for (size_t i = 0; !error && i < rows.n; i++)
		error = writes_give_up(&writes, db_cell_text(&rows, i, 0),
			STR("the realm is disabled, and its keys are served no more"), now_ms, reterr_why);
	struct orphans orphans = { now_ms - receipts_kept_ms, max, 0 };
	if (error || (error = writes_run(&writes, remove_orphans, &orphans, reterr_why)))
		return error;
	*ret_deleted = deleted + orphans.ret_deleted;
	return OK;
}

enum error_code store_import_clean(struct store *store, const struct store_writer *writer,
	int64_t now_ms, int64_t *ret_deleted, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	WRITES_SCOPED writes = writes_new(store, writer);
	struct db_rows rows;
	int64_t deleted = 0;
	int64_t before = store_is_local(store) ? INT64_MAX : now_ms - LEFTOVER_MS;
	enum error_code error = store_read(store, arena, &statement_realm_leftovers,
		DB_VALUES(db_int(before)), &rows, reterr_why);
	for (size_t i = 0; !error && i < rows.n; i++)
		error = writes_remove_realm(
			&writes, db_cell_text(&rows, i, 0), ROWS_AT_ONCE, &deleted, reterr_why);
	if (error)
		return error;
	*ret_deleted = deleted;
	return OK;
}

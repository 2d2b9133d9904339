#include "store/purge.h"

#include "store/statements.h"

/* How long a code outlives its end, so that its replay still finds what it gave. */
enum { CODE_KEPT_MS = 60 * 60 * 1000 };
/* And a grant that waits, so that its device still hears that it is over. */
enum { PENDING_KEPT_MS = 60 * 1000 };

static enum error_code run(struct db *db, const struct db_statement *statement,
	struct db_values values, int64_t *deleted, struct why *reterr_why)
{
	int64_t changed;
	enum error_code code = db_run(db, statement, values, &changed, reterr_why);
	if (code == OK)
		*deleted += changed;
	return code;
}

static enum error_code purge_signouts(struct db *db, const struct store_purge_realm *realm,
	int64_t max, int64_t *deleted, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	enum error_code code = db_query(db, &statement_purge_signouts,
		DB_VALUES(db_text(realm->realm_id), db_int(realm->signouts_before_ms), db_int(max)),
		arena, &rows, reterr_why);
	if (code != OK)
		return code;
	struct db_call *calls = arena_array(arena, rows.n, sizeof *calls);
	for (size_t i = 0; i < rows.n; i++)
		calls[i] = (struct db_call){ &statement_purge_deliveries, { &rows.cells[i], 1 } };
	*deleted += (int64_t)rows.n;
	return db_run_batch(db, calls, rows.n, reterr_why);
}

static enum error_code purge_realm(struct db *db, const struct store_purge *order,
	const struct store_purge_realm *realm, int64_t *deleted, struct why *reterr_why)
{
	struct db_value events[] = { db_text(realm->realm_id), db_int(realm->events_before_ms),
		db_int(order->max) };
	enum error_code code = run(
		db, &statement_purge_events, (struct db_values){ events, 3 }, deleted, reterr_why);
	if (code == OK)
		code = run(db, &statement_purge_admin_events, (struct db_values){ events, 3 },
			deleted, reterr_why);
	if (code == OK)
		code = run(db, &statement_purge_failures,
			DB_VALUES(db_text(realm->realm_id), db_int(realm->failures_before_ms),
				db_int(order->now_ms / 1000), db_int(order->max)),
			deleted, reterr_why);
	return code == OK ? purge_signouts(db, realm, order->max, deleted, reterr_why) : code;
}

enum error_code purge(struct db *db, struct store_purge *order, struct why *reterr_why)
{
	int64_t deleted = 0;
	enum error_code code = run(db, &statement_purge_codes,
		DB_VALUES(db_int(order->now_ms - CODE_KEPT_MS), db_int(order->max)), &deleted,
		reterr_why);
	if (code == OK)
		code = run(db, &statement_purge_pending,
			DB_VALUES(db_int(order->now_ms - PENDING_KEPT_MS), db_int(order->max)),
			&deleted, reterr_why);
	if (code == OK)
		code = run(db, &statement_purge_tokens,
			DB_VALUES(db_int(order->now_ms / 1000), db_int(order->max)), &deleted,
			reterr_why);
	if (code == OK)
		code = run(db, &statement_purge_pushed, DB_VALUES(db_int(order->now_ms), db_int(order->max)),
			&deleted, reterr_why);
	for (size_t i = 0; code == OK && i < order->realms_n; i++)
		code = purge_realm(db, order, &order->realms[i], &deleted, reterr_why);
	if (code == OK)
		order->ret_deleted = deleted;
	return code;
}

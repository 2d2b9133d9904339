/* Sessions and orders that lie ahead since the clock was set back; see struct store_ahead. */
#include "base/tables.h"
#include "store/apply.h"
#include "store/statements.h"

enum error_code store_pull_ahead(void *ahead, struct db *db, struct why *reterr_why)
{
	struct store_ahead *order = ahead;
	ARENA_SCOPED arena = arena_new(0);
	struct db_value values[] = { db_text(order->realm_id), db_int(order->bound_ms),
		db_int(order->bound_ms / 1000) };
	const struct {
		const struct db_statement *statement;
		size_t values_n;
	} all[] = { { &statement_ahead_realm, 2 }, { &statement_ahead_clients, 2 },
		{ &statement_ahead_users, 3 }, { &statement_ahead_sessions, 3 },
		{ &statement_ahead_parts, 3 } };
	struct db_rows rows;
	order->ret_changed = 0;
	enum error_code code = db_query(db, &statement_ahead_may_move, (struct db_values){ values, 1 }, arena,
		&rows, reterr_why);
	if (code != OK)
		return code;
	order->ret_waits = rows.n == 0;
	for (size_t i = 0; code == OK && !order->ret_waits && i < ARRAY_LENGTH(all); i++) {
		int64_t changed = 0;
		code = db_run(db, all[i].statement, (struct db_values){ values, all[i].values_n }, &changed,
			reterr_why);
		order->ret_changed += changed;
	}
	/* Clients are part of the snapshot, which goes by the realm's version. */
	if (code == OK && order->ret_changed)
		code = db_run(db, &statement_realm_raise, (struct db_values){ values, 1 }, NULL, reterr_why);
	return code;
}

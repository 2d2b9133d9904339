/* Clearing what a realm has recorded: effects as statements. */
#include "model/log_change.h"
#include "store/effects.h"
#include "store/statements.h"

void apply_log_change(struct applying *a, const struct effect *effect)
{
	const struct log_change *change = effect->u.log;
	struct db_value realm = db_text(change->realm_id);
	if (change->kind == LOG_CLEAR_FAILURES)
		applying_add(a, &statement_failures_clear, DB_VALUES(realm));
	else
		applying_add(a, change->kind == LOG_CLEAR_EVENTS ? &statement_events_clear : &statement_admin_events_clear,
			DB_VALUES(realm, db_int(change->until_ms), db_int(change->max)));
}

/* Questions about grants that wait; see pending.h. */
#include "store/pending.h"

#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

/* In the order of PENDING_COLUMNS. */
static struct pending_grant pending_of_row(struct row *row)
{
	struct pending_grant grant = { .hash = next_text(row) };
	grant.user_code = next_text(row);
	grant.realm_id = next_text(row);
	grant.client_id = next_text(row);
	grant.scope = next_text(row);
	grant.nonce = next_text(row);
	grant.code_challenge = next_text(row);
	grant.code_challenge_method = next_text(row);
	grant.expires_ms = next_int(row);
	grant.interval_ms = next_int(row);
	grant.polled_ms = next_int(row);
	grant.state = (enum pending_state)next_int(row);
	grant.user_id = next_text(row);
	grant.session_id = next_text(row);
	grant.acr = next_text(row);
	grant.kind = (enum pending_kind)next_int(row);
	grant.notice = next_text(row);
	return grant;
}

static enum error_code find(struct store *store, struct arena *arena, const struct db_statement *statement,
	struct db_values values, struct str hash, struct pending_grant *ret_grant, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read_one(store, arena, statement, values, "grant that waits", str_take(hash, 8),
		&rows, reterr_why);
	if (code == OK)
		*ret_grant = pending_of_row(&(struct row){ &rows, 0, 0 });
	return code;
}

enum error_code store_find_pending(struct store *store, struct arena *arena, struct str hash,
	struct pending_grant *ret_grant, struct why *reterr_why)
{
	return find(store, arena, &statement_pending_find, DB_VALUES(db_text(hash)), hash, ret_grant, reterr_why);
}

enum error_code store_find_pending_typed(struct store *store, struct arena *arena, struct str realm_id,
	struct str user_code, struct pending_grant *ret_grant, struct why *reterr_why)
{
	return find(store, arena, &statement_pending_find_user_code, DB_VALUES(db_text(realm_id), db_text(user_code)),
		user_code, ret_grant, reterr_why);
}

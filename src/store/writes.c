/* Write transactions, and the removal of a whole realm; see writes.h. */
#include "store/writes.h"

#include "base/tables.h"
#include "store/internal.h"
#include "store/statements.h"

struct writes writes_new(struct store *store, const struct store_writer *writer)
{
	return (struct writes){ .store = store,
		.writer = writer ? *writer : (struct store_writer){ .apply = NULL } };
}

void writes_close(struct writes *writes)
{
	db_close(writes->db);
	writes->db = NULL;
}

/* One transaction on the connection of our own. */
static enum error_code run_here(struct writes *writes, enum db_transaction kind,
	enum error_code (*work)(void *argument, struct db *db, struct why *reterr_why),
	void *argument, struct why *reterr_why)
{
	enum error_code error;
	if (!writes->db &&
		(error = db_open(store_db_config(writes->store), &writes->db, reterr_why)))
		return error;
	if ((error = db_begin(writes->db, kind, reterr_why)))
		return error;
	if ((error = work(argument, writes->db, reterr_why))) {
		db_rollback(writes->db);
		return error;
	}
	return db_commit(writes->db, reterr_why);
}

enum error_code writes_run(struct writes *writes,
	enum error_code (*work)(void *argument, struct db *db, struct why *reterr_why),
	void *argument, struct why *reterr_why)
{
	const struct store_writer *writer = &writes->writer;
	return writer->apply ? writer->apply(writer->context, work, argument, reterr_why)
			     : run_here(writes, DB_WRITE, work, argument, reterr_why);
}

enum error_code writes_run_unsynced(struct writes *writes,
	enum error_code (*work)(void *argument, struct db *db, struct why *reterr_why),
	void *argument, struct why *reterr_why)
{
	const struct store_writer *writer = &writes->writer;
	if (writer->apply_unsynced)
		return writer->apply_unsynced(writer->context, work, argument, reterr_why);
	return writer->apply ? writer->apply(writer->context, work, argument, reterr_why)
			     : run_here(writes, DB_WRITE_UNSYNCED, work, argument, reterr_why);
}

/* ---- removing a realm ---- */

struct removal {
	struct str realm_id;
	int64_t max;
	int64_t ret_deleted;
	bool ret_finished;
};

static enum error_code run_all(struct db *db, const struct db_statement *const *statements,
	size_t n, struct db_values values, int64_t *deleted, struct why *reterr_why)
{
	enum error_code error = OK;
	for (size_t i = 0; !error && i < n; i++) {
		int64_t changed = 0;
		error = db_run(db, statements[i], values, &changed, reterr_why);
		*deleted += changed;
	}
	return error;
}

static enum error_code remove_some(void *argument, struct db *db, struct why *reterr_why)
{
	/* What hangs on a row goes before it; all of them take the same rows. */
	static const struct db_statement *const in_parts[] = {
		&statement_realm_purge_user_roles,
		&statement_realm_purge_user_groups,
		&statement_realm_purge_credentials,
		&statement_realm_purge_consents,
		&statement_realm_purge_identities,
		&statement_realm_purge_failures,
		&statement_realm_purge_users,
		&statement_realm_purge_client_sessions,
		&statement_realm_purge_sessions,
	};
	static const struct db_statement *const at_once[] = {
		&statement_realm_purge_codes,
		&statement_realm_purge_pending,
		&statement_realm_purge_tokens,
		&statement_realm_purge_pushed,
		&statement_realm_purge_jobs,
		&statement_realm_purge_clients,
		&statement_realm_purge_scopes,
		&statement_realm_purge_links,
		&statement_realm_purge_realm_links,
		&statement_realm_purge_roles,
		&statement_realm_purge_composites,
		&statement_realm_purge_mappings,
		&statement_realm_purge_groups,
		&statement_realm_purge_group_roles,
		&statement_realm_purge_components,
		&statement_realm_purge_initial_accesses,
		&statement_realm_purge_registration_tokens,
		&statement_realm_purge_row,
	};
	struct removal *removal = argument;
	removal->ret_deleted = 0;
	removal->ret_finished = false;
	enum error_code error = run_all(db, in_parts, ARRAY_LENGTH(in_parts),
		DB_VALUES(db_text(removal->realm_id), db_int(removal->max)), &removal->ret_deleted,
		reterr_why);
	if (error || removal->ret_deleted)
		return error;
	removal->ret_finished = true;
	return run_all(db, at_once, ARRAY_LENGTH(at_once), DB_VALUES(db_text(removal->realm_id)),
		&removal->ret_deleted, reterr_why);
}

enum error_code writes_remove_realm(struct writes *writes, struct str realm_id, int64_t max,
	int64_t *deleted, struct why *reterr_why)
{
	struct removal removal = { .realm_id = realm_id, .max = max };
	enum error_code error = OK;
	while (!error && !removal.ret_finished) {
		error = writes_run(writes, remove_some, &removal, reterr_why);
		if (!error)
			*deleted += removal.ret_deleted;
	}
	return error;
}

struct giving_up {
	struct str realm_id, reason;
	int64_t now_ms;
};

static enum error_code give_up(void *argument, struct db *db, struct why *reterr_why)
{
	const struct giving_up *order = argument;
	return db_run(db, &statement_realm_give_up_deliveries,
		DB_VALUES(db_text(order->realm_id), db_text(order->reason), db_int(order->now_ms)),
		NULL, reterr_why);
}

enum error_code writes_give_up(struct writes *writes, struct str realm_id, struct str reason,
	int64_t now_ms, struct why *reterr_why)
{
	struct giving_up order = { realm_id, reason, now_ms };
	return writes_run(writes, give_up, &order, reterr_why);
}

enum error_code writes_remove_tombstone(struct writes *writes, struct str realm_id,
	struct str reason, int64_t now_ms, int64_t max, int64_t *deleted, struct why *reterr_why)
{
	enum error_code error = writes_give_up(writes, realm_id, reason, now_ms, reterr_why);
	return error ? error : writes_remove_realm(writes, realm_id, max, deleted, reterr_why);
}

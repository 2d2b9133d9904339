/* Write transactions of imports and realm administration: through the caller's writer, or
 * on a connection of their own. Internal to store/. */
#ifndef STORE_WRITES_H
#define STORE_WRITES_H

#include "store/import.h"

struct writes {
	struct store *store;
	struct store_writer writer; /* apply NULL: none */
	struct db *db;              /* our own, opened when first needed */
};

/* `writer` may be NULL. */
struct writes writes_new(struct store *store, const struct store_writer *writer);
void writes_close(struct writes *writes);
#define WRITES_SCOPED __attribute__((cleanup(writes_close))) struct writes

/* work(argument, db) in one transaction, committed. */
MUST_USE enum error_code writes_run(struct writes *writes,
	enum error_code (*work)(void *argument, struct db *db, struct why *reterr_why),
	void *argument, struct why *reterr_why);

/* The same for rows of a realm that is not published: durable with what is run after it. */
MUST_USE enum error_code writes_run_unsynced(struct writes *writes,
	enum error_code (*work)(void *argument, struct db *db, struct why *reterr_why),
	void *argument, struct why *reterr_why);

/* Removes a realm that is a tombstone or was never published, with all that is its own but
 * receipts and events, `max` users and sessions a transaction; *deleted rises. */
MUST_USE enum error_code writes_remove_realm(struct writes *writes, struct str realm_id,
	int64_t max, int64_t *deleted, struct why *reterr_why);

/* What the realm owes is given up, for `reason`. */
MUST_USE enum error_code writes_give_up(struct writes *writes, struct str realm_id, struct str reason,
	int64_t now_ms, struct why *reterr_why);
/* The same for a tombstone, whose notices still owed give up for that reason. */
MUST_USE enum error_code writes_remove_tombstone(struct writes *writes, struct str realm_id,
	struct str reason, int64_t now_ms, int64_t max, int64_t *deleted, struct why *reterr_why);

#endif

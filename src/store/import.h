/* Realms in: Keycloak's realm JSON, from a file of any allowed size or from memory; and the
 * few writes that make and unmake whole realms.
 *
 * A realm is staged in batches, invisible, and published as a whole in one transaction: a
 * crash or an error leaves nothing to be seen. The order of members does not matter: the
 * file is read twice, first everything but the users (bounded, in memory), then the users,
 * element by element. What refers to something that is not there, an unknown field, a value
 * that cannot be, a duplicate: an error whose `why` names source, JSON path and value.
 *
 * A realm that leaves things out gets what Keycloak 26.7 would give it: settings, client
 * scopes, roles, the six built-in clients, flows, required actions, fresh keys; and its
 * `<realm>-realm` client in `master`, whose `admin` role gains its roles. */
#ifndef STORE_IMPORT_H
#define STORE_IMPORT_H

#include "store/store.h"

/* Runs work(argument, db) inside one write transaction and commits it. `work` may be called
 * again after a rollback. run/writer.h stands behind it in the server; without one the store
 * opens a transaction on a connection of its own. */
struct store_writer {
	enum error_code (*apply)(void *context,
		enum error_code (*work)(void *argument, struct db *db, struct why *reterr_why),
		void *argument, struct why *reterr_why);
	void *context;
	/* The same, for rows that nobody sees before a later `apply`, which makes them durable too:
	 * until then a power cut may undo it. NULL: apply does it. */
	enum error_code (*apply_unsynced)(void *context,
		enum error_code (*work)(void *argument, struct db *db, struct why *reterr_why),
		void *argument, struct why *reterr_why);
};

struct store_import_source {
	struct str name;   /* for messages: the file's name, or "request" */
	int fd;            /* a file that can be read from its start twice; -1: `memory` */
	struct str memory; /* borrowed during the call */
	/* Names of the files that it is a JSON list of: a realm, then objects that hold `users` of
	 * that realm and nothing else. Empty: it is one realm. */
	struct str_list parts;
};
/* Bytes of a source of several parts; of a single one LIMIT_IMPORT. */
#define STORE_IMPORT_MAX (INT64_C(8) << 30)

struct store_import_options {
	struct store_writer writer; /* apply NULL: the store's own connection */
	int64_t now_ms;             /* becomes the time of what has none in the file */
	/* Told after each batch; false cancels (ERROR_CANCELLED, nothing stays). May be NULL. */
	bool (*progress)(
		void *context, int64_t bytes_done, int64_t bytes_total, int64_t users_done);
	void *progress_context;
};

/* What an import did, and what the operator has to know. Lives in the caller's arena. */
struct store_import_summary {
	struct str realm_id, realm_name;
	int64_t clients, client_scopes, roles, groups, users, credentials, keys;
	int64_t passwords_hashed; /* plain values that were hashed */
	/* One line each: secrets that were masked and are new, users, clients and flows that
	 * cannot be used for signing in yet. Bounded: the last line then counts the rest. */
	struct str_list warnings;
};

/* Where imports may put unlinked files, of about the size of what they read: the data folder. "/tmp"
 * when it is not told. Before the first import. */
void store_set_spool_directory(struct store *store, struct str directory);

/* Imports one realm. EXISTS when one of that name (or of its id, alive) is there: it is left
 * alone. BAD_JSON, UNKNOWN_FIELD, INVALID_VALUE, TOO_LARGE (LIMIT_IMPORT), FILE_FAILED. */
MUST_USE enum error_code store_import(struct store *store, struct arena *arena,
	const struct store_import_source *source, const struct store_import_options *options,
	struct store_import_summary *ret_summary, struct why *reterr_why);

/* What would become of the realm if the source took its place; nothing is written. */
struct store_import_rehearsal {
	struct str realm_name, realm_id; /* realm_id empty: there is no such realm */
	int64_t users_lost;              /* users of the realm that the source has not */
};

/* Reads all of the source, as store_import does, but writes nothing: the same errors, except that
 * a realm of that name may be there. */
MUST_USE enum error_code store_import_rehearse(struct store *store, struct arena *arena,
	const struct store_import_source *source, const struct store_import_options *options,
	struct store_import_rehearsal *ret_rehearsal, struct why *reterr_why);

/* POST /admin/realms: store_import from memory, for a representation of at most
 * LIMIT_ADMIN_JSON bytes. */
MUST_USE enum error_code store_create_realm(struct store *store, struct arena *arena,
	struct str json, const struct store_import_options *options,
	struct store_import_summary *ret_summary, struct why *reterr_why);

/* The realm `master` with its roles `admin` and `create-realm`, the client `master-realm`, and
 * a `<realm>-realm` for each realm that is there already. EXISTS when it is there. */
MUST_USE enum error_code store_create_master(struct store *store, struct arena *arena,
	const struct store_import_options *options, struct store_import_summary *ret_summary,
	struct why *reterr_why);

/* Makes the realm a tombstone: its name is free at once, its client in `master` is gone, no
 * login finds it; discovery and keys stay until store_purge_realms takes it. `master` itself:
 * INVALID_VALUE. NAME_NOT_FOUND. */
MUST_USE enum error_code store_delete_realm(struct store *store, struct str realm_id,
	const struct store_writer *writer, int64_t now_ms, struct why *reterr_why);

/* Removes the rows of tombstones that were made before `before_ms`, or whose name a new realm
 * has taken; notices that they still owe give up first. `max` users and sessions a
 * transaction. Receipts and events stay for 30 days. */
MUST_USE enum error_code store_purge_realms(struct store *store, const struct store_writer *writer,
	int64_t now_ms, int64_t before_ms, int64_t max, int64_t *ret_deleted,
	struct why *reterr_why);

/* Removes what imports left that never came to their end; once at start. On PostgreSQL, where
 * another node may be importing, only what nobody has added to for 15 minutes. */
MUST_USE enum error_code store_import_clean(struct store *store, const struct store_writer *writer,
	int64_t now_ms, int64_t *ret_deleted, struct why *reterr_why);

#endif

/* The writer: applies effect lists, each in whole or not at all, and durably.
 *
 * SQLite: one thread takes all waiting lists, runs them, and makes them durable with one
 * commit (group commit). A list that fails is rolled back alone (all are run again then, each
 * in a savepoint); a commit that fails fails every list of its batch, and nothing of them
 * holds.
 * PostgreSQL: each list is a transaction of its own, in the caller's thread, on a pooled
 * connection; one that could not be serialized is run again.
 *
 * What a list is, the store knows: it comes as a pointer and goes to `apply`. */
#ifndef RUN_WRITER_H
#define RUN_WRITER_H

#include "base/arena.h"
#include "base/errors.h"

struct db;
struct db_config;
struct writer;

struct writer_config {
	const struct db_config *db; /* copied */
	/* Runs one list on db, inside a transaction that is open; no begin, commit or
	 * savepoint of its own. May be called again for the same list, after a rollback.
	 * Called by the writer's thread, on PostgreSQL also by the callers' threads at once. */
	enum error_code (*apply)(
		void *context, struct db *db, const void *list, struct why *reterr_why);
	/* Told of a `later` list that was given up, from the writer's thread. May be NULL. */
	void (*later_failed)(void *context, enum error_code code, const struct why *why);
	/* Told of each list once it is committed, before its asker hears; the list is still there. On the
	 * writer's thread or the caller's; it must not wait. May be NULL. */
	void (*committed)(void *context, const void *list);
	void *context;        /* of all three */
	unsigned connections; /* PostgreSQL: most connections; 0: 16 */
	unsigned later_bound; /* most `later` lists that wait; 0: 4096 */
};

/* Opens its connections and starts its threads. */
MUST_USE enum error_code writer_new(
	const struct writer_config *config, struct writer **ret_writer, struct why *reterr_why);
/* Applies what waits, moves SQLite's log into the file, stops. Nobody may be inside
 * another call, or come later. NULL is fine. */
void writer_free(struct writer *writer);

/* Applies one list; returns when it is durable, or has failed with apply's error or the
 * driver's (db/db.h): STALE when a precondition did not hold; STORE_FAILED when the commit
 * failed. After an error nothing of the list holds. STOPPED while the writer stops. */
MUST_USE enum error_code writer_apply(
	struct writer *writer, const void *list, struct why *reterr_why);

/* The same, but returns before the disk has it, when it is all that is to be done: a power cut may
 * undo it, unless writer_apply has returned since. For what is good for nothing before its end. */
MUST_USE enum error_code writer_apply_unsynced(
	struct writer *writer, const void *list, struct why *reterr_why);

/* Applies a list soon: with the next commit, within 100 ms at most; for what nobody waits
 * for (events, last uses). Takes over the arena that the list lives in and frees it. In
 * order among themselves. When the bound is reached it waits until the list is durable.
 * A list that is refused (STALE, ...) is reported to later_failed and dropped; while the
 * store fails, lists are kept and tried again. */
void writer_apply_later(struct writer *writer, struct arena *arena, const void *list);
/* The same within `ms`, which is less. */
void writer_apply_within(struct writer *writer, long ms, struct arena *arena, const void *list);

/* Waits until everything handed to writer_apply_later before has been applied or given
 * up; false when the store failed meanwhile and some still wait. */
bool writer_flush(struct writer *writer);

/* True when the store failed the last thing that was to be written, and nothing has been since. */
bool writer_is_failing(const struct writer *writer);

/* For metrics; all but `waiting` only rise. */
struct writer_stats {
	uint64_t lists;          /* applied durably, with `later` */
	uint64_t later;          /* of these, `later` */
	uint64_t refused;        /* failed by their own apply */
	uint64_t commits;        /* that succeeded, one a batch */
	uint64_t commits_failed; /* begins and commits that failed */
	uint64_t retries;        /* PostgreSQL: runs again after a serialization failure */
	uint64_t commit_us;      /* spent in commits, microseconds */
	uint64_t largest_batch;  /* most lists in one commit */
	uint64_t checkpoints;    /* SQLite: moves of the log into the file */
	uint64_t waiting;        /* `later` lists that wait now */
};
void writer_stats(struct writer *writer, struct writer_stats *ret_stats);

#endif

/* The writer; see writer.h.
 *
 * One thread runs batches: all lists that callers wait for (SQLite) and some of those that
 * nobody waits for (both engines). On PostgreSQL callers run their list themselves. */
#include "run/writer.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/condition.h"
#include "base/failpoint.h"
#include "db/db.h"
#include "db/pool.h"
#include "run/checkpointer.h"

enum {
	LATER_MS = 100,      /* until a `later` list is run at the latest, unless it says less */
	LATER_A_BATCH = 256, /* so that those who wait do not wait for many of them */
	LATER_BOUND = 4096,
	CONNECTIONS = 16,
	RETRIES = 8,      /* after a serialization failure: neighbours in an index are enough */
	STOP_ROUNDS = 20, /* batches that may fail one after another while stopping */
};

/* A list in a queue. Of a caller who waits: on its stack. A `later` one: in its arena. */
struct entry {
	struct entry *next;
	const void *list;
	struct arena *arena; /* `later`: freed with it */
	enum error_code code;
	struct why why;
	bool unsynced; /* a commit will do that waits for no disk */
	sem_t done;    /* not of `later` lists */
};

struct queue {
	struct entry *first, **end;
	size_t n;
};

struct counters {
	_Atomic uint64_t lists, later, refused, commits, commits_failed, retries, commit_us,
		largest_batch;
	_Atomic bool failing; /* the last transaction was lost to the store */
};

struct writer {
	struct writer_config config;
	bool local; /* SQLite: one connection, the thread's */
	struct db_pool *pool;
	struct checkpointer *checkpointer; /* SQLite only */
	pthread_t thread;
	pthread_mutex_t lock;   /* of all below but the counters */
	pthread_cond_t work;    /* for the thread: something came */
	pthread_cond_t settled; /* for writer_flush: a batch is over */
	struct queue waiting, later;
	struct timespec later_due;    /* when `later` is not empty */
	uint64_t later_in, later_out; /* handed over, and applied or given up */
	uint64_t failures;            /* batches that failed */
	bool hurry, stop;
	struct counters counters;
};

/* ---- queues ---- */

static void queue_init(struct queue *queue)
{
	*queue = (struct queue){ .end = &queue->first };
}

static void queue_add(struct queue *queue, struct entry *entry)
{
	entry->next = NULL;
	*queue->end = entry;
	queue->end = &entry->next;
	queue->n++;
}

static struct entry *queue_take(struct queue *queue)
{
	struct entry *entry = queue->first;
	if (!entry)
		return NULL;
	queue->first = entry->next;
	queue->n--;
	if (!queue->first)
		queue->end = &queue->first;
	return entry;
}

/* Moves at most `most` entries from the front of one to the end of the other. */
static void queue_move(struct queue *from, struct queue *to, size_t most)
{
	for (; most > 0 && from->first; most--)
		queue_add(to, queue_take(from));
}

/* ---- time ---- */

static bool is_before(struct timespec a, struct timespec b)
{
	return a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

static bool is_past(struct timespec t)
{
	return !is_before(condition_in(0), t);
}

static uint64_t microseconds_since(struct timespec start)
{
	struct timespec now = condition_in(0);
	return (uint64_t)((now.tv_sec - start.tv_sec) * 1000000 +
		(now.tv_nsec - start.tv_nsec) / 1000);
}

/* ---- counting ---- */

static void count_commit(
	struct writer *writer, uint64_t lists, uint64_t later, struct timespec start)
{
	struct counters *c = &writer->counters;
	atomic_fetch_add(&c->commits, 1);
	atomic_store(&c->failing, false);
	atomic_fetch_add(&c->lists, lists);
	atomic_fetch_add(&c->later, later);
	atomic_fetch_add(&c->commit_us, microseconds_since(start));
	uint64_t largest = atomic_load(&c->largest_batch);
	while (lists > largest && !atomic_compare_exchange_weak(&c->largest_batch, &largest, lists))
		;
}

static bool is_store_trouble(enum error_code code)
{
	return code == ERROR_STORE_FAILED || code == ERROR_BUSY || code == ERROR_CORRUPT;
}

/* A store that is busy is not sick. */
static void count_failure(struct writer *writer, enum error_code code)
{
	atomic_fetch_add(&writer->counters.commits_failed, 1);
	if (code != ERROR_BUSY)
		atomic_store(&writer->counters.failing, true);
}

/* ---- a transaction ---- */

static enum error_code commit(struct writer *writer, struct db *db, uint64_t lists, uint64_t later,
	struct why *reterr_why)
{
	if (failpoint("writer.before-commit") || failpoint("writer.commit")) {
		db_rollback(db);
		return error_because(reterr_why, ERROR_STORE_FAILED, "the commit was made to fail");
	}
	struct timespec start = condition_in(0);
	enum error_code code = db_commit(db, reterr_why);
	(void)failpoint("writer.after-commit");
	if (code == OK)
		count_commit(writer, lists, later, start);
	return code;
}

/* Runs one list in a savepoint. False when the whole transaction is lost with it. */
static bool run_apart(struct writer *writer, struct db *db, struct entry *entry)
{
	entry->code = db_savepoint(db, &entry->why);
	if (entry->code != OK)
		return false;
	entry->code = writer->config.apply(writer->config.context, db, entry->list, &entry->why);
	if (entry->code == OK)
		entry->code = db_savepoint_release(db, &entry->why);
	else if (db_must_retry(db) || db_savepoint_rollback(db, NULL) != OK)
		return false;
	return entry->code == OK || db_in_transaction(db);
}

/* The same without one: a list that fails leaves the transaction good for nothing. */
static bool run_together(struct writer *writer, struct db *db, struct entry *entry)
{
	entry->code = writer->config.apply(writer->config.context, db, entry->list, &entry->why);
	return entry->code == OK;
}

/* One batch. */
struct batch {
	struct queue waiting, later;
	bool unsynced; /* all of it may be */
	uint64_t applied, applied_later;
};

static enum error_code run_entries(struct writer *writer, struct db *db, const struct queue *queue,
	bool (*run)(struct writer *writer, struct db *db, struct entry *entry), uint64_t *ret_applied,
	struct why *reterr_why)
{
	uint64_t applied = 0;
	for (struct entry *entry = queue->first; entry; entry = entry->next) {
		if (!run(writer, db, entry))
			return error_because(reterr_why, ERROR_STORE_FAILED,
				"the batch was lost: %s", entry->why.text);
		applied += entry->code == OK;
	}
	*ret_applied = applied;
	return OK;
}

/* Runs both queues, but for the commit. What was handed over to be done later came first. */
static enum error_code run_queues(struct writer *writer, struct db *db, struct batch *batch,
	bool (*run)(struct writer *writer, struct db *db, struct entry *entry), struct why *reterr_why)
{
	enum error_code code =
		run_entries(writer, db, &batch->later, run, &batch->applied_later, reterr_why);
	return code == OK ? run_entries(writer, db, &batch->waiting, run, &batch->applied, reterr_why)
			  : code;
}

/* Runs a batch in one transaction. OK: each entry's code is its own result, and durable.
 * Otherwise nothing of any of them holds. Hardly a list ever fails, and savepoints cost a copy of
 * each page that is changed: they come when one has. */
static enum error_code run_batch(struct writer *writer, struct batch *batch, struct why *reterr_why)
{
	struct db *db;
	enum error_code code = db_pool_take(writer->pool, &db, reterr_why);
	if (code != OK)
		return code;
	enum db_transaction kind = batch->unsynced ? DB_WRITE_UNSYNCED : DB_WRITE;
	code = db_begin(db, kind, reterr_why);
	if (code == OK && run_queues(writer, db, batch, run_together, NULL) != OK) {
		db_rollback(db);
		code = db_begin(db, kind, reterr_why);
		if (code == OK)
			code = run_queues(writer, db, batch, run_apart, reterr_why);
	}
	if (code == OK)
		code = commit(writer, db, batch->applied + batch->applied_later,
			batch->applied_later, reterr_why);
	int64_t wal_bytes = db_wal_bytes(db);
	db_pool_give(writer->pool, db);
	if (code == OK && writer->checkpointer)
		checkpointer_notice(writer->checkpointer, wal_bytes);
	return code;
}

/* ---- the thread ---- */

static void tell_committed(struct writer *writer, const void *list)
{
	if (writer->config.committed)
		writer->config.committed(writer->config.context, list);
}

/* The semaphore is the waiter's: after the post the entry is gone. */
static void answer_waiting(
	struct writer *writer, struct queue *queue, enum error_code code, const struct why *why)
{
	struct entry *entry;
	while ((entry = queue_take(queue))) {
		if (code != OK) {
			entry->code = code;
			entry->why = *why;
		} else if (entry->code != OK) {
			atomic_fetch_add(&writer->counters.refused, 1);
		} else {
			tell_committed(writer, entry->list);
		}
		sem_post(&entry->done);
	}
}

static void give_up(struct writer *writer, const struct entry *entry)
{
	if (writer->config.later_failed)
		writer->config.later_failed(writer->config.context, entry->code, &entry->why);
}

/* Ends the `later` lists of a batch; those that the store failed on stay in `queue`. */
static size_t settle_later(
	struct writer *writer, struct queue *queue, enum error_code code, const struct why *why)
{
	struct queue kept;
	struct entry *entry;
	size_t settled = 0;
	queue_init(&kept);
	while ((entry = queue_take(queue))) {
		if (code != OK) {
			entry->code = code;
			entry->why = *why;
		}
		if (code != OK || is_store_trouble(entry->code)) {
			queue_add(&kept, entry);
			continue;
		}
		if (entry->code != OK) {
			atomic_fetch_add(&writer->counters.refused, 1);
			give_up(writer, entry);
		} else {
			tell_committed(writer, entry->list);
		}
		arena_free(entry->arena);
		settled++;
	}
	queue_move(&kept, queue, SIZE_MAX);
	return settled;
}

/* Waits for work, under the lock. False: stop, nothing is left. */
static bool wait_for_work(struct writer *writer)
{
	for (;;) {
		if (writer->waiting.n > 0)
			return true;
		if (writer->later.n > 0) {
			if (writer->hurry || writer->stop || is_past(writer->later_due))
				return true;
			struct timespec due = writer->later_due;
			pthread_cond_timedwait(&writer->work, &writer->lock, &due);
			continue;
		}
		if (writer->stop)
			return false;
		pthread_cond_wait(&writer->work, &writer->lock);
	}
}

static bool is_unsynced(const struct batch *batch)
{
	bool unsynced = !batch->later.n;
	for (const struct entry *entry = batch->waiting.first; entry; entry = entry->next)
		unsynced = unsynced && entry->unsynced;
	return unsynced;
}

/* One batch; the lock is held on entry and on return. True when the store did its part. */
static bool do_batch(struct writer *writer)
{
	struct batch batch = { .applied = 0 };
	struct why why = { "" };
	queue_init(&batch.waiting);
	queue_init(&batch.later);
	queue_move(&writer->waiting, &batch.waiting, SIZE_MAX);
	queue_move(&writer->later, &batch.later, LATER_A_BATCH);
	batch.unsynced = is_unsynced(&batch);
	pthread_mutex_unlock(&writer->lock);

	enum error_code code = run_batch(writer, &batch, &why);
	if (code != OK)
		count_failure(writer, code);
	answer_waiting(writer, &batch.waiting, code, &why);
	size_t settled = settle_later(writer, &batch.later, code, &why);

	pthread_mutex_lock(&writer->lock);
	bool kept = batch.later.n > 0;
	queue_move(&writer->later, &batch.later, SIZE_MAX); /* behind those that were kept */
	queue_move(&batch.later, &writer->later, SIZE_MAX);
	writer->later_out += settled;
	writer->failures += kept;
	writer->hurry = writer->hurry && !kept && writer->later.n > 0;
	if (kept)
		writer->later_due = condition_in(LATER_MS);
	pthread_cond_broadcast(&writer->settled);
	return !kept;
}

static void *run(void *argument)
{
	struct writer *writer = argument;
	int failed = 0;
	pthread_setname_np(pthread_self(), "writer");
	pthread_mutex_lock(&writer->lock);
	while (wait_for_work(writer) && failed < STOP_ROUNDS) {
		bool good = do_batch(writer);
		failed = good || !writer->stop ? 0 : failed + 1;
		if (failed > 0) {
			struct timespec until = condition_in(LATER_MS);
			pthread_cond_timedwait(&writer->work, &writer->lock, &until);
		}
	}
	struct entry *entry;
	while ((entry = queue_take(&writer->later))) {
		give_up(writer, entry);
		arena_free(entry->arena);
	}
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

/* ---- a caller's own transaction, on PostgreSQL ---- */

static enum error_code run_once(
	struct writer *writer, struct db *db, const struct entry *entry, struct why *reterr_why)
{
	enum error_code code =
		db_begin(db, entry->unsynced ? DB_WRITE_UNSYNCED : DB_WRITE, reterr_why);
	if (code != OK)
		return code;
	code = writer->config.apply(writer->config.context, db, entry->list, reterr_why);
	if (code == OK)
		return commit(writer, db, 1, 0, reterr_why);
	db_rollback(db);
	return code;
}

static enum error_code run_own(
	struct writer *writer, const struct entry *entry, struct why *reterr_why)
{
	struct db *db;
	enum error_code code = db_pool_take(writer->pool, &db, reterr_why);
	if (code != OK)
		return code;
	code = run_once(writer, db, entry, reterr_why);
	for (int i = 1; code != OK && db_must_retry(db) && i <= RETRIES; i++) {
		atomic_fetch_add(&writer->counters.retries, 1);
		/* Apart from one another, so that the same two do not meet again. */
		nanosleep(&(struct timespec){ .tv_nsec = condition_in(0).tv_nsec % (i * 2000000L) }, NULL);
		code = run_once(writer, db, entry, reterr_why);
	}
	if (is_store_trouble(code))
		count_failure(writer, code);
	else if (code != OK)
		atomic_fetch_add(&writer->counters.refused, 1);
	db_pool_give(writer->pool, db);
	if (code == OK)
		tell_committed(writer, entry->list);
	return code;
}

/* ---- calls ---- */

static enum error_code apply(
	struct writer *writer, const void *list, bool unsynced, struct why *reterr_why)
{
	struct entry entry = { .list = list, .unsynced = unsynced };
	pthread_mutex_lock(&writer->lock);
	bool stop = writer->stop;
	if (!stop && writer->local) {
		sem_init(&entry.done, 0, 0);
		queue_add(&writer->waiting, &entry);
		pthread_cond_signal(&writer->work);
	}
	pthread_mutex_unlock(&writer->lock);
	if (stop)
		return error_because(reterr_why, ERROR_STOPPED, "the writer stops");
	if (!writer->local)
		return run_own(writer, &entry, reterr_why);
	while (sem_wait(&entry.done) != 0) /* EINTR */
		;
	sem_destroy(&entry.done);
	if (entry.code != OK && reterr_why)
		*reterr_why = entry.why;
	return entry.code;
}

enum error_code writer_apply(struct writer *writer, const void *list, struct why *reterr_why)
{
	return apply(writer, list, false, reterr_why);
}

enum error_code writer_apply_unsynced(
	struct writer *writer, const void *list, struct why *reterr_why)
{
	return apply(writer, list, true, reterr_why);
}

void writer_apply_later(struct writer *writer, struct arena *arena, const void *list)
{
	writer_apply_within(writer, LATER_MS, arena, list);
}

void writer_apply_within(struct writer *writer, long ms, struct arena *arena, const void *list)
{
	struct timespec due = condition_in(ms);
	struct entry *entry = arena_alloc(arena, sizeof *entry);
	entry->list = list;
	entry->arena = arena;
	pthread_mutex_lock(&writer->lock);
	bool queued = !writer->stop && writer->later.n < writer->config.later_bound;
	if (queued) {
		if (writer->later.n == 0 || is_before(due, writer->later_due)) {
			writer->later_due = due;
			pthread_cond_signal(&writer->work);
		}
		queue_add(&writer->later, entry);
		writer->later_in++;
	}
	pthread_mutex_unlock(&writer->lock);
	if (queued)
		return;
	entry->code = writer_apply(writer, list, &entry->why);
	if (entry->code != OK)
		give_up(writer, entry);
	arena_free(arena);
}

bool writer_flush(struct writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	uint64_t until = writer->later_in, failures = writer->failures;
	while (writer->later_out < until && writer->failures == failures) {
		writer->hurry = true;
		pthread_cond_signal(&writer->work);
		pthread_cond_wait(&writer->settled, &writer->lock);
	}
	bool done = writer->later_out >= until;
	pthread_mutex_unlock(&writer->lock);
	return done;
}

bool writer_is_failing(const struct writer *writer)
{
	return atomic_load(&writer->counters.failing);
}

void writer_stats(struct writer *writer, struct writer_stats *ret_stats)
{
	struct counters *c = &writer->counters;
	pthread_mutex_lock(&writer->lock);
	uint64_t waiting = writer->later_in - writer->later_out;
	pthread_mutex_unlock(&writer->lock);
	*ret_stats = (struct writer_stats){
		.lists = atomic_load(&c->lists),
		.later = atomic_load(&c->later),
		.refused = atomic_load(&c->refused),
		.commits = atomic_load(&c->commits),
		.commits_failed = atomic_load(&c->commits_failed),
		.retries = atomic_load(&c->retries),
		.commit_us = atomic_load(&c->commit_us),
		.largest_batch = atomic_load(&c->largest_batch),
		.checkpoints = writer->checkpointer ? checkpointer_count(writer->checkpointer) : 0,
		.waiting = waiting,
	};
}

/* ---- start and stop ---- */

static void discard(struct writer *writer)
{
	checkpointer_free(writer->checkpointer);
	db_pool_free(writer->pool);
	pthread_cond_destroy(&writer->settled);
	pthread_cond_destroy(&writer->work);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

static struct writer *allocate(const struct writer_config *config)
{
	struct writer *writer = calloc(1, sizeof *writer);
	if (!writer)
		return NULL;
	writer->config = *config;
	writer->config.db = NULL; /* borrowed during writer_new alone */
	writer->local = config->db->engine == DB_SQLITE;
	if (!writer->config.later_bound)
		writer->config.later_bound = LATER_BOUND;
	queue_init(&writer->waiting);
	queue_init(&writer->later);
	condition_init(&writer->work);
	condition_init(&writer->settled);
	pthread_mutex_init(&writer->lock, NULL);
	return writer;
}

enum error_code writer_new(
	const struct writer_config *config, struct writer **ret_writer, struct why *reterr_why)
{
	struct writer *writer = allocate(config);
	if (!writer)
		return error_because(reterr_why, ERROR_INTERNAL, "out of memory");
	unsigned connections = config->connections ? config->connections : CONNECTIONS;
	enum error_code code =
		db_pool_new(config->db, writer->local ? 1 : connections, &writer->pool, reterr_why);
	if (code == OK && writer->local)
		code = checkpointer_new(config->db, &writer->checkpointer, reterr_why);
	if (code == OK && pthread_create(&writer->thread, NULL, run, writer) != 0)
		code = error_because(reterr_why, ERROR_INTERNAL, "no thread for the writer");
	if (code != OK) {
		discard(writer);
		return code;
	}
	*ret_writer = writer;
	return OK;
}

void writer_free(struct writer *writer)
{
	if (!writer)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->stop = true;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	discard(writer);
}

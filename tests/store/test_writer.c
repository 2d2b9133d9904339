/* run/writer and db/pool: group commit, on every engine. */
#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/failpoint.h"
#include "base/tables.h"
#include "db/pool.h"
#include "db/vfs_lossy.h"
#include "run/writer.h"

enum { ROWS = 3 }; /* of each list */

/* What a test's list does; `apply` below is its store. */
struct list {
	int64_t id;
	enum { GOOD, STALE_AT_END, EXISTS_AT_END, REFUSED_AT_END, COUNT_UP, BLOB } what;
};

static const struct db_statement put_row = { "put_row",
	"insert into row (list, place) values ($1, $2)", "ii", 1 };
static const struct db_statement change_none = { "change_none",
	"update row set place = 0 where list = -1", "", 1 };
static const struct db_statement count_up = { "count_up", "update counter set n = n + 1", "", 1 };
static const struct db_statement put_blob = { "put_blob",
	"insert into blob (id, raw) values ($1, $2)", "ib", 1 };

static const char count_rows[] = "select count(*) from row";
static const char count_halves[] =
	"select count(*) from (select list from row group by list having count(*) <> 3) as half";

static const char schema[] =
	"create table row (list {bigint} not null, place {bigint} not null,"
	" primary key (list, place)) {norowid};"
	"create table counter (n {bigint} not null) {strict}; insert into counter values (0);"
	"create table blob (id {bigint} primary key, raw {bytes}) {strict};";

static struct db *db; /* to look at what is there */
static struct writer *writer;
static atomic_int given_up;
static _Atomic enum error_code given_up_code;

static enum error_code put_list(struct db *on, const struct list *list, struct why *reterr_why)
{
	for (int i = 0; i < ROWS; i++) {
		enum error_code code = db_run(
			on, &put_row, DB_VALUES(db_int(list->id), db_int(i)), NULL, reterr_why);
		if (code != OK)
			return code;
	}
	return OK;
}

static enum error_code apply(
	void *context, struct db *on, const void *effects, struct why *reterr_why)
{
	static char megabyte[1 << 20];
	const struct list *list = effects;
	(void)context;
	if (list->what == COUNT_UP)
		return db_run(on, &count_up, DB_NO_VALUES, NULL, reterr_why);
	if (list->what == BLOB)
		return db_run(on, &put_blob,
			DB_VALUES(db_int(list->id), db_bytes(str_of(megabyte, sizeof megabyte))),
			NULL, reterr_why);
	enum error_code code = put_list(on, list, reterr_why);
	if (code == OK && list->what == STALE_AT_END)
		code = db_run(on, &change_none, DB_NO_VALUES, NULL, reterr_why);
	if (code == OK && list->what == EXISTS_AT_END)
		code = db_run(
			on, &put_row, DB_VALUES(db_int(list->id), db_int(0)), NULL, reterr_why);
	if (code == OK && list->what == REFUSED_AT_END)
		code = error_because(reterr_why, ERROR_CANCELLED, "refused");
	return code;
}

static void later_failed(void *context, enum error_code code, const struct why *why)
{
	(void)context;
	(void)why;
	atomic_store(&given_up_code, code);
	atomic_fetch_add(&given_up, 1);
}

static struct writer *start_writer(unsigned later_bound)
{
	struct db_config config = fixture_config();
	struct writer_config options = { .db = &config,
		.apply = apply,
		.later_failed = later_failed,
		.connections = 8,
		.later_bound = later_bound };
	struct writer *started = NULL;
	EXPECT(writer_new(&options, &started, &why), OK);
	return started;
}

static int setup(void **state)
{
	fixture_fresh(state);
	atomic_store(&given_up, 0);
	db = fixture_open();
	fixture_script(db, schema);
	writer = start_writer(0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
#ifdef CURFEW_TEST_BUILD
	failpoint_set("");
#endif
	writer_free(writer);
	writer = NULL;
	db_close(db);
	db = NULL;
	return 0;
}

static void later(int64_t id, int what)
{
	struct arena *arena = arena_new(0);
	struct list *list = arena_alloc(arena, sizeof *list);
	*list = (struct list){ id, what };
	writer_apply_later(writer, arena, list);
}

static struct writer_stats stats(void)
{
	struct writer_stats s;
	writer_stats(writer, &s);
	return s;
}

/* ---- lists ---- */

static void a_list_holds_in_whole_or_not_at_all(void **state)
{
	(void)state;
	struct why reason = { "" };
	EXPECT(writer_apply(writer, &(struct list){ 1, GOOD }, &why), OK);
	EXPECT(writer_apply(writer, &(struct list){ 2, STALE_AT_END }, &why), ERROR_STALE);
	EXPECT(writer_apply(writer, &(struct list){ 3, EXISTS_AT_END }, &why), ERROR_EXISTS);
	assert_int_equal(writer_apply(writer, &(struct list){ 4, REFUSED_AT_END }, &reason),
		ERROR_CANCELLED);
	assert_string_equal(reason.text, "refused");
	EXPECT(writer_apply(writer, &(struct list){ 5, GOOD }, NULL), OK);
	assert_int_equal(fixture_number(db, count_rows), 2 * ROWS);
	struct writer_stats s = stats();
	assert_int_equal(s.lists, 2);
	assert_int_equal(s.refused, 3);
	assert_int_equal(s.commits_failed, 0);
}

enum { THREADS = 32, EACH = 100 };

static atomic_int wrong;

static void *hammer(void *argument)
{
	static const enum error_code expected[] = { OK, ERROR_STALE, ERROR_EXISTS,
		ERROR_CANCELLED };
	int64_t thread = (int64_t)(intptr_t)argument;
	for (int i = 0; i < EACH; i++) {
		struct list list = { thread * EACH + i, (thread + i) % 4 };
		enum error_code code = writer_apply(writer, &list, NULL);
		wrong += code != expected[(thread + i) % 4];
	}
	return NULL;
}

static void run_threads(void *(*run)(void *), unsigned n)
{
	pthread_t threads[THREADS];
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, (void *)(intptr_t)i), 0);
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

static void many_threads_share_commits_but_not_failures(void **state)
{
	(void)state;
	wrong = 0;
	run_threads(hammer, THREADS);
	assert_int_equal(wrong, 0);
	assert_int_equal(fixture_number(db, count_rows), THREADS * EACH / 4 * ROWS);
	assert_int_equal(fixture_number(db, count_halves), 0);
	struct writer_stats s = stats();
	assert_int_equal(s.lists, THREADS * EACH / 4);
	assert_int_equal(s.refused, THREADS * EACH * 3 / 4);
	if (fixture_engine() == DB_SQLITE) {
		assert_true(s.commits < THREADS * EACH);
		assert_true(s.largest_batch > 1);
	} else {
		assert_int_equal(s.commits, s.lists);
	}
}

static void *count(void *argument)
{
	atomic_int *counted = argument;
	for (int i = 0; i < 50; i++) {
		enum error_code code = writer_apply(writer, &(struct list){ 0, COUNT_UP }, NULL);
		*counted += code == OK;
		wrong += code != OK && code != ERROR_STALE;
	}
	return NULL;
}

/* All change the same row: what is acknowledged has happened, once. */
static void conflicts_are_run_again_or_stale(void **state)
{
	(void)state;
	pthread_t threads[8];
	atomic_int counted = 0;
	wrong = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count, &counted), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(wrong, 0);
	assert_true(counted > 0);
	assert_int_equal(fixture_number(db, "select n from counter"), counted);
	if (fixture_engine() == DB_SQLITE)
		assert_int_equal(counted, 400);
	else
		assert_true(stats().retries > 0);
}

/* ---- `later` lists ---- */

static void later_lists_are_applied_soon(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		later(i, i % 10 == 9 ? REFUSED_AT_END : GOOD);
	assert_true(writer_flush(writer));
	assert_int_equal(fixture_number(db, count_rows), 900 * ROWS);
	assert_int_equal(given_up, 100);
	assert_int_equal(given_up_code, ERROR_CANCELLED);
	struct writer_stats s = stats();
	assert_int_equal(s.later, 900);
	assert_int_equal(s.refused, 100);
	assert_int_equal(s.waiting, 0);
	assert_true(s.commits <= 20);
	/* And without a flush, within its 100 ms. */
	later(5000, GOOD);
	for (int i = 0; i < 500 && stats().later < 901; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	assert_int_equal(stats().later, 901);
	assert_true(writer_flush(writer));
}

static void *later_hammer(void *argument)
{
	int64_t thread = (int64_t)(intptr_t)argument;
	for (int i = 0; i < EACH; i++)
		later(thread * EACH + i, GOOD);
	return NULL;
}

static void at_the_bound_nothing_is_dropped(void **state)
{
	(void)state;
	writer_free(writer);
	writer = start_writer(5);
	run_threads(later_hammer, 16);
	assert_true(writer_flush(writer));
	assert_int_equal(fixture_number(db, count_rows), 16 * EACH * ROWS);
	assert_int_equal(given_up, 0);
}

static void stopping_applies_what_waits(void **state)
{
	(void)state;
	for (int i = 0; i < 700; i++)
		later(i, GOOD);
	writer_free(writer);
	writer = NULL;
	assert_int_equal(fixture_number(db, count_rows), 700 * ROWS);
}

/* ---- the log ---- */

static void the_log_is_moved_off_the_writers_path(void **state)
{
	(void)state;
	for (int i = 0; i < 150; i++)
		EXPECT(writer_apply(writer, &(struct list){ i, BLOB }, &why), OK);
	struct writer_stats s = stats();
	assert_true(s.checkpoints > 0);
	writer_free(writer);
	writer = NULL;
	FILE *log = fopen(fixture_path("test.db-wal"), "r");
	assert_non_null(log);
	fseek(log, 0, SEEK_END);
	assert_int_equal(ftell(log), 0);
	fclose(log);
	assert_int_equal(fixture_number(db, "select count(*) from blob"), 150);
}

/* ---- trouble ---- */

#ifdef CURFEW_TEST_BUILD
static void a_failed_commit_fails_its_batch_cleanly(void **state)
{
	(void)state;
	EXPECT(writer_apply(writer, &(struct list){ 1, GOOD }, &why), OK);
	failpoint_set("writer.commit=error:1");
	EXPECT(writer_apply(writer, &(struct list){ 2, GOOD }, &why), ERROR_STORE_FAILED);
	assert_int_equal(fixture_number(db, count_rows), ROWS);
	EXPECT(writer_apply(writer, &(struct list){ 2, GOOD }, &why), OK);
	assert_int_equal(fixture_number(db, count_rows), 2 * ROWS);
	assert_int_equal(stats().commits_failed, 1);
}

static void later_lists_survive_a_failing_store(void **state)
{
	(void)state;
	failpoint_set("writer.commit=error:2");
	for (int i = 0; i < 10; i++)
		later(i, GOOD);
	assert_false(writer_flush(writer));
	assert_int_equal(fixture_number(db, count_rows), 0);
	assert_int_equal(stats().waiting, 10);
	while (!writer_flush(writer))
		;
	assert_int_equal(fixture_number(db, count_rows), 10 * ROWS);
	assert_int_equal(given_up, 0);
}

static void stopping_ends_even_when_the_store_fails(void **state)
{
	(void)state;
	later(1, GOOD);
	failpoint_set("writer.commit=error:-1");
	writer_free(writer);
	writer = NULL;
	assert_int_equal(given_up, 1);
	assert_int_equal(given_up_code, ERROR_STORE_FAILED);
	assert_int_equal(fixture_number(db, count_rows), 0);
}

static atomic_int succeeded, failed;

static void *fill_up(void *argument)
{
	int64_t thread = (int64_t)(intptr_t)argument;
	for (int i = 0; i < EACH; i++) {
		enum error_code code =
			writer_apply(writer, &(struct list){ thread * EACH + i, GOOD }, NULL);
		*(code == OK ? &succeeded : &failed) += 1;
		wrong += code != OK && code != ERROR_STORE_FAILED;
	}
	return NULL;
}

/* The real engine's errors, in the middle of batches. */
static void a_full_disk_fails_batches_and_passes(void **state)
{
	(void)state;
	writer_free(writer);
	db_close(db);
	struct db_config config = fixture_config();
	config.vfs = vfs_lossy_register();
	EXPECT(db_open(&config, &db, &why), OK);
	struct writer_config options = { .db = &config, .apply = apply };
	EXPECT(writer_new(&options, &writer, &why), OK);
	succeeded = failed = wrong = 0;
	failpoint_set("vfs.write=error:40;vfs.sync=error:30");
	run_threads(fill_up, 16);
	assert_int_equal(wrong, 0);
	assert_true(failed > 0 && succeeded > 0);
	assert_int_equal(fixture_number(db, count_rows), succeeded * ROWS);
	EXPECT(db_check(db, &why), OK);
}
#endif

/* ---- the pool ---- */

static struct db_pool *pool;

static void *borrow(void *argument)
{
	(void)argument;
	for (int i = 0; i < 300; i++) {
		struct db *lent = NULL;
		if (db_pool_take(pool, &lent, NULL) != OK || db_begin(lent, DB_READ, NULL) != OK)
			wrong++;
		if (i % 2) /* a forgotten transaction is rolled back */
			db_rollback(lent);
		db_pool_give(pool, lent);
	}
	return NULL;
}

static void a_thread_gets_its_connection_back(void **state)
{
	(void)state;
	struct db_config config = fixture_config();
	EXPECT(db_pool_new(&config, 3, &pool, &why), OK);
	struct db *first, *second, *again;
	unsigned open, taken;
	EXPECT(db_pool_take(pool, &first, &why), OK);
	EXPECT(db_pool_take(pool, &second, &why), OK);
	assert_ptr_not_equal(first, second);
	db_pool_usage(pool, &open, &taken);
	assert_int_equal(open, 2);
	assert_int_equal(taken, 2);
	db_pool_give(pool, first);
	db_pool_give(pool, second);
	EXPECT(db_pool_take(pool, &again, &why), OK);
	assert_ptr_equal(again, second);
	EXPECT(db_begin(again, DB_READ, &why), OK);
	db_pool_give(pool, again);
	assert_false(db_in_transaction(again));
	wrong = 0;
	run_threads(borrow, 16);
	assert_int_equal(wrong, 0);
	db_pool_usage(pool, &open, &taken);
	assert_true(open <= 3);
	assert_int_equal(taken, 0);
	db_pool_free(pool);
}

static void a_pool_needs_a_database(void **state)
{
	(void)state;
	struct db_config config = { .engine = DB_SQLITE, .path = STR("/nowhere/test.db") };
	struct db_pool *none = NULL;
	struct writer *no_writer = NULL;
	struct writer_config options = { .db = &config, .apply = apply };
	EXPECT(db_pool_new(&config, 2, &none, &why), ERROR_STORE_FAILED);
	EXPECT(db_pool_new(&config, 0, &none, &why), ERROR_INVALID_CONFIG);
	EXPECT(db_pool_new(&config, 257, &none, &why), ERROR_INVALID_CONFIG);
	EXPECT(writer_new(&options, &no_writer, &why), ERROR_STORE_FAILED);
	assert_null(none);
	assert_null(no_writer);
}

int main(int argc, char **argv)
{
	fixture_start(argc, argv, "writer");
#define TEST(name, engines)                                                     \
	{                                                                       \
		cmocka_unit_test_setup_teardown(name, setup, teardown), engines \
	}
	const struct fixture_test tests[] = {
		TEST(a_list_holds_in_whole_or_not_at_all, EVERY_ENGINE),
		TEST(many_threads_share_commits_but_not_failures, EVERY_ENGINE),
		TEST(conflicts_are_run_again_or_stale, EVERY_ENGINE),
		TEST(later_lists_are_applied_soon, EVERY_ENGINE),
		TEST(at_the_bound_nothing_is_dropped, EVERY_ENGINE),
		TEST(stopping_applies_what_waits, EVERY_ENGINE),
		TEST(the_log_is_moved_off_the_writers_path, SQLITE_ONLY),
#ifdef CURFEW_TEST_BUILD
		TEST(a_failed_commit_fails_its_batch_cleanly, EVERY_ENGINE),
		TEST(later_lists_survive_a_failing_store, EVERY_ENGINE),
		TEST(stopping_ends_even_when_the_store_fails, EVERY_ENGINE),
		TEST(a_full_disk_fails_batches_and_passes, SQLITE_ONLY),
#endif
		TEST(a_thread_gets_its_connection_back, EVERY_ENGINE),
		TEST(a_pool_needs_a_database, EVERY_ENGINE),
	};
	return fixture_run("writer", tests, ARRAY_LENGTH(tests));
}

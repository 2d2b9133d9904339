/* The power fails while 16 threads write: what was acknowledged is there afterwards, and
 * of what was not, all of a list or nothing. */
#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/tables.h"
#include "db/vfs_lossy.h"
#include "run/writer.h"

enum { THREADS = 16, EACH = 4000, ROWS = 3, ROUNDS = 24 };

static const struct db_statement put_row = { "put_row",
	"insert into row (list, place) values ($1, $2)", "ii", 1 };
static const struct db_statement all_lists = { "all_lists",
	"select list, count(*) from row group by list", "", DB_ROWS_QUERY };

static const char schema[] =
	"create table if not exists row (list {bigint} not null, place {bigint} not null,"
	" primary key (list, place)) {norowid};";

static struct writer *writer;
static bool acknowledged[THREADS * EACH];
static atomic_int acknowledged_n, wrong;

static struct db_config lossy_config(void)
{
	struct db_config config = fixture_config();
	config.vfs = vfs_lossy_register();
	return config;
}

static enum error_code apply(void *context, struct db *on, const void *list, struct why *reterr_why)
{
	(void)context;
	const int64_t *id = list;
	enum error_code code = OK;
	for (int i = 0; i < ROWS && code == OK; i++)
		code = db_run(on, &put_row, DB_VALUES(db_int(*id), db_int(i)), NULL, reterr_why);
	return code;
}

static void *write_until_it_fails(void *argument)
{
	int64_t thread = (int64_t)(intptr_t)argument;
	for (int i = 0; i < EACH; i++) {
		int64_t id = thread * EACH + i;
		enum error_code code = writer_apply(writer, &id, NULL);
		wrong += code != OK && code != ERROR_STORE_FAILED;
		if (code != OK)
			break;
		acknowledged[id] = true;
		acknowledged_n++;
	}
	return NULL;
}

/* Every list in the file is whole; every acknowledged one is in it. */
static void check_what_is_left(struct db *db)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	int found = 0;
	EXPECT(db_check(db, &why), OK);
	EXPECT(db_query(db, &all_lists, DB_NO_VALUES, arena, &rows, &why), OK);
	for (size_t r = 0; r < rows.n; r++) {
		assert_int_equal(db_cell_int(&rows, r, 1), ROWS);
		found += acknowledged[db_cell_int(&rows, r, 0)];
	}
	assert_int_equal(found, acknowledged_n);
}

static void one_round(uint32_t seed)
{
	struct db_config config = lossy_config();
	struct writer_config options = { .db = &config, .apply = apply };
	pthread_t threads[THREADS];
	struct db *db = NULL;
	fixture_fresh(NULL);
	for (size_t i = 0; i < ARRAY_LENGTH(acknowledged); i++)
		acknowledged[i] = false;
	acknowledged_n = wrong = 0;
	EXPECT(db_open(&config, &db, &why), OK);
	fixture_script(db, schema);
	EXPECT(writer_new(&options, &writer, &why), OK);
	for (intptr_t i = 0; i < THREADS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, write_until_it_fails, (void *)i), 0);
	/* Some time into the work; in every other round with a checkpoint under way. */
	int enough = 50 + (int)(seed * 2654435761u >> 24) * 4;
	while (acknowledged_n < enough)
		nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
	if (seed % 2)
		(void)!db_checkpoint(db, DB_CHECKPOINT_PASSIVE, NULL);
	vfs_lossy_power_cut(seed % 3 ? seed : 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	writer_free(writer);
	db_close(db);
	vfs_lossy_power_on();
	assert_int_equal(wrong, 0);

	EXPECT(db_open(&config, &db, &why), OK);
	check_what_is_left(db);
	EXPECT(writer_new(&options, &writer, &why), OK);
	int64_t more = THREADS * EACH - 1;
	EXPECT(writer_apply(writer, &more, &why), OK);
	writer_free(writer);
	db_close(db);
}

static void what_was_acknowledged_survives_a_power_cut(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= ROUNDS; seed++)
		one_round(seed);
}

/* The test of the test: without the syncs of a commit, a power cut does lose rows. */
static void what_was_not_synced_is_lost(void **state)
{
	(void)state;
	struct db_config config = lossy_config();
	struct db *db = NULL;
	int64_t one = 1, two = 2;
	fixture_fresh(state);
	EXPECT(db_open(&config, &db, &why), OK);
	fixture_script(db, schema);
	uint64_t syncs = vfs_lossy_syncs();
	EXPECT(db_begin(db, DB_WRITE, &why), OK);
	EXPECT(apply(NULL, db, &one, &why), OK);
	EXPECT(db_commit(db, &why), OK);
	assert_true(vfs_lossy_syncs() > syncs);
	fixture_script(db, "pragma synchronous = off");
	EXPECT(db_begin(db, DB_WRITE, &why), OK);
	EXPECT(apply(NULL, db, &two, &why), OK);
	EXPECT(db_commit(db, &why), OK);
	assert_int_equal(fixture_number(db, "select count(*) from row"), 2 * ROWS);
	vfs_lossy_power_cut(0);
	db_close(db);
	vfs_lossy_power_on();
	EXPECT(db_open(&config, &db, &why), OK);
	assert_int_equal(fixture_number(db, "select count(*) from row"), ROWS);
	assert_int_equal(fixture_number(db, "select min(list) from row"), 1);
	db_close(db);
}

static void commit_one(struct db *db, enum db_transaction kind, int64_t list)
{
	EXPECT(db_begin(db, kind, &why), OK);
	EXPECT(apply(NULL, db, &list, &why), OK);
	EXPECT(db_commit(db, &why), OK);
}

static void what_waits_for_no_disk_lasts_with_what_comes_after(void **state)
{
	(void)state;
	struct db_config config = lossy_config();
	struct db *db = NULL;
	fixture_fresh(state);
	EXPECT(db_open(&config, &db, &why), OK);
	fixture_script(db, schema);
	commit_one(db, DB_WRITE, 1);
	uint64_t syncs = vfs_lossy_syncs();
	commit_one(db, DB_WRITE_UNSYNCED, 2);
	assert_true(vfs_lossy_syncs() == syncs);
	commit_one(db, DB_WRITE, 3);
	assert_true(vfs_lossy_syncs() > syncs);
	commit_one(db, DB_WRITE_UNSYNCED, 4);
	assert_int_equal(fixture_number(db, "select count(*) from row"), 4 * ROWS);
	vfs_lossy_power_cut(0);
	db_close(db);
	vfs_lossy_power_on();
	EXPECT(db_open(&config, &db, &why), OK);
	assert_int_equal(fixture_number(db, "select count(*) from row"), 3 * ROWS);
	assert_int_equal(fixture_number(db, "select max(list) from row"), 3);
	db_close(db);
}

int main(int argc, char **argv)
{
	fixture_start(argc, argv, "power_cut");
	const struct fixture_test tests[] = {
		{ cmocka_unit_test(what_was_not_synced_is_lost), SQLITE_ONLY },
		{ cmocka_unit_test(what_waits_for_no_disk_lasts_with_what_comes_after), SQLITE_ONLY },
		{ cmocka_unit_test(what_was_acknowledged_survives_a_power_cut), SQLITE_ONLY },
	};
	return fixture_run("power_cut", tests, ARRAY_LENGTH(tests));
}

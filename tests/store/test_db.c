/* db/: the driver, the same on every engine. */
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/tables.h"
#include "db/vfs_lossy.h"

static const struct db_statement put_kinds = { "put_kinds",
	"insert into kinds (id, words, number, raw, flag) values ($1, $2, $3, $4, $5)", "it?i?b?B?",
	1 };
static const struct db_statement get_kinds = { "get_kinds",
	"select words, number, raw, flag from kinds where id = $1", "i", DB_ROWS_QUERY };
static const struct db_statement put_thing = { "put_thing",
	"insert into thing (realm, name, n) values ($1, $2, $3)", "tti", 1 };
static const struct db_statement set_thing = { "set_thing",
	"update thing set n = $3 where name = $2 and realm = $1", "tti", 1 };
static const struct db_statement raise_all = { "raise_all", "update thing set n = n + $1", "i",
	DB_ROWS_ANY };
static const struct db_statement names = { "names", "select name from thing order by name", "",
	DB_ROWS_QUERY };

static const char count_things[] = "select count(*) from thing";

static const char schema[] =
	"create table kinds (id {bigint} primary key, words {text}, number {bigint}, raw {bytes},"
	" flag {bool}) {strict};"
	"create table thing (realm {text} not null, name {text} not null, n {bigint} not null"
	" check (n >= 0), primary key (realm, name)) {norowid};"
	"create table counted (id {serial}, name {text} unique) {strict};";

static struct db *db;

static int setup(void **state)
{
	fixture_fresh(state);
	db = fixture_open();
	fixture_script(db, schema);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
#ifdef CURFEW_TEST_BUILD
	failpoint_set("");
#endif
	db_close(db);
	db = NULL;
	return 0;
}

static void begin(struct db *on)
{
	EXPECT(db_begin(on, DB_WRITE, &why), OK);
}

static void commit(struct db *on)
{
	EXPECT(db_commit(on, &why), OK);
}

/* Puts one thing in a transaction of its own. */
static void put(const char *name, int64_t n)
{
	begin(db);
	EXPECT(db_run(db, &put_thing,
		       DB_VALUES(db_text(STR("r")), db_text(str_from(name)), db_int(n)), NULL,
		       &why),
		OK);
	commit(db);
}

/* ---- values ---- */

static void check_kinds(int64_t id, struct str words, int64_t number, struct str raw, bool flag)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	begin(db);
	EXPECT(db_run(db, &put_kinds,
		       DB_VALUES(db_int(id), db_text(words), db_int(number), db_bytes(raw),
			       db_bool(flag)),
		       NULL, &why),
		OK);
	commit(db);
	EXPECT(db_query(db, &get_kinds, DB_VALUES(db_int(id)), arena, &rows, &why), OK);
	assert_int_equal(rows.n, 1);
	assert_int_equal(rows.columns, 4);
	assert_true(str_eq(db_cell_text(&rows, 0, 0), words));
	assert_true(db_cell_int(&rows, 0, 1) == number);
	assert_true(str_eq(db_cell_bytes(&rows, 0, 2), raw));
	assert_true(db_cell_bool(&rows, 0, 3) == flag);
	for (size_t c = 0; c < 4; c++)
		assert_false(db_is_null(&rows, 0, c));
	assert_int_equal(db_cell_text(&rows, 0, 0).p[words.n], 0);
}

static void values_come_back_as_they_went(void **state)
{
	(void)state;
	static char big[1 << 20];
	memset(big, 'x', sizeof big);
	check_kinds(1, STR("h\xc3\xa9 \xf0\x9f\x94\x91 '; drop table kinds; --"), INT64_MAX,
		STR("\0\xff\x01"), true);
	check_kinds(2, STR(""), INT64_MIN, STR(""), false);
	check_kinds(3, str_of(big, sizeof big), -1, str_of(big, sizeof big), true);
}

static void null_is_not_the_empty_text(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	begin(db);
	EXPECT(db_run(db, &put_kinds,
		       DB_VALUES(db_int(7), db_text_or_null(STR("")), db_null(), db_null(),
			       db_null()),
		       NULL, &why),
		OK);
	EXPECT(db_query(db, &get_kinds, DB_VALUES(db_int(7)), arena, &rows, &why), OK);
	commit(db);
	for (size_t c = 0; c < 4; c++)
		assert_true(db_is_null(&rows, 0, c));
	assert_int_equal(db_cell_text(&rows, 0, 0).n, 0);
	assert_int_equal(db_cell_int(&rows, 0, 1), 0);
	assert_int_equal(db_cell_bytes(&rows, 0, 2).n, 0);
	assert_false(db_cell_bool(&rows, 0, 3));
	EXPECT(db_query(db, &get_kinds, DB_VALUES(db_int(8)), arena, &rows, &why), OK);
	assert_int_equal(rows.n, 0);
}

static void parameters_are_bound_by_their_number(void **state)
{
	(void)state;
	static const struct db_statement mixed = { "mixed",
		"select cast($3 as text), $1 + 0, $2 is null, cast($3 as text), true where $4 and"
		" ($5 is null or $5 = 'x')",
		"it?tBt?", DB_ROWS_QUERY };
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	EXPECT(db_query(db, &mixed,
		       DB_VALUES(db_int(42), db_null(), db_text(STR("three")), db_bool(true),
			       db_null()),
		       arena, &rows, &why),
		OK);
	assert_int_equal(rows.n, 1);
	assert_true(str_eq_z(db_cell_text(&rows, 0, 0), "three"));
	assert_int_equal(db_cell_int(&rows, 0, 1), 42);
	assert_true(db_cell_bool(&rows, 0, 2));
	assert_true(str_eq_z(db_cell_text(&rows, 0, 3), "three"));
	assert_true(db_cell_bool(&rows, 0, 4));
}

static void text_compares_byte_by_byte(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	static const char *const order[] = { "B", "_", "a", "\xc3\xa9" };
	put("a", 1);
	put("\xc3\xa9", 1);
	put("B", 1);
	put("_", 1);
	struct db_rows rows;
	EXPECT(db_query(db, &names, DB_NO_VALUES, arena, &rows, &why), OK);
	assert_int_equal(rows.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(str_eq_z(db_cell_text(&rows, i, 0), order[i]));
	assert_int_equal(fixture_number(db, "select count(*) from thing where name like 'b%'"), 0);
	assert_int_equal(fixture_number(db, "select count(*) from thing where name like 'B%'"), 1);
}

static void upsert_and_returning_work(void **state)
{
	(void)state;
	static const struct db_statement upsert = { "upsert",
		"insert into thing (realm, name, n) values ('r', $1, $2) on conflict (realm, name)"
		" do update set n = thing.n + excluded.n",
		"ti", 1 };
	static const struct db_statement give = { "give",
		"insert into counted (name) values ($1) returning id", "t", DB_ROWS_QUERY };
	ARENA_SCOPED arena = arena_new(0);
	begin(db);
	for (int i = 0; i < 3; i++)
		EXPECT(db_run(db, &upsert, DB_VALUES(db_text(STR("up")), db_int(5)), NULL, &why),
			OK);
	struct db_rows first, second;
	EXPECT(db_query(db, &give, DB_VALUES(db_text(STR("a"))), arena, &first, &why), OK);
	EXPECT(db_query(db, &give, DB_VALUES(db_text(STR("b"))), arena, &second, &why), OK);
	commit(db);
	assert_int_equal(fixture_number(db, "select n from thing where name = 'up'"), 15);
	assert_true(db_cell_int(&first, 0, 0) < db_cell_int(&second, 0, 0));
}

/* ---- errors ---- */

/* CVE-2026-90997 */
static void a_wrong_number_of_changed_rows_is_stale(void **state)
{
	(void)state;
	struct why reason = { "" };
	int64_t changed = -7;
	put("a", 1);
	put("b", 1);
	begin(db);
	EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(10)), &changed, &why), OK);
	assert_int_equal(changed, 2);
	changed = -7;
	assert_int_equal(db_run(db, &set_thing,
				 DB_VALUES(db_text(STR("r")), db_text(STR("missing")), db_int(9)),
				 &changed, &reason),
		ERROR_STALE);
	assert_int_equal(changed, -7);
	assert_non_null(strstr(reason.text, "set_thing"));
	assert_false(db_must_retry(db));
	db_rollback(db);
	assert_int_equal(fixture_number(db, "select cast(sum(n) as {bigint}) from thing"), 2);
}

static void unique_constraints_are_named_alike(void **state)
{
	(void)state;
	static const struct db_statement twice = { "twice",
		"insert into counted (name) values ('x'), ('x')", "", 2 };
	struct why reason = { "" };
	put("a", 1);
	begin(db);
	assert_int_equal(
		db_run(db, &put_thing, DB_VALUES(db_text(STR("r")), db_text(STR("a")), db_int(1)),
			NULL, &reason),
		ERROR_EXISTS);
	assert_string_equal(reason.text, "unique: thing(realm, name): statement put_thing");
	db_rollback(db);
	begin(db);
	assert_int_equal(db_run(db, &twice, DB_NO_VALUES, NULL, &reason), ERROR_EXISTS);
	assert_string_equal(reason.text, "unique: counted(name): statement twice");
	db_rollback(db);
}

static void other_constraints_refuse_the_value(void **state)
{
	(void)state;
	static const struct db_statement put_null = { "put_null",
		"insert into thing (realm, name, n) values ($1, 'n', 1)", "t?", 1 };
	begin(db);
	EXPECT(db_run(db, &put_thing, DB_VALUES(db_text(STR("r")), db_text(STR("c")), db_int(-1)),
		       NULL, &why),
		ERROR_INVALID_VALUE);
	db_rollback(db);
	begin(db);
	EXPECT(db_run(db, &put_null, DB_VALUES(db_null()), NULL, &why), ERROR_INVALID_VALUE);
	db_rollback(db);
}

static void values_of_strangers_are_checked(void **state)
{
	(void)state;
	static const char *const bad[] = { "\xff", "\xc0\x80", "\xed\xa0\x80" };
	begin(db);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		EXPECT(db_run(db, &put_thing,
			       DB_VALUES(db_text(STR("r")), db_text(str_from(bad[i])), db_int(1)),
			       NULL, &why),
			ERROR_INVALID_VALUE);
	EXPECT(db_run(db, &put_thing, DB_VALUES(db_text(STR("r")), db_text(STR("a\0b")), db_int(1)),
		       NULL, &why),
		ERROR_INVALID_VALUE);
	commit(db);
	assert_int_equal(fixture_number(db, count_things), 0);
}

static void mistakes_in_use_are_internal_errors(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	struct db_values three = DB_VALUES(db_text(STR("r")), db_text(STR("n")), db_int(1));
	EXPECT(db_run(db, &put_thing, three, NULL, &why), ERROR_INTERNAL); /* no transaction */
	begin(db);
	EXPECT(db_begin(db, DB_WRITE, &why), ERROR_INTERNAL);
	EXPECT(db_run(db, &put_thing, DB_NO_VALUES, NULL, &why), ERROR_INTERNAL);
	EXPECT(db_run(db, &put_thing, DB_VALUES(db_int(1), db_text(STR("n")), db_int(1)), NULL,
		       &why),
		ERROR_INTERNAL);
	EXPECT(db_run(db, &put_thing, DB_VALUES(db_null(), db_text(STR("n")), db_int(1)), NULL,
		       &why),
		ERROR_INTERNAL);
	EXPECT(db_run(db, &names, DB_NO_VALUES, NULL, &why), ERROR_INTERNAL);
	EXPECT(db_query(db, &put_thing, three, arena, &rows, &why), ERROR_INTERNAL);
	EXPECT(db_run(db, &put_thing, three, NULL, &why), OK);
	commit(db);
	EXPECT(db_commit(db, &why), ERROR_INTERNAL);
	EXPECT(db_run_batch(db, NULL, 0, &why), ERROR_INTERNAL);
	assert_int_equal(fixture_number(db, count_things), 1);
}

static void prepare_finds_mistakes(void **state)
{
	(void)state;
	static const struct db_statement wrong[] = {
		{ "syntax", "selekt 1", "", DB_ROWS_QUERY },
		{ "column", "select nothing from thing", "", DB_ROWS_QUERY },
		{ "quotes", "select \"nothing\" from thing", "", DB_ROWS_QUERY },
		{ "token", "select 1 {tokn}", "", DB_ROWS_QUERY },
		{ "type", "select n from thing where name = $1", "x", DB_ROWS_QUERY },
		{ "query", "select n from thing", "", DB_ROWS_ANY },
		{ "no query", "delete from thing", "", DB_ROWS_QUERY },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		EXPECT(db_prepare(db, &wrong[i], &why), ERROR_INTERNAL);
	static const struct db_statement two = { "two", "delete from thing; delete from thing", "",
		DB_ROWS_ANY };
	EXPECT(db_prepare(db, &two, &why), ERROR_INTERNAL);
	static const struct db_statement unused = { "unused", "select n from thing where name = $2",
		"tt", DB_ROWS_QUERY };
	if (fixture_engine() == DB_SQLITE)
		EXPECT(db_prepare(db, &unused, &why), ERROR_INTERNAL);
	static const struct db_statement unreadable = { "unreadable", "select sum(n) from thing",
		"", DB_ROWS_QUERY };
	if (fixture_engine() == DB_POSTGRESQL)
		EXPECT(db_prepare(db, &unreadable, &why), ERROR_INTERNAL);
	EXPECT(db_prepare(db, &names, &why), OK);
	EXPECT(db_prepare(db, &names, &why), OK);
}

static void braces_that_are_no_token_stay(void **state)
{
	(void)state;
	static const struct db_statement json = { "json",
		"select count(*) where '{}' = '{' || '}' and '{\"a\":1}' like '{%' and '{A}' <> ''",
		"", DB_ROWS_QUERY };
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	EXPECT(db_query(db, &json, DB_NO_VALUES, arena, &rows, &why), OK);
	assert_int_equal(db_cell_int(&rows, 0, 0), 1);
}

/* ---- transactions ---- */

static void a_savepoint_takes_back_its_part_alone(void **state)
{
	(void)state;
	struct db_values again = DB_VALUES(db_text(STR("r")), db_text(STR("a")), db_int(1));
	put("a", 1);
	begin(db);
	EXPECT(db_savepoint(db, &why), OK);
	EXPECT(db_run(db, &set_thing, DB_VALUES(db_text(STR("r")), db_text(STR("a")), db_int(5)),
		       NULL, &why),
		OK);
	EXPECT(db_savepoint_release(db, &why), OK);
	EXPECT(db_savepoint(db, &why), OK);
	EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(100)), NULL, &why), OK);
	EXPECT(db_run(db, &put_thing, again, NULL, &why), ERROR_EXISTS);
	EXPECT(db_savepoint_rollback(db, &why), OK);
	EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(1)), NULL, &why), OK);
	commit(db);
	assert_int_equal(fixture_number(db, "select n from thing"), 6);
	EXPECT(db_begin(db, DB_WRITE, &why), OK);
	EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(1)), NULL, &why), OK);
	db_rollback(db);
	assert_false(db_in_transaction(db));
	assert_int_equal(fixture_number(db, "select n from thing"), 6);
}

static void a_reader_sees_one_snapshot(void **state)
{
	(void)state;
	put("a", 1);
	struct db *reader = fixture_open();
	EXPECT(db_begin(reader, DB_READ, &why), OK);
	assert_int_equal(fixture_number(reader, count_things), 1);
	put("b", 1);
	assert_int_equal(fixture_number(reader, count_things), 1);
	db_rollback(reader);
	assert_int_equal(fixture_number(reader, count_things), 2);
	db_close(reader);
}

static void read_only_connections_do_not_write(void **state)
{
	(void)state;
	put("a", 1);
	struct db_config config = fixture_config();
	config.read_only = true;
	struct db *reader = NULL;
	EXPECT(db_open(&config, &reader, &why), OK);
	assert_int_equal(fixture_number(reader, count_things), 1);
	struct why reason = { "" };
	enum error_code code = db_begin(reader, DB_WRITE, &reason);
	if (code == OK)
		code = db_run(reader, &raise_all, DB_VALUES(db_int(1)), NULL, &reason);
	assert_int_equal(code, ERROR_STORE_FAILED);
	db_close(reader);
}

static void a_lock_held_by_another_is_busy(void **state)
{
	(void)state;
	put("a", 1);
	struct db *other = fixture_open();
	fixture_script(other,
		fixture_engine() == DB_SQLITE ? "pragma busy_timeout = 20"
					      : "set lock_timeout = '20ms'");
	begin(db);
	EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(1)), NULL, &why), OK);
	struct why reason = { "" };
	enum error_code code = db_begin(other, DB_WRITE, &reason);
	if (code == OK)
		code = db_run(other, &raise_all, DB_VALUES(db_int(1)), NULL, &reason);
	assert_int_equal(code, ERROR_BUSY);
	db_rollback(other);
	commit(db);
	begin(other);
	EXPECT(db_run(other, &raise_all, DB_VALUES(db_int(1)), NULL, &why), OK);
	commit(other);
	db_close(other);
	assert_int_equal(fixture_number(db, "select n from thing"), 3);
}

/* Two transactions each read what the other one writes: no order of them gives that. */
static void write_skew_must_be_run_again(void **state)
{
	(void)state;
	static const struct db_statement copy_count = { "copy_count",
		"insert into thing (realm, name, n) select 'r', $1, count(*) from thing", "t", 1 };
	struct db *other = fixture_open();
	begin(db);
	begin(other);
	EXPECT(db_run(db, &copy_count, DB_VALUES(db_text(STR("one"))), NULL, &why), OK);
	EXPECT(db_run(other, &copy_count, DB_VALUES(db_text(STR("two"))), NULL, &why), OK);
	commit(db);
	EXPECT(db_commit(other, &why), ERROR_STALE);
	assert_true(db_must_retry(other));
	assert_false(db_in_transaction(other));
	begin(other);
	assert_false(db_must_retry(other));
	EXPECT(db_run(other, &copy_count, DB_VALUES(db_text(STR("two"))), NULL, &why), OK);
	commit(other);
	db_close(other);
	assert_int_equal(fixture_number(db, "select n from thing where name = 'two'"), 1);
}

/* ---- batches ---- */

enum { MANY = 2500 };

/* `bad`: which of them collides with the first; 0: none. */
static enum error_code run_many(size_t bad, struct why *why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_call *calls = arena_array(arena, MANY, sizeof *calls);
	for (size_t i = 0; i < MANY; i++) {
		struct db_value *values = arena_array(arena, 3, sizeof *values);
		values[0] = db_text(STR("batch"));
		values[1] = db_text(arena_format(arena, "%zu", i == bad ? 0 : i));
		values[2] = db_int((int64_t)i);
		calls[i] = (struct db_call){ &put_thing, { values, 3 } };
	}
	return db_run_batch(db, calls, MANY, why);
}

static void a_batch_runs_in_order_and_in_whole(void **state)
{
	(void)state;
	begin(db);
	EXPECT(run_many(0, &why), OK);
	commit(db);
	assert_int_equal(fixture_number(db, count_things), MANY);
	assert_int_equal(fixture_number(db, "select cast(sum(n) as {bigint}) from thing"),
		MANY * (MANY - 1) / 2);
	EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(0)), NULL, &why), OK);
}

static void a_batch_reports_its_first_failure(void **state)
{
	(void)state;
	static const size_t places[] = { 1, 999, 1000, 1700, MANY - 1 };
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		begin(db);
		EXPECT(run_many(places[i], &why), ERROR_EXISTS);
		db_rollback(db);
		assert_int_equal(fixture_number(db, count_things), 0);
	}
	struct db_call stale[] = {
		{ &put_thing, DB_VALUES(db_text(STR("r")), db_text(STR("a")), db_int(1)) },
		{ &set_thing, DB_VALUES(db_text(STR("r")), db_text(STR("missing")), db_int(1)) },
		{ &put_thing, DB_VALUES(db_text(STR("r")), db_text(STR("a")), db_int(1)) },
	};
	begin(db);
	EXPECT(db_run_batch(db, stale, 3, &why), ERROR_STALE);
	db_rollback(db);
	begin(db);
	EXPECT(db_savepoint(db, &why), OK);
	EXPECT(db_run_batch(db, stale, 3, &why), ERROR_STALE);
	EXPECT(db_savepoint_rollback(db, &why), OK);
	EXPECT(db_run_batch(db, stale, 1, &why), OK);
	commit(db);
	assert_int_equal(fixture_number(db, count_things), 1);
}

/* Kinds of `size` bytes of text each, or none. */
static enum error_code add_kinds(int64_t n, size_t size, struct why *why)
{
	ARENA_SCOPED arena = arena_new(0);
	const struct db_value **rows = arena_array(arena, (size_t)n, sizeof *rows);
	struct str words = str_of(memset(arena_alloc(arena, size), 'x', size), size);
	for (int64_t i = 0; i < n; i++) {
		const struct db_value row[] = { db_int(i),
			i % 2 ? db_text(words) : db_null(), db_int(-i), db_bytes(STR("\0\xff")),
			db_bool(i % 2) };
		rows[i] = memcpy(arena_alloc(arena, sizeof row), row, sizeof row);
	}
	return db_add_rows(db, &put_kinds, rows, (size_t)n, why);
}

static void many_rows_are_added_at_once(void **state)
{
	(void)state;
	EXPECT(add_kinds(2, 1, &why), ERROR_INTERNAL); /* no transaction */
	begin(db);
	EXPECT(add_kinds(0, 1, &why), OK);
	EXPECT(add_kinds(MANY, 1000, &why), OK); /* more than is sent at once */
	commit(db);
	assert_int_equal(fixture_number(db, "select count(*) from kinds where words is null and not"
		" coalesce(flag, true) and raw is not null"), MANY / 2);
	assert_int_equal(fixture_number(db, "select cast(sum(number) as {bigint}) from kinds"
		" where length(words) = 1000 and flag"), -(MANY / 2) * (MANY / 2));
	begin(db);
	EXPECT(add_kinds(1, 1, &why), ERROR_EXISTS);
	db_rollback(db);
	begin(db);
	EXPECT(db_add_rows(db, &set_thing, NULL, 0, &why), ERROR_INTERNAL);
	EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(0)), NULL, &why), OK); /* it goes on */
	commit(db);
}

/* ---- trouble ---- */

static void kill_connection(struct db *victim)
{
	char sql[100];
	int64_t pid = fixture_number(victim, "select pg_backend_pid()");
	snprintf(sql, sizeof sql, "select pg_terminate_backend(%d, 5000)", (int)pid);
	struct db *killer = fixture_open();
	fixture_script(killer, sql);
	db_close(killer);
}

static void a_lost_connection_is_opened_anew(void **state)
{
	(void)state;
	put("a", 1);
	begin(db);
	EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(1)), NULL, &why), OK);
	kill_connection(db);
	EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(1)), NULL, &why), ERROR_STORE_FAILED);
	EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(1)), NULL, &why), ERROR_STORE_FAILED);
	EXPECT(run_many(0, &why), ERROR_STORE_FAILED);
	EXPECT(db_savepoint(db, &why), ERROR_STORE_FAILED);
	EXPECT(db_commit(db, &why), ERROR_STORE_FAILED);
	put("b", 1);
	assert_int_equal(fixture_number(db, "select cast(sum(n) as {bigint}) from thing"), 2);
	kill_connection(db); /* while idle: nobody notices */
	put("c", 1);
	kill_connection(db);
	assert_int_equal(fixture_number(db, count_things), 3);
	begin(db);
	kill_connection(db);
	EXPECT(run_many(0, &why), ERROR_STORE_FAILED);
	db_rollback(db);
	begin(db);
	kill_connection(db);
	EXPECT(db_commit(db, &why), ERROR_STORE_FAILED);
	assert_int_equal(fixture_number(db, count_things), 3);
}

static void a_changed_table_needs_a_new_plan(void **state)
{
	(void)state;
	static const struct db_statement all = { "all", "select * from thing", "", DB_ROWS_QUERY };
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	put("a", 1);
	struct db *other = fixture_open();
	EXPECT(db_query(other, &all, DB_NO_VALUES, arena, &rows, &why), OK);
	fixture_script(db, "alter table thing add column more {text}");
	enum error_code code = db_query(other, &all, DB_NO_VALUES, arena, &rows, NULL);
	assert_true(code == OK || code == ERROR_STALE);
	EXPECT(db_query(other, &all, DB_NO_VALUES, arena, &rows, &why), OK);
	assert_int_equal(rows.columns, 4);
	db_close(other);
}

static void what_cannot_be_opened_says_why(void **state)
{
	(void)state;
	struct db *none = NULL;
	struct why reason = { "" };
	struct db_config sqlite = { .engine = DB_SQLITE, .path = STR("/nowhere/at/all.db") };
	assert_int_equal(db_open(&sqlite, &none, &reason), ERROR_STORE_FAILED);
	assert_non_null(strstr(reason.text, "/nowhere/at/all.db"));
	sqlite.path = STR("a\0b");
	assert_int_equal(db_open(&sqlite, &none, &reason), ERROR_INVALID_CONFIG);
	struct db_config postgres = { .engine = DB_POSTGRESQL,
		.url = STR("postgresql://u:geheim@127.0.0.1:1/x") };
	assert_int_equal(db_open(&postgres, &none, &reason), ERROR_STORE_FAILED);
	assert_non_null(strstr(reason.text, "127.0.0.1"));
	assert_null(strstr(reason.text, "geheim"));
	postgres.url = STR("postgresql://u:geheim@h:geheim/x?geheim");
	assert_int_equal(db_open(&postgres, &none, &reason), ERROR_INVALID_CONFIG);
	assert_null(strstr(reason.text, "geheim"));
	assert_null(none);
}

static void overwrite(const char *file, off_t at, size_t n)
{
	static const char rubbish[8192] = "rubbish";
	int fd = open(file, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, rubbish, n, at), n);
	close(fd);
}

static void damage_is_found(void **state)
{
	(void)state;
	EXPECT(db_check(db, &why), OK);
	begin(db);
	EXPECT(run_many(0, &why), OK);
	commit(db);
	EXPECT(db_checkpoint(db, DB_CHECKPOINT_TRUNCATE, &why), OK);
	db_close(db);
	char path[500];
	snprintf(path, sizeof path, "%s", fixture_path("test.db"));
	overwrite(path, 4096 * 5, 8192);
	db = fixture_open();
	EXPECT(db_check(db, &why), ERROR_CORRUPT);
	db_close(db);
	overwrite(path, 0, 100);
	struct db_config config = fixture_config();
	db = NULL;
	EXPECT(db_open(&config, &db, &why), ERROR_CORRUPT);
}

/* ---- upkeep ---- */

static void the_log_moves_into_the_file(void **state)
{
	(void)state;
	begin(db);
	EXPECT(run_many(0, &why), OK);
	commit(db);
	if (fixture_engine() == DB_POSTGRESQL) {
		assert_int_equal(db_wal_bytes(db), 0);
		EXPECT(db_checkpoint(db, DB_CHECKPOINT_TRUNCATE, &why), OK);
		return;
	}
	int64_t before = db_wal_bytes(db);
	assert_true(before > 4096 * 10);
	struct db *other = fixture_open(), *reader = fixture_open();
	EXPECT(db_begin(reader, DB_READ, &why), OK);
	assert_int_equal(fixture_number(reader, count_things), MANY);
	put("after the reader's snapshot", 1);
	EXPECT(db_checkpoint(other, DB_CHECKPOINT_PASSIVE, &why), ERROR_BUSY);
	db_rollback(reader);
	EXPECT(db_checkpoint(other, DB_CHECKPOINT_PASSIVE, &why), OK);
	put("in the log that starts over", 1);
	assert_true(db_wal_bytes(db) < before);
	EXPECT(db_checkpoint(other, DB_CHECKPOINT_TRUNCATE, &why), OK);
	assert_int_equal(fixture_number(reader, count_things), MANY + 2);
	db_close(reader);
	db_close(other);
}

static void put_while_it_copies(void *context, int64_t done, int64_t total)
{
	int *calls = context;
	char name[40];
	assert_true(done <= total);
	snprintf(name, sizeof name, "during %d", ++*calls);
	struct db *writer = db;
	begin(writer);
	EXPECT(db_run(writer, &put_thing,
		       DB_VALUES(db_text(STR("later")), db_text(str_from(name)), db_int(1)), NULL,
		       &why),
		OK);
	commit(writer);
}

static void a_backup_is_one_snapshot(void **state)
{
	(void)state;
	struct db *source = fixture_open(), *copy = NULL;
	char path[500];
	int calls = 0;
	snprintf(path, sizeof path, "%s", fixture_path("copy.db"));
	if (fixture_engine() == DB_POSTGRESQL) {
		EXPECT(db_backup(source, str_from(path), NULL, NULL, &why), ERROR_NOT_BUILT);
		db_close(source);
		return;
	}
	begin(db);
	EXPECT(run_many(0, &why), OK);
	EXPECT(db_run(db, &put_kinds,
		       DB_VALUES(db_int(1), db_null(), db_null(), db_null(), db_null()), NULL,
		       &why),
		OK);
	commit(db);
	fixture_script(db, "insert into kinds (id, raw) values (2, zeroblob(20000000))");
	EXPECT(db_backup(source, str_from(path), put_while_it_copies, &calls, &why), OK);
	assert_true(calls > 3);
	EXPECT(db_backup(source, str_from(path), NULL, NULL, &why), ERROR_EXISTS);
	db_close(source);
	struct db_config config = { .engine = DB_SQLITE, .path = str_from(path) };
	EXPECT(db_open(&config, &copy, &why), OK);
	EXPECT(db_check(copy, &why), OK);
	assert_int_equal(fixture_number(copy, count_things), MANY);
	assert_int_equal(fixture_number(db, count_things), MANY + calls);
	db_close(copy);
}

#ifdef CURFEW_TEST_BUILD
static void a_full_disk_leaves_nothing_behind(void **state)
{
	(void)state;
	static const char *const failures[] = { "vfs.write=error:1", "vfs.sync=error:1" };
	db_close(db);
	struct db_config config = fixture_config();
	config.vfs = vfs_lossy_register();
	EXPECT(db_open(&config, &db, &why), OK);
	put("a", 1);
	for (size_t i = 0; i < ARRAY_LENGTH(failures); i++) {
		begin(db);
		EXPECT(db_run(db, &raise_all, DB_VALUES(db_int(1)), NULL, &why), OK);
		failpoint_set(failures[i]);
		EXPECT(db_commit(db, &why), ERROR_STORE_FAILED);
		assert_false(db_in_transaction(db));
		assert_int_equal(fixture_number(db, "select n from thing"), 1);
	}
	put("b", 1);
	EXPECT(db_check(db, &why), OK);
	assert_int_equal(fixture_number(db, count_things), 2);
}
#endif

int main(int argc, char **argv)
{
	fixture_start(argc, argv, "db");
#define TEST(name, engines)                                                     \
	{                                                                       \
		cmocka_unit_test_setup_teardown(name, setup, teardown), engines \
	}
	const struct fixture_test tests[] = {
		TEST(values_come_back_as_they_went, EVERY_ENGINE),
		TEST(null_is_not_the_empty_text, EVERY_ENGINE),
		TEST(parameters_are_bound_by_their_number, EVERY_ENGINE),
		TEST(text_compares_byte_by_byte, EVERY_ENGINE),
		TEST(upsert_and_returning_work, EVERY_ENGINE),
		TEST(a_wrong_number_of_changed_rows_is_stale, EVERY_ENGINE),
		TEST(unique_constraints_are_named_alike, EVERY_ENGINE),
		TEST(other_constraints_refuse_the_value, EVERY_ENGINE),
		TEST(values_of_strangers_are_checked, EVERY_ENGINE),
		TEST(mistakes_in_use_are_internal_errors, EVERY_ENGINE),
		TEST(prepare_finds_mistakes, EVERY_ENGINE),
		TEST(braces_that_are_no_token_stay, EVERY_ENGINE),
		TEST(a_savepoint_takes_back_its_part_alone, EVERY_ENGINE),
		TEST(a_reader_sees_one_snapshot, EVERY_ENGINE),
		TEST(read_only_connections_do_not_write, EVERY_ENGINE),
		TEST(a_lock_held_by_another_is_busy, EVERY_ENGINE),
		TEST(write_skew_must_be_run_again, POSTGRESQL_ONLY),
		TEST(a_batch_runs_in_order_and_in_whole, EVERY_ENGINE),
		TEST(a_batch_reports_its_first_failure, EVERY_ENGINE),
		TEST(many_rows_are_added_at_once, EVERY_ENGINE),
		TEST(a_lost_connection_is_opened_anew, POSTGRESQL_ONLY),
		TEST(a_changed_table_needs_a_new_plan, EVERY_ENGINE),
		TEST(what_cannot_be_opened_says_why, EVERY_ENGINE),
		TEST(damage_is_found, SQLITE_ONLY),
		TEST(the_log_moves_into_the_file, EVERY_ENGINE),
		TEST(a_backup_is_one_snapshot, EVERY_ENGINE),
#ifdef CURFEW_TEST_BUILD
		TEST(a_full_disk_leaves_nothing_behind, SQLITE_ONLY),
#endif
	};
	return fixture_run("db", tests, ARRAY_LENGTH(tests));
}

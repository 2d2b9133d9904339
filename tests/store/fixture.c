/* The store tests' engine; see fixture.h. */
#include "fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SKIP = 77 };

static struct {
	enum db_engine engine;
	char folder[200], file[240], path[500], url[600], schema[40];
} fixture;

static void make_folder(const char *below)
{
	snprintf(fixture.folder, sizeof fixture.folder, "%s/curfew-test-XXXXXX", below);
	if (!mkdtemp(fixture.folder)) {
		perror(fixture.folder);
		exit(1);
	}
	snprintf(fixture.file, sizeof fixture.file, "%s/test.db", fixture.folder);
}

void fixture_start(int argc, char **argv, const char *test)
{
	const char *name = argc > 1 ? argv[1] : "tmpfs", *url = getenv("CURFEW_TEST_PG");
	if (strcmp(name, "tmpfs") == 0) {
		make_folder("/dev/shm");
	} else if (strcmp(name, "disk") == 0) {
		make_folder(".");
	} else if (strcmp(name, "postgresql") != 0) {
		fprintf(stderr, "usage: %s tmpfs|disk|postgresql\n", argv[0]);
		exit(2);
	} else if (!url || !*url) {
		fprintf(stderr, "CURFEW_TEST_PG is not set: start it through with-postgres\n");
		exit(SKIP);
	} else {
		make_folder("/tmp");
		fixture.engine = DB_POSTGRESQL;
		snprintf(fixture.schema, sizeof fixture.schema, "test_%s_%d", test, (int)getpid());
		snprintf(fixture.url, sizeof fixture.url, "%s%coptions=-csearch_path%%3D%s", url,
			strchr(url, '?') ? '&' : '?', fixture.schema);
	}
}

struct db_config fixture_config(void)
{
	return (struct db_config){ .engine = fixture.engine,
		.path = str_from(fixture.file),
		.url = str_from(fixture.url) };
}

enum db_engine fixture_engine(void)
{
	return fixture.engine;
}

const char *fixture_path(const char *name)
{
	snprintf(fixture.path, sizeof fixture.path, "%s/%s", fixture.folder, name);
	return fixture.path;
}

struct db *fixture_open(void)
{
	struct db_config config = fixture_config();
	struct db *db = NULL;
	EXPECT(db_open(&config, &db, &why), OK);
	return db;
}

void fixture_script(struct db *db, const char *sql)
{
	EXPECT(db_script(db, sql, &why), OK);
}

int64_t fixture_number(struct db *db, const char *sql)
{
	/* A connection knows statements by their address: each text keeps its own. */
	static struct db_statement known[100];
	size_t i = 0;
	while (known[i].sql && strcmp(known[i].sql, sql) != 0)
		i++;
	assert_true(i < sizeof known / sizeof known[0] - 1);
	if (!known[i].sql)
		known[i] = (struct db_statement){ "number", sql, "", DB_ROWS_QUERY };
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	EXPECT(db_query(db, &known[i], DB_NO_VALUES, arena, &rows, &why), OK);
	assert_int_equal(rows.n, 1);
	return db_cell_int(&rows, 0, 0);
}

static void remove_files(void)
{
	DIR *folder = opendir(fixture.folder);
	struct dirent *entry;
	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			(void)unlink(fixture_path(entry->d_name));
	if (folder)
		closedir(folder);
}

static void drop_schema(const char *then)
{
	char sql[200];
	struct db *db = fixture_open();
	snprintf(sql, sizeof sql, "drop schema if exists %s cascade; %s%s", fixture.schema, then,
		*then ? fixture.schema : "");
	fixture_script(db, sql);
	db_close(db);
}

int fixture_fresh(void **state)
{
	(void)state;
	remove_files();
	if (fixture.engine == DB_POSTGRESQL)
		drop_schema("create schema ");
	return 0;
}

int fixture_run(const char *name, const struct fixture_test *tests, size_t n)
{
	struct CMUnitTest chosen[100];
	size_t chosen_n = 0;
	assert_true(n <= sizeof chosen / sizeof chosen[0]);
	for (size_t i = 0; i < n; i++)
		if (tests[i].engines == EVERY_ENGINE ||
			(tests[i].engines == SQLITE_ONLY) == (fixture.engine == DB_SQLITE))
			chosen[chosen_n++] = tests[i].test;
	int failed = _cmocka_run_group_tests(name, chosen, chosen_n, NULL, NULL);
	if (fixture.engine == DB_POSTGRESQL)
		drop_schema("");
	remove_files();
	(void)rmdir(fixture.folder);
	return failed;
}

/* What the store tests share: the engine that the program's first argument names.
 *
 *   tmpfs       SQLite in /dev/shm
 *   disk        SQLite below the working folder
 *   postgresql  the server of CURFEW_TEST_PG, in a schema of the test's own
 *
 * Start such a program by `meson test`, or through with-postgres. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/db.h"

/* Reads the argument; ends the program (77: skipped) when PostgreSQL is not given. */
void fixture_start(int argc, char **argv, const char *test);
/* A test and where it makes sense. */
struct fixture_test {
	struct CMUnitTest test;
	enum { EVERY_ENGINE, SQLITE_ONLY, POSTGRESQL_ONLY } engines;
};
/* Runs those for the engine, then removes what was made; for main to return. */
int fixture_run(const char *name, const struct fixture_test *tests, size_t n);

/* The database, empty since fixture_fresh. Borrowed until fixture_run ends. */
struct db_config fixture_config(void);
enum db_engine fixture_engine(void);
/* Removes all data. No connection may be open. For cmocka: a setup function. */
int fixture_fresh(void **state);
/* A path in a folder of the test's own. Overwritten by the next call. */
const char *fixture_path(const char *name);

/* Opens a connection to it, or fails the test. */
struct db *fixture_open(void);
/* Runs a script, or fails the test. */
void fixture_script(struct db *db, const char *sql);
/* The number that a query without parameters (a literal) gives. Main thread only. */
int64_t fixture_number(struct db *db, const char *sql);

/* Fails with the reason when a call did not give what it must. */
#define EXPECT(call, expected)                                                             \
	do {                                                                               \
		struct why why = { "" };                                                   \
		enum error_code code_ = (call);                                            \
		if (code_ != (expected))                                                   \
			fail_msg("%s gave %s instead of %s: %s", #call, error_name(code_), \
				error_name(expected), why.text);                           \
	} while (0)

#endif

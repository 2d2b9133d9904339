/* What the tests of import and export share, on top of store_fixture.h. */
#ifndef TESTS_STORE_IMPORT_FIXTURE_H
#define TESTS_STORE_IMPORT_FIXTURE_H

#include "store_fixture.h"

#include "json/tree.h"
#include "store/export.h"
#include "store/import.h"

#define NOW_MS INT64_C(1800000000000)

/* Through the writer. */
struct store_import_options import_options(void);
/* The recorded export of the realm "customers". */
struct str customers(void);
/* Imports from memory. */
enum error_code import_text(
	struct str json, struct store_import_summary *ret_summary, struct why *reterr_why);
#define IMPORT(json, expected) EXPECT(import_text((json), &summary, &why), expected)
extern struct store_import_summary summary; /* of the last IMPORT */

/* The whole realm, or a failed test. */
struct str export_all(const char *realm, bool mask);
/* The snapshot; freed by store_teardown's arena, its keys by unload_realm. */
struct realm *load_realm(const char *name);
const struct role *find_role(const struct realm *realm, const char *client, const char *name);
/* A line of the last summary with this text in it. */
bool warned(const char *part);
/* Rows that belong to some realm but "realm", in all tables. */
int64_t rows_left(void);

/* What differs between two JSON texts, one line each, sorted by nothing: lists count as
 * sets, their objects are told apart by id, name, alias, clientId or username. */
struct str json_difference(struct str left, struct str right);

#endif

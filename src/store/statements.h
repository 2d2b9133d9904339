/* The registry of statements: every SQL text of the store, by name.
 *
 * Each area has its own statements_AREA.def of lines S(NAME, "sql", "types", rows), with
 * the meaning of struct db_statement's members; the statement is then the constant
 * statement_NAME. statements.def includes the areas. A test prepares every statement on
 * both engines. Internal to store/. */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#include "db/db.h"

#define S(name, sql, types, rows) extern const struct db_statement statement_##name;
#include "store/statements.def"
#undef S

/* All of them, for the test that prepares each. */
extern const struct db_statement *const statements_all[];
extern const size_t statements_all_n;

#endif

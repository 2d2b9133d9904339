#include "store/migrate.h"

#include "base/tables.h"
#include "store/statements.h"

static const struct migration *const migrations[] = { &migration_0001, &migration_0002,
	&migration_0003, &migration_0004, &migration_0005, &migration_0006, &migration_0007,
	&migration_0008, &migration_0009, &migration_0010, &migration_0011, &migration_0012,
	&migration_0013, &migration_0014, &migration_0015, &migration_0016, &migration_0017 };

/* Several nodes that start at once take the record of a migration from each other; each
 * attempt finds the database further on. */
enum { ATTEMPTS = 20 };

enum error_code migrate_number(struct db *db, int64_t *ret_number, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	enum error_code code =
		db_query(db, &statement_migration_newest, DB_NO_VALUES, arena, &rows, reterr_why);
	if (code == OK)
		*ret_number = db_cell_int(&rows, 0, 0);
	return code;
}

static enum error_code create_record(struct db *db, struct why *reterr_why)
{
	enum error_code code = db_begin(db, DB_WRITE, reterr_why);
	if (code == OK)
		code = db_script(db,
			"create table if not exists schema_migration ("
			" number {bigint} not null primary key,"
			" name {text} not null,"
			" applied_ms {bigint} not null"
			") {strict}",
			reterr_why);
	if (code != OK) {
		db_rollback(db);
		return code;
	}
	return db_commit(db, reterr_why);
}

/* The record comes first: its key makes another node that does the same wait and fail. */
static enum error_code apply(
	struct db *db, const struct migration *migration, int64_t now_ms, struct why *reterr_why)
{
	enum error_code code = db_begin(db, DB_WRITE, reterr_why);
	if (code != OK)
		return code;
	code = db_run(db, &statement_migration_add,
		DB_VALUES(db_int(migration->number), db_text(str_from(migration->name)),
			db_int(now_ms)),
		NULL, reterr_why);
	for (size_t i = 0; code == OK && i < ARRAY_LENGTH(migration->parts) && migration->parts[i];
		i++)
		code = db_script(db, migration->parts[i], reterr_why);
	if (code != OK) {
		db_rollback(db);
		return code;
	}
	return db_commit(db, reterr_why);
}

static enum error_code advance(struct db *db, const struct migration *const *list, size_t n,
	int64_t now_ms, struct why *reterr_why)
{
	int64_t number;
	enum error_code code = create_record(db, reterr_why);
	if (code == OK)
		code = migrate_number(db, &number, reterr_why);
	if (code != OK)
		return code;
	if (n > 0 && number > list[n - 1]->number)
		return error_because(reterr_why, ERROR_UNSUPPORTED_VERSION,
			"the database's schema has number %lld, this program knows up to %lld: it was made by "
			"a newer version; use that one, or restore a backup",
			(long long)number, (long long)list[n - 1]->number);
	for (size_t i = 0; code == OK && i < n; i++)
		if (list[i]->number > number)
			code = apply(db, list[i], now_ms, reterr_why);
	return code;
}

enum error_code migrate_list(struct db *db, const struct migration *const *list, size_t n,
	int64_t now_ms, struct why *reterr_why)
{
	enum error_code code = OK;
	for (int i = 0; i < ATTEMPTS; i++) {
		code = advance(db, list, n, now_ms, reterr_why);
		if (code != ERROR_EXISTS && code != ERROR_STALE)
			return code;
	}
	return code;
}

int64_t migrate_known(void)
{
	return migrations[ARRAY_LENGTH(migrations) - 1]->number;
}

enum error_code migrate(struct db *db, int64_t now_ms, int64_t *ret_was, struct why *reterr_why)
{
	*ret_was = 0;
	enum error_code code = create_record(db, reterr_why);
	if (code == OK)
		code = migrate_number(db, ret_was, reterr_why);
	if (code != OK && code != ERROR_EXISTS && code != ERROR_STALE)
		return code;
	return migrate_list(db, migrations, ARRAY_LENGTH(migrations), now_ms, reterr_why);
}

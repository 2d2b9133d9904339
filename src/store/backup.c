/* Backups; see backup.h. */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/internal.h"
#include "store/migrate.h"
#include "store/statements.h"

/* ---- copying ---- */

struct pages {
	void (*progress)(void *context, int64_t done, int64_t total);
	void *context;
};

static void tell(void *context, int64_t done, int64_t total)
{
	const struct pages *pages = context;
	if (pages->progress)
		pages->progress(pages->context, done, total);
}

static bool sync_path(const char *path, int flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	bool good = fd >= 0 && fsync(fd) == 0;
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return good;
}

static enum error_code reveal(
	struct arena *arena, const char *part, struct str path, struct why *reterr_why)
{
	size_t slash = str_last_index(path, '/');
	const char *target = arena_z(arena, path);
	const char *folder = slash < path.n ? arena_z(arena, str_take(path, slash + 1)) : ".";
	bool good = sync_path(part, 0) && rename(part, target) == 0;
	int error = errno;
	if (!good)
		unlink(part);
	if (good && !sync_path(folder, O_DIRECTORY)) {
		good = false;
		error = errno;
	}
	if (good)
		return OK;
	return error_because(reterr_why, ERROR_FILE_FAILED, "%s: %s", target, strerror(error));
}

static enum error_code copy(const struct db_config *config, struct str path, struct pages *pages,
	struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	DB_SCOPED db = NULL;
	struct str part = arena_format(arena, "%.*s.%d.part", STR_ARG(path), (int)getpid());
	if (access(arena_z(arena, path), F_OK) == 0)
		return error_because(reterr_why, ERROR_EXISTS, "%.*s is there already", STR_ARG(path));
	enum error_code code = db_open(config, &db, reterr_why);
	if (code == OK)
		code = db_backup(db, part, tell, pages, reterr_why);
	return code == OK ? reveal(arena, arena_z(arena, part), path, reterr_why) : code;
}

enum error_code store_backup(struct store *store, struct str path,
	void (*progress)(void *context, int64_t done, int64_t total), void *context,
	struct why *reterr_why)
{
	struct pages pages = { progress, context };
	struct db_config config = store->config;
	config.read_only = true;
	if (!store_is_local(store))
		return error_because(reterr_why, ERROR_NOT_BUILT,
			"the database is PostgreSQL's: pg_dump makes a consistent copy while the server runs");
	return copy(&config, path, &pages, reterr_why);
}

enum error_code store_backup_copy(struct str from, struct str to,
	void (*progress)(void *context, int64_t done, int64_t total), void *context,
	struct why *reterr_why)
{
	struct pages pages = { progress, context };
	const struct db_config config = { .engine = DB_SQLITE, .path = from, .read_only = true };
	return copy(&config, to, &pages, reterr_why);
}

/* ---- judging a file ---- */

static enum error_code check_schema(struct db *db, int64_t *ret_schema, struct why *reterr_why)
{
	struct why why = { "" };
	if (migrate_number(db, ret_schema, &why) != OK)
		return error_because(reterr_why, ERROR_CORRUPT, "it is no database of Curfew (%s)", why.text);
	if (*ret_schema > migrate_known())
		return error_because(reterr_why, ERROR_UNSUPPORTED_VERSION,
			"its schema has number %lld, this program knows up to %lld: it was made by a newer "
			"version; restore it with that one",
			(long long)*ret_schema, (long long)migrate_known());
	return OK;
}

/* Some sealed row opens by the key; a database without any does with every key. */
static enum error_code check_key(
	struct db *db, struct arena *arena, struct str seal_key, struct why *reterr_why)
{
	struct db_rows rows;
	struct seal_key *key;
	SECRET_SCOPED plain = { NULL, 0 };
	enum error_code code = db_query(db, &statement_sealed_sample, DB_NO_VALUES, arena, &rows, reterr_why);
	if (code != OK || !rows.n)
		return code;
	if ((code = seal_key_from_text(seal_key, &key, reterr_why)) != OK)
		return code;
	struct str what = arena_join(arena, STR("component:"), db_cell_text(&rows, 0, 0), STR(""));
	code = seal_open(key, what, db_cell_text(&rows, 0, 1), &plain, NULL);
	seal_key_free(key);
	return code == OK ? OK : error_because(reterr_why, ERROR_CRYPTO_FAILED,
		"its keys and secrets are sealed with another seal key than this data folder's: put the "
		"seal.key that was beside that database back first");
}

enum error_code store_backup_check(
	struct str path, struct str seal_key, int64_t *ret_schema, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	DB_SCOPED db = NULL;
	struct why why = { "" };
	int64_t schema = 0;
	const struct db_config config = { .engine = DB_SQLITE, .path = path, .read_only = true };
	if (access(arena_z(arena, path), R_OK) != 0)
		return error_because(reterr_why, ERROR_FILE_FAILED, "%.*s: %s", STR_ARG(path), strerror(errno));
	enum error_code code = db_open(&config, &db, &why);
	if (code == OK)
		code = db_check(db, &why);
	if (code == OK)
		code = check_schema(db, &schema, &why);
	if (code == OK)
		code = check_key(db, arena, seal_key, &why);
	if (code != OK)
		return error_because(reterr_why, code, "%.*s: %s", STR_ARG(path), why.text);
	*ret_schema = schema;
	return OK;
}

void store_schema(const struct store *store, int64_t *ret_was, int64_t *ret_is)
{
	*ret_was = store->schema_was;
	*ret_is = migrate_known();
}

/* Restoring; see restore.h. */
#include "main/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "main/folder.h"
#include "store/backup.h"

struct restoring {
	struct arena *arena;
	const struct config *config;
	struct str file, database;
	void (*progress)(void *context, int64_t done, int64_t total);
	void *context;
};

static char *beside(const struct restoring *r, const char *suffix)
{
	return arena_z(r->arena, arena_join(r->arena, r->database, str_from(suffix), STR("")));
}

/* A fresh key, which opening the folder would make, opens nothing of what a backup has sealed. */
static enum error_code need_key(const struct restoring *r, struct why *reterr_why)
{
	char *key = arena_z(r->arena, arena_join(r->arena, r->config->data, STR("/seal.key"), STR("")));
	if (r->config->seal_key.n || access(key, F_OK) == 0)
		return OK;
	return error_because(reterr_why, ERROR_FILE_FAILED,
		"%s is not there: put the seal key that was beside the backed up database there first, or into "
		"CURFEW_SEAL_KEY", key);
}

/* The log of the old database must never meet the new one. */
static enum error_code put_in_place(const struct restoring *r, const char *fresh, struct why *reterr_why)
{
	const char *const logs[] = { "-wal", "-shm" };
	for (size_t i = 0; i < 2; i++)
		if (unlink(beside(r, logs[i])) != 0 && errno != ENOENT)
			return error_because(reterr_why, ERROR_FILE_FAILED, "%s: %s", beside(r, logs[i]),
					     strerror(errno));
	int folder = open(arena_z(r->arena, r->config->data), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = folder >= 0 && fsync(folder) == 0 && rename(fresh, beside(r, "")) == 0 && fsync(folder) == 0;
	int error = errno;
	if (folder >= 0)
		close(folder);
	return good ? OK : error_because(reterr_why, ERROR_FILE_FAILED, "%s: %s", beside(r, ""), strerror(error));
}

static enum error_code run(const struct restoring *r, const struct folder *folder, bool force, int64_t *ret_schema,
			   struct why *reterr_why)
{
	const char *fresh = beside(r, ".restore");
	if (!force && access(beside(r, ""), F_OK) == 0)
		return error_because(reterr_why, ERROR_EXISTS, "%s is there: --force puts the backup in its place",
				     beside(r, ""));
	if (unlink(fresh) != 0 && errno != ENOENT)
		return error_because(reterr_why, ERROR_FILE_FAILED, "%s: %s", fresh, strerror(errno));
	enum error_code code = store_backup_check(r->file, folder_seal_key(folder), ret_schema, reterr_why);
	if (code == OK)
		code = store_backup_copy(r->file, str_from(fresh), r->progress, r->context, reterr_why);
	if (code != OK)
		return code;
	code = put_in_place(r, fresh, reterr_why);
	if (code != OK)
		unlink(fresh);
	return code;
}

enum error_code restore(const struct config *config, struct str file, bool force,
	void (*progress)(void *context, int64_t done, int64_t total), void *context,
	int64_t *ret_schema, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct folder *folder;
	const struct restoring r = { .arena = arena, .config = config, .file = file,
		.database = arena_join(arena, config->data, STR("/curfew.sqlite3"), STR("")),
		.progress = progress, .context = context };
	if (!str_eq_z(config->db, "sqlite"))
		return error_because(reterr_why, ERROR_NOT_BUILT,
			"the database is not in the data folder: what pg_dump has written, pg_restore or psql restores");
	enum error_code code = need_key(&r, reterr_why);
	if (code == OK)
		code = folder_open(config->data, config->seal_key, &folder, reterr_why);
	if (code != OK)
		return code;
	code = run(&r, folder, force, ret_schema, reterr_why);
	folder_close(folder);
	return code;
}

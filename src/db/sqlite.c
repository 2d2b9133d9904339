/* SQLite behind db.h. The engine's habits that matter here: a failed statement may roll the
 * whole transaction back (disk full, I/O error), which sqlite3_get_autocommit tells;
 * parameters are numbered by first appearance, so they are bound by name. */
#include "db/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/tables.h"

enum {
	BUSY_TIMEOUT_MS = 10000,
	WAL_FRAME_HEADER = 24,
	BACKUP_PAGES = 1024, /* copied between two reports of progress */
	/* A log of so many bytes is moved by whoever commits: for connections that nobody does
	 * checkpoints for, and as a brake when the checkpoint thread cannot keep up. */
	WAL_BRAKE = 60 << 20,
};

struct sqlite_db {
	struct db db;
	sqlite3 *handle;
	sqlite3_stmt *begin_read, *begin_write, *commit, *rollback;
	sqlite3_stmt *savepoints[3]; /* by enum db_savepoint */
	int page_size;
	int64_t wal_bytes;
	bool unsynced; /* commits do not wait for the disk */
};

static struct sqlite_db *of(struct db *db)
{
	return (struct sqlite_db *)db;
}

static void start_once(void)
{
	/* Memory statistics would cost one lock for all threads. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_initialize();
}

void sqlite_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, start_once);
}

/* ---- errors ---- */

static enum error_code code_of(int rc)
{
	switch (rc) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return ERROR_EXISTS;
	case SQLITE_IOERR_CORRUPTFS:
		return ERROR_CORRUPT;
	default:
		break;
	}
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERROR_BUSY;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		return ERROR_INVALID_VALUE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERROR_CORRUPT;
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		return ERROR_INTERNAL;
	default: /* FULL, IOERR, READONLY, CANTOPEN, NOMEM, PROTOCOL, ... */
		return ERROR_STORE_FAILED;
	}
}

/* "UNIQUE constraint failed: user.realm_id, user.name" becomes "unique: user(realm_id,
 * name)", as on PostgreSQL. */
static enum error_code exists(const char *message, const char *name, struct why *reterr_why)
{
	struct str columns = str_from(message), column;
	columns = str_drop(columns, str_index(columns, ':') + 1);
	char list[256] = "";
	size_t n = 0;
	struct str table = str_trim(str_take(columns, str_index(columns, '.')));
	while (str_next(&columns, ',', &column) && n < sizeof list) {
		column = str_drop(column, str_index(column, '.') + 1);
		n += (size_t)snprintf(
			list + n, sizeof list - n, "%s%.*s", n ? ", " : "", STR_ARG(column));
	}
	return error_because(reterr_why, ERROR_EXISTS, "unique: %.*s(%s): statement %s",
		STR_ARG(table), list, name);
}

static enum error_code fail(struct sqlite_db *s, int rc, const char *name, struct why *reterr_why)
{
	enum error_code code = code_of(rc);
	const char *message = s->handle ? sqlite3_errmsg(s->handle) : sqlite3_errstr(rc);
	if (code == ERROR_EXISTS)
		return exists(message, name, reterr_why);
	return error_because(reterr_why, code, "SQLite: %s (%d): statement %s", message, rc, name);
}

/* ---- open and close ---- */

static int on_commit(void *context, sqlite3 *handle, const char *schema, int pages)
{
	struct sqlite_db *s = context;
	s->wal_bytes = (int64_t)pages * (s->page_size + WAL_FRAME_HEADER);
	/* Whether it succeeds or not, the commit has; the next one tries again. */
	if (s->wal_bytes > WAL_BRAKE)
		(void)sqlite3_wal_checkpoint_v2(
			handle, schema, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	return SQLITE_OK;
}

static void sqlite_close(struct db *db)
{
	struct sqlite_db *s = of(db);
	for (size_t i = 0; i < db->slots_n; i++)
		if (db->slots[i])
			sqlite3_finalize(db->slots[i]->handle);
	sqlite3_stmt *own[] = { s->begin_read, s->begin_write, s->commit, s->rollback,
		s->savepoints[0], s->savepoints[1], s->savepoints[2] };
	for (size_t i = 0; i < ARRAY_LENGTH(own); i++)
		sqlite3_finalize(own[i]);
	sqlite3_close_v2(s->handle);
}

/* One value of a one-row statement as a number or, when ret_text is given, as text. */
static int one_value(
	struct sqlite_db *s, const char *sql, int *ret_int, char *ret_text, size_t text_size)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(s->handle, sql, -1, &statement, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW && ret_int)
		*ret_int = sqlite3_column_int(statement, 0);
	if (rc == SQLITE_ROW && ret_text)
		snprintf(
			ret_text, text_size, "%s", (const char *)sqlite3_column_text(statement, 0));
	int end = sqlite3_finalize(statement);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? end : rc;
}

static enum error_code set_up(struct sqlite_db *s, bool read_only, struct why *reterr_why)
{
	/* Nobody maps the file: each commit of the writer would make every reader unmap it, for
	 * all threads, and map it again. */
	static const char *const common = "pragma foreign_keys=off; pragma temp_store=memory;"
					  "pragma trusted_schema=off; pragma cell_size_check=on;"
					  "pragma case_sensitive_like=on;"
					  "pragma synchronous=full; pragma secure_delete=fast;"
					  "pragma mmap_size=0;";
	static const char *const reader = "pragma query_only=on; pragma cache_size=-1024;";
	static const char *const writer = "pragma cache_size=-8192;"
					  "pragma journal_size_limit=67108864;";
	char mode[16] = "";
	sqlite3_extended_result_codes(s->handle, 1);
	sqlite3_busy_timeout(s->handle, BUSY_TIMEOUT_MS);
	sqlite3_db_config(s->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(s->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	int rc = one_value(s, read_only ? "pragma journal_mode" : "pragma journal_mode=wal", NULL,
		mode, sizeof mode);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->handle, common, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->handle, read_only ? reader : writer, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = one_value(s, "pragma page_size", &s->page_size, NULL, 0);
	if (rc != SQLITE_OK)
		return fail(s, rc, "open", reterr_why);
	if (strcmp(mode, "wal") != 0)
		return error_because(reterr_why, ERROR_STORE_FAILED,
			"SQLite: no write-ahead log on this file system (mode %s)", mode);
	sqlite3_wal_hook(s->handle, on_commit, s);
	return OK;
}

static enum error_code prepare_own(struct sqlite_db *s, struct why *reterr_why)
{
	const struct {
		sqlite3_stmt **statement;
		const char *sql;
	} own[] = {
		{ &s->begin_read, "begin deferred" },
		{ &s->begin_write, "begin immediate" },
		{ &s->commit, "commit" },
		{ &s->rollback, "rollback" },
		{ &s->savepoints[DB_SAVEPOINT_SET], "savepoint list" },
		{ &s->savepoints[DB_SAVEPOINT_RELEASE], "release list" },
		{ &s->savepoints[DB_SAVEPOINT_ROLLBACK], "rollback to list" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(own); i++) {
		int rc = sqlite3_prepare_v3(s->handle, own[i].sql, -1, SQLITE_PREPARE_PERSISTENT,
			own[i].statement, NULL);
		if (rc != SQLITE_OK)
			return fail(s, rc, own[i].sql, reterr_why);
	}
	return OK;
}

/* ---- transactions ---- */

static int step_own(sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement);
	sqlite3_reset(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Without it a commit only adds to the log, which is synced by the next commit with it, and before
 * any of it is moved into the file. */
static int set_synced(struct sqlite_db *s, bool unsynced)
{
	if (s->unsynced == unsynced)
		return SQLITE_OK;
	int rc = sqlite3_exec(s->handle,
		unsynced ? "pragma synchronous=normal" : "pragma synchronous=full", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		s->unsynced = unsynced;
	return rc;
}

static enum error_code sqlite_begin(struct db *db, enum db_transaction kind, struct why *reterr_why)
{
	struct sqlite_db *s = of(db);
	int rc = kind == DB_READ ? SQLITE_OK : set_synced(s, kind == DB_WRITE_UNSYNCED);
	if (rc == SQLITE_OK)
		rc = step_own(kind == DB_READ ? s->begin_read : s->begin_write);
	return rc == SQLITE_OK ? OK : fail(s, rc, "begin", reterr_why);
}

static enum error_code sqlite_commit(struct db *db, struct why *reterr_why)
{
	struct sqlite_db *s = of(db);
	if (sqlite3_get_autocommit(s->handle))
		return error_because(reterr_why, ERROR_STORE_FAILED,
			"SQLite gave the transaction up before its commit");
	int rc = step_own(s->commit);
	return rc == SQLITE_OK ? OK : fail(s, rc, "commit", reterr_why);
}

static void sqlite_rollback(struct db *db)
{
	struct sqlite_db *s = of(db);
	if (!sqlite3_get_autocommit(s->handle))
		(void)step_own(s->rollback);
}

static enum error_code sqlite_savepoint(
	struct db *db, enum db_savepoint what, struct why *reterr_why)
{
	struct sqlite_db *s = of(db);
	if (sqlite3_get_autocommit(s->handle))
		return error_because(
			reterr_why, ERROR_STORE_FAILED, "SQLite gave the transaction up");
	int rc = step_own(s->savepoints[what]);
	if (rc == SQLITE_OK && what == DB_SAVEPOINT_ROLLBACK)
		rc = step_own(s->savepoints[DB_SAVEPOINT_RELEASE]);
	return rc == SQLITE_OK ? OK : fail(s, rc, "savepoint", reterr_why);
}

/* ---- statements ---- */

static bool sqlite_is_ready(struct db *db, const struct db_prepared *prepared)
{
	(void)db;
	return prepared->handle != NULL;
}

static enum error_code bind_positions(
	struct db_prepared *prepared, sqlite3_stmt *statement, struct why *reterr_why)
{
	const char *name = prepared->statement->name;
	if ((size_t)sqlite3_bind_parameter_count(statement) != prepared->n)
		return error_because(reterr_why, ERROR_INTERNAL,
			"statement %s: %d parameters, %zu types", name,
			sqlite3_bind_parameter_count(statement), prepared->n);
	for (size_t i = 0; i < prepared->n; i++) {
		char parameter[8];
		snprintf(parameter, sizeof parameter, "$%zu", i + 1);
		prepared->position[i] = sqlite3_bind_parameter_index(statement, parameter);
		if (prepared->position[i] == 0)
			return error_because(reterr_why, ERROR_INTERNAL,
				"statement %s does not use %s", name, parameter);
	}
	bool query = prepared->statement->rows == DB_ROWS_QUERY;
	if (query != (sqlite3_column_count(statement) > 0))
		return error_because(
			reterr_why, ERROR_INTERNAL, "statement %s: a query, or not", name);
	return OK;
}

static enum error_code sqlite_prepare(struct db *db, struct db_prepared *prepared, const char *sql,
	bool thorough, struct why *reterr_why)
{
	struct sqlite_db *s = of(db);
	(void)thorough;
	if (prepared->handle)
		return OK;
	sqlite3_stmt *statement;
	const char *tail;
	int rc = sqlite3_prepare_v3(
		s->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, &tail);
	if (rc != SQLITE_OK)
		return fail(s, rc, prepared->statement->name, reterr_why);
	enum error_code code = OK;
	if (!statement || tail[strspn(tail, " \t\n;")] != '\0')
		code = error_because(reterr_why, ERROR_INTERNAL,
			"statement %s: not exactly one statement", prepared->statement->name);
	if (code == OK)
		code = bind_positions(prepared, statement, reterr_why);
	if (code == OK)
		prepared->handle = statement;
	else
		sqlite3_finalize(statement);
	return code;
}

/* The values stay where they are until the statement is reset: nothing is copied. */
static enum error_code bind(struct sqlite_db *s, const struct db_prepared *prepared,
	const struct db_value *values, struct why *reterr_why)
{
	sqlite3_stmt *statement = prepared->handle;
	for (size_t i = 0; i < prepared->n; i++) {
		const struct db_value *v = &values[i];
		int at = prepared->position[i], rc = SQLITE_OK;
		const char *p = v->text.n ? v->text.p : "";
		switch (v->kind) {
		case DB_NULL:
			rc = sqlite3_bind_null(statement, at);
			break;
		case DB_INT:
		case DB_BOOL:
			rc = sqlite3_bind_int64(statement, at, v->i);
			break;
		case DB_TEXT:
			rc = sqlite3_bind_text64(
				statement, at, p, v->text.n, SQLITE_STATIC, SQLITE_UTF8);
			break;
		case DB_BYTES:
			rc = sqlite3_bind_blob64(statement, at, p, v->text.n, SQLITE_STATIC);
			break;
		}
		if (rc != SQLITE_OK)
			return fail(s, rc, prepared->statement->name, reterr_why);
	}
	return OK;
}

static enum error_code sqlite_run(struct db *db, const struct db_prepared *prepared,
	const struct db_value *values, int64_t *ret_changed, struct why *reterr_why)
{
	struct sqlite_db *s = of(db);
	sqlite3_stmt *statement = prepared->handle;
	enum error_code code = bind(s, prepared, values, reterr_why);
	if (code == OK) {
		int rc = sqlite3_step(statement);
		if (rc != SQLITE_DONE)
			code = fail(s, rc, prepared->statement->name, reterr_why);
		else
			*ret_changed =
				sqlite3_stmt_readonly(statement) ? 0 : sqlite3_changes64(s->handle);
	}
	sqlite3_reset(statement);
	return code;
}

static enum error_code sqlite_batch(struct db *db, struct db_prepared *const *prepared,
	const struct db_call *calls, size_t n, struct why *reterr_why)
{
	for (size_t i = 0; i < n; i++) {
		int64_t changed = 0;
		enum error_code code =
			sqlite_run(db, prepared[i], calls[i].values.p, &changed, reterr_why);
		if (code == OK)
			code = db_check_changed(calls[i].statement, changed, reterr_why);
		if (code != OK)
			return code;
	}
	return OK;
}

static enum error_code sqlite_add_rows(struct db *db, const struct db_prepared *insert,
	const struct db_value *const *rows, size_t n, struct why *reterr_why)
{
	enum error_code code = OK;
	int64_t changed;
	for (size_t i = 0; code == OK && i < n; i++)
		code = sqlite_run(db, insert, rows[i], &changed, reterr_why);
	return code;
}

static enum error_code read_cell(sqlite3_stmt *statement, int column, const char *name,
	struct arena *arena, struct db_value *ret_value, struct why *reterr_why)
{
	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_NULL:
		*ret_value = db_null();
		return OK;
	case SQLITE_INTEGER:
		*ret_value = db_int(sqlite3_column_int64(statement, column));
		return OK;
	case SQLITE_TEXT:
	case SQLITE_BLOB: {
		bool text = sqlite3_column_type(statement, column) == SQLITE_TEXT;
		const void *p = text ? (const void *)sqlite3_column_text(statement, column)
				     : sqlite3_column_blob(statement, column);
		struct str s = str_of(p, (size_t)sqlite3_column_bytes(statement, column));
		if (!p && s.n)
			return error_because(
				reterr_why, ERROR_STORE_FAILED, "SQLite: out of memory");
		s = arena_str(arena, s);
		*ret_value = text ? db_text(s) : db_bytes(s);
		return OK;
	}
	default:
		return error_because(reterr_why, ERROR_INTERNAL,
			"statement %s: column %d is no text, "
			"integer or bytes",
			name, column);
	}
}

static enum error_code sqlite_query(struct db *db, const struct db_prepared *prepared,
	const struct db_value *values, struct arena *arena, struct db_rows *ret_rows,
	struct why *reterr_why)
{
	struct sqlite_db *s = of(db);
	sqlite3_stmt *statement = prepared->handle;
	int columns = sqlite3_column_count(statement), rc = SQLITE_DONE;
	struct db_value *cells = NULL;
	size_t n = 0;
	enum error_code code = bind(s, prepared, values, reterr_why);
	while (code == OK && (rc = sqlite3_step(statement)) == SQLITE_ROW)
		for (int c = 0; c < columns && code == OK; c++) {
			struct db_value *cell = arena_push(arena, &cells, &n, sizeof *cells);
			code = read_cell(
				statement, c, prepared->statement->name, arena, cell, reterr_why);
		}
	if (code == OK && rc != SQLITE_DONE)
		code = fail(s, rc, prepared->statement->name, reterr_why);
	sqlite3_reset(statement);
	if (code == OK)
		*ret_rows = (struct db_rows){ n / (size_t)columns, (size_t)columns, cells };
	return code;
}

static enum error_code sqlite_script(struct db *db, const char *sql, struct why *reterr_why)
{
	struct sqlite_db *s = of(db);
	int rc = sqlite3_exec(s->handle, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? OK : fail(s, rc, "script", reterr_why);
}

/* ---- upkeep ---- */

static enum error_code sqlite_checkpoint(
	struct db *db, enum db_checkpoint how, struct why *reterr_why)
{
	static const int modes[] = { [DB_CHECKPOINT_PASSIVE] = SQLITE_CHECKPOINT_PASSIVE,
		[DB_CHECKPOINT_RESTART] = SQLITE_CHECKPOINT_RESTART,
		[DB_CHECKPOINT_TRUNCATE] = SQLITE_CHECKPOINT_TRUNCATE };
	struct sqlite_db *s = of(db);
	int all = 0, moved = 0;
	int rc = sqlite3_wal_checkpoint_v2(s->handle, NULL, modes[how], &all, &moved);
	if (rc != SQLITE_OK)
		return fail(s, rc, "checkpoint", reterr_why);
	if (moved < all)
		return error_because(reterr_why, ERROR_BUSY,
			"%d of %d pages moved; others are in use", moved, all);
	return OK;
}

static int64_t sqlite_wal_bytes(const struct db *db)
{
	return ((const struct sqlite_db *)db)->wal_bytes;
}

static enum error_code sqlite_check(struct db *db, struct why *reterr_why)
{
	struct sqlite_db *s = of(db);
	char finding[200] = "";
	int rc = one_value(s, "pragma integrity_check(1)", NULL, finding, sizeof finding);
	if (rc != SQLITE_OK)
		return fail(s, rc, "check", reterr_why);
	if (strcmp(finding, "ok") != 0)
		return error_because(reterr_why, ERROR_CORRUPT, "SQLite: %s", finding);
	return OK;
}

/* Copies under one read transaction: later writes neither show nor make it start over. */
static int copy(sqlite3 *to, struct sqlite_db *s,
	void (*progress)(void *context, int64_t done, int64_t total), void *context)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", s->handle, "main");
	if (!backup)
		return sqlite3_extended_errcode(to);
	int rc;
	while ((rc = sqlite3_backup_step(backup, BACKUP_PAGES)) == SQLITE_OK || rc == SQLITE_DONE) {
		int total = sqlite3_backup_pagecount(backup);
		if (progress)
			progress(context, total - sqlite3_backup_remaining(backup), total);
		if (rc == SQLITE_DONE)
			break;
	}
	int end = sqlite3_backup_finish(backup);
	return rc == SQLITE_DONE ? end : rc;
}

static enum error_code sqlite_backup(struct db *db, const char *path,
	void (*progress)(void *context, int64_t done, int64_t total), void *context,
	struct why *reterr_why)
{
	struct sqlite_db *s = of(db);
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_because(reterr_why, errno == EEXIST ? ERROR_EXISTS : ERROR_FILE_FAILED,
			"%s: %m", path);
	close(fd);
	enum error_code code = db_begin(db, DB_READ, reterr_why);
	if (code != OK) {
		unlink(path);
		return code;
	}
	sqlite3 *to = NULL;
	int schema;
	/* The first read fixes the snapshot. */
	int rc = one_value(s, "select count(*) from sqlite_schema", &schema, NULL, 0);
	if (rc == SQLITE_OK)
		rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = copy(to, s, progress, context);
	int end = sqlite3_close(to);
	db_rollback(db);
	if (rc == SQLITE_OK && end == SQLITE_OK)
		return OK;
	unlink(path);
	return error_because(reterr_why, code_of(rc ? rc : end), "backup to %s: %s", path,
		sqlite3_errstr(rc ? rc : end));
}

static const struct db_engine_calls sqlite_calls = {
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.savepoint = sqlite_savepoint,
	.is_ready = sqlite_is_ready,
	.prepare = sqlite_prepare,
	.run = sqlite_run,
	.batch = sqlite_batch,
	.add_rows = sqlite_add_rows,
	.query = sqlite_query,
	.script = sqlite_script,
	.checkpoint = sqlite_checkpoint,
	.wal_bytes = sqlite_wal_bytes,
	.check = sqlite_check,
	.backup = sqlite_backup,
};

enum error_code sqlite_open(const struct db_config *config, struct arena *arena, struct db **ret_db,
	struct why *reterr_why)
{
	sqlite_start();
	int flags = SQLITE_OPEN_NOMUTEX;
	flags |= config->read_only ? SQLITE_OPEN_READONLY
				   : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	struct sqlite_db *s = arena_alloc(arena, sizeof *s);
	s->db.calls = &sqlite_calls;
	int rc = sqlite3_open_v2(arena_z(arena, config->path), &s->handle, flags, config->vfs);
	enum error_code code = OK;
	if (rc != SQLITE_OK)
		code = error_because(reterr_why, code_of(rc), "SQLite: %s: %.*s",
			s->handle ? sqlite3_errmsg(s->handle) : sqlite3_errstr(rc),
			STR_ARG(config->path));
	if (code == OK)
		code = set_up(s, config->read_only, reterr_why);
	if (code == OK)
		code = prepare_own(s, reterr_why);
	if (code != OK) {
		sqlite_close(&s->db);
		return code;
	}
	*ret_db = &s->db;
	return OK;
}

/* The driver: one connection to SQLite or PostgreSQL, behind the same calls.
 *
 * It binds, runs and reads; it knows no table. SQL text is one for both engines; the
 * registry of statements lives in store/. What differs between the engines hides here:
 * parameter binding, prepared statements, transactions, errors, and the tokens below.
 *
 * A connection belongs to one thread at a time (pool.h lends them out). Unless said
 * otherwise these calls fail with
 *   BUSY          another connection holds the lock, for longer than 10 s
 *   STALE         a required number of changed rows was not met; PostgreSQL: the
 *                 transaction could not be serialized. Roll back, load, decide again.
 *   EXISTS        a unique constraint; `why` starts with "unique: table(column, column)"
 *   INVALID_VALUE another constraint, or a value the column cannot hold
 *   STORE_FAILED  disk full, I/O error, read-only, connection lost or not to be had
 *   CORRUPT       the database file is damaged
 *   INTERNAL      a mistake in the SQL text or in its parameters
 * After any error inside a transaction only db_rollback and db_savepoint_rollback are
 * allowed. A lost PostgreSQL connection is opened anew by the next call outside a
 * transaction; the call that noticed the loss fails.
 *
 * Tokens, replaced in every SQL text (an unknown {word} is INTERNAL):
 *   {text} {bigint} {bool} {bytes}  column types; text compares byte by byte on both
 *   {json}         what `->>` takes a member of: cast(x as {json}) ->> 'name'
 *   {serial}       an integer primary key that the engine assigns, rising
 *   {strict}       ends a create table: SQLite's `strict`
 *   {norowid}      the same, `strict, without rowid`, for tables found by their primary key
 *   {share}        ends a select of rows that have to stay: `for share` on PostgreSQL
 *   {skip locked}  ends a select of rows to take: `for update skip locked` on PostgreSQL
 * Same on both without a token: `on conflict (...) do update set x = excluded.x`,
 * `returning`, `true`/`false`, `limit $1`, CTEs, `like` (case matters). Mind: the sum of
 * bigints is read as cast(sum(x) as {bigint}); cast(x as text), not as {text}; there is no
 * max(a, b); two savepoints cannot be open at once. */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/arena.h"
#include "base/errors.h"

struct db;

enum db_engine { DB_SQLITE, DB_POSTGRESQL };

/* Where the data is. Copied by whoever takes one; the texts need to live no longer. */
struct db_config {
	enum db_engine engine;
	struct str path; /* SQLite: the database file; made when absent */
	struct str url;  /* PostgreSQL: "postgresql://..." or "host=... dbname=..." */
	bool read_only;  /* SQLite: the file must exist; PostgreSQL: read-only transactions */
	const char *vfs; /* SQLite: NULL, or a VFS of a test build; static storage */
};

enum {
	DB_ROWS_ANY = -1,   /* any number of changed rows will do */
	DB_ROWS_QUERY = -2, /* it returns rows: db_query */
	DB_PARAMETERS = 60, /* most parameters of a statement */
};

/* A registry entry. Static storage: its address is its name in the connection's cache. */
struct db_statement {
	const char *name;
	const char *sql;   /* one statement; parameters $1..$n, each used at least once */
	const char *types; /* one letter a parameter: t text, i int64, b bytes, B bool; a '?'
	                      behind it allows null. "ti?t" is three parameters. */
	int rows;          /* changed rows it must have (>= 0), DB_ROWS_ANY or DB_ROWS_QUERY */
};

enum db_kind { DB_NULL, DB_TEXT, DB_INT, DB_BYTES, DB_BOOL };

/* A value to bind, or a cell that was read. */
struct db_value {
	enum db_kind kind;
	struct str text; /* TEXT (UTF-8 without NUL, else INVALID_VALUE) and BYTES */
	int64_t i;       /* INT, and BOOL as 0 or 1 */
};

static inline struct db_value db_null(void)
{
	return (struct db_value){ .kind = DB_NULL };
}

static inline struct db_value db_text(struct str text)
{
	return (struct db_value){ .kind = DB_TEXT, .text = text };
}

static inline struct db_value db_bytes(struct str bytes)
{
	return (struct db_value){ .kind = DB_BYTES, .text = bytes };
}

static inline struct db_value db_int(int64_t i)
{
	return (struct db_value){ .kind = DB_INT, .i = i };
}

static inline struct db_value db_bool(bool b)
{
	return (struct db_value){ .kind = DB_BOOL, .i = b };
}

/* Null when the text is empty. */
static inline struct db_value db_text_or_null(struct str text)
{
	return text.n ? db_text(text) : db_null();
}

/* The values of one execution, in the order of $1..$n. Borrowed during the call. */
struct db_values {
	const struct db_value *p;
	size_t n;
};

/* db_run(db, &put_user, DB_VALUES(db_text(id), db_int(now)), NULL, why) */
#define DB_VALUES(...)                                                 \
	((struct db_values){ (const struct db_value[]){ __VA_ARGS__ }, \
		sizeof((const struct db_value[]){ __VA_ARGS__ }) / sizeof(struct db_value) })
#define DB_NO_VALUES ((struct db_values){ NULL, 0 })

/* Opens a connection. SQLite: WAL, synchronous=FULL, foreign keys off, 10 s busy timeout.
 * NULs in the path or the URL: INVALID_CONFIG. The URL's password never shows in `why`. */
MUST_USE enum error_code db_open(
	const struct db_config *config, struct db **ret_db, struct why *reterr_why);
/* Rolls back what is open. NULL is fine. */
void db_close(struct db *db);
void db_close_at(struct db **db);
#define DB_SCOPED __attribute__((cleanup(db_close_at))) struct db *

enum db_engine db_engine_of(const struct db *db);

/* Transactions. READ sees one snapshot. WRITE: SQLite takes the write lock at once;
 * PostgreSQL is serializable. WRITE_UNSYNCED is a WRITE whose commit waits for no disk: others see it
 * at once and a kill leaves it, but after a power cut it may be gone, with all such that came after
 * it, unless a WRITE was committed behind it. */
enum db_transaction { DB_READ, DB_WRITE, DB_WRITE_UNSYNCED };
MUST_USE enum error_code db_begin(struct db *db, enum db_transaction kind, struct why *reterr_why);
/* Durable when OK, but for WRITE_UNSYNCED. After an error nothing of it holds and no transaction is open; only a
 * PostgreSQL connection lost during the commit (STORE_FAILED) leaves it unknown. */
MUST_USE enum error_code db_commit(struct db *db, struct why *reterr_why);
/* Does nothing when no transaction is open. Never fails: what cannot be rolled back is
 * disconnected. */
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);
/* True when the latest transaction failed (STALE) because of others that ran beside it, not
 * because a precondition did not hold: run it again from its begin. PostgreSQL only. */
bool db_must_retry(const struct db *db);

/* One savepoint, not nested, inside a transaction. Its rollback makes a transaction
 * usable again after an error; STORE_FAILED when the engine has given up the whole one. */
MUST_USE enum error_code db_savepoint(struct db *db, struct why *reterr_why);
MUST_USE enum error_code db_savepoint_release(struct db *db, struct why *reterr_why);
MUST_USE enum error_code db_savepoint_rollback(struct db *db, struct why *reterr_why);

/* Runs a statement that returns no rows. STALE when it changed another number of rows
 * than it must. ret_changed may be NULL. */
MUST_USE enum error_code db_run(struct db *db, const struct db_statement *statement,
	struct db_values values, int64_t *ret_changed, struct why *reterr_why);

/* One execution of a batch. */
struct db_call {
	const struct db_statement *statement; /* not DB_ROWS_QUERY */
	struct db_values values;
};

/* Runs them in order, as db_run does, inside a transaction; on PostgreSQL in one pipeline,
 * so that a thousand cost about one round trip. The first that fails decides the error. */
MUST_USE enum error_code db_run_batch(
	struct db *db, const struct db_call *calls, size_t n, struct why *reterr_why);

/* Adds rows to one table, each an array of the statement's values, inside a transaction. `insert` is
 * "insert into TABLE (COLUMNS) values ($1, $2 ...)" in the order of the columns, of types that are the
 * columns' own, and must change one row; on PostgreSQL it becomes a COPY. */
MUST_USE enum error_code db_add_rows(struct db *db, const struct db_statement *insert,
	const struct db_value *const *rows, size_t n, struct why *reterr_why);

/* A result, row after row, in the arena it was read into. */
struct db_rows {
	size_t n, columns;
	const struct db_value *cells; /* n * columns */
};

/* Runs a DB_ROWS_QUERY statement (a select, or one with `returning`) and reads all rows;
 * bound them by `limit`. Cells are TEXT, INT, BYTES, BOOL (SQLite: INT) or NULL. */
MUST_USE enum error_code db_query(struct db *db, const struct db_statement *statement,
	struct db_values values, struct arena *arena, struct db_rows *ret_rows,
	struct why *reterr_why);

/* The cell at row, column. Null reads as empty, 0 and false. Another kind of column, or
 * one that is not there, is a programming error and aborts. Text and bytes are borrowed
 * from the arena of the rows and followed by a NUL. */
bool db_is_null(const struct db_rows *rows, size_t row, size_t column);
struct str db_cell_text(const struct db_rows *rows, size_t row, size_t column);
struct str db_cell_bytes(const struct db_rows *rows, size_t row, size_t column);
int64_t db_cell_int(const struct db_rows *rows, size_t row, size_t column);
bool db_cell_bool(const struct db_rows *rows, size_t row, size_t column);

/* Prepares it without running: finds mistakes in its text, types and parameters. */
MUST_USE enum error_code db_prepare(
	struct db *db, const struct db_statement *statement, struct why *reterr_why);

/* Runs several statements without parameters, separated by ';': migrations. */
MUST_USE enum error_code db_script(struct db *db, const char *sql, struct why *reterr_why);

/* Upkeep. On PostgreSQL, which does its own, checkpoint does nothing. */
enum db_checkpoint { DB_CHECKPOINT_PASSIVE, DB_CHECKPOINT_RESTART, DB_CHECKPOINT_TRUNCATE };
/* Moves the write-ahead log into the database file. PASSIVE waits for nobody; RESTART
 * holds writers back and waits for readers, so that the log starts over in the same file;
 * TRUNCATE also shortens the file to nothing. BUSY when it had to leave something. Run it
 * on a connection of its own: it takes no one else's time. */
MUST_USE enum error_code db_checkpoint(
	struct db *db, enum db_checkpoint how, struct why *reterr_why);
/* Bytes in the write-ahead log after this connection's last commit; 0 on PostgreSQL. */
int64_t db_wal_bytes(const struct db *db);
/* Full check of the file's structure: CORRUPT with the first finding. PostgreSQL: OK. */
MUST_USE enum error_code db_check(struct db *db, struct why *reterr_why);
/* Copies a SQLite database, while it is in use, into a new file. progress (may be NULL) is
 * told pages. PostgreSQL: NOT_BUILT (pg_dump does it). EXISTS when the file is there. */
MUST_USE enum error_code db_backup(struct db *db, struct str path,
	void (*progress)(void *context, int64_t done, int64_t total), void *context,
	struct why *reterr_why);

#endif

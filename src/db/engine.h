/* Between db.c and the two engines: what an engine implements, and what db.c prepares for
 * it. Internal to db/. */
#ifndef DB_ENGINE_H
#define DB_ENGINE_H

#include "db/db.h"

/* A statement in a connection's cache. db.c fills in the upper half. */
struct db_prepared {
	const struct db_statement *statement;
	size_t n; /* parameters */
	char types[DB_PARAMETERS];
	bool nullable[DB_PARAMETERS];

	void *handle;                /* SQLite: sqlite3_stmt; NULL when not prepared */
	int position[DB_PARAMETERS]; /* SQLite: where $1.. is bound */
	char name[16];               /* PostgreSQL: its name in the session */
	unsigned session;            /* PostgreSQL: the session that knows it; 0: none */
};

/* An engine's connection begins with this. */
struct db {
	const struct db_engine_calls *calls;
	enum db_engine engine;
	bool in_transaction; /* the caller's view: between db_begin and commit or rollback */
	bool must_retry;     /* set by the engine, cleared by db_begin */
	struct arena *arena; /* lives as long as the connection */
	struct db_prepared **slots;
	size_t slots_n, slots_used; /* slots_n: 0 or a power of two */
};

enum db_savepoint { DB_SAVEPOINT_SET, DB_SAVEPOINT_RELEASE, DB_SAVEPOINT_ROLLBACK };

/* What an engine does. The values were checked against the types; `prepared` was made
 * ready by prepare. Errors as db.h says. */
struct db_engine_calls {
	void (*close)(struct db *db); /* frees db but not its arena */
	enum error_code (*begin)(struct db *db, enum db_transaction kind, struct why *reterr_why);
	enum error_code (*commit)(struct db *db, struct why *reterr_why);
	void (*rollback)(struct db *db);
	enum error_code (*savepoint)(struct db *db, enum db_savepoint what, struct why *reterr_why);
	/* Makes `prepared` usable on the connection as it is now; cheap when it is. `thorough`
	 * also asks whether its columns can be read. `sql` has its tokens replaced. */
	bool (*is_ready)(struct db *db, const struct db_prepared *prepared);
	enum error_code (*prepare)(struct db *db, struct db_prepared *prepared, const char *sql,
		bool thorough, struct why *reterr_why);
	enum error_code (*run)(struct db *db, const struct db_prepared *prepared,
		const struct db_value *values, int64_t *ret_changed, struct why *reterr_why);
	enum error_code (*batch)(struct db *db, struct db_prepared *const *prepared,
		const struct db_call *calls, size_t n, struct why *reterr_why);
	/* `insert`, whose form was checked, for each of the rows. */
	enum error_code (*add_rows)(struct db *db, const struct db_prepared *insert,
		const struct db_value *const *rows, size_t n, struct why *reterr_why);
	enum error_code (*query)(struct db *db, const struct db_prepared *prepared,
		const struct db_value *values, struct arena *arena, struct db_rows *ret_rows,
		struct why *reterr_why);
	enum error_code (*script)(struct db *db, const char *sql, struct why *reterr_why);
	enum error_code (*checkpoint)(
		struct db *db, enum db_checkpoint how, struct why *reterr_why);
	int64_t (*wal_bytes)(const struct db *db);
	enum error_code (*check)(struct db *db, struct why *reterr_why);
	enum error_code (*backup)(struct db *db, const char *path,
		void (*progress)(void *context, int64_t done, int64_t total), void *context,
		struct why *reterr_why);
};

/* The two engines. *ret_db's head but for `calls` and `engine` is filled in by db.c;
 * `arena` becomes the connection's. */
enum error_code sqlite_open(const struct db_config *config, struct arena *arena, struct db **ret_db,
	struct why *reterr_why);
enum error_code postgres_open(const struct db_config *config, struct arena *arena,
	struct db **ret_db, struct why *reterr_why);

/* Initializes SQLite once per process, before anything else of it. */
void sqlite_start(void);

#define DB_INSERT_BEGIN "insert into "
#define DB_INSERT_VALUES " values ("

/* STALE when `changed` is not what the statement asks for. */
enum error_code db_check_changed(
	const struct db_statement *statement, int64_t changed, struct why *reterr_why);

#endif

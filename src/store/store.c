/* The store itself: where it is, its readers, its health. */
#include "store/internal.h"

#include "base/clock.h"
#include "base/tables.h"
#include "base/text.h"
#include "store/migrate.h"
#include "store/statements.h"
#include "store/within.h"

enum { DEFAULT_CONNECTIONS = 16, FINDINGS_LIMIT = 16 << 10 };

static enum error_code config_of_url(
	struct arena *arena, struct str url, struct db_config *ret_config, struct why *reterr_why)
{
	static const struct str sqlite = STR_INIT("sqlite:");
	if (str_starts(url, sqlite) && url.n > sqlite.n)
		*ret_config = (struct db_config){ .engine = DB_SQLITE,
			.path = arena_str(arena, str_drop(url, sqlite.n)) };
	else if (str_starts(url, STR("postgresql://")) || str_starts(url, STR("postgres://")))
		*ret_config =
			(struct db_config){ .engine = DB_POSTGRESQL, .url = arena_str(arena, url) };
	else
		return error_because(reterr_why, ERROR_INVALID_CONFIG,
			"the database's URL must start with sqlite: or postgresql://");
	return OK;
}

static enum error_code bring_up(
	const struct db_config *config, int64_t *ret_schema_was, struct why *reterr_why)
{
	DB_SCOPED db = NULL;
	enum error_code code = db_open(config, &db, reterr_why);
	return code == OK ? migrate(db, clock_wall_ms(), ret_schema_was, reterr_why) : code;
}

enum error_code store_open(
	const struct store_config *config, struct store **ret_store, struct why *reterr_why)
{
	struct arena *arena = arena_new(0);
	struct store *store = arena_alloc(arena, sizeof *store);
	store->arena = arena;
	enum error_code code = config_of_url(arena, config->url, &store->config, reterr_why);
	if (code == OK)
		code = seal_key_from_text(config->seal_key, &store->seal_key, reterr_why);
	if (code == OK)
		code = bring_up(&store->config, &store->schema_was, reterr_why);
	if (code == OK) {
		struct db_config readers = store->config;
		readers.read_only = true;
		unsigned max =
			config->max_connections ? config->max_connections : DEFAULT_CONNECTIONS;
		code = db_pool_new(&readers, max, &store->readers, reterr_why);
	}
	if (code != OK) {
		store_close(store);
		return code;
	}
	*ret_store = store;
	return OK;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	db_pool_free(store->readers);
	seal_key_free(store->seal_key);
	arena_free(store->arena);
}

struct store *store_within(const struct store *store, struct db *db)
{
	struct arena *arena = arena_new(0);
	struct store *within = arena_alloc(arena, sizeof *within);
	*within = *store;
	within->arena = arena;
	within->readers = db_pool_lend(db);
	return within;
}

void store_within_free(struct store *within)
{
	db_pool_free(within->readers);
	arena_free(within->arena);
}

const struct db_config *store_db_config(const struct store *store)
{
	return &store->config;
}

bool store_is_local(const struct store *store)
{
	return store->config.engine == DB_SQLITE;
}

enum error_code store_reader_take(struct store *store, struct db **ret_db, struct why *reterr_why)
{
	struct db *db;
	enum error_code code = db_pool_take(store->readers, &db, reterr_why);
	if (code == OK && store_is_local(store) && !db_in_transaction(db)) {
		code = db_begin(db, DB_READ, reterr_why);
		if (code != OK)
			db_pool_give(store->readers, db);
	}
	if (code == OK)
		*ret_db = db;
	return code;
}

enum error_code store_read(struct store *store, struct arena *arena,
	const struct db_statement *statement, struct db_values values, struct db_rows *ret_rows,
	struct why *reterr_why)
{
	struct db *db;
	enum error_code code = db_pool_take(store->readers, &db, reterr_why);
	if (code != OK)
		return code;
	code = db_query(db, statement, values, arena, ret_rows, reterr_why);
	db_pool_give(store->readers, db);
	return code;
}

enum error_code store_read_one(struct store *store, struct arena *arena,
	const struct db_statement *statement, struct db_values values, const char *what,
	struct str id, struct db_rows *ret_rows, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena, statement, values, &rows, reterr_why);
	if (code != OK)
		return code;
	if (rows.n == 0)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "there is no %s \"%.*s\"",
			what, STR_ARG(str_take(id, 80)));
	*ret_rows = rows;
	return OK;
}

enum error_code store_ping(struct store *store, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	return store_read(store, arena, &statement_ping, DB_NO_VALUES, &rows, reterr_why);
}

enum error_code store_probe(void *nothing, struct db *db, struct why *reterr_why)
{
	(void)nothing;
	return db_run(db, &statement_probe, DB_NO_VALUES, NULL, reterr_why);
}

/* What must never be there; counted. */
static const struct {
	const struct db_statement *statement;
	const char *finding;
} invariants[] = {
	{ &statement_check_client_sessions, "client sessions without a session" },
	{ &statement_check_deliveries, "deliveries without a sign-out" },
	{ &statement_check_credentials, "credentials without a user" },
	{ &statement_check_roles, "role mappings without a user" },
	{ &statement_check_groups, "group memberships without a user" },
	{ &statement_check_users, "users without a realm" },
};

static enum error_code check_structure(
	struct store *store, struct text *findings, struct why *reterr_why)
{
	struct db *db;
	enum error_code code = db_pool_take(store->readers, &db, reterr_why);
	if (code != OK)
		return code;
	struct why damage = { .text = "" };
	code = db_check(db, &damage);
	db_pool_give(store->readers, db);
	if (code == ERROR_CORRUPT) {
		text_addf(findings, "%s\n", damage.text);
		return OK;
	}
	return code == OK ? OK : error_because(reterr_why, code, "%s", damage.text);
}

enum error_code store_check(
	struct store *store, struct arena *arena, struct str *ret_findings, struct why *reterr_why)
{
	struct text findings = text_new(arena, FINDINGS_LIMIT);
	enum error_code code = check_structure(store, &findings, reterr_why);
	for (size_t i = 0; code == OK && i < ARRAY_LENGTH(invariants); i++) {
		struct db_rows rows;
		code = store_read(
			store, arena, invariants[i].statement, DB_NO_VALUES, &rows, reterr_why);
		if (code == OK && db_cell_int(&rows, 0, 0) > 0)
			text_addf(&findings, "%lld %s\n", (long long)db_cell_int(&rows, 0, 0),
				invariants[i].finding);
	}
	if (code == OK)
		*ret_findings = text_str(&findings);
	return code;
}

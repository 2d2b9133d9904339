/* PostgreSQL behind db.h. All parameters and results travel in binary form; parameter types
 * are given to the server, so that `$1 is null` has one. A connection that was lost is
 * opened anew outside a transaction; its prepared statements are then forgotten. */
#include "db/engine.h"

#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	BATCH = 1000, /* executions between two waits in a pipeline */
};

/* Server-side types; fixed since PostgreSQL's first versions (pg_type.dat). */
enum oid {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_CHAR = 18,
	OID_NAME = 19,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_UNKNOWN = 705,
	OID_VARCHAR = 1043,
};

struct postgres_db {
	struct db db;
	PGconn *connection; /* NULL after a loss */
	char *url;
	bool read_only;
	unsigned session; /* rises with each connection: older prepared statements are gone */
	unsigned names;   /* of prepared statements given so far */
};

static struct postgres_db *of(struct db *db)
{
	return (struct postgres_db *)db;
}

/* ---- errors ---- */

static void lose(struct postgres_db *p)
{
	PQfinish(p->connection);
	p->connection = NULL;
}

static enum error_code code_of(const char *state)
{
	static const struct {
		const char *prefix;
		enum error_code code;
	} codes[] = {
		{ "40001", ERROR_STALE },
		{ "40P01", ERROR_STALE },
		{ "0A000", ERROR_STALE }, /* "cached plan must not change result type" */
		{ "55P03", ERROR_BUSY },  /* lock_timeout */
		{ "23505", ERROR_EXISTS },
		{ "23", ERROR_INVALID_VALUE },
		{ "22", ERROR_INVALID_VALUE },
		{ "XX001", ERROR_CORRUPT },
		{ "XX002", ERROR_CORRUPT },
		{ "25006", ERROR_STORE_FAILED },
		{ "25P03", ERROR_STORE_FAILED },
		{ "08", ERROR_STORE_FAILED },
		{ "53", ERROR_STORE_FAILED },
		{ "57", ERROR_STORE_FAILED },
		{ "58", ERROR_STORE_FAILED },
		{ "28", ERROR_STORE_FAILED },
		{ "3D", ERROR_STORE_FAILED },
	};
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (strncmp(state, codes[i].prefix, strlen(codes[i].prefix)) == 0)
			return codes[i].code;
	return ERROR_INTERNAL;
}

/* The detail is "Key (realm_id, name)=(..., ...) already exists."; the values stay out. */
static enum error_code exists(const PGresult *result, const char *name, struct why *reterr_why)
{
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	const char *table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	const char *from = detail ? strchr(detail, '(') : NULL;
	const char *to = from ? strstr(from, ")=") : NULL;
	struct str columns = to ? str_of(from + 1, (size_t)(to - from) - 1)
				: str_from(constraint ? constraint : "");
	return error_because(reterr_why, ERROR_EXISTS, "unique: %s(%.*s): statement %s",
		table ? table : "", STR_ARG(columns), name);
}

/* result may be NULL: then the connection itself failed. */
static enum error_code fail(
	struct postgres_db *p, const PGresult *result, const char *name, struct why *reterr_why)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	enum error_code code = state ? code_of(state) : ERROR_STORE_FAILED;
	if (code == ERROR_EXISTS)
		return exists(result, name, reterr_why);
	if (!message)
		message = p->connection ? PQerrorMessage(p->connection) : "the connection is lost";
	struct str text = str_from(message);
	while (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	error_because(reterr_why, code, "PostgreSQL: %.*s (%s): statement %s", STR_ARG(text),
		state ? state : "no state", name);
	if (code == ERROR_STALE)
		p->db.must_retry = true;
	/* A plan that no longer fits must be made anew; a server that became read-only may no
	 * longer be the primary. */
	if (state && strcmp(state, "0A000") == 0)
		p->session++;
	if (!state || PQstatus(p->connection) == CONNECTION_BAD || strcmp(state, "25006") == 0)
		lose(p);
	return code;
}

/* ---- connection ---- */

static void no_notice(void *context, const char *message)
{
	(void)context;
	(void)message;
}

static enum error_code simple(struct postgres_db *p, const char *sql, struct why *reterr_why)
{
	if (!p->connection)
		return error_because(
			reterr_why, ERROR_STORE_FAILED, "PostgreSQL: the connection is lost");
	PGresult *result = PQexec(p->connection, sql);
	ExecStatusType status = PQresultStatus(result);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
	enum error_code code = ok ? OK : fail(p, result, sql, reterr_why);
	PQclear(result);
	return code;
}

/* libpq's words on a URL that cannot be parsed may hold its password. */
static enum error_code check_url(const char *url, struct why *reterr_why)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	if (!options)
		return error_because(reterr_why, ERROR_INVALID_CONFIG,
			"the PostgreSQL URL cannot be understood");
	PQconninfoFree(options);
	return OK;
}

static enum error_code connect_now(struct postgres_db *p, struct why *reterr_why)
{
	/* Before the URL: what it may override. After it: what it may not. */
	static const char *const keys[] = { "connect_timeout", "application_name",
		"keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
		"dbname", "client_encoding", NULL };
	const char *const values[] = { "10", "curfew", "30", "10", "3", "30000", p->url, "UTF8",
		NULL };
	p->session++;
	p->connection = PQconnectdbParams(keys, values, 1);
	if (PQstatus(p->connection) != CONNECTION_OK)
		return fail(p, NULL, "connect", reterr_why);
	PQsetNoticeProcessor(p->connection, no_notice, NULL);
	const char *encoding = PQparameterStatus(p->connection, "server_encoding");
	if (!encoding || strcmp(encoding, "UTF8") != 0) {
		lose(p);
		return error_because(
			reterr_why, ERROR_INVALID_CONFIG, "the database's encoding must be UTF8");
	}
	return simple(p,
		"set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '60s'",
		reterr_why);
}

/* The server says goodbye by a message and closing: an idle socket is then readable, and
 * what is read comes to an end. */
static bool is_alive(struct postgres_db *p)
{
	if (!p->connection || PQstatus(p->connection) != CONNECTION_OK)
		return false;
	struct pollfd fd = { .fd = PQsocket(p->connection), .events = POLLIN };
	while (poll(&fd, 1, 0) > 0) {
		if (!PQconsumeInput(p->connection) || PQstatus(p->connection) != CONNECTION_OK)
			return false;
		/* Takes notices and changed settings out of the buffer. */
		(void)PQisBusy(p->connection);
	}
	return true;
}

static enum error_code ensure_connected(struct postgres_db *p, struct why *reterr_why)
{
	if (p->db.in_transaction) {
		if (p->connection)
			return OK;
		return error_because(reterr_why, ERROR_STORE_FAILED,
			"PostgreSQL: the connection was lost in the transaction");
	}
	if (is_alive(p))
		return OK;
	lose(p);
	return connect_now(p, reterr_why);
}

static void postgres_close(struct db *db)
{
	lose(of(db));
}

/* ---- transactions ---- */

static enum error_code postgres_begin(
	struct db *db, enum db_transaction kind, struct why *reterr_why)
{
	struct postgres_db *p = of(db);
	enum error_code code = ensure_connected(p, reterr_why);
	if (code != OK)
		return code;
	if (kind == DB_READ || p->read_only)
		return simple(p, "begin isolation level repeatable read read only", reterr_why);
	if (kind == DB_WRITE_UNSYNCED)
		return simple(p,
			"begin isolation level serializable; set local synchronous_commit = off",
			reterr_why);
	return simple(p, "begin isolation level serializable", reterr_why);
}

static enum error_code postgres_commit(struct db *db, struct why *reterr_why)
{
	struct postgres_db *p = of(db);
	if (!p->connection)
		return error_because(reterr_why, ERROR_STORE_FAILED,
			"PostgreSQL: the connection was lost in the transaction");
	PGresult *result = PQexec(p->connection, "commit");
	enum error_code code = OK;
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		code = fail(p, result, "commit", reterr_why);
	else if (strcmp(PQcmdStatus(result), "COMMIT") != 0)
		code = error_because(
			reterr_why, ERROR_INTERNAL, "commit of a transaction that had failed");
	PQclear(result);
	return code;
}

static void postgres_rollback(struct db *db)
{
	struct postgres_db *p = of(db);
	if (p->connection && PQtransactionStatus(p->connection) != PQTRANS_IDLE &&
		simple(p, "rollback", NULL) != OK)
		lose(p);
}

static enum error_code postgres_savepoint(
	struct db *db, enum db_savepoint what, struct why *reterr_why)
{
	static const char *const sql[] = { [DB_SAVEPOINT_SET] = "savepoint list",
		[DB_SAVEPOINT_RELEASE] = "release list",
		[DB_SAVEPOINT_ROLLBACK] = "rollback to list; release list" };
	return simple(of(db), sql[what], reterr_why);
}

/* ---- statements ---- */

static bool postgres_is_ready(struct db *db, const struct db_prepared *prepared)
{
	struct postgres_db *p = of(db);
	return prepared->session == p->session && (db->in_transaction || is_alive(p));
}

static bool is_readable(Oid type)
{
	switch (type) {
	case OID_BOOL:
	case OID_BYTEA:
	case OID_CHAR:
	case OID_NAME:
	case OID_INT8:
	case OID_INT2:
	case OID_INT4:
	case OID_TEXT:
	case OID_UNKNOWN:
	case OID_VARCHAR:
		return true;
	default:
		return false;
	}
}

static enum error_code describe(
	struct postgres_db *p, const struct db_prepared *prepared, struct why *reterr_why)
{
	const char *name = prepared->statement->name;
	PGresult *result = PQdescribePrepared(p->connection, prepared->name);
	enum error_code code = OK;
	int columns = PQnfields(result);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		code = fail(p, result, name, reterr_why);
	else if ((prepared->statement->rows == DB_ROWS_QUERY) != (columns > 0))
		code = error_because(
			reterr_why, ERROR_INTERNAL, "statement %s: a query, or not", name);
	for (int c = 0; code == OK && c < columns; c++)
		if (!is_readable(PQftype(result, c)))
			code = error_because(reterr_why, ERROR_INTERNAL,
				"statement %s: column %s has type %u", name, PQfname(result, c),
				PQftype(result, c));
	PQclear(result);
	return code;
}

static enum error_code postgres_prepare(struct db *db, struct db_prepared *prepared,
	const char *sql, bool thorough, struct why *reterr_why)
{
	static const Oid oids[] = {
		['t'] = OID_TEXT, ['i'] = OID_INT8, ['b'] = OID_BYTEA, ['B'] = OID_BOOL
	};
	struct postgres_db *p = of(db);
	enum error_code code = ensure_connected(p, reterr_why);
	if (code != OK)
		return code;
	if (prepared->session != p->session) {
		Oid types[DB_PARAMETERS];
		for (size_t i = 0; i < prepared->n; i++)
			types[i] = oids[(unsigned char)prepared->types[i]];
		snprintf(prepared->name, sizeof prepared->name, "s%u", ++p->names);
		PGresult *result =
			PQprepare(p->connection, prepared->name, sql, (int)prepared->n, types);
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			code = fail(p, result, prepared->statement->name, reterr_why);
		PQclear(result);
		if (code != OK)
			return code;
		prepared->session = p->session;
	}
	return thorough ? describe(p, prepared, reterr_why) : OK;
}

struct parameters {
	const char *values[DB_PARAMETERS];
	int lengths[DB_PARAMETERS], formats[DB_PARAMETERS];
	uint64_t integers[DB_PARAMETERS];
	char bools[DB_PARAMETERS];
};

static enum error_code fill(const struct db_prepared *prepared, const struct db_value *values,
	struct parameters *ret, struct why *reterr_why)
{
	for (size_t i = 0; i < prepared->n; i++) {
		const struct db_value *v = &values[i];
		ret->formats[i] = 1;
		ret->lengths[i] = 0;
		switch (v->kind) {
		case DB_NULL:
			ret->values[i] = NULL;
			break;
		case DB_INT:
			ret->integers[i] = htobe64((uint64_t)v->i);
			ret->values[i] = (const char *)&ret->integers[i];
			ret->lengths[i] = sizeof ret->integers[i];
			break;
		case DB_BOOL:
			ret->bools[i] = v->i != 0;
			ret->values[i] = &ret->bools[i];
			ret->lengths[i] = 1;
			break;
		case DB_TEXT:
		case DB_BYTES:
			if (v->text.n > INT32_MAX)
				return error_because(reterr_why, ERROR_INVALID_VALUE,
					"statement %s: $%zu is too long", prepared->statement->name,
					i + 1);
			ret->values[i] = v->text.n ? v->text.p : "";
			ret->lengths[i] = (int)v->text.n;
			break;
		}
	}
	return OK;
}

static enum error_code execute(struct postgres_db *p, const struct db_prepared *prepared,
	const struct db_value *values, PGresult **ret_result, struct why *reterr_why)
{
	struct parameters parameters;
	if (!p->connection)
		return error_because(
			reterr_why, ERROR_STORE_FAILED, "PostgreSQL: the connection is lost");
	enum error_code code = fill(prepared, values, &parameters, reterr_why);
	if (code != OK)
		return code;
	PGresult *result = PQexecPrepared(p->connection, prepared->name, (int)prepared->n,
		parameters.values, parameters.lengths, parameters.formats, 1);
	ExecStatusType expected =
		prepared->statement->rows == DB_ROWS_QUERY ? PGRES_TUPLES_OK : PGRES_COMMAND_OK;
	if (PQresultStatus(result) == expected) {
		*ret_result = result;
		return OK;
	}
	code = fail(p, result, prepared->statement->name, reterr_why);
	PQclear(result);
	return code;
}

/* "0" rows for what has no count. */
static int64_t changed_rows(PGresult *result)
{
	return strtoll(PQcmdTuples(result), NULL, 10);
}

static enum error_code postgres_run(struct db *db, const struct db_prepared *prepared,
	const struct db_value *values, int64_t *ret_changed, struct why *reterr_why)
{
	PGresult *result;
	enum error_code code = execute(of(db), prepared, values, &result, reterr_why);
	if (code != OK)
		return code;
	*ret_changed = changed_rows(result);
	PQclear(result);
	return OK;
}

/* ---- batches ---- */

static enum error_code send_batch(struct postgres_db *p, struct db_prepared *const *prepared,
	const struct db_call *calls, size_t n, struct why *reterr_why)
{
	struct parameters parameters;
	for (size_t i = 0; i < n; i++) {
		enum error_code code =
			fill(prepared[i], calls[i].values.p, &parameters, reterr_why);
		if (code != OK)
			return code;
		if (!PQsendQueryPrepared(p->connection, prepared[i]->name, (int)prepared[i]->n,
			    parameters.values, parameters.lengths, parameters.formats, 1))
			return fail(p, NULL, prepared[i]->statement->name, reterr_why);
	}
	return PQpipelineSync(p->connection) ? OK : fail(p, NULL, "batch", reterr_why);
}

/* Reads one answer and the NULL that ends it; only a connection's loss returns an error. */
static enum error_code read_answer(struct postgres_db *p, const struct db_statement *statement,
	enum error_code *first, struct why *reterr_why)
{
	PGresult *result = PQgetResult(p->connection);
	ExecStatusType status = PQresultStatus(result);
	if (!result)
		return fail(p, NULL, statement->name, reterr_why);
	if (*first == OK && status == PGRES_COMMAND_OK)
		*first = db_check_changed(statement, changed_rows(result), reterr_why);
	else if (*first == OK)
		*first = fail(p, result, statement->name, reterr_why);
	PQclear(result);
	if (!p->connection)
		return *first;
	result = PQgetResult(p->connection);
	if (!result)
		return OK;
	PQclear(result);
	return fail(p, NULL, statement->name, reterr_why);
}

static enum error_code read_batch(struct postgres_db *p, const struct db_call *calls, size_t n,
	enum error_code *first, struct why *reterr_why)
{
	for (size_t i = 0; i < n; i++) {
		enum error_code code = read_answer(p, calls[i].statement, first, reterr_why);
		if (code != OK)
			return code;
	}
	PGresult *result = PQgetResult(p->connection);
	bool synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
	PQclear(result);
	return synced ? OK : fail(p, NULL, "batch", reterr_why);
}

static enum error_code run_pipeline(struct postgres_db *p, struct db_prepared *const *prepared,
	const struct db_call *calls, size_t n, struct why *reterr_why)
{
	enum error_code first = OK;
	if (!PQenterPipelineMode(p->connection))
		return fail(p, NULL, "batch", reterr_why);
	enum error_code code = send_batch(p, prepared, calls, n, reterr_why);
	if (code == OK)
		code = read_batch(p, calls, n, &first, reterr_why);
	if (code == OK && !PQexitPipelineMode(p->connection))
		code = fail(p, NULL, "batch", reterr_why);
	if (code != OK)
		lose(p);
	return code != OK ? code : first;
}

static enum error_code postgres_batch(struct db *db, struct db_prepared *const *prepared,
	const struct db_call *calls, size_t n, struct why *reterr_why)
{
	struct postgres_db *p = of(db);
	enum error_code code = ensure_connected(p, reterr_why);
	for (size_t done = 0; code == OK && done < n; done += BATCH)
		code = run_pipeline(p, prepared + done, calls + done,
			n - done < BATCH ? n - done : BATCH, reterr_why);
	return code;
}

/* ---- many rows ---- */

enum { COPY_BYTES = 256 << 10 }; /* sent at once */

static void copy_int16(struct text *text, uint16_t value)
{
	uint16_t big = htobe16(value);
	text_add(text, str_of((const char *)&big, sizeof big));
}

static void copy_int32(struct text *text, int32_t value)
{
	uint32_t big = htobe32((uint32_t)value);
	text_add(text, str_of((const char *)&big, sizeof big));
}

/* As COPY's binary format has it: each value behind its length, -1 for null. */
static void copy_row(struct text *text, const struct parameters *row, size_t n)
{
	copy_int16(text, (uint16_t)n);
	for (size_t i = 0; i < n; i++) {
		copy_int32(text, row->values[i] ? row->lengths[i] : -1);
		if (row->values[i])
			text_add(text, str_of(row->values[i], (size_t)row->lengths[i]));
	}
}

static enum error_code copy_send(struct postgres_db *p, const struct text *text, const char *name,
	struct why *reterr_why)
{
	if (text->failed)
		return error_because(
			reterr_why, ERROR_INVALID_VALUE, "statement %s: a row is too long", name);
	if (PQputCopyData(p->connection, text->p, (int)text->n) != 1)
		return fail(p, NULL, name, reterr_why);
	return OK;
}

static enum error_code copy_rows(struct postgres_db *p, const struct db_prepared *insert,
	const struct db_value *const *rows, size_t n, struct why *reterr_why)
{
	static const char head[19] = "PGCOPY\n\377\r\n"; /* and flags, none, and no more */
	ARENA_SCOPED arena = arena_new(0);
	struct text text = text_new(arena, 0);
	struct parameters row;
	enum error_code code = OK;
	text_add(&text, str_of(head, sizeof head));
	for (size_t i = 0; code == OK && i < n; i++) {
		code = fill(insert, rows[i], &row, reterr_why);
		if (code == OK)
			copy_row(&text, &row, insert->n);
		if (code == OK && text.n >= COPY_BYTES) {
			code = copy_send(p, &text, insert->statement->name, reterr_why);
			text.n = 0;
		}
	}
	copy_int16(&text, (uint16_t)-1);
	return code == OK ? copy_send(p, &text, insert->statement->name, reterr_why) : code;
}

/* The answer to all that was sent, up to the NULL that ends it. */
static enum error_code copy_answer(
	struct postgres_db *p, const char *name, size_t n, struct why *reterr_why)
{
	enum error_code code = OK;
	bool done = false;
	for (PGresult *result; p->connection && (result = PQgetResult(p->connection)); PQclear(result)) {
		done = PQresultStatus(result) == PGRES_COMMAND_OK;
		if (code == OK && !done)
			code = fail(p, result, name, reterr_why);
		else if (code == OK && changed_rows(result) != (int64_t)n)
			code = error_because(
				reterr_why, ERROR_INTERNAL, "statement %s: rows were lost", name);
	}
	return code != OK || done ? code : fail(p, NULL, name, reterr_why);
}

/* "insert into TABLE (COLUMNS) values (...)" as "copy TABLE (COLUMNS) from stdin ...". */
static enum error_code postgres_add_rows(struct db *db, const struct db_prepared *insert,
	const struct db_value *const *rows, size_t n, struct why *reterr_why)
{
	struct postgres_db *p = of(db);
	const char *name = insert->statement->name;
	const char *table = insert->statement->sql + strlen(DB_INSERT_BEGIN);
	ARENA_SCOPED arena = arena_new(0);
	const char *sql = arena_format(arena, "copy %.*s from stdin (format binary)",
		(int)(strstr(table, DB_INSERT_VALUES) - table), table).p;
	if (!p->connection)
		return error_because(
			reterr_why, ERROR_STORE_FAILED, "PostgreSQL: the connection is lost");
	PGresult *result = PQexec(p->connection, sql);
	bool begun = PQresultStatus(result) == PGRES_COPY_IN;
	enum error_code code = begun ? OK : fail(p, result, name, reterr_why);
	PQclear(result);
	if (!begun)
		return code;
	code = copy_rows(p, insert, rows, n, reterr_why);
	if (!p->connection)
		return code;
	if (PQputCopyEnd(p->connection, code == OK ? NULL : "given up") != 1)
		return fail(p, NULL, name, reterr_why);
	enum error_code answer = copy_answer(p, name, n, code == OK ? reterr_why : NULL);
	return code == OK ? answer : code;
}

/* ---- results ---- */

static bool read_int(const char *bytes, int length, int64_t *ret_value)
{
	uint64_t big;
	uint32_t middle;
	uint16_t small;
	switch (length) {
	case sizeof big:
		memcpy(&big, bytes, sizeof big);
		*ret_value = (int64_t)be64toh(big);
		return true;
	case sizeof middle:
		memcpy(&middle, bytes, sizeof middle);
		*ret_value = (int32_t)be32toh(middle);
		return true;
	case sizeof small:
		memcpy(&small, bytes, sizeof small);
		*ret_value = (int16_t)be16toh(small);
		return true;
	default:
		return false;
	}
}

/* False for a type that we do not read. */
static bool read_cell(const PGresult *result, int row, int column, struct arena *arena,
	struct db_value *ret_value)
{
	const char *bytes = PQgetvalue(result, row, column);
	int length = PQgetlength(result, row, column);
	if (PQgetisnull(result, row, column)) {
		*ret_value = db_null();
		return true;
	}
	int64_t number;
	switch (PQftype(result, column)) {
	case OID_BOOL:
		*ret_value = db_bool(length == 1 && bytes[0]);
		return true;
	case OID_INT8:
	case OID_INT4:
	case OID_INT2:
		if (!read_int(bytes, length, &number))
			return false;
		*ret_value = db_int(number);
		return true;
	case OID_BYTEA:
		*ret_value = db_bytes(arena_str(arena, str_of(bytes, (size_t)length)));
		return true;
	default:
		*ret_value = db_text(arena_str(arena, str_of(bytes, (size_t)length)));
		return is_readable(PQftype(result, column));
	}
}

static enum error_code postgres_query(struct db *db, const struct db_prepared *prepared,
	const struct db_value *values, struct arena *arena, struct db_rows *ret_rows,
	struct why *reterr_why)
{
	PGresult *result;
	enum error_code code = execute(of(db), prepared, values, &result, reterr_why);
	if (code != OK)
		return code;
	size_t n = (size_t)PQntuples(result), columns = (size_t)PQnfields(result);
	struct db_value *cells = arena_array(arena, n * columns, sizeof *cells);
	for (size_t i = 0; i < n * columns && code == OK; i++)
		if (!read_cell(result, (int)(i / columns), (int)(i % columns), arena, &cells[i]))
			code = error_because(reterr_why, ERROR_INTERNAL,
				"statement %s: column %s has type %u", prepared->statement->name,
				PQfname(result, (int)(i % columns)),
				PQftype(result, (int)(i % columns)));
	PQclear(result);
	if (code == OK)
		*ret_rows = (struct db_rows){ n, columns, cells };
	return code;
}

static enum error_code postgres_script(struct db *db, const char *sql, struct why *reterr_why)
{
	struct postgres_db *p = of(db);
	enum error_code code = ensure_connected(p, reterr_why);
	if (code != OK)
		return code;
	PGresult *result = PQexec(p->connection, sql);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
		code = fail(p, result, "script", reterr_why);
	PQclear(result);
	return code;
}

/* ---- upkeep: the server does its own ---- */

static enum error_code postgres_checkpoint(
	struct db *db, enum db_checkpoint how, struct why *reterr_why)
{
	(void)db;
	(void)how;
	(void)reterr_why;
	return OK;
}

static int64_t postgres_wal_bytes(const struct db *db)
{
	(void)db;
	return 0;
}

static enum error_code postgres_check(struct db *db, struct why *reterr_why)
{
	struct postgres_db *p = of(db);
	enum error_code code = ensure_connected(p, reterr_why);
	return code == OK ? simple(p, "select 1", reterr_why) : code;
}

static enum error_code postgres_backup(struct db *db, const char *path,
	void (*progress)(void *context, int64_t done, int64_t total), void *context,
	struct why *reterr_why)
{
	(void)db;
	(void)progress;
	(void)context;
	return error_because(
		reterr_why, ERROR_NOT_BUILT, "backup to %s: use pg_dump for PostgreSQL", path);
}

static const struct db_engine_calls postgres_calls = {
	.close = postgres_close,
	.begin = postgres_begin,
	.commit = postgres_commit,
	.rollback = postgres_rollback,
	.savepoint = postgres_savepoint,
	.is_ready = postgres_is_ready,
	.prepare = postgres_prepare,
	.run = postgres_run,
	.batch = postgres_batch,
	.add_rows = postgres_add_rows,
	.query = postgres_query,
	.script = postgres_script,
	.checkpoint = postgres_checkpoint,
	.wal_bytes = postgres_wal_bytes,
	.check = postgres_check,
	.backup = postgres_backup,
};

enum error_code postgres_open(const struct db_config *config, struct arena *arena,
	struct db **ret_db, struct why *reterr_why)
{
	struct postgres_db *p = arena_alloc(arena, sizeof *p);
	p->db.calls = &postgres_calls;
	p->url = arena_z(arena, config->url);
	p->read_only = config->read_only;
	enum error_code code = check_url(p->url, reterr_why);
	if (code == OK)
		code = connect_now(p, reterr_why);
	if (code != OK) {
		lose(p);
		return code;
	}
	*ret_db = &p->db;
	return OK;
}

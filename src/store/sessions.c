/* Questions about sessions, codes and revoked tokens. */
#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

/* In the order of SESSION_COLUMNS, and whether it is ended. */
static void session_of_row(struct row *row, struct session *session)
{
	session->id = next_text(row);
	session->offline = next_bool(row);
	session->realm_id = next_text(row);
	session->user_id = next_text(row);
	session->username = next_text(row);
	session->cookie_hash = next_text(row);
	session->ip_address = next_text(row);
	session->user_agent = next_text(row);
	session->auth_method = next_text(row);
	session->started_ms = next_int(row);
	session->auth_time_s = next_int(row);
	session->last_refresh_s = next_int(row);
	session->remember_me = next_bool(row);
	session->version = next_int(row);
	session->notes = next_text(row);
	session->spared_ms = next_int(row);
	session->ended = next_int(row) != 0;
}

/* In the order of CLIENT_SESSION_COLUMNS, and whether it is ended. */
static void client_session_of_row(
	struct arena *arena, struct row *row, struct client_session *client)
{
	client->session_id = next_text(row);
	client->offline = next_bool(row);
	client->client_id = next_text(row);
	client->issuer = next_text(row);
	client->started_ms = next_int(row);
	client->last_refresh_s = next_int(row);
	client->scope = next_text(row);
	client->redirect_uri = next_text(row);
	client->adapter_session_id = next_text(row);
	client->adapter_host = next_text(row);
	client->adapter_bound_ms = next_int(row);
	client->refresh_generation = next_int(row);
	client->refresh_use_count = next_int(row);
	client->notes = next_text(row);
	chains_read(arena, next_text(row), client);
	client->saml.name_id = next_text(row);
	client->saml.name_id_format = next_text(row);
	client->saml.binding = next_text(row);
	client->saml.until_s = next_int(row);
	client->ended = next_int(row) != 0;
}

enum { SESSION_ID, SESSION_OFFLINE, SESSION_WIDTH = 17 }; /* columns of SESSION_COLUMNS and one */

static bool same_session(const struct db_rows *rows, size_t a, size_t b)
{
	return str_eq(db_cell_text(rows, a, SESSION_ID), db_cell_text(rows, b, SESSION_ID)) &&
		db_cell_bool(rows, a, SESSION_OFFLINE) == db_cell_bool(rows, b, SESSION_OFFLINE);
}

/* Fills one session from the rows that start at `first`, one for each of its clients (or
 * one with nulls); returns the row after them. */
static size_t session_of_rows(
	struct arena *arena, const struct db_rows *rows, size_t first, struct session *session)
{
	size_t end = first + 1;
	while (end < rows->n && same_session(rows, first, end))
		end++;
	*session = (struct session){ .version = 0 };
	session_of_row(&(struct row){ rows, first, 0 }, session);
	if (db_is_null(rows, first, SESSION_WIDTH))
		return end;
	session->clients_n = end - first;
	session->clients = arena_array(arena, session->clients_n, sizeof *session->clients);
	for (size_t i = first; i < end; i++)
		client_session_of_row(arena, &(struct row){ rows, i, SESSION_WIDTH },
			&session->clients[i - first]);
	return end;
}

static enum error_code find(struct store *store, struct arena *arena,
	const struct db_statement *statement, struct db_values values, struct str id,
	struct session *ret_session, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code =
		store_read_one(store, arena, statement, values, "session", id, &rows, reterr_why);
	if (code == OK)
		session_of_rows(arena, &rows, 0, ret_session);
	return code;
}

static enum error_code list(struct store *store, struct arena *arena,
	const struct db_statement *statement, struct db_values values,
	struct session **ret_sessions, size_t *ret_n, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena, statement, values, &rows, reterr_why);
	if (code != OK)
		return code;
	struct session *sessions = NULL;
	size_t n = 0;
	for (size_t i = 0; i < rows.n;)
		i = session_of_rows(
			arena, &rows, i, arena_push(arena, &sessions, &n, sizeof *sessions));
	*ret_sessions = sessions;
	*ret_n = n;
	return OK;
}

enum error_code store_find_session(struct store *store, struct arena *arena, struct str realm_id,
	struct str session_id, bool offline, struct session *ret_session, struct why *reterr_why)
{
	return find(store, arena, &statement_session_find,
		DB_VALUES(db_text(session_id), db_bool(offline), db_text(realm_id)), session_id,
		ret_session, reterr_why);
}

enum error_code store_find_session_by_cookie(struct store *store, struct arena *arena,
	struct str realm_id, struct str cookie_hash, struct session *ret_session,
	struct why *reterr_why)
{
	return find(store, arena, &statement_session_find_by_cookie,
		DB_VALUES(db_text(cookie_hash), db_text(realm_id)), STR("of a cookie"), ret_session,
		reterr_why);
}

enum error_code store_list_sessions(struct store *store, struct arena *arena, struct str realm_id,
	struct str user_id, bool offline, int64_t first, int64_t max, struct session **ret_sessions,
	size_t *ret_n, struct why *reterr_why)
{
	struct db_value values[] = { db_text(realm_id), db_bool(offline),
		db_int(max < 0 ? INT64_MAX : max), db_int(first < 0 ? 0 : first),
		db_text(user_id) };
	bool any = user_id.n == 0;
	return list(store, arena, any ? &statement_session_list : &statement_session_list_by_user,
		(struct db_values){ values, any ? 4 : 5 }, ret_sessions, ret_n, reterr_why);
}

enum error_code store_list_sessions_by_name_id(struct store *store, struct arena *arena,
	const struct name_id_query *query, struct session **ret_sessions, size_t *ret_n,
	struct why *reterr_why)
{
	return list(store, arena, &statement_session_list_by_name_id,
		DB_VALUES(db_text(query->realm_id), db_text(query->client_id),
			db_text(query->name_id), db_text(query->name_id_format),
			db_int(query->max)),
		ret_sessions, ret_n, reterr_why);
}

enum error_code store_list_client_sessions(struct store *store, struct arena *arena,
	const struct client_session_query *query, struct session **ret_sessions, size_t *ret_n,
	struct why *reterr_why)
{
	return list(store, arena, &statement_session_list_by_client,
		DB_VALUES(db_text(query->realm_id), db_bool(query->offline),
			db_text(query->client_id), db_int(query->used_after_s[0]),
			db_int(query->started_after_ms[0]), db_int(query->used_after_s[1]),
			db_int(query->started_after_ms[1]), db_text(query->user_id),
			db_int(query->max < 0 ? INT64_MAX : query->max),
			db_int(query->first < 0 ? 0 : query->first)),
		ret_sessions, ret_n, reterr_why);
}

enum error_code store_count_client_sessions(struct store *store, struct arena *arena,
	const struct client_session_query *query, struct client_session_count **ret_counts,
	size_t *ret_n, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena, &statement_client_session_counts,
		DB_VALUES(db_text(query->realm_id), db_bool(query->offline),
			db_text(query->client_id), db_int(query->used_after_s[0]),
			db_int(query->started_after_ms[0]), db_int(query->used_after_s[1]),
			db_int(query->started_after_ms[1])),
		&rows, reterr_why);
	if (code != OK)
		return code;
	struct client_session_count *counts = arena_array(arena, rows.n, sizeof *counts);
	for (size_t i = 0; i < rows.n; i++)
		counts[i] = (struct client_session_count){ db_cell_text(&rows, i, 0),
			db_cell_int(&rows, i, 1) };
	*ret_counts = counts;
	*ret_n = rows.n;
	return OK;
}

/* The statements of a scope: list and count. Those of realms name no target. */
static const struct {
	const struct db_statement *list, *count;
	bool target;
} mass_statements[] = {
	[MASS_REALM] = { &statement_session_list_before, &statement_session_count_before, false },
	[MASS_REMEMBERED] = { &statement_session_list_remembered_before,
		&statement_session_count_remembered_before, false },
	[MASS_CLIENT] = { &statement_session_list_client_before,
		&statement_session_count_client_before, true },
	[MASS_USER] = { &statement_session_list_user_before, &statement_session_count_user_before,
		true },
};

enum error_code store_list_mass(struct store *store, struct arena *arena,
	const struct effect_mass *order, bool offline, int64_t max, struct session **ret_sessions,
	size_t *ret_n, struct why *reterr_why)
{
	struct db_value values[5] = { db_text(order->realm_id), db_bool(offline), db_int(order->epoch_ms),
		db_text(order->target_id) };
	size_t n = mass_statements[order->scope].target ? 4 : 3;
	values[n++] = db_int(max);
	return list(store, arena, mass_statements[order->scope].list, (struct db_values){ values, n },
		ret_sessions, ret_n, reterr_why);
}

enum error_code store_count_mass(struct store *store, const struct effect_mass *order, bool offline,
	int64_t *ret_count, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	struct db_value values[] = { db_text(order->realm_id), db_bool(offline), db_int(order->epoch_ms),
		db_text(order->target_id) };
	enum error_code code = store_read(store, arena, mass_statements[order->scope].count,
		(struct db_values){ values, mass_statements[order->scope].target ? 4 : 3 }, &rows,
		reterr_why);
	if (code == OK)
		*ret_count = db_cell_int(&rows, 0, 0);
	return code;
}

enum error_code store_list_expired(struct store *store, struct arena *arena, struct str realm_id,
	bool offline, bool remember_me, int64_t idle_before_s, int64_t started_before_ms,
	int64_t max, struct session **ret_sessions, size_t *ret_n, struct why *reterr_why)
{
	return list(store, arena, &statement_session_list_expired,
		DB_VALUES(db_text(realm_id), db_bool(offline), db_bool(remember_me),
			db_int(idle_before_s), db_int(started_before_ms), db_int(max)),
		ret_sessions, ret_n, reterr_why);
}

/* In the order of CODE_COLUMNS. */
static void code_of_row(struct row *row, struct code *code)
{
	code->hash = next_text(row);
	code->realm_id = next_text(row);
	code->client_id = next_text(row);
	code->session_id = next_text(row);
	code->user_id = next_text(row);
	code->redirect_uri = next_text(row);
	code->scope = next_text(row);
	code->nonce = next_text(row);
	code->state = next_text(row);
	code->code_challenge = next_text(row);
	code->code_challenge_method = next_text(row);
	code->issuer = next_text(row);
	code->acr = next_text(row);
	code->offline_asked = next_bool(row);
	code->auth_time_s = next_int(row);
	code->expires_ms = next_int(row);
	code->used_ms = next_int(row);
	code->message = next_text(row);
}

enum error_code store_find_code(struct store *store, struct arena *arena, struct str hash,
	struct code *ret_code, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read_one(store, arena, &statement_code_find,
		DB_VALUES(db_text(hash)), "code with hash", str_take(hash, 8), &rows, reterr_why);
	if (code == OK)
		code_of_row(&(struct row){ &rows, 0, 0 }, ret_code);
	return code;
}

static enum error_code any_row(struct store *store, const struct db_statement *statement,
	struct db_values values, bool *ret_any, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	enum error_code code = store_read(store, arena, statement, values, &rows, reterr_why);
	if (code == OK)
		*ret_any = rows.n > 0;
	return code;
}

static enum error_code token_session(struct db *db, struct arena *arena, struct db_values values,
	struct session **ret_session, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code =
		db_query(db, &statement_session_find, values, arena, &rows, reterr_why);
	if (code != OK || rows.n == 0)
		return code;
	*ret_session = arena_alloc(arena, sizeof **ret_session);
	session_of_rows(arena, &rows, 0, *ret_session);
	return OK;
}

static enum error_code token_revoked(
	struct db *db, struct arena *arena, struct db_values values, bool *ret_revoked,
	struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code =
		db_query(db, &statement_token_revoked, values, arena, &rows, reterr_why);
	if (code == OK)
		*ret_revoked = rows.n > 0;
	return code;
}

enum error_code store_find_token_rows(struct store *store, struct arena *arena, struct str realm_id,
	struct str user_id, struct str session_id, bool offline, struct str jti,
	struct token_rows *ret_rows, struct why *reterr_why)
{
	struct db *db;
	struct token_rows found = { .user = NULL };
	enum error_code code = store_reader_take(store, &db, reterr_why);
	if (code != OK)
		return code;
	if (session_id.n)
		code = token_session(db, arena,
			DB_VALUES(db_text(session_id), db_bool(offline), db_text(realm_id)),
			&found.session, reterr_why);
	struct str owner = user_id.n || !found.session ? user_id : found.session->user_id;
	if (code == OK && owner.n)
		code = users_find(db, arena, realm_id, owner, USER_ROLES | USER_GROUPS, &found.user,
			reterr_why);
	if (code == ERROR_NAME_NOT_FOUND)
		code = OK;
	if (code == OK)
		code = token_revoked(db, arena, DB_VALUES(db_text(realm_id), db_text(jti)),
			&found.revoked, reterr_why);
	db_pool_give(store->readers, db);
	if (code == OK)
		*ret_rows = found;
	return code;
}

enum error_code store_part_stands(struct store *store, struct str realm_id,
	const struct client_session *part, int64_t now_s, bool *ret_stands, struct why *reterr_why)
{
	return any_row(store, &statement_client_session_stands,
		DB_VALUES(db_text(part->session_id), db_bool(part->offline), db_text(realm_id),
			db_text(part->client_id), db_int(part->started_ms), db_int(now_s)),
		ret_stands, reterr_why);
}

enum error_code store_token_used(struct store *store, struct str realm_id, struct str jti,
	bool *ret_used, struct why *reterr_why)
{
	return any_row(store, &statement_token_revoked, DB_VALUES(db_text(realm_id), db_text(jti)),
		ret_used, reterr_why);
}

enum error_code store_newer_client_session(struct store *store, struct str realm_id,
	struct str user_id, struct str client_id, struct str adapter_session_id, int64_t since_ms,
	bool *ret_newer, struct why *reterr_why)
{
	return any_row(store, &statement_client_session_newer,
		DB_VALUES(db_text(realm_id), db_text(user_id), db_text(client_id),
			db_text(adapter_session_id), db_int(since_ms)),
		ret_newer, reterr_why);
}

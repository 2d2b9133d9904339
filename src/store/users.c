/* Questions about users. */
#include "base/text.h"
#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

enum { SEARCH_WORDS = 8 }; /* as many as USER_MATCHES has */

struct str store_lower(struct arena *arena, struct str s)
{
	char *lower = arena_alloc(arena, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		lower[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
	return str_of(lower, s.n);
}

enum error_code user_of_row(struct arena *arena, const struct db_rows *rows, size_t i,
	struct user *user, struct why *reterr_why)
{
	struct row row = { rows, i, 0 };
	user->id = next_text(&row);
	user->realm_id = next_text(&row);
	user->username = next_text(&row);
	user->email = next_text(&row);
	user->first_name = next_text(&row);
	user->last_name = next_text(&row);
	user->enabled = next_bool(&row);
	user->email_verified = next_bool(&row);
	user->created_ms = next_int(&row);
	user->not_before_s = next_int(&row);
	user->sessions_ended_before_ms = next_int(&row);
	user->version = next_int(&row);
	user->service_account_client_id = next_text(&row);
	user->federation_link = next_text(&row);
	struct str attributes = next_text(&row);
	user->required_actions = lines_read(arena, next_text(&row));
	user->kept = next_text(&row);
	return attributes_read(arena, attributes, user, reterr_why);
}

void credential_of_row(struct row *row, struct credential *ret_credential)
{
	ret_credential->id = next_text(row);
	ret_credential->type = next_text(row);
	ret_credential->label = next_text(row);
	ret_credential->secret_data = next_text(row);
	ret_credential->credential_data = next_text(row);
	ret_credential->created_ms = next_int(row);
	ret_credential->priority = next_int(row);
}

/* ---- one user with its parts ---- */

static enum error_code read_ids(struct db *db, struct arena *arena,
	const struct db_statement *statement, struct str user_id, struct str_list *list,
	struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code =
		db_query(db, statement, DB_VALUES(db_text(user_id)), arena, &rows, reterr_why);
	if (code == OK)
		*list = rows_texts(arena, &rows, 0);
	return code;
}

static enum error_code read_credentials(
	struct db *db, struct arena *arena, struct user *user, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = db_query(db, &statement_user_credentials,
		DB_VALUES(db_text(user->id)), arena, &rows, reterr_why);
	if (code != OK)
		return code;
	user->credentials_n = rows.n;
	user->credentials = arena_array(arena, rows.n, sizeof *user->credentials);
	for (size_t i = 0; i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		credential_of_row(&row, &user->credentials[i]);
	}
	return OK;
}

static enum error_code read_parts(struct db *db, struct arena *arena, unsigned parts,
	struct user *user, struct why *reterr_why)
{
	enum error_code code = OK;
	if (parts & USER_ROLES)
		code = read_ids(
			db, arena, &statement_user_roles, user->id, &user->role_ids, reterr_why);
	if (code == OK && parts & USER_GROUPS)
		code = read_ids(
			db, arena, &statement_user_groups, user->id, &user->group_ids, reterr_why);
	if (code == OK && parts & USER_CREDENTIALS)
		code = read_credentials(db, arena, user, reterr_why);
	return code;
}

/* A question that names one user. NAME_NOT_FOUND also when two rows answer. */
struct user_question {
	const struct db_statement *statement;
	struct db_values values;
	const char *what; /* for `why` */
	struct str name;
	unsigned parts;
};

static enum error_code ask(struct db *db, struct arena *arena, const struct user_question *question,
	struct user **ret_user, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code =
		db_query(db, question->statement, question->values, arena, &rows, reterr_why);
	if (code != OK)
		return code;
	if (rows.n != 1)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "%s user of %s \"%.*s\"",
			rows.n ? "more than one" : "no", question->what,
			STR_ARG(str_take(question->name, 80)));
	struct user *user = arena_alloc(arena, sizeof *user);
	code = user_of_row(arena, &rows, 0, user, reterr_why);
	if (code == OK)
		code = read_parts(db, arena, question->parts, user, reterr_why);
	if (code == OK)
		*ret_user = user;
	return code;
}

static enum error_code ask_store(struct store *store, struct arena *arena,
	const struct user_question *question, struct user **ret_user, struct why *reterr_why)
{
	struct db *db;
	enum error_code code = store_reader_take(store, &db, reterr_why);
	if (code != OK)
		return code;
	code = ask(db, arena, question, ret_user, reterr_why);
	db_pool_give(store->readers, db);
	return code;
}

enum error_code users_find(struct db *db, struct arena *arena, struct str realm_id,
	struct str user_id, unsigned parts, struct user **ret_user, struct why *reterr_why)
{
	return ask(db, arena,
		&(struct user_question){ .statement = &statement_user_find,
			.values = DB_VALUES(db_text(user_id), db_text(realm_id)),
			.what = "id",
			.name = user_id,
			.parts = parts },
		ret_user, reterr_why);
}

enum error_code store_find_user(struct store *store, struct arena *arena, struct str realm_id,
	struct str user_id, unsigned parts, struct user **ret_user, struct why *reterr_why)
{
	struct db *db;
	enum error_code code = store_reader_take(store, &db, reterr_why);
	if (code != OK)
		return code;
	code = users_find(db, arena, realm_id, user_id, parts, ret_user, reterr_why);
	db_pool_give(store->readers, db);
	return code;
}

enum error_code store_find_user_by_login(struct store *store, struct arena *arena,
	struct str realm_id, struct str login, bool with_email, unsigned parts,
	struct user **ret_user, struct why *reterr_why)
{
	struct str lower = store_lower(arena, login);
	struct db_values values = DB_VALUES(db_text(realm_id), db_text(lower));
	struct user_question question = { .statement = &statement_user_find_by_username,
		.values = values,
		.what = "username",
		.name = lower,
		.parts = parts };
	enum error_code code = ask_store(store, arena, &question, ret_user, reterr_why);
	if (code != ERROR_NAME_NOT_FOUND || !with_email)
		return code;
	question.statement = &statement_user_find_by_email;
	question.what = "username or e-mail";
	return ask_store(store, arena, &question, ret_user, reterr_why);
}

enum error_code store_find_service_account(struct store *store, struct arena *arena,
	struct str realm_id, struct str client_id, unsigned parts, struct user **ret_user,
	struct why *reterr_why)
{
	return ask_store(store, arena,
		&(struct user_question){ .statement = &statement_user_find_service_account,
			.values = DB_VALUES(db_text(realm_id), db_text(client_id)),
			.what = "the service account of client",
			.name = client_id,
			.parts = parts },
		ret_user, reterr_why);
}

/* ---- lists ---- */

static void add_escaped(struct text *text, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' || s.p[i] == '_' || s.p[i] == '\\')
			text_add_char(text, '\\');
		text_add_char(text, s.p[i]);
	}
}

/* A pattern of like for one field of the query: all of it when exact, else any part. */
static struct str field_pattern(struct arena *arena, struct str value, bool exact)
{
	if (value.n == 0)
		return STR("%");
	struct text text = text_new(arena, 0);
	text_add_z(&text, exact ? "" : "%");
	add_escaped(&text, store_lower(arena, value));
	text_add_z(&text, exact ? "" : "%");
	return text_str(&text);
}

/* A pattern for one word of Keycloak's `search`: "ada" begins with, *ada* has, "\"ada\"" is. */
static struct str word_pattern(struct arena *arena, struct str word)
{
	struct text text = text_new(arena, 0);
	struct str lower = store_lower(arena, word);
	if (lower.n >= 2 && lower.p[0] == '"' && lower.p[lower.n - 1] == '"') {
		add_escaped(&text, str_take(str_drop(lower, 1), lower.n - 2));
		return text_str(&text);
	}
	while (lower.n > 0) {
		size_t star = str_index(lower, '*');
		add_escaped(&text, str_take(lower, star));
		if (star < lower.n)
			text_add_char(&text, '%');
		lower = str_drop(lower, star + 1);
	}
	text_add_char(&text, '%');
	return text_str(&text);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static enum error_code word_patterns(struct arena *arena, struct str search,
	struct str patterns[SEARCH_WORDS], struct why *reterr_why)
{
	size_t n = 0;
	for (size_t i = 0; i < search.n;) {
		size_t end = i;
		while (end < search.n && !is_space(search.p[end]))
			end++;
		if (end > i) {
			if (n == SEARCH_WORDS)
				return error_because(reterr_why, ERROR_INVALID_VALUE,
					"search has more than %d words", SEARCH_WORDS);
			patterns[n++] = word_pattern(arena, str_of(search.p + i, end - i));
		}
		i = end + 1;
	}
	while (n < SEARCH_WORDS)
		patterns[n++] = STR("%");
	return OK;
}

enum { COUNT_VALUES = 6 + SEARCH_WORDS, LIST_VALUES = COUNT_VALUES + 2 };

/* $1..$14 of USER_MATCHES. */
static enum error_code match_values(struct arena *arena, struct str realm_id,
	const struct user_query *query, struct db_value values[LIST_VALUES], struct why *reterr_why)
{
	struct str patterns[SEARCH_WORDS];
	enum error_code code = word_patterns(arena, query->search, patterns, reterr_why);
	if (code != OK)
		return code;
	values[0] = db_text(realm_id);
	values[1] = db_text(field_pattern(arena, query->username, query->exact));
	values[2] = db_text(field_pattern(arena, query->email, query->exact));
	values[3] = db_text(field_pattern(arena, query->first_name, query->exact));
	values[4] = db_text(field_pattern(arena, query->last_name, query->exact));
	values[5] = db_int(query->has_enabled);
	for (size_t i = 0; i < SEARCH_WORDS; i++)
		values[6 + i] = db_text(patterns[i]);
	return OK;
}

enum error_code store_list_users(struct store *store, struct arena *arena, struct str realm_id,
	const struct user_query *query, struct user **ret_users, size_t *ret_n,
	struct why *reterr_why)
{
	struct db_value values[LIST_VALUES];
	enum error_code code = match_values(arena, realm_id, query, values, reterr_why);
	if (code != OK)
		return code;
	values[COUNT_VALUES] = db_int(query->max < 0 ? INT64_MAX : query->max);
	values[COUNT_VALUES + 1] = db_int(query->first < 0 ? 0 : query->first);
	const struct db_statement *statement = &statement_user_list;
	if (query->exact && query->username.n > 0) {
		statement = &statement_user_list_by_username;
		values[1] = db_text(store_lower(arena, query->username));
	} else if (query->exact && query->email.n > 0) {
		statement = &statement_user_list_by_email;
		values[2] = db_text(store_lower(arena, query->email));
	}
	struct db_rows rows;
	code = store_read(store, arena, statement, (struct db_values){ values, LIST_VALUES }, &rows,
		reterr_why);
	if (code != OK)
		return code;
	struct user *users = arena_array(arena, rows.n, sizeof *users);
	for (size_t i = 0; code == OK && i < rows.n; i++)
		code = user_of_row(arena, &rows, i, &users[i], reterr_why);
	if (code != OK)
		return code;
	*ret_users = users;
	*ret_n = rows.n;
	return OK;
}

enum error_code store_count_users(struct store *store, struct str realm_id,
	const struct user_query *query, int64_t *ret_count, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_value values[LIST_VALUES];
	struct db_rows rows;
	enum error_code code = match_values(arena, realm_id, query, values, reterr_why);
	if (code == OK)
		code = store_read(store, arena, &statement_user_count,
			(struct db_values){ values, COUNT_VALUES }, &rows, reterr_why);
	if (code == OK)
		*ret_count = db_cell_int(&rows, 0, 0);
	return code;
}

enum error_code store_find_login_failure(struct store *store, struct arena *arena,
	struct str realm_id, struct str user_id, struct login_failure *ret_failure,
	struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read_one(store, arena, &statement_failure_find,
		DB_VALUES(db_text(user_id), db_text(realm_id)), "failed attempt of user", user_id,
		&rows, reterr_why);
	if (code != OK)
		return code;
	struct row row = { &rows, 0, 0 };
	ret_failure->realm_id = next_text(&row);
	ret_failure->user_id = next_text(&row);
	ret_failure->last_ip = next_text(&row);
	ret_failure->failures = next_int(&row);
	ret_failure->last_failure_ms = next_int(&row);
	ret_failure->not_before_s = next_int(&row);
	ret_failure->temporary_lockouts = next_int(&row);
	ret_failure->version = next_int(&row);
	return OK;
}

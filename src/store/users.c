/* Questions about users. */
#include "base/text.h"
#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

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

struct user_identity identity_of_row(struct row *row)
{
	struct user_identity identity;
	identity.provider = next_text(row);
	identity.user_id = next_text(row);
	identity.user_name = next_text(row);
	return identity;
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
		user->otp |= str_eq(user->credentials[i].type, STR("otp"));
	}
	return OK;
}

static enum error_code read_identities(
	struct db *db, struct arena *arena, struct user *user, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = db_query(db, &statement_identity_list,
		DB_VALUES(db_text(user->id)), arena, &rows, reterr_why);
	if (code != OK)
		return code;
	user->identities_n = rows.n;
	user->identities = arena_array(arena, rows.n, sizeof *user->identities);
	for (size_t i = 0; i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		user->identities[i] = identity_of_row(&row);
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
	if (code == OK && parts & USER_IDENTITIES)
		code = read_identities(db, arena, user, reterr_why);
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

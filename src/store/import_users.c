/* The users of an import; see import.h. */
#include "base/tables.h"
#include "crypto/random.h"
#include "json/write.h"
#include "store/import_internal.h"
#include "store/internal.h"
#include "store/statements.h"

/* Users are gathered before they are written. Twice as many are in memory while those before are
 * written. */
enum {
	USERS_GATHERED = 4 * 1000, /* at most */
	BYTES_GATHERED = 8 << 20,   /* of memory, at most and one user */
};

/* ---- credentials ---- */

static void warn_user(
	struct user_pass *pass, const struct user *user, const char *format, struct str detail)
{
	if (!pass->dry)
		draft_warn(pass->import->draft, "user %.*s: %s%.*s", STR_ARG(user->username),
			format, STR_ARG(detail));
}

/* How Keycloak before 8 exported a password. */
static void take_old_form(
	struct user_pass *pass, const struct credential_rep *rep, struct credential *credential)
{
	struct text secret = text_new(pass->arena, 0), data = text_new(pass->arena, 0);
	struct json_writer w = json_writer_new(&secret, false);
	json_write_object_begin(&w);
	json_member_text(&w, "value", rep->hashed_value);
	json_member_text(&w, "salt", rep->salt);
	json_write_object_end(&w);
	w = json_writer_new(&data, false);
	json_write_object_begin(&w);
	json_member_int(&w, "hashIterations", rep->iterations);
	json_member_text(&w, "algorithm", rep->algorithm.n ? rep->algorithm : STR("pbkdf2"));
	json_write_object_end(&w);
	credential->secret_data = text_str(&secret);
	credential->credential_data = text_str(&data);
}

enum error_code import_hash(struct user_pass *pass, struct str password, const char *path,
	struct credential *credential)
{
	struct password_hash hash;
	struct why why = { "" };
	enum error_code error = password_make(pass->arena, password, &pass->cost, &hash, &why);
	if (error)
		return error_because(pass->import->why, error, "%s.value: %s", path, why.text);
	credential_write(pass->arena, &hash, credential);
	pass->import->summary.passwords_hashed++;
	return OK;
}

static void check_hash(
	struct user_pass *pass, const struct user *user, const struct credential *credential)
{
	struct password_hash hash;
	struct why why = { "" };
	if (credential_read(pass->arena, credential, &hash, &why) || password_check(&hash, &why))
		warn_user(pass, user, "cannot sign in: ", str_from(why.text));
}

/* *ret_take is false for what counts as absent. */
static enum error_code take_credential(struct user_pass *pass, const struct credential_rep *rep,
	struct user *user, const char *path, struct credential *ret_credential, bool *ret_take)
{
	struct credential credential = rep->credential;
	bool password;
	if (!credential.type.n)
		credential.type = STR("password");
	if (!credential.created_ms)
		credential.created_ms = pass->import->options->now_ms;
	password = str_eq(credential.type, STR("password"));
	*ret_take = true;
	if (rep->value.n && !representation_is_masked(rep->value)) {
		if (!password)
			return error_because(pass->import->why, ERROR_INVALID_VALUE,
				"%s.value: plain values are taken for passwords, "
				"not for the type \"%.*s\"",
				path, STR_ARG(credential.type));
		/* Into a realm that is there only what is not the user's password already. */
		enum error_code error = pass->dry || pass->import->merge
			? OK
			: import_hash(pass, rep->value, path, &credential);
		if (error)
			return error;
	} else if (rep->hashed_value.n && password) {
		take_old_form(pass, rep, &credential);
	} else if (representation_is_masked(rep->value) || !credential.secret_data.n) {
		warn_user(pass, user, "has no usable credential in the file: ", credential.type);
		*ret_take = false;
		return OK;
	}
	if (password && !rep->value.n)
		check_hash(pass, user, &credential);
	if (!password && !str_eq(credential.type, STR("password-history")))
		warn_user(pass, user, "cannot sign in yet: has a second factor: ", credential.type);
	*ret_credential = credential;
	return OK;
}

/* Ids are keys, together with the user's. */
static enum error_code check_twice(
	struct user_pass *pass, const struct user *user, struct str id, const char *at)
{
	for (size_t i = 0; id.n && i < user->credentials_n; i++)
		if (str_eq(user->credentials[i].id, id))
			return error_because(pass->import->why, ERROR_INVALID_VALUE,
				"%s.id: \"%.*s\": another credential of the user has it", at,
				STR_ARG(str_take(id, 80)));
	return OK;
}

static enum error_code take_credentials(
	struct user_pass *pass, const struct user_rep *rep, struct user *user, const char *path)
{
	static const struct str update = STR_INIT("UPDATE_PASSWORD");
	user->credentials = arena_array(pass->arena, rep->credentials_n, sizeof *user->credentials);
	for (size_t i = 0; i < rep->credentials_n; i++) {
		const char *at = arena_format(pass->arena, "%s.credentials[%zu]", path, i).p;
		bool take;
		enum error_code error = check_twice(pass, user, rep->credentials[i].credential.id, at);
		if (!error)
			error = take_credential(pass, &rep->credentials[i], user, at,
				&user->credentials[user->credentials_n], &take);
		if (error)
			return error;
		user->credentials_n += take;
		if (take && rep->credentials[i].credential.temporary &&
			!str_list_has(&user->required_actions, update))
			*(struct str *)arena_push(pass->arena, &user->required_actions.items,
				&user->required_actions.n, sizeof update) = update;
	}
	for (size_t i = 0; i < user->required_actions.n; i++)
		if (!str_eq(user->required_actions.items[i], update))
			warn_user(pass, user, "cannot sign in yet: required action ",
				user->required_actions.items[i]);
	return OK;
}

/* ---- roles and groups ---- */

static void push_text(struct arena *arena, struct str_list *list, struct str text)
{
	*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) = text;
}

static enum error_code take_roles(struct user_pass *pass, struct str client_id,
	const struct str *names, size_t n, const char *path, const char *field, struct user *user)
{
	struct draft *draft = pass->import->draft;
	bool known = !client_id.n || table_get(&draft->client_by_client_id, client_id);
	for (size_t i = 0; i < n; i++) {
		struct str name = str_trim(names[i]);
		const struct draft_role *role = draft_find_role(draft, client_id, name);
		/* What a plan has not told is not made. */
		if (!role && known && name.n && !pass->import->merge)
			role = draft_make_role(draft, client_id, name, path, field);
		if (!role)
			return error_because(pass->import->why, ERROR_INVALID_VALUE,
				"%s.%s: \"%.*s\": there is no such role%s%.*s", path, field,
				STR_ARG(str_take(names[i], 80)), client_id.n ? " of client " : "",
				STR_ARG(str_take(client_id, 80)));
		push_text(pass->arena, &user->role_ids, role->rep.role.id);
	}
	return OK;
}

static enum error_code take_mappings(
	struct user_pass *pass, const struct user_rep *rep, struct user *user, const char *path)
{
	enum error_code error = take_roles(pass, (struct str){ NULL, 0 }, rep->realm_roles.items,
		rep->realm_roles.n, path, "realmRoles", user);
	for (size_t i = 0; !error && i < rep->client_roles_n; i++)
		error = take_roles(pass, rep->client_roles[i].key, rep->client_roles[i].values,
			rep->client_roles[i].n, path, "clientRoles", user);
	for (size_t i = 0; !error && i < rep->groups.n; i++) {
		struct str name = rep->groups.items[i];
		if (!str_starts(name, STR("/")))
			name = arena_join(pass->arena, STR("/"), name, (struct str){ NULL, 0 });
		const struct draft_group *group = draft_find_group(pass->import->draft, name);
		if (!group)
			return error_because(pass->import->why, ERROR_INVALID_VALUE,
				"%s.groups: \"%.*s\": there is no such group", path,
				STR_ARG(str_take(name, 80)));
		push_text(pass->arena, &user->group_ids, group->rep->group.id);
	}
	return error;
}

/* The names of a grant are those of client scopes, or the client's own. */
static enum error_code take_consent(struct user_pass *pass, const struct consent_rep *rep,
	const char *path, struct consent *ret_consent)
{
	const struct draft *draft = pass->import->draft;
	const struct draft_client *client = table_get(&draft->client_by_client_id, rep->client_id);
	if (!client)
		return error_because(pass->import->why, ERROR_INVALID_VALUE,
			"%s.clientId: \"%.*s\": there is no such client", path,
			STR_ARG(str_take(rep->client_id, 80)));
	struct consent consent = { .client_id = client->rep.client.id,
		.created_ms = rep->created_ms ? rep->created_ms : pass->import->options->now_ms };
	consent.updated_ms = rep->updated_ms ? rep->updated_ms : consent.created_ms;
	for (size_t i = 0; i < rep->scopes.n; i++) {
		struct str name = rep->scopes.items[i];
		const struct draft_scope *scope = table_get(&draft->scope_by_name, name);
		if (!scope && !str_eq(name, rep->client_id))
			return error_because(pass->import->why, ERROR_INVALID_VALUE,
				"%s.grantedClientScopes: \"%.*s\": there is no such client scope",
				path, STR_ARG(str_take(name, 80)));
		push_text(pass->arena, &consent.scope_ids,
			scope ? scope->rep.scope.id : consent.client_id);
	}
	*ret_consent = consent;
	return OK;
}

static enum error_code take_consents(
	struct user_pass *pass, const struct user_rep *rep, struct user *user, const char *path)
{
	enum error_code error = OK;
	user->consents = arena_array(pass->arena, rep->consents_n, sizeof *user->consents);
	for (size_t i = 0; !error && i < rep->consents_n; i++) {
		const char *at = arena_format(pass->arena, "%s.clientConsents[%zu]", path, i).p;
		error = take_consent(pass, &rep->consents[i], at, &user->consents[i]);
	}
	/* Of one client twice, the later one: the rows have one place for both. */
	for (size_t i = 0; !error && i < rep->consents_n; i++) {
		struct consent *one = &user->consents[i];
		size_t at = 0;
		one->realm_id = user->realm_id;
		one->user_id = user->id;
		while (at < user->consents_n && !str_eq(user->consents[at].client_id, one->client_id))
			at++;
		user->consents[at] = *one;
		user->consents_n += at == user->consents_n;
	}
	return error;
}

static enum error_code take_service_account(
	struct user_pass *pass, const struct user_rep *rep, struct user *user, const char *path)
{
	if (!rep->service_account_client.n)
		return OK;
	struct draft_client *client =
		table_get(&pass->import->draft->client_by_client_id, rep->service_account_client);
	if (!client)
		return error_because(pass->import->why, ERROR_INVALID_VALUE,
			"%s.serviceAccountClientId: \"%.*s\": there is no such client", path,
			STR_ARG(str_take(rep->service_account_client, 80)));
	if (!pass->dry)
		client->has_account = true;
	user->service_account_client_id = client->rep.client.id;
	return OK;
}

/* ---- batches ---- */

/* The users go to the thread that writes, when it has done those before: roles that they made have
 * their rows by then. */
static enum error_code hand_over(struct user_pass *pass)
{
	struct user_writing *writing = &pass->writing;
	enum error_code error = OK;
	for (size_t i = 0; !error && i < pass->n; i++)
		error = import_parts_add(pass->parts, &pass->users[i].user, pass->import->why);
	if (error || !pass->n || (error = import_writing_wait(writing)) || (error = import_stage_roles(pass->import)))
		return error;
	struct arena *free_again = writing->arena;
	writing->arena = pass->arena;
	writing->users = pass->users;
	writing->n = pass->n;
	writing->bytes_done = pass->import->bytes_before + pass->bytes_done;
	pass->arena = free_again;
	import_writing_begin(writing);
	return OK;
}

static enum error_code merge_all(struct user_pass *pass)
{
	enum error_code error = OK;
	for (size_t at = 0, n; !error && at < pass->n; at += n) {
		n = import_slice(pass->users + at, pass->n - at);
		error = import_merge_slice(pass, pass->users + at, n);
	}
	return error ? error : import_progress(pass->import, pass->bytes_done);
}

static enum error_code flush(struct user_pass *pass)
{
	enum error_code error;
	if (pass->import->merge)
		error = merge_all(pass);
	else
		error = pass->dry ? import_progress(pass->import, pass->bytes_done) : hand_over(pass);
	arena_reset(pass->arena);
	pass->users = NULL;
	pass->n = 0;
	return error;
}

static void push_user(struct user_pass *pass, const struct user *user,
	const struct user_rep *rep, const char *path, uint64_t place)
{
	struct gathered *one = arena_push(pass->arena, &pass->users, &pass->n, sizeof *pass->users);
	*one = (struct gathered){ *user, rep, path, place };
	if (!pass->dry)
		pass->import->summary.credentials += (int64_t)user->credentials_n;
}

static bool is_full(const struct user_pass *pass)
{
	return pass->n >= USERS_GATHERED || arena_used(pass->arena) >= BYTES_GATHERED;
}

/* The user's place in the file, and which file it is where there are several. */
static const char *path_of(const struct user_pass *pass, uint64_t index)
{
	const struct import *import = pass->import;
	struct str part = { NULL, 0 };
	if (import->object)
		part = import->source->parts.items[import->object];
	return arena_format(pass->arena, "%.*s%s$.users[%llu]", STR_ARG(part), part.n ? ": " : "",
		(unsigned long long)index).p;
}

/* Whether the realm that the source would replace has the user. */
static enum error_code count_found(struct user_pass *pass, const struct user *user)
{
	struct import *import = pass->import;
	struct db_rows rows;
	if (user->service_account_client_id.n)
		return OK;
	enum error_code error = store_read(import->store, pass->arena, &statement_plan_user_exists,
		DB_VALUES(db_text(import->compared_realm), db_text(store_lower(pass->arena, user->username))),
		&rows, import->why);
	import->found += !error && rows.n > 0;
	return error;
}

static enum error_code take_user(
	void *context, const struct json_cut_item *item, int64_t bytes_done)
{
	struct user_pass *pass = context;
	struct import *import = pass->import;
	enum error_code error;
	if (item->kind != JSON_CUT_ELEMENT || !str_eq(item->name, STR("users")))
		return OK;
	const char *path = path_of(pass, item->index);
	struct json_read_options options = representation_options(path);
	struct user_rep *rep = arena_alloc(pass->arena, sizeof *rep);
	if ((error = json_read(pass->arena, item->raw, &user_shape, &options, rep, import->why)) ||
		(error = user_check(rep, path, import->why)))
		return error;
	struct user user = rep->user;
	user.realm_id = import->draft->realm.settings.id;
	if (!user.id.n)
		user.id = random_uuid(pass->arena);
	if (!user.created_ms)
		user.created_ms = import->options->now_ms;
	if ((error = take_credentials(pass, rep, &user, path)) ||
		(error = take_mappings(pass, rep, &user, path)) ||
		(error = take_consents(pass, rep, &user, path)) ||
		(error = take_service_account(pass, rep, &user, path)))
		return error;
	if (import->compared_realm.n && (error = count_found(pass, &user)))
		return error;
	push_user(pass, &user, rep, path, ((uint64_t)import->object << 40) + item->index);
	pass->bytes_done = bytes_done;
	return is_full(pass) ? flush(pass) : OK;
}

/* The users that stand for clients with service accounts, where the file has none. */
static enum error_code add_service_accounts(struct user_pass *pass)
{
	struct draft *draft = pass->import->draft;
	enum error_code error = OK;
	for (size_t i = 0; !error && i < draft->clients_n; i++) {
		const struct client *client = &draft->clients[i]->rep.client;
		if (!client->service_accounts_enabled || draft->clients[i]->has_account)
			continue;
		struct user user = { .id = random_uuid(pass->arena),
			.realm_id = draft->realm.settings.id,
			.username = arena_join(pass->arena, STR("service-account-"),
				client->client_id, (struct str){ NULL, 0 }),
			.enabled = true,
			.created_ms = pass->import->options->now_ms,
			.service_account_client_id = client->id };
		push_text(pass->arena, &user.role_ids, draft->default_role->rep.role.id);
		push_user(pass, &user, NULL, draft->clients[i]->path, UINT64_MAX);
		if (is_full(pass))
			error = flush(pass);
	}
	return error;
}

enum error_code import_users(struct import *import, bool dry)
{
	struct user_pass pass = { .import = import,
		.dry = dry,
		.arena = arena_new(0),
		.cost = credential_cost(&import->draft->realm.settings),
		.parts = import_parts_new(import->arena, import->store->spool_directory),
		.writing = { .import = import, .arena = arena_new(0) } };
	enum error_code error = import_walk(import, take_user, &pass);
	pass.bytes_done = 0; /* the walk has counted them */
	if (!error && !dry && !import->merge)
		error = add_service_accounts(&pass);
	if (!error)
		error = flush(&pass);
	/* What could not be written stands before what could not be read. */
	enum error_code written = error ? import_writing_wait(&pass.writing)
					: import_writing_end(&pass.writing, pass.parts);
	arena_free(pass.arena);
	arena_free(pass.writing.arena);
	import_parts_free(pass.parts);
	return written ? written : error;
}

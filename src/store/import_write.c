/* The users of an import on their way to the store: a thread writes those that were gathered while
 * the next ones are read; see import_internal.h.
 *
 * A user's row goes in the order of the file, which is that of the usernames when Keycloak wrote it:
 * the indices by name grow at their ends. What hangs on users is found by their ids, which are
 * random: its rows wait until there are many, and go in the order of their keys, so that the rows
 * of a transaction lie close together. Nobody sees a realm that is half there. */
#include <stdlib.h>

#include "base/failpoint.h"
#include "crypto/random.h"
#include "store/effects.h"
#include "store/import_internal.h"
#include "store/statements.h"

enum {
	/* A transaction, so that others write in between. */
	USERS_AT_ONCE = 2000,
	PARTS_AT_ONCE = 6000,
	PARTS_BYTES = 32 << 20, /* of memory, at most and those of a batch; twice */
	USERS_TO_LEARN = 1000,  /* so many change what PostgreSQL has to know */
	MERGED_AT_ONCE = 2000,  /* rows of all tables, where users are merged */
};

/* By enum import_part. */
static const struct db_statement *const part_statements[IMPORT_PARTS] = {
	[IMPORT_ROLES] = &statement_import_user_role,
	[IMPORT_GROUPS] = &statement_import_user_group,
	[IMPORT_CREDENTIALS] = &statement_import_credential,
	[IMPORT_CONSENTS] = &statement_import_consent,
	[IMPORT_IDENTITIES] = &statement_import_identity,
};

/* ---- one transaction ---- */

struct rows_step {
	const struct db_statement *insert;
	const struct db_value *const *rows;
	size_t n;
	struct str realm_id;
	int64_t now_ms;
};

static enum error_code add_rows(void *argument, struct db *db, struct why *reterr_why)
{
	const struct rows_step *step = argument;
	enum error_code error = db_run(db, &statement_realm_stage_touch,
		DB_VALUES(db_text(step->realm_id), db_int(step->now_ms)), NULL, reterr_why);
	return error ? error : db_add_rows(db, step->insert, step->rows, step->n, reterr_why);
}

static enum error_code write_rows(struct user_writing *writing, const struct db_statement *insert,
	const struct db_value *const *rows, size_t n, struct why *reterr_why)
{
	struct import *import = writing->import;
	struct rows_step step = { insert, rows, n, import->draft->realm.settings.id,
		import->options->now_ms };
	return writes_run(&import->writes, add_rows, &step, reterr_why);
}

/* ---- what hangs on users ---- */

/* `n` values, whose texts must last as long as the arena of the parts. */
static void add_part(struct import_parts *parts, enum import_part kind, struct db_values values)
{
	struct import_rows *table = &parts->tables[kind];
	struct db_value *row = arena_array(parts->arena, values.n, sizeof *row);
	for (size_t i = 0; i < values.n; i++)
		row[i] = values.p[i];
	*(const struct db_value **)arena_push(
		parts->arena, &table->rows, &table->n, sizeof *table->rows) = row;
	parts->added++;
}

static void add_memberships(
	struct import_parts *parts, enum import_part kind, struct str user_id, const struct str_list *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		if (!str_list_has(&(struct str_list){ ids->items, i }, ids->items[i]))
			add_part(parts, kind, DB_VALUES(db_text(user_id), db_text(ids->items[i])));
}

/* The text of the credential before when it is the same: types and algorithms are, of most. */
static struct db_value lasting(struct import_parts *parts, size_t column, struct str text)
{
	const struct import_rows *table = &parts->tables[IMPORT_CREDENTIALS];
	const struct db_value *before = table->n ? &table->rows[table->n - 1][column] : NULL;
	return before && str_eq(before->text, text) ? *before : db_text(arena_str(parts->arena, text));
}

static void add_credential(struct import_parts *parts, struct str user_id, const struct credential *c)
{
	struct str id = c->id.n ? arena_str(parts->arena, c->id) : random_uuid(parts->arena);
	add_part(parts, IMPORT_CREDENTIALS,
		DB_VALUES(db_text(user_id), db_text(id), lasting(parts, 2, c->type),
			lasting(parts, 3, c->label), lasting(parts, 4, c->secret_data),
			lasting(parts, 5, c->credential_data), db_int(c->created_ms),
			db_int(c->priority)));
}

static enum error_code add_consent(struct import_parts *parts, struct str user_id, const struct consent *c,
	struct why *reterr_why)
{
	struct str scopes;
	enum error_code error = consent_scopes(parts->arena, c, &scopes, reterr_why);
	if (!error)
		add_part(parts, IMPORT_CONSENTS,
			DB_VALUES(db_text(user_id), db_text(c->client_id), db_text(scopes),
				db_int(c->created_ms), db_int(c->updated_ms), db_int(1)));
	return error;
}

static void add_identity(struct import_parts *parts, struct str realm_id, struct str user_id,
	const struct user_identity *identity)
{
	add_part(parts, IMPORT_IDENTITIES,
		DB_VALUES(db_text(user_id), db_text(arena_str(parts->arena, identity->provider)),
			db_text(realm_id), db_text(arena_str(parts->arena, identity->user_id)),
			db_text(arena_str(parts->arena, identity->user_name))));
}

static enum error_code add_parts(struct user_writing *writing, const struct user *user)
{
	struct import_parts *parts = &writing->parts[0];
	struct str id = arena_str(parts->arena, user->id);
	enum error_code error = OK;
	add_memberships(parts, IMPORT_ROLES, id, &user->role_ids);
	add_memberships(parts, IMPORT_GROUPS, id, &user->group_ids);
	for (size_t i = 0; i < user->credentials_n; i++)
		add_credential(parts, id, &user->credentials[i]);
	for (size_t i = 0; !error && i < user->consents_n; i++)
		error = add_consent(parts, id, &user->consents[i], &writing->why);
	for (size_t i = 0; i < user->identities_n; i++)
		add_identity(parts, user->realm_id, id, &user->identities[i]);
	return error;
}

/* By the first two values: the key. */
static int by_key(const void *a, const void *b)
{
	const struct db_value *const *x = a, *const *y = b;
	int order = str_compare((*x)[0].text, (*y)[0].text);
	return order ? order : str_compare((*x)[1].text, (*y)[1].text);
}

/* At least `most` rows of those that go, while there are any. */
static enum error_code write_parts(struct user_writing *writing, size_t most)
{
	struct import_parts *parts = &writing->parts[1];
	size_t until = parts->added - parts->written < most ? parts->added : parts->written + most;
	enum error_code error = OK;
	for (int kind = 0; !error && kind < IMPORT_PARTS && parts->written < until;) {
		struct import_rows *table = &parts->tables[kind];
		size_t n = table->n < PARTS_AT_ONCE ? table->n : PARTS_AT_ONCE;
		if (!n) {
			kind++;
			continue;
		}
		error = write_rows(writing, part_statements[kind], table->rows, n, &writing->why);
		table->rows += n;
		table->n -= n;
		parts->written += n;
	}
	return error;
}

/* Those that grew go from now on; those that went are gone. */
static enum error_code turn_parts(struct user_writing *writing)
{
	enum error_code error = write_parts(writing, SIZE_MAX);
	struct import_parts gone = writing->parts[1];
	writing->parts[1] = writing->parts[0];
	for (int kind = 0; kind < IMPORT_PARTS; kind++) {
		struct import_rows *table = &writing->parts[1].tables[kind];
		if (table->n)
			qsort(table->rows, table->n, sizeof *table->rows, by_key);
	}
	arena_reset(gone.arena);
	writing->parts[0] = (struct import_parts){ .arena = gone.arena };
	return error;
}

/* ---- users ---- */

static enum error_code user_row(struct user_writing *writing, struct arena *arena, const struct user *user,
	const struct db_value **ret_row)
{
	struct db_value *row = arena_array(arena, USER_VALUES + 1, sizeof *row);
	enum error_code error = user_values(arena, user, 1, row, &writing->why);
	bool unique = !writing->import->draft->realm.settings.duplicate_emails_allowed;
	row[USER_VALUES] = unique ? db_text_or_null(row[3].text) : db_null();
	*ret_row = row;
	return error;
}

static bool collides(const struct user *a, const struct user *b)
{
	return str_eq(a->id, b->id) || str_eq_nocase(a->username, b->username) ||
		(a->email.n && str_eq_nocase(a->email, b->email));
}

/* Of two users that collide, the one that comes later in the file; `one` could not be added.
 * Users gathered earlier come earlier in the file, so that those at hand are enough. */
static const struct gathered *later_of(const struct user_writing *writing, const struct gathered *one)
{
	const struct gathered *later = one;
	for (size_t i = 0; i < writing->n; i++)
		if (writing->users[i].place > later->place &&
			collides(&writing->users[i].user, &one->user))
			later = &writing->users[i];
	return later;
}

/* One of the slice has a name, an e-mail or an id that is taken: finds out which, adding
 * them one by one. The import is lost anyway. */
static enum error_code name_the_culprit(struct user_writing *writing, const struct gathered *users,
	const struct db_value *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct why why = { "" };
		if (!write_rows(writing, &statement_import_user, rows + i, 1, &why))
			continue;
		const struct gathered *culprit = later_of(writing, &users[i]);
		return error_because(&writing->why, ERROR_INVALID_VALUE,
			"%s: user \"%.*s\": its name, e-mail or id is another user's too (%s)",
			culprit->path, STR_ARG(culprit->user.username), why.text);
	}
	return error_because(&writing->why, ERROR_EXISTS, "a user is there already");
}

/* One transaction. */
static enum error_code write_slice(struct user_writing *writing, const struct gathered *users, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct import *import = writing->import;
	const struct db_value **rows = arena_array(arena, n, sizeof *rows);
	struct why why = { "" };
	enum error_code error = OK;
	for (size_t i = 0; !error && i < n; i++)
		error = user_row(writing, arena, &users[i].user, &rows[i]);
	if (error)
		return error;
	if (failpoint("import.users"))
		return error_because(&writing->why, ERROR_STORE_FAILED, "failpoint");
	error = write_rows(writing, &statement_import_user, rows, n, &why);
	if (error == ERROR_EXISTS)
		return name_the_culprit(writing, users, rows, n);
	if (error)
		return error_because(&writing->why, error, "%s: %s", users[0].path, why.text);
	for (size_t i = 0; !error && i < n; i++)
		error = add_parts(writing, &users[i].user);
	import->summary.users += (int64_t)n;
	return error ? error : import_progress_at(import, writing->bytes_done, &writing->why);
}

static size_t rows_of(const struct user *user)
{
	return 1 + user->role_ids.n + user->group_ids.n + user->credentials_n + user->consents_n;
}

size_t import_slice(const struct gathered *users, size_t n)
{
	size_t length = 0;
	for (size_t rows = 0; length < n && rows < MERGED_AT_ONCE; length++)
		rows += rows_of(&users[length].user);
	return length;
}

static enum error_code write_batch(struct user_writing *writing)
{
	size_t before = writing->parts[0].added;
	enum error_code error = OK;
	for (size_t at = 0; !error && at < writing->n; at += USERS_AT_ONCE) {
		size_t left = writing->n - at;
		error = write_slice(
			writing, writing->users + at, left < USERS_AT_ONCE ? left : USERS_AT_ONCE);
	}
	/* A little more goes than comes: nobody waits for the rest when it is time to turn. */
	size_t come = writing->parts[0].added - before;
	if (!error)
		error = write_parts(writing, come + come / 4);
	if (!error && arena_used(writing->parts[0].arena) >= PARTS_BYTES)
		error = turn_parts(writing);
	return error;
}

static void *write_all(void *argument)
{
	struct user_writing *writing = argument;
	writing->code = write_batch(writing);
	return NULL;
}

enum error_code import_writing_wait(struct user_writing *writing)
{
	if (writing->running)
		(void)pthread_join(writing->thread, NULL);
	enum error_code error = writing->code;
	if (error)
		*writing->import->why = writing->why;
	writing->running = false;
	writing->code = OK;
	return error;
}

/* PostgreSQL plans by statistics, and would learn of so many rows only minutes later. */
static enum error_code learn(void *argument, struct db *db, struct why *reterr_why)
{
	(void)argument;
	if (db_engine_of(db) != DB_POSTGRESQL)
		return OK;
	return db_script(db,
		"analyze users, user_role, user_group, credential, consent, federated_identity", reterr_why);
}

enum error_code import_writing_end(struct user_writing *writing)
{
	enum error_code error = import_writing_wait(writing);
	if (error)
		return error;
	writing->code = turn_parts(writing);
	if (!writing->code)
		writing->code = turn_parts(writing);
	/* Without it all is slower, but right. */
	if (!writing->code && writing->import->summary.users >= USERS_TO_LEARN)
		(void)!writes_run(&writing->import->writes, learn, NULL, NULL);
	return import_writing_wait(writing);
}

void import_writing_begin(struct user_writing *writing)
{
	writing->running = pthread_create(&writing->thread, NULL, write_all, writing) == 0;
	if (!writing->running)
		(void)write_all(writing);
}

/* The users of an import on their way to the store: a thread writes those that were gathered while
 * the next ones are read; see import_internal.h.
 *
 * A user's row goes in the order of the file, which is that of the usernames when Keycloak wrote it:
 * the indices by name grow at their ends. What hangs on users is found by their ids, which are
 * random: it is collected from all users, and goes in the order of their ids when all of them have
 * rows, so that its tables and indices grow at one end each, and a page of theirs is written once.
 * Nobody sees a realm that is half there. */
#include "base/failpoint.h"
#include "store/effects.h"
#include "store/import_internal.h"
#include "store/statements.h"

enum {
	/* A transaction, so that others write in between. */
	USERS_AT_ONCE = 2000,
	USERS_TO_LEARN = 1000, /* so many change what PostgreSQL has to know */
	MERGED_AT_ONCE = 2000, /* rows of all tables, where users are merged */
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

/* The realm is still being imported. */
static enum error_code touch(struct db *db, struct str realm_id, int64_t now_ms, struct why *reterr_why)
{
	return db_run(db, &statement_realm_stage_touch, DB_VALUES(db_text(realm_id), db_int(now_ms)),
		NULL, reterr_why);
}

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
	enum error_code error = touch(db, step->realm_id, step->now_ms, reterr_why);
	return error ? error : db_add_rows(db, step->insert, step->rows, step->n, reterr_why);
}

static enum error_code write_rows(struct user_writing *writing, const struct db_statement *insert,
	const struct db_value *const *rows, size_t n, struct why *reterr_why)
{
	struct import *import = writing->import;
	struct rows_step step = { insert, rows, n, import->draft->realm.settings.id,
		import->options->now_ms };
	return writes_run_unsynced(&import->writes, add_rows, &step, reterr_why);
}

/* ---- what hangs on users ---- */

struct batch_step {
	const struct import_batch *batch;
	struct str realm_id;
	int64_t now_ms;
};

static enum error_code add_batch(void *argument, struct db *db, struct why *reterr_why)
{
	const struct batch_step *step = argument;
	enum error_code error = touch(db, step->realm_id, step->now_ms, reterr_why);
	for (int kind = 0; !error && kind < IMPORT_PARTS; kind++) {
		const struct import_rows *table = &step->batch->tables[kind];
		if (table->n)
			error = db_add_rows(
				db, part_statements[kind], table->rows, table->n, reterr_why);
	}
	return error;
}

static enum error_code write_batch(struct user_writing *writing)
{
	struct import *import = writing->import;
	struct batch_step step = { &writing->batch, import->draft->realm.settings.id,
		import->options->now_ms };
	enum error_code error =
		writes_run_unsynced(&import->writes, add_batch, &step, &writing->why);
	return error ? error : import_progress_at(import, writing->bytes_done, &writing->why);
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
	import->summary.users += (int64_t)n;
	return import_progress_at(import, writing->bytes_done, &writing->why);
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

static enum error_code write_users(struct user_writing *writing)
{
	enum error_code error = OK;
	for (size_t at = 0; !error && at < writing->n; at += USERS_AT_ONCE) {
		size_t left = writing->n - at;
		error = write_slice(
			writing, writing->users + at, left < USERS_AT_ONCE ? left : USERS_AT_ONCE);
	}
	return error;
}

/* ---- the thread ---- */

static void *write_all(void *argument)
{
	struct user_writing *writing = argument;
	writing->code = writing->n ? write_users(writing) : write_batch(writing);
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

/* PostgreSQL plans by statistics, and answers from an index alone where it knows that all see the rows. It would
 * learn of so many minutes later; without it all is slower, but right. */
static void let_learn(struct store *store)
{
	struct db *db;
	if (store_is_local(store) || db_pool_take(store->readers, &db, NULL) != OK)
		return;
	if (!db_in_transaction(db) && db_script(db, "vacuum (analyze) users", NULL) == OK)
		(void)!db_script(db, "analyze user_role, user_group, credential, consent, federated_identity", NULL);
	db_pool_give(store->readers, db);
}

void import_writing_begin(struct user_writing *writing)
{
	writing->running = pthread_create(&writing->thread, NULL, write_all, writing) == 0;
	if (!writing->running)
		(void)write_all(writing);
}

/* One batch is written while the next is fetched. */
static enum error_code write_parts(struct user_writing *writing, struct import_parts *parts)
{
	struct import *import = writing->import;
	ARENA_SCOPED first = arena_new(0);
	ARENA_SCOPED second = arena_new(0);
	struct arena *arena = first;
	struct import_batch batch = { .n = 0 };
	enum error_code error = import_parts_sort(parts, import->why);
	writing->n = 0;
	while (!error) {
		arena_reset(arena);
		error = import_parts_next(parts, arena, &batch, import->why);
		enum error_code written = import_writing_wait(writing);
		if (written || error || !batch.n)
			return written ? written : error;
		writing->batch = batch;
		writing->bytes_done =
			import->bytes_before + (int64_t)((double)import->bytes_total * batch.done);
		import_writing_begin(writing);
		arena = arena == first ? second : first;
	}
	return error;
}

enum error_code import_writing_end(struct user_writing *writing, struct import_parts *parts)
{
	enum error_code error = import_writing_wait(writing);
	if (!error)
		error = write_parts(writing, parts);
	if (!error && writing->import->summary.users >= USERS_TO_LEARN)
		let_learn(writing->import->store);
	return error;
}

/* The users of an import on their way to the store: a thread writes those that were gathered while
 * the next ones are read; see import_internal.h. */
#include <stdlib.h>

#include "base/failpoint.h"
#include "store/import_internal.h"
#include "store/statements.h"

enum { ROWS_AT_ONCE = 2000 }; /* of all tables, a transaction: others write in between */

struct users_step {
	struct store *store;
	const struct effects *effects;
	struct str realm_id;
	int64_t now_ms;
};

static enum error_code add_users(void *argument, struct db *db, struct why *reterr_why)
{
	const struct users_step *step = argument;
	struct store_work work = store_work_effects(step->effects);
	enum error_code error = db_run(db, &statement_realm_stage_touch,
		DB_VALUES(db_text(step->realm_id), db_int(step->now_ms)), NULL, reterr_why);
	return error ? error : store_apply(step->store, db, &work, reterr_why);
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
	size_t n, const struct users_step *step)
{
	for (size_t i = 0; i < n; i++) {
		struct effects one = { step->effects->arena, &step->effects->items[i], 1 };
		struct users_step alone = *step;
		struct why why = { "" };
		alone.effects = &one;
		if (!writes_run(&writing->import->writes, add_users, &alone, &why))
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
	struct effects effects = effects_new(arena);
	struct users_step step = { import->store, &effects, import->draft->realm.settings.id,
		import->options->now_ms };
	struct why why = { "" };
	for (size_t i = 0; i < n; i++)
		effects_add(&effects, EFFECT_USER_CREATE)->u.user = users[i].user;
	if (failpoint("import.users"))
		return error_because(&writing->why, ERROR_STORE_FAILED, "failpoint");
	enum error_code error = writes_run(&import->writes, add_users, &step, &why);
	if (error == ERROR_EXISTS)
		return name_the_culprit(writing, users, n, &step);
	if (error)
		return error_because(&writing->why, error, "%s: %s", users[0].path, why.text);
	import->summary.users += (int64_t)n;
	return import_progress_at(import, writing->bytes_done, &writing->why);
}

static int by_id(const void *a, const void *b)
{
	const struct gathered *x = a, *y = b;
	return str_compare(x->user.id, y->user.id);
}

static size_t rows_of(const struct user *user)
{
	return 1 + user->role_ids.n + user->group_ids.n + user->credentials_n + user->consents_n;
}

size_t import_slice(const struct gathered *users, size_t n)
{
	size_t length = 0;
	for (size_t rows = 0; length < n && rows < ROWS_AT_ONCE; length++)
		rows += rows_of(&users[length].user);
	return length;
}

static void *write_all(void *argument)
{
	struct user_writing *writing = argument;
	/* Those of a neighbouring id share the pages that a transaction writes. The order of the
	 * file is needed no more: `place` has it. */
	if (writing->n)
		qsort(writing->users, writing->n, sizeof *writing->users, by_id);
	for (size_t at = 0, n; !writing->code && at < writing->n; at += n) {
		n = import_slice(writing->users + at, writing->n - at);
		writing->code = write_slice(writing, writing->users + at, n);
	}
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

void import_writing_begin(struct user_writing *writing)
{
	writing->running = pthread_create(&writing->thread, NULL, write_all, writing) == 0;
	if (!writing->running)
		(void)write_all(writing);
}

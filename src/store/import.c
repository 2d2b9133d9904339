/* Importing a realm: the passes over the file, staging and publishing; see import.h. */
#include "store/import.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/limits.h"
#include "crypto/password.h"
#include "store/defaults.h"
#include "store/import_internal.h"
#include "store/internal.h"
#include "store/master.h"
#include "store/statements.h"

enum {
	CHUNK = 64 << 10,   /* bytes fed at once from memory */
	ROWS_AT_ONCE = 500, /* statements a transaction */
	ELEMENT_MAX = 4 << 20,
};

void store_set_spool_directory(struct store *store, struct str directory)
{
	store->spool_directory = arena_z(store->arena, directory);
}

/* ---- the source ---- */

enum error_code import_measure(struct import *import)
{
	const struct store_import_source *source = import->source;
	struct stat status;
	import->bytes_total = (int64_t)source->memory.n;
	if (source->fd >= 0) {
		if (fstat(source->fd, &status))
			return error_because(import->why, ERROR_FILE_FAILED, "it cannot be read");
		if (!S_ISREG(status.st_mode))
			return error_because(import->why, ERROR_FILE_FAILED,
				"it must be a file that can be read twice");
		import->bytes_total = (int64_t)status.st_size;
	}
	int64_t most = source->parts.n ? STORE_IMPORT_MAX : LIMIT_IMPORT;
	if (import->bytes_total > most)
		return error_because(import->why, ERROR_TOO_LARGE,
			"%lld bytes, at most %lld are allowed", (long long)import->bytes_total,
			(long long)most);
	return OK;
}

/* The next item, feeding from memory as it is wanted. */
static enum error_code next_item(struct import *import, struct json_cutter *cutter,
	struct str *rest, struct json_cut_item *ret_item)
{
	for (;;) {
		enum error_code error = json_cutter_next(cutter, ret_item, import->why);
		if (error || ret_item->kind != JSON_CUT_MORE)
			return error;
		if (!rest->n) {
			json_cutter_finish(cutter);
			continue;
		}
		struct str chunk = str_take(*rest, CHUNK);
		*rest = str_drop(*rest, chunk.n);
		if ((error = json_cutter_feed(cutter, chunk, import->why)))
			return error;
	}
}

enum error_code import_progress_at(const struct import *import, int64_t bytes_done, struct why *reterr_why)
{
	const struct store_import_options *options = import->options;
	if (options->progress &&
		!options->progress(options->progress_context, bytes_done,
			import->passes * import->bytes_total, import->summary.users))
		return error_because(reterr_why, ERROR_CANCELLED, "cancelled");
	return OK;
}

enum error_code import_progress(struct import *import, int64_t bytes_done)
{
	return import_progress_at(import, import->bytes_before + bytes_done, import->why);
}

/* What the parts behind the first may hold: the realm's name, and users. */
static enum error_code check_part(struct import *import, const struct json_cut_item *item)
{
	struct str part = import->source->parts.items[import->object];
	if (str_eq(item->name, STR("users")))
		return OK;
	if (!str_eq(item->name, STR("realm")))
		return error_because(import->why, ERROR_INVALID_VALUE,
			"%.*s: $.%.*s: a file of users holds `realm` and `users` alone", STR_ARG(part),
			STR_ARG(str_take(item->name, 80)));
	if (import->realm.n && !str_eq(item->raw, import->realm))
		return error_because(import->why, ERROR_INVALID_VALUE,
			"%.*s: it is of the realm %.*s, not of %.*s", STR_ARG(part),
			STR_ARG(str_take(item->raw, 80)), STR_ARG(str_take(import->realm, 80)));
	return OK;
}

/* Which part comes; several realms in one file are refused. */
static enum error_code begin_part(struct import *import, const struct json_cut_item *item)
{
	if (item->index > 0 && item->index >= import->source->parts.n)
		return error_because(import->why, ERROR_INVALID_VALUE,
			"it holds several realms: import them one by one");
	import->object = (int64_t)item->index;
	return OK;
}

static enum error_code take_item(struct import *import, struct json_cutter *cutter,
	const struct json_cut_item *item,
	enum error_code (*take)(
		void *context, const struct json_cut_item *item, int64_t bytes_done),
	void *context)
{
	enum error_code error = OK;
	bool member = item->kind == JSON_CUT_MEMBER;
	if (item->kind == JSON_CUT_OBJECT_BEGIN && (error = begin_part(import, item)))
		return error;
	if (member && !import->object && str_eq(item->name, STR("realm")) && !import->realm.n)
		import->realm = arena_str(import->arena, item->raw);
	if ((member || item->kind == JSON_CUT_ELEMENT) && import->object &&
		(error = check_part(import, item)))
		return error;
	return member && import->object ? OK : take(context, item, (int64_t)json_cutter_taken(cutter));
}

/* Files of users are of no interest while the realm itself is read. */
static bool is_behind(const struct import *import, const struct json_cut_item *item)
{
	return import->first_part && import->source->parts.n && item->index > 0 &&
		item->kind == JSON_CUT_OBJECT_BEGIN;
}

enum error_code import_walk(struct import *import,
	enum error_code (*take)(
		void *context, const struct json_cut_item *item, int64_t bytes_done),
	void *context)
{
	return import_walk_streamed(import, draft_streamed, take, context);
}

enum error_code import_walk_streamed(struct import *import, const char *const *streamed,
	enum error_code (*take)(
		void *context, const struct json_cut_item *item, int64_t bytes_done),
	void *context)
{
	struct json_cutter_options options = { .streamed = streamed,
		.element_limit = ELEMENT_MAX,
		.total_limit = (uint64_t)STORE_IMPORT_MAX };
	struct str rest = import->source->memory;
	struct json_cutter *cutter;
	struct json_cut_item item;
	enum error_code error;
	if (import->source->fd >= 0 && lseek(import->source->fd, 0, SEEK_SET) != 0)
		return error_because(
			import->why, ERROR_FILE_FAILED, "it cannot be read from its start");
	cutter = import->source->fd >= 0 ? json_cutter_new_fd(&options, import->source->fd)
					 : json_cutter_new(&options);
	while (!(error = next_item(import, cutter, &rest, &item)) && item.kind != JSON_CUT_END &&
		!is_behind(import, &item))
		if ((error = take_item(import, cutter, &item, take, context)))
			break;
	json_cutter_free(cutter);
	import->bytes_before += import->bytes_total;
	return error;
}

/* ---- first pass: everything but the users ---- */

static enum error_code take_configuration(
	void *context, const struct json_cut_item *item, int64_t bytes_done)
{
	struct import *import = context;
	bool user = item->kind == JSON_CUT_ELEMENT && str_eq(item->name, STR("users"));
	if (user || (item->kind != JSON_CUT_MEMBER && item->kind != JSON_CUT_ELEMENT))
		return item->index % 1000 ? OK : import_progress(import, bytes_done);
	return draft_take(import->draft, item, import->why);
}

static enum error_code read_configuration(struct import *import)
{
	struct draft *draft = import->draft;
	enum error_code error = draft_take_defaults(draft, defaults_realm, import->why);
	import->first_part = true;
	if (!error)
		error = import_walk(import, take_configuration, import);
	import->first_part = false;
	if (error || (error = draft_take_end(draft, import->why)))
		return error;
	return realm_name_check(draft->realm.settings.name, "$", import->why);
}

/* ---- what stands in the way ---- */

struct way {
	struct db_rows rows; /* id, name, deleted, published */
};

/* EXISTS when a living realm has the name or the id. */
static enum error_code look_ahead(struct import *import, struct way *way)
{
	const struct realm_settings *settings = &import->draft->realm.settings;
	enum error_code error = store_read(import->store, import->arena,
		&statement_realm_in_the_way,
		DB_VALUES(db_text(settings->id), db_text(settings->name)), &way->rows, import->why);
	for (size_t i = 0; !error && i < way->rows.n; i++) {
		if (db_cell_bool(&way->rows, i, 2))
			continue;
		struct str name = db_cell_text(&way->rows, i, 1);
		if (str_eq(name, settings->name))
			return error_because(import->why, ERROR_EXISTS,
				"the realm \"%.*s\" exists already%s", STR_ARG(name),
				db_cell_bool(&way->rows, i, 3) ? "" : ", or is being imported");
		return error_because(import->why, ERROR_EXISTS,
			"the realm's id belongs to the realm \"%.*s\"", STR_ARG(name));
	}
	return error;
}

/* Tombstones of the same id or name make room: the new realm takes over. */
static enum error_code make_room(struct import *import, const struct way *way)
{
	int64_t deleted = 0;
	enum error_code error = OK;
	for (size_t i = 0; !error && i < way->rows.n; i++)
		error = writes_remove_tombstone(&import->writes, db_cell_text(&way->rows, i, 0),
			STR("a new realm of that name took its place"), import->options->now_ms,
			ROWS_AT_ONCE, &deleted, import->why);
	return error;
}

/* ---- staging and publishing ---- */

struct rows_step {
	const struct db_call *calls;
	size_t n;
	struct str realm_id;
	int64_t now_ms;
	bool touch; /* the realm's row is there already */
};

static enum error_code add_rows(void *argument, struct db *db, struct why *reterr_why)
{
	const struct rows_step *step = argument;
	enum error_code error = OK;
	if (step->touch)
		error = db_run(db, &statement_realm_stage_touch,
			DB_VALUES(db_text(step->realm_id), db_int(step->now_ms)), NULL, reterr_why);
	return error ? error : db_run_batch(db, step->calls, step->n, reterr_why);
}

static struct row_batch batch_of(struct import *import)
{
	return (struct row_batch){ .arena = import->arena,
		.store = import->store,
		.realm_id = import->draft->realm.settings.id,
		.why = import->why };
}

/* `first`: the realm's own row is the first of them. */
static enum error_code stage(struct import *import, const struct row_batch *batch, bool first)
{
	enum error_code error = batch->code;
	for (size_t at = 0; !error && at < batch->n; at += ROWS_AT_ONCE) {
		struct why why = { "" };
		struct rows_step step = { batch->calls + at, batch->n - at, batch->realm_id,
			import->options->now_ms, at > 0 || !first };
		if (step.n > ROWS_AT_ONCE)
			step.n = ROWS_AT_ONCE;
		error = writes_run(&import->writes, add_rows, &step, &why);
		if (error == ERROR_EXISTS)
			return error_because(import->why, ERROR_EXISTS,
				"an id in it belongs to another realm of this server "
				"(%s)",
				why.text);
		if (error)
			return error_because(import->why, error, "%s", why.text);
	}
	return error;
}

static enum error_code stage_configuration(struct import *import)
{
	struct row_batch batch = batch_of(import);
	draft_rows(import->draft, &batch);
	import->roles_staged = import->draft->roles_n;
	return stage(import, &batch, true);
}

enum error_code import_stage_roles(struct import *import)
{
	struct row_batch batch = batch_of(import);
	const struct draft *draft = import->draft;
	for (size_t i = import->roles_staged; i < draft->roles_n; i++) {
		const struct draft_role *role = draft->roles[i];
		row_add_role(&batch, &role->rep,
			role->client ? role->client->rep.client.id : (struct str){ NULL, 0 });
	}
	import->roles_staged = draft->roles_n;
	return stage(import, &batch, false);
}

static enum error_code publish(void *argument, struct db *db, struct why *reterr_why)
{
	struct import *import = argument;
	const struct realm_settings *settings = &import->draft->realm.settings;
	enum error_code error = db_run(
		db, &statement_realm_publish, DB_VALUES(db_text(settings->id)), NULL, reterr_why);
	if (error == ERROR_EXISTS)
		return error_because(reterr_why, ERROR_EXISTS, "the realm \"%.*s\" exists already",
			STR_ARG(settings->name));
	if (error)
		return error;
	return import->draft->master
		? master_add_all(import->store, db, reterr_why)
		: master_add_client(import->store, db, settings->name, reterr_why);
}

static enum error_code stage_and_publish(struct import *import)
{
	enum error_code error;
	if ((error = stage_configuration(import)) || (error = import_users(import, false)))
		return error;
	if (failpoint("import.publish"))
		return error_because(import->why, ERROR_STORE_FAILED, "failpoint");
	return writes_run(&import->writes, publish, import, import->why);
}

static enum error_code run(struct import *import)
{
	struct draft *draft = import->draft;
	struct way way = { { 0 } };
	enum error_code error;
	if ((error = import_measure(import)) || (error = read_configuration(import)) ||
		(error = look_ahead(import, &way)) ||
		(error = draft_complete(draft, import->why)) ||
		(error = draft_resolve(draft, import->why)))
		return error;
	/* Before something that could still be needed goes, all is known to be right. */
	import->passes += way.rows.n > 0;
	if (way.rows.n &&
		((error = import_users(import, true)) || (error = make_room(import, &way))))
		return error;
	draft_tell(draft);
	error = stage_and_publish(import);
	if (error) {
		int64_t deleted = 0;
		struct why why = { "" };
		/* What cannot be removed now, store_import_clean removes. */
		if (writes_remove_realm(&import->writes, draft->realm.settings.id, ROWS_AT_ONCE,
			    &deleted, &why))
			return error;
	}
	return error;
}

/* ---- the summary ---- */

static void summarize(
	struct import *import, struct arena *arena, struct store_import_summary *ret_summary)
{
	const struct draft *draft = import->draft;
	struct store_import_summary *summary = &import->summary;
	summary->realm_id = arena_str(arena, draft->realm.settings.id);
	summary->realm_name = arena_str(arena, draft->realm.settings.name);
	summary->clients = (int64_t)draft->clients_n;
	summary->client_scopes = (int64_t)draft->scopes_n;
	summary->roles = (int64_t)draft->roles_n;
	summary->groups = (int64_t)draft->groups_n;
	for (size_t i = 0; i < draft->components_n; i++)
		summary->keys += str_eq(
			draft->components[i]->provider_type, STR("org.keycloak.keys.KeyProvider"));
	size_t n = draft->warnings.n + (draft->warnings_dropped > 0);
	summary->warnings.items = arena_array(arena, n, sizeof(struct str));
	summary->warnings.n = n;
	for (size_t i = 0; i < draft->warnings.n; i++)
		summary->warnings.items[i] = arena_str(arena, draft->warnings.items[i]);
	if (draft->warnings_dropped)
		summary->warnings.items[n - 1] =
			arena_format(arena, "... and %zu more", draft->warnings_dropped);
	*ret_summary = *summary;
}

enum error_code store_import(struct store *store, struct arena *arena,
	const struct store_import_source *source, const struct store_import_options *options,
	struct store_import_summary *ret_summary, struct why *reterr_why)
{
	ARENA_SCOPED own = arena_new(0);
	WRITES_SCOPED writes = writes_new(store, &options->writer);
	struct why why = { "" };
	struct import import = { .store = store,
		.source = source,
		.options = options,
		.arena = own,
		.writes = writes,
		.passes = 3, /* the last one is over what hangs on the users */
		.why = &why };
	import.draft = draft_new(own, options->now_ms);
	enum error_code error = run(&import);
	writes.db = import.writes.db;
	if (error)
		return error_because(
			reterr_why, error, "%.*s: %s", STR_ARG(source->name), why.text);
	summarize(&import, arena, ret_summary);
	return OK;
}

static enum error_code rehearse(struct import *import, struct store_import_rehearsal *rehearsal)
{
	struct db_rows rows;
	struct draft *draft = import->draft;
	enum error_code error;
	if ((error = import_measure(import)) || (error = read_configuration(import)) ||
		(error = draft_complete(draft, import->why)) ||
		(error = draft_resolve(draft, import->why)) ||
		(error = store_read(import->store, import->arena, &statement_realm_by_name,
			 DB_VALUES(db_text(draft->realm.settings.name)), &rows, import->why)))
		return error;
	if (rows.n)
		import->compared_realm = db_cell_text(&rows, 0, 0);
	if ((error = import_users(import, true)) || !rows.n)
		return error;
	rehearsal->realm_id = import->compared_realm;
	error = store_read(import->store, import->arena, &statement_plan_users_count,
		DB_VALUES(db_text(rehearsal->realm_id)), &rows, import->why);
	if (!error)
		rehearsal->users_lost = db_cell_int(&rows, 0, 0) - import->found;
	return error;
}

enum error_code store_import_rehearse(struct store *store, struct arena *arena,
	const struct store_import_source *source, const struct store_import_options *options,
	struct store_import_rehearsal *ret_rehearsal, struct why *reterr_why)
{
	ARENA_SCOPED own = arena_new(0);
	struct why why = { "" };
	struct store_import_rehearsal rehearsal = { .users_lost = 0 };
	struct import import = { .store = store, .source = source, .options = options, .arena = own,
		.passes = 2, .why = &why };
	import.draft = draft_new(own, options->now_ms);
	enum error_code error = rehearse(&import, &rehearsal);
	if (error)
		return error_because(
			reterr_why, error, "%.*s: %s", STR_ARG(source->name), why.text);
	rehearsal.realm_name = arena_str(arena, import.draft->realm.settings.name);
	rehearsal.realm_id = arena_str(arena, rehearsal.realm_id);
	*ret_rehearsal = rehearsal;
	return OK;
}

enum error_code store_plan_users(struct store *store, struct arena *arena,
	struct store_plan *plan, const struct store_import_source *source,
	const struct store_import_options *options, const struct plan_users_options *users,
	struct store_import_summary *summary, struct why *reterr_why)
{
	WRITES_SCOPED writes = writes_new(store, &options->writer);
	struct why why = { "" };
	struct import import = { .store = store, .source = source, .options = options, .arena = arena,
		.writes = writes, .passes = 2, .plan = plan, .merge = users, .draft = plan->target,
		.why = &why };
	enum error_code error = import_measure(&import);
	import.bytes_before = import.bytes_total; /* the plan has read it once */
	if (!error)
		error = import_users(&import, !users->write);
	writes.db = import.writes.db;
	if (error)
		return error_because(
			reterr_why, error, "%.*s: %s", STR_ARG(source->name), why.text);
	*summary = import.summary;
	return OK;
}

enum error_code store_create_realm(struct store *store, struct arena *arena, struct str json,
	const struct store_import_options *options, struct store_import_summary *ret_summary,
	struct why *reterr_why)
{
	struct store_import_source source = { .name = STR("request"), .fd = -1, .memory = json };
	if (json.n > LIMIT_ADMIN_JSON)
		return error_because(reterr_why, ERROR_TOO_LARGE,
			"request: %zu bytes, at most %d are allowed", json.n, LIMIT_ADMIN_JSON);
	return store_import(store, arena, &source, options, ret_summary, reterr_why);
}

enum error_code store_create_master(struct store *store, struct arena *arena,
	const struct store_import_options *options, struct store_import_summary *ret_summary,
	struct why *reterr_why)
{
	/* Keycloak's master, and brute-force protection: it guards all the others. */
	static const struct str json =
		STR_INIT("{\"realm\": \"master\", \"displayName\": \"Curfew\", \"enabled\": true,"
			 " \"accessTokenLifespan\": 60, \"bruteForceProtected\": true}");
	struct store_import_source source = { .name = STR("master"), .fd = -1, .memory = json };
	return store_import(store, arena, &source, options, ret_summary, reterr_why);
}

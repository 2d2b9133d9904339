/* POST /admin/local/import: a realm of any allowed size through the unix socket; see import.h for
 * what other ways of importing use of it. */
#include "admin/import.h"

#include "admin/ending.h"
#include "admin/handlers.h"
#include "admin/import_call.h"
#include "admin/serve.h"
#include "base/clock.h"
#include "base/log.h"
#include "run/store_calls.h"

struct store_import_options import_options(struct app *app)
{
	return (struct store_import_options){ .writer = store_calls(app->writer),
		.now_ms = clock_wall_ms() };
}

void import_published(
	struct app *app, struct str source, const struct store_import_summary *summary)
{
	log_write(LOG_INFO, "admin",
		"imported realm %.*s from %.*s: %lld clients, %lld users, %lld credentials, %lld roles, "
		"%lld groups, %lld scopes, %lld keys",
		STR_ARG(summary->realm_name), STR_ARG(source), (long long)summary->clients,
		(long long)summary->users, (long long)summary->credentials,
		(long long)summary->roles, (long long)summary->groups,
		(long long)summary->client_scopes, (long long)summary->keys);
	for (size_t i = 0; i < summary->warnings.n; i++)
		log_write(LOG_WARN, "admin", "import of %.*s: %.*s", STR_ARG(summary->realm_name),
			STR_ARG(summary->warnings.items[i]));
	/* It has a client for the realm now. It may be large: nobody reads it before somebody asks. */
	snapshots_changed_named(app->snapshots, STR("master"));
}

enum { IMPORT_PARTS_MAX = 1000 * 1000 };

/* ---- the import ---- */

void import_answer(struct admin_call *call, const struct store_import_summary *summary)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	json_member_text(w, "realm", summary->realm_name);
	json_member_text(w, "id", summary->realm_id);
	json_member_int(w, "clients", summary->clients);
	json_member_int(w, "clientScopes", summary->client_scopes);
	json_member_int(w, "roles", summary->roles);
	json_member_int(w, "groups", summary->groups);
	json_member_int(w, "users", summary->users);
	json_member_int(w, "credentials", summary->credentials);
	json_member_int(w, "keys", summary->keys);
	json_member_int(w, "passwordsHashed", summary->passwords_hashed);
	json_member_texts(w, "warnings", summary->warnings.items, summary->warnings.n);
	json_write_object_end(w);
	admin_json_end(call, w);
}

static bool import_note(void *context, int64_t done, int64_t total, int64_t users)
{
	progress_note(context, done, total, users);
	return true;
}

/* The request's body as a source: one realm, or as many parts as the query says. */
static struct store_import_source body_source(struct admin_call *call)
{
	int64_t n = 0;
	struct str name = admin_query(call, "name"), parts = admin_query(call, "parts");
	struct store_import_source source = { .name = name.n ? name : STR("request"),
		.fd = call->request->body_fd };
	if (!str_to_int64(parts, &n) || n < 2 || n > IMPORT_PARTS_MAX)
		return source;
	source.parts.items = arena_array(call->arena, (size_t)n, sizeof *source.parts.items);
	for (; (int64_t)source.parts.n < n; source.parts.n++)
		source.parts.items[source.parts.n] =
			arena_format(call->arena, "part %zu", source.parts.n);
	return source;
}

void import_begin(struct admin_call *call, struct import_call *ret_import)
{
	*ret_import = (struct import_call){ .source = body_source(call),
		.options = import_options(call->app),
		.job = progress_begin(admin_query(call, "job")) };
	ret_import->options.progress = ret_import->job ? import_note : NULL;
	ret_import->options.progress_context = ret_import->job;
}

/* The realm goes as by its deletion: everybody is signed out and told. */
static enum error_code make_way(struct admin_call *call, struct import_call *import, struct why *reterr_why)
{
	struct store_import_rehearsal rehearsal;
	struct effects effects = effects_new(call->arena);
	enum error_code code = store_import_rehearse(
		call->app->store, call->arena, &import->source, &import->options, &rehearsal, reterr_why);
	if (code != OK || !rehearsal.realm_id.n)
		return code;
	if (str_eq_z(rehearsal.realm_name, "master"))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"the realm master is not overwritten: it holds who administers; merge does it");
	if (rehearsal.users_lost > 0 && !admin_query_true(call, "drop", false))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"realm %.*s has %lld users that are not in the file: overwriting it would drop them; --yes "
			"does it, --strategy merge keeps them",
			STR_ARG(rehearsal.realm_name), (long long)rehearsal.users_lost);
	if ((code = import_visit(call, rehearsal.realm_name, reterr_why)) != OK)
		return code;
	struct str signout =
		ending_add(call, &(struct mass_order){ .door = DOOR_REALM_DELETED }, &effects);
	if ((code = app_apply(call->app, &effects, reterr_why)) != OK)
		return code;
	code = store_delete_realm(call->app->store, rehearsal.realm_id, &import->options.writer,
		call->visit.now_ms, reterr_why);
	ending_committed(call, signout);
	return code;
}

static void import_new(struct admin_call *call, struct import_call *import)
{
	struct why why = { "" };
	struct store_import_summary summary;
	enum error_code code = OK;
	if (str_eq_z(admin_query(call, "strategy"), "overwrite"))
		code = make_way(call, import, &why);
	if (code == OK)
		code = store_import(call->app->store, call->arena, &import->source, &import->options,
			&summary, &why);
	if (code == OK) {
		import_published(call->app, import->source.name, &summary);
		import_answer(call, &summary);
	} else {
		admin_fail(call, code, &why);
	}
}

static void local_import(struct admin_call *call)
{
	struct import_call import;
	import_begin(call, &import);
	if (str_eq_z(admin_query(call, "strategy"), "merge"))
		import_merge(call, &import);
	else
		import_new(call, &import);
	progress_end(import.job);
}

ADMIN_HANDLER(admin_local_import, local_import)

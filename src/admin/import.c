/* POST /admin/local/import: a realm of any allowed size through the unix socket, and how far it
 * is; see import.h for what other ways of importing use of it. */
#include "admin/import.h"

#include "admin/call.h"
#include "admin/handlers.h"
#include "admin/progress.h"
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
	const struct realm *master;
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
	if (snapshots_get(app->snapshots, STR("master"), &master, NULL) == OK) {
		snapshots_changed(app->snapshots, master->settings.id);
		snapshots_put(app->snapshots, master);
	}
}

/* ---- the import ---- */

static void answer_summary(struct admin_call *call, const struct store_import_summary *summary)
{
	struct text text = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_text(&w, "realm", summary->realm_name);
	json_member_text(&w, "id", summary->realm_id);
	json_member_int(&w, "clients", summary->clients);
	json_member_int(&w, "clientScopes", summary->client_scopes);
	json_member_int(&w, "roles", summary->roles);
	json_member_int(&w, "groups", summary->groups);
	json_member_int(&w, "users", summary->users);
	json_member_int(&w, "credentials", summary->credentials);
	json_member_int(&w, "keys", summary->keys);
	json_member_int(&w, "passwordsHashed", summary->passwords_hashed);
	json_member_texts(&w, "warnings", summary->warnings.items, summary->warnings.n);
	json_write_object_end(&w);
	admin_json(call, text_str(&text));
}

static bool import_note(void *context, int64_t done, int64_t total, int64_t users)
{
	progress_note(context, done, total, users);
	return true;
}

void admin_local_import(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct why why = { "" };
	struct store_import_summary summary;
	if (!admin_open(&call, context, request, response))
		return;
	struct str name = admin_query(&call, "name");
	const struct store_import_source source = { .name = name.n ? name : STR("request"),
		.fd = request->body_fd };
	struct store_import_options options = import_options(call.app);
	struct progress *job = progress_begin(admin_query(&call, "job"));
	options.progress = job ? import_note : NULL;
	options.progress_context = job;
	enum error_code code =
		store_import(call.app->store, call.arena, &source, &options, &summary, &why);
	progress_end(job);
	if (code == OK) {
		import_published(call.app, source.name, &summary);
		answer_summary(&call, &summary);
	} else {
		admin_fail(&call, code, &why);
	}
	admin_close(&call);
}

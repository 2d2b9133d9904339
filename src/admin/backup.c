/* POST /admin/local/backup and GET /admin/local/schema: `curfew db backup` and `db migrate`. */
#include "admin/call.h"
#include "admin/handlers.h"
#include "admin/progress.h"
#include "store/backup.h"

static void note(void *context, int64_t done, int64_t total)
{
	if (context)
		progress_note(context, done, total, 0);
}

void admin_local_backup(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct why why = { "" };
	if (!admin_open(&call, context, request, response))
		return;
	struct str path = admin_query(&call, "path");
	enum error_code code = OK;
	if (!str_starts(path, STR("/")))
		code = error_because(&why, ERROR_INVALID_VALUE, "path: a path from the root is needed");
	struct progress *job = progress_begin(admin_query(&call, "job"));
	if (code == OK)
		code = store_backup(call.app->store, path, note, job, &why);
	progress_end(job);
	if (code == OK)
		admin_json(&call, STR("{\"complete\":true}"));
	else
		admin_refuse(&call, error_http_status(code), str_from(why.text));
	admin_close(&call);
}

void admin_local_schema(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	int64_t was, is;
	if (!admin_open(&call, context, request, response))
		return;
	store_schema(call.app->store, &was, &is);
	admin_json(&call, arena_format(call.arena, "{\"was\":%lld,\"schema\":%lld}", (long long)was,
				       (long long)is));
	admin_close(&call);
}

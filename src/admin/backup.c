/* POST /admin/local/backup and GET /admin/local/schema: `curfew db backup` and `db migrate`. */
#include "admin/handlers.h"
#include "admin/progress.h"
#include "admin/serve.h"
#include "store/backup.h"

static void note(void *context, int64_t done, int64_t total)
{
	if (context)
		progress_note(context, done, total, 0);
}

static void local_backup(struct admin_call *call)
{
	struct why why = { "" };
	struct str path = admin_query(call, "path");
	enum error_code code = OK;
	if (!str_starts(path, STR("/")))
		code = error_because(&why, ERROR_INVALID_VALUE, "path: a path from the root is needed");
	struct progress *job = progress_begin(admin_query(call, "job"));
	if (code == OK)
		code = store_backup(call->app->store, path, note, job, &why);
	progress_end(job);
	if (code == OK)
		admin_json(call, STR("{\"complete\":true}"));
	else
		admin_refuse(call, error_http_status(code), str_from(why.text));
}

ADMIN_HANDLER(admin_local_backup, local_backup)

static void local_schema(struct admin_call *call)
{
	int64_t was, is;
	store_schema(call->app->store, &was, &is);
	admin_json(call, arena_format(call->arena, "{\"was\":%lld,\"schema\":%lld}", (long long)was,
				       (long long)is));
}

ADMIN_HANDLER(admin_local_schema, local_schema)

/* GET /admin/local/check: what `curfew db check` finds. */
#include "admin/handlers.h"
#include "admin/serve.h"

static void check(struct admin_call *call)
{
	struct why why = { "" };
	struct str findings, line;
	enum error_code code = store_check(call->app->store, call->arena, &findings, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	json_member_bool(w, "sound", !findings.n);
	json_member_array_begin(w, "findings");
	while (str_next(&findings, '\n', &line))
		if (line.n)
			json_write_text(w, line);
	json_write_array_end(w);
	json_write_object_end(w);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_local_check, check)

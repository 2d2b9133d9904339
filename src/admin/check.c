/* GET /admin/local/check: what `curfew db check` finds. */
#include "admin/call.h"
#include "admin/handlers.h"

void admin_local_check(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct why why = { "" };
	struct str findings, line;
	if (!admin_open(&call, context, request, response))
		return;
	enum error_code code = store_check(call.app->store, call.arena, &findings, &why);
	if (code != OK) {
		admin_fail(&call, code, &why);
		admin_close(&call);
		return;
	}
	struct text text = text_new(call.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_bool(&w, "sound", !findings.n);
	json_member_array_begin(&w, "findings");
	while (str_next(&findings, '\n', &line))
		if (line.n)
			json_write_text(&w, line);
	json_write_array_end(&w);
	json_write_object_end(&w);
	admin_json(&call, text_str(&text));
	admin_close(&call);
}

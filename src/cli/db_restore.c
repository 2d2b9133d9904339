/* curfew db restore: a backup in the database's place. It asks no server: none may run. */
#include <unistd.h>

#include "cli/call.h"
#include "cli/progress.h"
#include "cli/verbs.h"

static void draw(void *context, int64_t done, int64_t total)
{
	progress_draw(context, "restore", done, total, 0);
}

enum error_code cli_db_restore(struct cli_call *call, struct why *reterr_why)
{
	int64_t schema = 0;
	struct str file = call->arguments.operands[0];
	bool terminal = isatty(fileno(call->err));
	const struct cli_target target = {
		.data = call_value(call, FLAG_DATA),
		.db = call_value(call, FLAG_DB),
		.config = call_value(call, FLAG_CONFIG),
	};
	enum error_code code = call->host->restore(call->host->context, &target, file, call_given(call, FLAG_FORCE),
						   terminal ? draw : NULL, call->err, &schema, reterr_why);
	if (terminal)
		progress_clear(call->err);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON)) {
		struct json_node *json = json_node_object(call->arena);
		json_node_put(json, STR("restored"), json_node_text(call->arena, file));
		json_node_put(json, STR("schema"), json_node_int(call->arena, schema));
		call_json(call, json);
		return OK;
	}
	call_print(call, "the database is that of %.*s (schema %lld)\n", STR_ARG(call_clean(call, file)),
		   (long long)schema);
	return OK;
}

/* curfew db backup: the server copies its database, however busy it is. */
#include <unistd.h>

#include "cli/ask.h"
#include "cli/verbs.h"
#include "cli/watch.h"

/* The server may have another working folder. */
static enum error_code whole_path(struct cli_call *call, struct str path, struct str *ret_path, struct why *reterr_why)
{
	char here[4096];
	if (str_starts(path, STR("/"))) {
		*ret_path = path;
		return OK;
	}
	if (!getcwd(here, sizeof here))
		return error_because(reterr_why, ERROR_FILE_FAILED, "the working folder cannot be told");
	*ret_path = arena_format(call->arena, "%s/%.*s", here, STR_ARG(path));
	return OK;
}

static enum error_code back_up(struct cli_call *call, struct str path, struct why *reterr_why)
{
	struct watch watch;
	struct str job = arena_format(call->arena, "%d", (int)getpid());
	struct str url = ask_with(call->arena, STR("/admin/local/backup"), "path", path);
	watch_begin(&watch, call, "backup", job);
	enum error_code code = ask_do(call, "POST", ask_with(call->arena, url, "job", job), NULL, reterr_why);
	watch_end(&watch);
	return code;
}

enum error_code cli_db_backup(struct cli_call *call, struct why *reterr_why)
{
	struct str path;
	enum error_code code = whole_path(call, call->arguments.operands[0], &path, reterr_why);
	if (code == OK)
		code = ask_open(call, reterr_why);
	if (code == OK)
		code = back_up(call, path, reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON)) {
		struct json_node *json = json_node_object(call->arena);
		json_node_put(json, STR("backup"), json_node_text(call->arena, path));
		call_json(call, json);
		return OK;
	}
	call_print(call, "%.*s is a copy of the database\n", STR_ARG(call_clean(call, path)));
	call_note(call, "it is of use with its seal key alone, which is not in it: keep seal.key of the data folder "
			"(or what CURFEW_SEAL_KEY says) too, in another place, and curfew.conf\n");
	return OK;
}

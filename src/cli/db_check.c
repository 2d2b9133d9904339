/* curfew db check: the structure of the database, and whether its rows agree. */
#include "cli/ask.h"
#include "cli/verbs.h"

enum error_code cli_db_check(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *json;
	enum error_code code = ask_get(call, STR("/admin/local/check"), &json, reterr_why);
	if (code != OK)
		return code;
	const struct json_node *findings = ask_list(json, "findings");
	size_t n = findings ? findings->n : 0;
	if (call_given(call, FLAG_JSON))
		call_json(call, json);
	for (size_t i = 0; i < n && !call_given(call, FLAG_JSON); i++)
		call_print(call, "%.*s\n", STR_ARG(call_clean(call, findings->items[i]->text)));
	if (n)
		return error_because(
			reterr_why, ERROR_CORRUPT, "%zu finding%s", n, n == 1 ? "" : "s");
	if (!call_given(call, FLAG_JSON))
		call_write(call, STR("the database is sound\n"));
	return OK;
}

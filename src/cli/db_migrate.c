/* curfew db migrate: opening the database brings it up to this version; the number is said. */
#include "cli/ask.h"
#include "cli/verbs.h"

enum error_code cli_db_migrate(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *json;
	enum error_code code = ask_get(call, STR("/admin/local/schema"), &json, reterr_why);
	if (code != OK)
		return code;
	long long was = ask_int(json, "was"), is = ask_int(json, "schema");
	if (call_given(call, FLAG_JSON))
		call_json(call, json);
	else if (was == is)
		call_print(call, "the schema has number %lld, which is this version's\n", is);
	else
		call_print(call, "the schema has number %lld now; it had %lld\n", is, was);
	return OK;
}

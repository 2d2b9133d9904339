/* How what was found is printed: --format, --fields, tables. Private to cli/. */
#ifndef CLI_SHOWN_H
#define CLI_SHOWN_H

#include "cli/resource.h"

/* True when JSON is wanted: --json or --format json. USAGE: another format. */
MUST_USE enum error_code shown_as_json(
	const struct cli_call *call, bool *ret_json, struct why *reterr_why);
/* A list, as --format and --fields say; `columns` as in resources.def, used without --fields. A
 * list without items has a line on standard error, "no <several>". USAGE. */
MUST_USE enum error_code shown_list(struct cli_call *call, const char *columns,
	const char *several, const struct json_node *list, struct why *reterr_why);
/* One, a line a member. USAGE. */
MUST_USE enum error_code shown_one(
	struct cli_call *call, const struct json_node *object, struct why *reterr_why);

#endif

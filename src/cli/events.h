/* Events of realms, as the verbs that print them ask for them. Private to cli/. */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include "cli/call.h"

/* What --type, --client, --user and `max` ask for. Errors of who_find. */
MUST_USE enum error_code events_query(
	struct cli_call *call, int64_t max, struct str *ret_query, struct why *reterr_why);
/* At most `max` events of the realms, the newest first, each with its "realm". */
MUST_USE enum error_code events_fetch(struct cli_call *call, struct str query, int64_t max,
	struct json_node **ret_list, struct why *reterr_why);
/* Whose event it is: the name, else the id. */
struct str events_user(const struct json_node *event);

#endif

/* Which sign-out a verb means: an id, or the newest (of a user). Private to cli/. */
#ifndef CLI_SIGNOUT_FIND_H
#define CLI_SIGNOUT_FIND_H

#include "cli/call.h"

/* The operand, else the newest one of --realm and --user. USAGE; NAME_NOT_FOUND. */
MUST_USE enum error_code signout_find(
	struct cli_call *call, struct json_node **ret_signout, struct why *reterr_why);

#endif

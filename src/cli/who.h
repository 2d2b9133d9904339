/* Whom a verb means: a user by username or id, in which realm. Private to cli/. */
#ifndef CLI_WHO_H
#define CLI_WHO_H

#include "cli/call.h"

struct who {
	struct str realm, id, username;
};

/* Looks in --realm, or in all realms. NAME_NOT_FOUND; USAGE when several realms have one. */
MUST_USE enum error_code who_find(
	struct cli_call *call, struct str name, struct who *ret_who, struct why *reterr_why);

#endif

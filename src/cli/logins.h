/* Logins at servers that are kept between runs, in $XDG_CONFIG_HOME/curfew/logins.json (else
 * ~/.config/curfew), readable for the user alone. Private to cli/. */
#ifndef CLI_LOGINS_H
#define CLI_LOGINS_H

#include "cli/call.h"

struct login {
	struct str server, realm, client, username;
	struct str secret_file, ca_file; /* absolute paths, or empty */
	struct str access, refresh;      /* tokens */
	int64_t access_until_ms, refresh_until_ms; /* wall clock; refresh 0: without end */
};

/* The login at this server, NULL: none; an empty `server`: the only one that there is. FILE_FAILED,
 * INVALID_CONFIG: the file is damaged. */
MUST_USE enum error_code logins_find(struct cli_call *call, struct str server,
	struct login **ret_login, struct why *reterr_why);
/* Keeps it, in place of another at the same server. FILE_FAILED, INVALID_CONFIG. */
MUST_USE enum error_code logins_keep(
	struct cli_call *call, const struct login *login, struct why *reterr_why);
/* Forgets the login at this server. */
MUST_USE enum error_code logins_forget(
	struct cli_call *call, struct str server, struct why *reterr_why);

#endif

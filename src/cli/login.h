/* --server: an administrator's token, of the login that is kept or by a password. Private to cli/. */
#ifndef CLI_LOGIN_H
#define CLI_LOGIN_H

#include "cli/logins.h"

/* The server that --server or CURFEW_SERVER names, which a data folder that was typed overrules;
 * empty: the data folder's. */
struct str login_server(const struct cli_call *call);
/* Checks it, takes it as the call's base, and the login that is kept of it as the call's. USAGE:
 * no URL, or plain http to another machine, which would show the password to everybody on the
 * way. And errors of logins_find. */
MUST_USE enum error_code login_base(struct cli_call *call, struct why *reterr_why);
/* Gets a token, or a new one when the old one is about to expire. FORBIDDEN, NETWORK_FAILED. */
MUST_USE enum error_code login_token(struct cli_call *call, struct why *reterr_why);

/* Gets tokens for a new login by --admin and its password, or by --client and its secret. */
MUST_USE enum error_code login_new(
	struct cli_call *call, struct login *ret_login, struct why *reterr_why);
/* Ends the login's session at the server. */
MUST_USE enum error_code login_end(
	struct cli_call *call, const struct login *login, struct why *reterr_why);

#endif

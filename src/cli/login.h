/* --server: an administrator's token, by the client admin-cli. Private to cli/. */
#ifndef CLI_LOGIN_H
#define CLI_LOGIN_H

#include "cli/call.h"

/* Checks --server and takes it as the call's base. USAGE: no URL, or plain http to another
 * machine, which would show the password to everybody on the way. */
MUST_USE enum error_code login_base(struct cli_call *call, struct why *reterr_why);
/* Gets a token, or a new one when the old one is about to expire. FORBIDDEN, NETWORK_FAILED. */
MUST_USE enum error_code login_token(struct cli_call *call, struct why *reterr_why);

#endif

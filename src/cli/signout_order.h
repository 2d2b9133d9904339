/* Orders for the notices of a sign-out: retry and cancel. Private to cli/. */
#ifndef CLI_SIGNOUT_ORDER_H
#define CLI_SIGNOUT_ORDER_H

#include "cli/call.h"

/* Gives the order ("retry", "cancel") for the whole sign-out that is the verb's operand, or for
 * what it owes --client. `member` is the answer's count; the sum of all is *ret_n, and
 * printed where --json was given. */
MUST_USE enum error_code signout_order(struct cli_call *call, const char *order, const char *member,
	int64_t *ret_n, struct why *reterr_why);

#endif

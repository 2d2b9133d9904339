/* Clients that authenticate by a signed JWT (oidc/client_assertion.h): its signature checked with the
 * keys or the secret of the client's row, and each used once.
 *
 * What was used is remembered with the revoked tokens, for all nodes, until its time alone would
 * refuse it: under a hash of the client and the `jti`, so that nobody uses up what is another's. */
#ifndef APP_CLIENT_ASSERTION_H
#define APP_CLIENT_ASSERTION_H

#include "app/events.h"
#include "oidc/client_auth.h"

/* Who the client is; it waits for a commit, and perhaps for a server of the client's. Errors as
 * client_assertion_read, and: ASSERTION_NO_KEY, BUSY and those of app_apply. *ret_client is set whenever
 * the client is known; details go to the event. */
MUST_USE enum error_code client_assertion_check(struct visit *visit, const struct client_auth *presented,
	struct event *event, const struct client **ret_client, struct why *reterr_why);

#endif

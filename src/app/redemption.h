/* Tokens for what a browser's sign-in left to be fetched (a code, a device's grant): the session is
 * looked at, what was left is used up, and the tokens are answered. */
#ifndef APP_REDEMPTION_H
#define APP_REDEMPTION_H

#include "app/token_answer.h"

struct redemption {
	struct client_request *r;
	struct str session_id, acr, nonce; /* of the sign-in */
	const char *event_type;            /* of the event when all is well */
	struct user *user;
	struct session session;
	struct client_session *part; /* in the arena */
	struct token_grant grant;
};

/* Loads what the sign-in made. *ret_alive is false, and the request answered, when session, user or
 * the client's part do not live any more. */
MUST_USE enum error_code redemption_load(struct redemption *d, bool *ret_alive, struct why *reterr_why);
/* Applies `effects`, by which it is used up, and what the tokens need of the store besides. STALE:
 * load and decide again. */
MUST_USE enum error_code redemption_apply(struct redemption *d, const struct scope_grant *scope,
					  struct effects *effects, bool *ret_granted, struct why *reterr_why);
/* Signs the tokens and answers. */
void redemption_answer(struct redemption *d);

#endif

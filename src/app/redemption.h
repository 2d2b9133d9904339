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
/* One round of load, decide, apply of what has this hash. *ret_granted: the tokens are to be signed; else the
 * request is answered. STALE: once more. */
typedef enum error_code redemption_round(void *context, struct str hash, bool *ret_granted, struct why *reterr_why);
/* Rounds for what the request's parameter `name` says; then signs the tokens of `d`, which a round has
 * filled in, and answers. */
void redemption_run(struct client_request *r, const char *name, redemption_round *round, void *context,
		    struct redemption *d);

#endif

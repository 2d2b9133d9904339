/* The session of a sign-in without a browser (grants `password` and `client_credentials`): no
 * cookie, one client. */
#ifndef APP_TOKEN_SESSION_H
#define APP_TOKEN_SESSION_H

#include "app/token_answer.h"

struct token_session {
	struct session session;
	struct client_session part;
};

/* Makes it for grant->user with grant->scope, and names it in the grant. */
void token_session_make(struct client_request *r, struct token_grant *grant, struct token_session *ret_made);
/* Adds what stores it, behind what must come before (the session limit). */
void token_session_add(const struct token_session *made, struct effects *effects);

#endif

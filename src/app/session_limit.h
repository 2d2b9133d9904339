/* Limits of a user's sessions, at the moment when a new one begins. */
#ifndef APP_SESSION_LIMIT_H
#define APP_SESSION_LIMIT_H

#include "app/visit.h"
#include "login/session_limit.h"

struct session_limit {
	const struct client *client;
	const struct user *user;
	int64_t counted; /* the user's session rows; -1: no limit applies */
	struct session_limit_verdict verdict;
	struct str message; /* what a refused user is told */
};

/* Loads the user's sessions and decides, where `direct` (the grant type password) or the browser's
 * flow of the client sets limits. */
MUST_USE enum error_code session_limit_check(struct visit *visit, const struct client *client,
					     const struct user *user, bool direct,
					     struct session_limit *ret_limit, struct why *reterr_why);
/* Adds what the verdict asks for to the transaction in which the session begins: nobody else
 * has begun one meanwhile, and the oldest end, their applications told. Between
 * EFFECT_SESSION_MAY_BEGIN and EFFECT_SESSION_CREATE. */
void session_limit_add(const struct visit *visit, const struct session_limit *limit, struct effects *effects);

#endif

/* One try at a user's password: for the login page and for the password grant.
 *
 * attempt_begin (worker) finds the user and reserves the attempt in a commit of its own;
 * attempt_check (password gate) hashes; attempt_settle stores the outcome. An unknown user
 * costs the same hash. */
#ifndef APP_ATTEMPT_H
#define APP_ATTEMPT_H

#include "app/visit.h"
#include "model/user.h"

struct attempt {
	struct user *user; /* with credentials, roles and groups; NULL: nobody of that name */
	struct str password;
	bool reserved; /* counted in the user's failures */
	bool locked;   /* by brute-force protection: not looked at */
	bool right;    /* set by attempt_check */
	bool old_hash; /* right, but the stored hash is not what the policy wants */
};

/* The first reason why nobody may show a password to this client without a page, in the flows of the
 * realm and the client; empty: none. */
struct str attempt_direct_hindrance(const struct realm *realm, const struct client *client);
/* `login` is a username, or an e-mail where the realm allows that. */
MUST_USE enum error_code attempt_begin(struct visit *visit, struct str login, struct str password,
				       struct attempt *ret_attempt, struct why *reterr_why);
/* Sets `right`. Slow: the password gate only. */
MUST_USE enum error_code attempt_check(struct visit *visit, struct attempt *attempt, struct why *reterr_why);
/* A right password: adds what the outcome's transaction needs (failures forgotten, the
 * hash made anew). */
MUST_USE enum error_code attempt_succeeded(struct visit *visit, const struct attempt *attempt,
					   struct effects *effects, struct why *reterr_why);
/* After STALE: the time and the user as they are now. *ret_user_lives is false when the user was
 * disabled or deleted in between. */
MUST_USE enum error_code attempt_again(struct visit *visit, struct attempt *attempt,
				       bool *ret_user_lives, struct why *reterr_why);
/* A wrong one: stores it. */
MUST_USE enum error_code attempt_failed(struct visit *visit, const struct attempt *attempt,
					struct why *reterr_why);

#endif

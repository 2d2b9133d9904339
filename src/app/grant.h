/* What a successful sign-in gives: a session (new, or the browser's), the client's part in
 * it, and what the protocol adds, in one transaction; then the answer to the client. */
#ifndef APP_GRANT_H
#define APP_GRANT_H

#include "app/entry.h"
#include "app/mass.h"
#include "model/user.h"

struct grant {
	const struct entry *entry;
	const struct user *user;
	const struct session *session; /* the browser's live one, with clients; NULL: a new one */
	bool fresh;                    /* the user has just shown a password */
	bool direct;                   /* without a browser (ECP): no cookie, the limits of direct grants */
	bool remember_me;
	int64_t auth_time_s;           /* of a fresh sign-in */
	/* Ends the user's other sessions in the same transaction; NULL: they live on. */
	const struct mass_order *ends_others;
	struct str consent;            /* what the LOGIN event says of consent; empty: none was needed */
};

/* Adds to `effects` (which may hold more of the same transaction), applies them and writes
 * the answer. STALE: load and decide again; nothing has been written then. */
MUST_USE enum error_code grant_enter(struct visit *visit, const struct grant *grant, struct effects *effects,
				     struct why *reterr_why);

#endif

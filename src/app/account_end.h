/* What a user ends on the own account: sessions, and what was granted to an application. For the
 * account's API and page, and for administrators who withdraw a consent. */
#ifndef APP_ACCOUNT_END_H
#define APP_ACCOUNT_END_H

#include "app/signing_out.h"
#include "model/user.h"

/* The user's live sessions with their clients, newest first. */
MUST_USE enum error_code account_sessions_of(struct visit *visit, const struct user *user, bool offline,
					     struct session **ret_sessions, size_t *ret_n, struct why *reterr_why);

/* Who asks. */
struct account_actor {
	const struct client *caller; /* by which application */
	const struct user *user;
	struct str here; /* sid of the browser that asks and loads frames; empty: no browser */
};
/* The sign-outs that came of it, by id. */
struct account_ended {
	struct str *ids;
	size_t n;
	struct str here; /* that of the asking browser's own session */
};

/* Ends all sessions of the user but `spared` (a sid; may be empty). */
MUST_USE enum error_code account_end_sessions(struct visit *visit, const struct account_actor *actor,
					      struct str spared, enum door door, struct account_ended *ended,
					      struct why *reterr_why);
/* Ends one session; nothing happens when it is not this user's. */
MUST_USE enum error_code account_end_session(struct visit *visit, const struct account_actor *actor,
					     struct str session_id, struct account_ended *ended,
					     struct why *reterr_why);

struct withdrawal {
	const struct client *client; /* that loses access */
	const struct user *user;
	struct str initiator;        /* clientId or administrator, for the receipts */
	struct str by_client;        /* clientId that the events name; may be empty */
};
/* Withdraws the user's consent to a client, and ends the client's part in all sessions of the
 * user, offline ones too; the client is told. *ret_found: there was something to withdraw. */
MUST_USE enum error_code account_withdraw(struct visit *visit, const struct withdrawal *withdrawal,
					  struct account_ended *ended, bool *ret_found, struct why *reterr_why);

#endif

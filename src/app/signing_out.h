/* Ending sessions from an endpoint: the one decision of signout/, its transaction, its log. */
#ifndef APP_SIGNING_OUT_H
#define APP_SIGNING_OUT_H

#include "app/visit.h"
#include "signout/decide.h"

/* An order of this visit: door, a new id, time, address; `client` (may be NULL) is the
 * application that asks. */
struct signout_order signing_out_order(const struct visit *visit, enum door door, const struct client *client);

/* Names a sign-out in the response: a header X-Curfew-Signout for each, of the first 20. Those
 * of signing_out are named by it. */
void signing_out_name(struct visit *visit, struct str signout_id);

/* Ends the session (doors that end SESSION), or with `client_id` (the client's id) that
 * client's part of it (doors that end CLIENT). Loads and decides again when something came
 * between; a session that has gone meanwhile is fine: *ret_outcome is empty then. What was
 * ended is named in the response (signing_out_name), and in the log. The session's rows are named by (session_id, offline). */
MUST_USE enum error_code signing_out(struct visit *visit, const struct signout_order *order,
				     struct str session_id, bool offline, struct str client_id,
				     struct signout_outcome *ret_outcome, struct why *reterr_why);

/* The same for a session that this request has loaded already, by doors that end SESSION, with
 * more effects (NULL: none) in the same transaction: STALE also where those cannot be applied. */
MUST_USE enum error_code signing_out_known(struct visit *visit, const struct signout_order *order,
					   const struct session *session, const struct effects *beside,
					   struct signout_outcome *ret_outcome, struct why *reterr_why);

/* A live session by its sid, with clients; *ret_session NULL when there is none or it is
 * dead. For hints and refresh tokens. */
MUST_USE enum error_code signing_out_find(struct visit *visit, struct str session_id, bool offline,
					  const struct session **ret_session, struct why *reterr_why);

#endif

/* Ending sessions from the admin API: one, or by a mass door. Private to admin/. */
#ifndef ADMIN_ENDING_H
#define ADMIN_ENDING_H

#include "admin/call.h"
#include "app/mass.h"

/* Ends one session by this door, which the response's header names. */
MUST_USE enum error_code ending_session(struct admin_call *call, enum door door, struct str session_id,
					bool offline, struct why *reterr_why);

/* mass_add with the caller as the initiator. Returns the sign-out's id. */
struct str ending_add(struct admin_call *call, const struct mass_order *order, struct effects *effects);
/* The orders that follow from a change, in the transaction that makes it: something is disabled, has a
 * later not-before, another password ... Return the widest one's id; empty: none. */
struct str ending_realm_change(struct admin_call *call, const struct realm_settings *before,
			       const struct realm_settings *after, struct effects *effects);
struct str ending_client_change(struct admin_call *call, const struct client *before,
				const struct client *after, struct effects *effects);
struct str ending_user_change(struct admin_call *call, const struct user *before, const struct user *after,
			      bool password, struct effects *effects);
/* After the commit and the answer: mass_committed, and the id in the response header. An empty id
 * (no order was given) does nothing. */
void ending_committed(struct admin_call *call, struct str signout_id);

#endif

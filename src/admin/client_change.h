/* Writing clients: load, change, commit, again when somebody was quicker. Private to admin/. */
#ifndef ADMIN_CLIENT_CHANGE_H
#define ADMIN_CLIENT_CHANGE_H

#include "admin/client_rep.h"
#include "base/limits.h"

/* Changes the client in place and adds what belongs to the change (events, ends of sessions) to
 * the transaction. False: answered, nothing is written. May be called again from the start. */
typedef bool client_changer(struct admin_call *call, void *context, struct client_rep *client,
			    struct effects *effects);

/* Adds to a transaction what a new client is, with its service account. */
MUST_USE enum error_code client_add(struct admin_call *call, const struct client_rep *client,
				    struct effects *effects, struct why *reterr_why);
/* Adds what goes with a change of a client: its service account, and the end of its part of sessions
 * by the sign-out *ret_signout (empty: none). */
MUST_USE enum error_code client_change_effects(struct admin_call *call, const struct client *before,
					       const struct client_rep *after, struct effects *effects,
					       struct str *ret_signout, struct why *reterr_why);
/* The route's client through `change`, committed, when it is the one that If-Match names; whoever
 * gets the realm then finds it changed.
 * False: answered. */
bool client_change(struct admin_call *call, client_changer *change, void *context);
/* The same of the client of that id. */
bool client_change_by_id(struct admin_call *call, struct str id, client_changer *change, void *context);
/* Deletes the client as it stood at that version of the realm; its part of every session ends by
 * the sign-out *ret_signout. STALE: look again. */
MUST_USE enum error_code client_delete(struct admin_call *call, const struct client_rep *client, int64_t version,
				       struct str *ret_signout, struct why *reterr_why);

#endif

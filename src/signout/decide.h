/* The one decision behind every door: a session and its clients in, effects out.
 *
 * Pure. The transaction that applies the effects ends the session and, in the same
 * commit, owes each client its notice (DESIGN section 6). */
#ifndef SIGNOUT_DECIDE_H
#define SIGNOUT_DECIDE_H

#include "model/effect.h"
#include "signout/doors.h"

/* Who ends what, and when. */
struct signout_order {
	enum door door;
	struct str id;        /* of the sign-out to be: unguessable, unique */
	struct str order_id;  /* the sign-out of the mass order that this is part of; may be empty */
	struct str initiator; /* clientId of the application, or the admin's username; may be empty */
	struct str initiator_client; /* clientId that the event names; may be empty */
	struct str ip_address;
	int64_t now_ms;
	bool browser;         /* the user's browser is at hand and will load front-channel frames */
	struct str not_told;  /* not empty: nobody is told, and the receipt gives this reason */
	bool everybody;       /* part of a realm-wide order: admin URLs hear by signout_everybody */
	struct str initiator_knows; /* id of the client (SAML) that is not told, since it sent the order
				       itself; empty: none */
};

/* A frame that the answer's page shows to tell a front-channel client. */
struct signout_frame {
	struct str client_name; /* what users call it */
	struct str url;
};

struct signout_outcome {
	struct signout_frame *frames;
	size_t frames_n;
	size_t owed; /* notices queued for the outbox */
	size_t browser_n; /* notices that wait for the browser: DELIVERY_WAITING_BROWSER */
	bool session_ended; /* the whole session, not only one client's part */
};

/* Ends the whole session (doors that end SESSION). `session` has its client sessions.
 * Adds to `effects` the end, the receipt, its deliveries and the event. */
void signout_session(const struct signout_order *order, const struct realm *realm,
		     const struct session *session, struct effects *effects,
		     struct signout_outcome *ret_outcome);
/* Ends one client's part of it (doors that end CLIENT); with its last client the whole
 * session goes where the door says so, and an offline one always. `client_id` is the client's id. When that client
 * has no part in the session nothing is added and *ret_outcome is empty. */
void signout_client(const struct signout_order *order, const struct realm *realm,
		    const struct session *session, struct str client_id, struct effects *effects,
		    struct signout_outcome *ret_outcome);

/* What a door that ends offline sessions where they are ASKED to end (doors.def) does beside
 * signout_session: `offline` grew from `session`, which ends; its parts at clients with
 * backchannel.logout.revoke.offline.tokens end with it, under a receipt of their own. Who
 * hears of the session's end is not told twice. Adds nothing where no client asks for it. */
void signout_asked_offline(const struct signout_order *order, const struct realm *realm,
			   const struct session *session, const struct session *offline,
			   struct effects *effects);

/* The realm-wide notices of such an order: one to each client with an admin URL, which means
 * "log everybody out" to its adapter (no adapterSessionIds). Adds deliveries only. */
void signout_everybody(const struct signout_order *order, const struct realm *realm, struct str issuer,
		       struct effects *effects, struct signout_outcome *ret_outcome);

/* Seconds for which an undelivered notice is tried: realm attribute
 * curfew.signout.give_up_s, 24 h by default. */
int64_t signout_give_up_s(const struct realm *realm);

#endif

/* Mass doors: orders that end the sessions of a realm, of a client or of a user.
 *
 * An order is part of the transaction that makes the change it follows from. From that commit
 * on every check finds the sessions dead; a job ends them in batches, tells their
 * applications, and the order's receipt shows how far it is.
 *
 *     struct effects effects = effects_new(arena);
 *     ... the change itself: the client's row with enabled = false ...
 *     const struct mass_order order = { .door = DOOR_CLIENT_DISABLED, .initiator = actor, .client = client };
 *     struct str id = mass_add(&visit, &order, &effects);
 *     code = app_apply(app, &effects, &why);   // or store_apply inside a STORE_WORK_CALL, then
 *                                              // app->wake_outbox
 *     if (code == OK)
 *             mass_committed(&visit);
 *
 * Nothing revives what an order ended: enabling the user, the client or the realm again, or
 * taking a not-before back, leaves the epoch where it is. */
#ifndef APP_MASS_H
#define APP_MASS_H

#include "app/visit.h"
#include "signout/doors.h"

/* Which fields a door wants:
 *   REALM_DISABLED, REALM_DELETED, ADMIN_REALM, REMEMBER_ME_OFF    neither client nor user
 *   NOT_BEFORE_REALM                                               not_before_s
 *   CLIENT_DISABLED, CLIENT_DELETED                                client
 *   NOT_BEFORE_CLIENT                                              client, not_before_s
 *   ADMIN_USER, NOT_BEFORE_USER                                    user, not_before_s
 *   USER_DISABLED, USER_DELETED, PASSWORD_CHANGED, PASSWORD_RESET,
 *   ACTION_REQUIRED                                                user
 * Where the order's own realm attribute says "keep" (own_attribute_ends) the caller gives none. */
struct mass_order {
	enum door door;
	struct str initiator;        /* clientId of the application or the admin's username; may be empty */
	const struct client *client; /* doors of one client */
	const struct user *user;     /* doors of one user */
	struct str spared;           /* doors of one user: sid of the browser's session that lives on */
	/* The not-before that is being set, in seconds: what began before it ends, now or never. 0:
	 * everything until now ends. Of a user it is stored by the order; of realm and client
	 * by the caller's own effect. */
	int64_t not_before_s;
};

/* Adds the order, its receipt and, for orders about the realm, the notices that tell adapters
 * of everybody. Returns the sign-out's id (for X-Curfew-Signout). The effect that deletes the
 * user or the client, or makes the realm a tombstone, comes after it: the order needs the
 * row, and keeps what a deleted client is told by. */
struct str mass_add(const struct visit *visit, const struct mass_order *order, struct effects *effects);
/* After the commit: whoever takes the realm from now on sees the new epoch. */
void mass_committed(const struct visit *visit);

#endif

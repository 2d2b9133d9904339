/* The sweeper: sessions that were not used for too long or are too old end through the door
 * that every other end goes through, so that their applications hear of it.
 *
 * Every check treats them as dead from the second of their expiry on; the sweeper only
 * makes the rows and the applications agree, within seconds. Idle expiry tells the
 * applications where the realm's attribute curfew.signout.on_idle is "tell" (the default), and
 * not where it is "silent" (the default of realms exported from Keycloak, whose applications
 * may never call back and would lose active users); the receipt says so then. */
#ifndef OUTBOX_SWEEPER_H
#define OUTBOX_SWEEPER_H

#include "outbox/outbox.h"
#include "run/realm_rules.h"

/* Ends a batch of expired sessions in each realm, and gives up a batch of notices whose browser did
 * not come back in time. *ret_more: there are more to end now. `rules`: the sweeper's own. */
MUST_USE enum error_code sweeper_step(const struct outbox_config *config, struct realm_rules *rules, bool *ret_more,
				      struct why *reterr_why);

#endif

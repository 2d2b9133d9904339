/* Realm snapshots: immutable, counted, replaced as a whole when an admin write commits.
 *
 * A request takes the realm once and puts it back when it has answered; a snapshot that
 * was replaced meanwhile lives until its last request has. Realms are loaded when first
 * asked for; of very many, those asked for least lately are dropped again. */
#ifndef RUN_SNAPSHOTS_H
#define RUN_SNAPSHOTS_H

#include "store/store.h"

struct snapshots;

/* Completes a freshly loaded realm in its arena (texts that only upper layers can make);
 * may be NULL. */
typedef void snapshots_prepare(struct realm *realm, struct arena *arena);

struct snapshots *snapshots_new(struct store *store, snapshots_prepare *prepare);
/* Those of another store, made complete in the same way. */
struct snapshots *snapshots_like(const struct snapshots *snapshots, struct store *store);
/* Nobody may hold a snapshot any more. NULL is fine. */
void snapshots_free(struct snapshots *snapshots);

/* The realm of that name (not a deleted one), or by id (deleted ones too: their notices
 * are still owed). To be given back by snapshots_put. ERROR_REALM_NOT_FOUND. */
MUST_USE enum error_code snapshots_get(struct snapshots *snapshots, struct str name,
				       const struct realm **ret_realm, struct why *reterr_why);
MUST_USE enum error_code snapshots_get_by_id(struct snapshots *snapshots, struct str id,
					     const struct realm **ret_realm, struct why *reterr_why);
/* NULL is fine. */
void snapshots_put(struct snapshots *snapshots, const struct realm *realm);

/* Whoever gets this realm from now on gets a fresh one. Call after the write committed. */
void snapshots_changed(struct snapshots *snapshots, struct str realm_id);
/* The same for a realm of which the caller knows the name alone. */
void snapshots_changed_named(struct snapshots *snapshots, struct str name);
/* Compares versions with the store and drops what another node has changed; cheap. */
MUST_USE enum error_code snapshots_poll(struct snapshots *snapshots, struct why *reterr_why);

#endif

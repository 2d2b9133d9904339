/* The clients `<realm>-realm` of the realm `master`, whose roles say who may administer that
 * realm; master's role `admin` is made of them all. Internal to store/. */
#ifndef STORE_MASTER_H
#define STORE_MASTER_H

#include "store/internal.h"

/* Adds the client of this realm, its roles, and these to `admin`; nothing when master is not
 * there or has the client. Inside a transaction. */
MUST_USE enum error_code master_add_client(
	struct store *store, struct db *db, struct str realm_name, struct why *reterr_why);
/* Adds those of all published realms: for a new master. */
MUST_USE enum error_code master_add_all(struct store *store, struct db *db, struct why *reterr_why);
/* Removes it again. */
MUST_USE enum error_code master_remove_client(
	struct db *db, struct str realm_name, struct why *reterr_why);

#endif

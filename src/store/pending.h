/* Questions about grants that wait for the user's answer elsewhere. */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "model/pending_change.h"
#include "store/store.h"

/* By what the application holds, in any realm. NAME_NOT_FOUND: there is none. */
MUST_USE enum error_code store_find_pending(struct store *store, struct arena *arena, struct str hash,
	struct pending_grant *ret_grant, struct why *reterr_why);
/* By the hash of what the answer came with. */
MUST_USE enum error_code store_find_pending_typed(struct store *store, struct arena *arena, struct str realm_id,
	struct str user_code, struct pending_grant *ret_grant, struct why *reterr_why);

#endif

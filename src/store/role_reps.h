/* Roles in full, with what a snapshot leaves out. */
#ifndef STORE_ROLE_REPS_H
#define STORE_ROLE_REPS_H

#include "model/representation.h"
#include "store/store.h"

/* All of the realm in one question, for lists that want attributes: a table of role id ->
 * struct role_rep. Their composites are not filled. CORRUPT for a row that cannot be read. */
MUST_USE enum error_code store_list_role_reps(struct store *store, struct arena *arena, struct str realm_id,
					      struct table *ret_by_id, struct why *reterr_why);

/* One of them. NAME_NOT_FOUND: the realm has none of that id. */
MUST_USE enum error_code store_find_role(struct store *store, struct arena *arena, struct str realm_id,
					 struct str id, struct role_rep *ret_role, struct why *reterr_why);

#endif

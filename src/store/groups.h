/* Groups in full, with what a snapshot leaves out. */
#ifndef STORE_GROUPS_H
#define STORE_GROUPS_H

#include "model/representation.h"
#include "store/store.h"

/* One, with name, description, attributes and what is kept; without parent, path, roles and children.
 * NAME_NOT_FOUND: the realm has none of that id. */
MUST_USE enum error_code store_find_group(struct store *store, struct arena *arena, struct str realm_id,
					  struct str id, struct group_rep *ret_group, struct why *reterr_why);
/* Of those that have one: group id -> struct str. */
MUST_USE enum error_code store_list_group_descriptions(struct store *store, struct arena *arena,
						       struct str realm_id, struct table *ret_by_id,
						       struct why *reterr_why);

/* A group's own piece of the path that struct group has: a slash within its name is written "~/", so that
 * no two groups have one path. */
struct str group_path_piece(struct arena *arena, struct str name);

#endif

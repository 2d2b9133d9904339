/* Changes of groups, as effects (EFFECT_GROUP_CHANGE). The realm's default groups are part of its own
 * row (EFFECT_REALM_UPDATE). */
#ifndef MODEL_GROUP_CHANGE_H
#define MODEL_GROUP_CHANGE_H

#include "model/effect.h"

struct group_rep; /* model/representation.h */

enum group_change_kind {
	GROUP_CREATE,       /* rep, parent_id. EXISTS: the parent has one of that name */
	GROUP_UPDATE,       /* rep: name and what a row holds. EXISTS: as above */
	GROUP_MOVE,         /* id, parent_id. EXISTS: as above. Whether it ends up below itself is not looked at */
	GROUP_DELETE,       /* id: without its subgroups, which come as changes of their own */
	GROUP_ROLES_ADD,    /* id, role_ids; held already is fine */
	GROUP_ROLES_REMOVE, /* id, role_ids; not held is fine */
	GROUP_CHANGES
};

/* The group is one of the realm that the change names, else STALE. */
struct group_change {
	enum group_change_kind kind;
	struct str realm_id;
	struct str id;        /* CREATE, UPDATE: that of rep */
	struct str parent_id; /* empty: the top */
	const struct group_rep *rep;
	struct str_list role_ids;
};

#endif

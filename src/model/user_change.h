/* Changes of user parts, as effects (EFFECT_USER_CHANGE): who holds what. Each raises the user's
 * version, so that a decision made on the user before is made again, and the next token has it. */
#ifndef MODEL_USER_CHANGE_H
#define MODEL_USER_CHANGE_H

#include "model/effect.h"

enum user_change_kind {
	USER_ROLES_ADD,    /* ids: of roles; held already, or gone meanwhile, is fine */
	USER_ROLES_REMOVE, /* ids; not held is fine */
	USER_GROUPS_ADD,   /* ids: of groups; as roles */
	USER_GROUPS_REMOVE,
	USER_CHANGES
};

struct user_change {
	enum user_change_kind kind;
	struct str realm_id, user_id; /* STALE when the realm has no such user */
	struct str_list ids;
};

#endif

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
	USER_CREDENTIAL_REMOVE, /* ids: of one credential; STALE when it is gone, and so below */
	USER_CREDENTIAL_LABEL,  /* ids: of one; label */
	USER_CREDENTIALS_PLACE, /* ids: of all of them, in their new order */
	USER_IDENTITY_ADD,      /* identity; EXISTS: linked with that provider already */
	USER_IDENTITY_REMOVE,   /* identity.provider */
	USER_PROFILE_PUT,       /* of the realm, not of a user: its user profile becomes `label`, the
				 * JSON of a component, with the id ids[0]; ids.n = 0: it has none */
	USER_CHANGES
};

struct user_change {
	enum user_change_kind kind;
	struct str realm_id, user_id; /* STALE when the realm has no such user */
	struct str_list ids;
	struct str label;
	struct user_identity identity;
};

#endif

/* Changes of roles, as effects (EFFECT_ROLE_CHANGE). */
#ifndef MODEL_ROLE_CHANGE_H
#define MODEL_ROLE_CHANGE_H

#include "model/effect.h"

struct role_rep; /* model/representation.h */

enum role_change_kind {
	ROLE_CREATE,            /* rep, client_id, children. EXISTS: its container has one of that name */
	ROLE_UPDATE,            /* rep: name and what a row holds, but for composites. EXISTS: as above */
	ROLE_DELETE,            /* id: leaves users, groups, composites and scope mappings too */
	ROLE_COMPOSITES_ADD,    /* id, children; present already is fine */
	ROLE_COMPOSITES_REMOVE, /* id, children; absent is fine */
	ROLE_CHANGES
};

/* The role is one of the realm that the change names, else STALE. */
struct role_change {
	enum role_change_kind kind;
	struct str realm_id;
	struct str id;             /* CREATE, UPDATE: that of rep */
	struct str client_id;      /* of the client whose role it becomes; empty: the realm's */
	const struct role_rep *rep;
	struct str_list children;  /* ids of roles */
};

#endif

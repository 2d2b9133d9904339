/* Changes of client scopes, as effects (EFFECT_SCOPE_CHANGE). */
#ifndef MODEL_SCOPE_CHANGE_H
#define MODEL_SCOPE_CHANGE_H

#include "model/effect.h"

enum scope_change_kind {
	SCOPE_CREATE,        /* rep: the row with its mappers. EXISTS: name or id taken */
	SCOPE_UPDATE,        /* rep: the same for one that must be there */
	SCOPE_DELETE,        /* scope_id: with whatever names it */
	SCOPE_LINK_REALM,    /* scope_id, optional: new clients get it. EXISTS: they do already */
	SCOPE_UNLINK_REALM,  /* scope_id: no row is fine */
	SCOPE_LINK_CLIENT,   /* scope_id, client_id, optional: has it already, either way, is fine */
	SCOPE_UNLINK_CLIENT, /* scope_id, client_id: no row is fine */
	SCOPE_MAPPINGS_ADD,  /* holder_id, role_ids: held already is fine */
	SCOPE_MAPPINGS_REMOVE, /* holder_id, role_ids: not held is fine */
	SCOPE_CHANGES
};

struct scope_rep; /* model/representation.h */

struct scope_change {
	enum scope_change_kind kind;
	struct str realm_id, scope_id;
	struct str client_id; /* the client's id */
	struct str holder_id; /* of the client or client scope that has the scope mappings */
	bool optional;
	const struct scope_rep *rep;
	struct str_list role_ids;
};

#endif

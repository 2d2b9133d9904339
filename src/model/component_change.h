/* Changes of components, as effects (EFFECT_COMPONENT_CHANGE). They come after REALM_CHANGED, at
 * whose version the components were looked at. */
#ifndef MODEL_COMPONENT_CHANGE_H
#define MODEL_COMPONENT_CHANGE_H

#include "model/effect.h"

struct component_rep; /* model/representation.h */

enum component_change_kind {
	COMPONENT_ADD, /* rep, with an id of its own; secrets among its settings are sealed */
	COMPONENT_UPDATE, /* the same for a row that is there */
	COMPONENT_DELETE, /* rep->id, and what hangs below it */
	COMPONENT_CHANGES
};

struct component_change {
	enum component_change_kind kind;
	struct str realm_id, provider_type;
	struct str parent_id; /* the realm's id, or another component's */
	const struct component_rep *rep;
};

#endif

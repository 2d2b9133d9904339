/* Changes of scopes, as effects (EFFECT_SCOPE_CHANGE). */
#ifndef MODEL_SCOPE_CHANGE_H
#define MODEL_SCOPE_CHANGE_H

#include "model/effect.h"

enum scope_change_kind {
	SCOPE_CHANGES
};

struct scope_change {
	enum scope_change_kind kind;
};

#endif

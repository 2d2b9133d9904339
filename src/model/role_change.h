/* Changes of roles, as effects (EFFECT_ROLE_CHANGE). */
#ifndef MODEL_ROLE_CHANGE_H
#define MODEL_ROLE_CHANGE_H

#include "model/effect.h"

enum role_change_kind {
	ROLE_CHANGES
};

struct role_change {
	enum role_change_kind kind;
};

#endif

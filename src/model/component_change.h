/* Changes of components, as effects (EFFECT_COMPONENT_CHANGE). */
#ifndef MODEL_COMPONENT_CHANGE_H
#define MODEL_COMPONENT_CHANGE_H

#include "model/effect.h"

enum component_change_kind {
	COMPONENT_CHANGES
};

struct component_change {
	enum component_change_kind kind;
};

#endif

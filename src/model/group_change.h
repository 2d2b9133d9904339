/* Changes of groups, as effects (EFFECT_GROUP_CHANGE). */
#ifndef MODEL_GROUP_CHANGE_H
#define MODEL_GROUP_CHANGE_H

#include "model/effect.h"

enum group_change_kind {
	GROUP_CHANGES
};

struct group_change {
	enum group_change_kind kind;
};

#endif

/* Changes of user parts, as effects (EFFECT_USER_CHANGE). */
#ifndef MODEL_USER_CHANGE_H
#define MODEL_USER_CHANGE_H

#include "model/effect.h"

enum user_change_kind {
	USER_CHANGES
};

struct user_change {
	enum user_change_kind kind;
};

#endif

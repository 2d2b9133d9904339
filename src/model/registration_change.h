/* Changes of registrations, as effects (EFFECT_REGISTRATION_CHANGE). */
#ifndef MODEL_REGISTRATION_CHANGE_H
#define MODEL_REGISTRATION_CHANGE_H

#include "model/effect.h"

enum registration_change_kind {
	REGISTRATION_CHANGES
};

struct registration_change {
	enum registration_change_kind kind;
};

#endif

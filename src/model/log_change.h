/* Changes of log, as effects (EFFECT_LOG_CHANGE). */
#ifndef MODEL_LOG_CHANGE_H
#define MODEL_LOG_CHANGE_H

#include "model/effect.h"

enum log_change_kind {
	LOG_CHANGES
};

struct log_change {
	enum log_change_kind kind;
};

#endif

/* Clearing what a realm has recorded, as effects (EFFECT_LOG_CHANGE). */
#ifndef MODEL_LOG_CHANGE_H
#define MODEL_LOG_CHANGE_H

#include "model/effect.h"

enum log_change_kind {
	LOG_CLEAR_EVENTS,       /* those up to until_ms, at most `max` of them */
	LOG_CLEAR_ADMIN_EVENTS, /* the same */
	LOG_CLEAR_FAILURES,     /* every user's failed attempts */
	LOG_CHANGES
};

struct log_change {
	enum log_change_kind kind;
	struct str realm_id;
	int64_t until_ms, max;
};

#endif

/* Changes of log: effects as statements. */
#include "model/log_change.h"
#include "store/effects.h"

static effect_applier *const appliers[LOG_CHANGES + 1];

void apply_log_change(struct applying *a, const struct effect *effect)
{
	if (appliers[0])
		appliers[0](a, effect);
}

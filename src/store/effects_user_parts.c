/* Changes of user parts: effects as statements. */
#include "model/user_change.h"
#include "store/effects.h"

static effect_applier *const appliers[USER_CHANGES + 1];

void apply_user_change(struct applying *a, const struct effect *effect)
{
	if (appliers[0])
		appliers[0](a, effect);
}

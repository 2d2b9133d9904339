/* Changes of roles: effects as statements. */
#include "model/role_change.h"
#include "store/effects.h"

static effect_applier *const appliers[ROLE_CHANGES + 1];

void apply_role_change(struct applying *a, const struct effect *effect)
{
	if (appliers[0])
		appliers[0](a, effect);
}

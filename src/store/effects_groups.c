/* Changes of groups: effects as statements. */
#include "model/group_change.h"
#include "store/effects.h"

static effect_applier *const appliers[GROUP_CHANGES + 1];

void apply_group_change(struct applying *a, const struct effect *effect)
{
	if (appliers[0])
		appliers[0](a, effect);
}

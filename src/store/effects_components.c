/* Changes of components: effects as statements. */
#include "model/component_change.h"
#include "store/effects.h"

static effect_applier *const appliers[COMPONENT_CHANGES + 1];

void apply_component_change(struct applying *a, const struct effect *effect)
{
	if (appliers[0])
		appliers[0](a, effect);
}

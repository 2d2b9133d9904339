/* Changes of scopes: effects as statements. */
#include "model/scope_change.h"
#include "store/effects.h"

static effect_applier *const appliers[SCOPE_CHANGES + 1];

void apply_scope_change(struct applying *a, const struct effect *effect)
{
	if (appliers[0])
		appliers[0](a, effect);
}

/* Changes of registrations: effects as statements. */
#include "model/registration_change.h"
#include "store/effects.h"

static effect_applier *const appliers[REGISTRATION_CHANGES + 1];

void apply_registration_change(struct applying *a, const struct effect *effect)
{
	if (appliers[0])
		appliers[0](a, effect);
}

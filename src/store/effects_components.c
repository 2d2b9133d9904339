/* Changes of components: effects as statements. */
#include "model/component_change.h"
#include "store/effects.h"
#include "store/realm_rows.h"

static void apply_add(struct applying *a, const struct effect *effect)
{
	const struct component_change *change = effect->u.component;
	struct row_batch batch = { .arena = a->arena,
		.store = a->store,
		.realm_id = change->realm_id,
		.code = a->code,
		.why = a->why };
	row_add_component(&batch, change->rep, change->provider_type, change->parent_id);
	a->code = batch.code;
	for (size_t i = 0; i < batch.n; i++)
		*(struct db_call *)arena_push(a->arena, &a->calls, &a->n, sizeof *a->calls) =
			batch.calls[i];
}

static effect_applier *const appliers[COMPONENT_CHANGES] = {
	[COMPONENT_ADD] = apply_add,
};

void apply_component_change(struct applying *a, const struct effect *effect)
{
	appliers[effect->u.component->kind](a, effect);
}

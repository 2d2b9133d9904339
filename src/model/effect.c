/* Lists of effects; see effect.h. */
#include "model/effect.h"

struct effects effects_new(struct arena *arena)
{
	return (struct effects){ .arena = arena };
}

struct effect *effects_add(struct effects *effects, enum effect_kind kind)
{
	struct effect *effect =
		arena_push(effects->arena, &effects->items, &effects->n, sizeof *effects->items);
	effect->kind = kind;
	return effect;
}

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

static const char *const scopes[] = {
	[MASS_REALM] = "realm",
	[MASS_REMEMBERED] = "remembered",
	[MASS_CLIENT] = "client",
	[MASS_USER] = "user",
};

const char *mass_scope_name(enum mass_scope scope)
{
	return scopes[scope];
}

bool mass_scope_of(struct str name, enum mass_scope *ret_scope)
{
	for (size_t i = 0; i < ARRAY_LENGTH(scopes); i++) {
		if (!str_eq_z(name, scopes[i]))
			continue;
		*ret_scope = (enum mass_scope)i;
		return true;
	}
	return false;
}

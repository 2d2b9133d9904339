/* Keys made when first needed; see new_key.h. */
#include "run/new_key.h"

#include "model/component_change.h"
#include "store/key_provider.h"

enum error_code new_key_add(const struct realm *realm, enum sign_algorithm algorithm, int64_t now_ms,
			    struct effects *effects, struct why *reterr_why)
{
	struct arena *arena = effects->arena;
	struct component_rep *component = arena_alloc(arena, sizeof *component);
	struct str realm_id = realm->settings.id;
	enum error_code code =
		key_provider_fallback(arena, algorithm, realm->settings.name, now_ms, component, reterr_why);
	if (code != OK)
		return code;
	struct component_change *change = arena_alloc(arena, sizeof *change);
	*change = (struct component_change){ .kind = COMPONENT_ADD, .realm_id = realm_id,
		.provider_type = STR(KEY_PROVIDER), .parent_id = realm_id, .rep = component };
	effects_add(effects, EFFECT_REALM_CHANGED)->u.realm_changed =
		(struct effect_realm_changed){ realm_id, realm->version };
	effects_add(effects, EFFECT_COMPONENT_CHANGE)->u.component = change;
	return OK;
}

/* Completes a loaded realm; see prepare.h. */
#include "app/prepare.h"

#include "app/endpoints.h"
#include "app/language.h"
#include "base/log.h"
#include "jose/jwk.h"

void prepare_realm(struct realm *realm, struct arena *arena)
{
	for (size_t i = 0; i < realm->keys_n; i++) {
		struct realm_key *key = &realm->keys[i];
		/* Secrets have no public form. */
		if (!key->public_key.n || key->jwk.n)
			continue;
		const struct jwk_facts facts = { .kid = key->kid, .algorithm = key->algorithm,
			.encryption = key->use == KEY_ENCRYPT, .certificate = key->certificate };
		struct why why;
		if (jwk_text(arena, key->key, &facts, &key->jwk, &why) != OK)
			log_write(LOG_ERROR, "app", "realm %.*s, key %.*s: %s", STR_ARG(realm->settings.name),
				  STR_ARG(key->kid), why.text);
	}
	discovery_prepare(realm, arena);
	language_prepare(realm, arena);
}

/* Keys of a realm, from Keycloak's key provider components and into new ones. Internal to
 * store/. */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "model/representation.h"
#include "store/key_provider.h"

/* Reads one component's key. *ret_found is false for providers whose keys are not in the
 * component (java-keystore), for unknown ones, for disabled keys, and where the private part
 * is not there. INVALID_VALUE when the
 * key cannot be used. The caller frees ret_key->key. */
MUST_USE enum error_code key_of_component(struct arena *arena,
	const struct component_rep *component, struct realm_key *ret_key, bool *ret_found,
	struct why *reterr_why);
/* True when the provider's keys can be read from its component. */
bool key_provider_is_known(struct str provider_id);

/* Gives a component of a generated kind (rsa-generated, rsa-enc-generated, hmac-generated,
 * aes-generated, ecdsa-generated, eddsa-generated) that has no key yet a fresh one; does
 * nothing for others. */
MUST_USE enum error_code key_generate(struct arena *arena, struct component_rep *component,
	struct str realm_name, int64_t now_ms, struct why *reterr_why);
/* For exports: Keycloak makes an elliptic key anew that comes without its public part. Does nothing for
 * others, and where the private part is not there or cannot be read. */
void key_add_public(struct arena *arena, struct component_rep *component);
/* The four providers of a new realm, still without their keys. */
void key_default_components(
	struct arena *arena, struct component_rep **ret_components, size_t *ret_n);

#endif

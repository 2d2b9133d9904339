/* Key providers that a realm gets by itself. */
#ifndef STORE_KEY_PROVIDER_H
#define STORE_KEY_PROVIDER_H

#include "crypto/sign.h"
#include "model/representation.h"

/* The `provider_type` of key providers. */
#define KEY_PROVIDER "org.keycloak.keys.KeyProvider"

/* What Keycloak makes where a realm has no key for an algorithm that a client's row names:
 * "fallback-ES256", of a priority below all others, with a fresh key and an id. RSA takes
 * tenths of seconds. */
MUST_USE enum error_code key_provider_fallback(struct arena *arena, enum sign_algorithm algorithm,
	struct str realm_name, int64_t now_ms, struct component_rep *ret_component,
	struct why *reterr_why);

#endif

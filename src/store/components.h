/* Components of a realm for the admin API: reading them in full, and their keys. Writing:
 * model/component_change.h. */
#ifndef STORE_COMPONENTS_H
#define STORE_COMPONENTS_H

#include "model/representation.h"
#include "store/key_provider.h"
#include "store/store.h"

/* All of them, flat, by name, with provider_type and parent_id; secrets in clear. */
MUST_USE enum error_code store_list_components(struct store *store, struct arena *arena,
					       struct str realm_id, struct component_rep **ret_components,
					       size_t *ret_n, struct why *reterr_why);

/* Makes a key provider's component whole: one that generates gets a fresh key when it has none, or
 * when it is to be of another size or curve; an imported key is checked against its certificate, or
 * gets one of its own. INVALID_VALUE with Keycloak's text for a key that cannot be used. RSA takes
 * tenths of seconds. Does nothing for other components. */
MUST_USE enum error_code component_complete_key(struct arena *arena, struct component_rep *component,
						struct str realm_name, int64_t now_ms, struct why *reterr_why);
/* The component's key, disabled ones too; *ret_found is false when it has none that can be read. The
 * caller frees ret_key->key. */
MUST_USE enum error_code component_read_key(struct arena *arena, const struct component_rep *component,
					    struct realm_key *ret_key, bool *ret_found, struct why *reterr_why);

#endif

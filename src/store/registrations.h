/* Questions about client registration: initial access tokens, registration access tokens. */
#ifndef STORE_REGISTRATIONS_H
#define STORE_REGISTRATIONS_H

#include "model/registration_change.h"
#include "store/store.h"

/* Those of a realm, oldest first. */
MUST_USE enum error_code store_list_initial_accesses(struct store *store, struct arena *arena, struct str realm_id,
	struct initial_access **ret_items, size_t *ret_n, struct why *reterr_why);
/* NAME_NOT_FOUND: there is none of that id in the realm. */
MUST_USE enum error_code store_find_initial_access(struct store *store, struct arena *arena, struct str realm_id,
	struct str id, struct initial_access *ret_item, struct why *reterr_why);
/* The jti of the token that may change the client; NAME_NOT_FOUND: none may. */
MUST_USE enum error_code store_find_registration_token(struct store *store, struct arena *arena,
	struct str realm_id, struct str client_id, struct str *ret_jti, struct why *reterr_why);

#endif

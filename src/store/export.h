/* Realms out: Keycloak's realm JSON as its own export writes it, with keys, secrets and
 * credentials unless they are masked. Fields that were imported and are not used come back.
 * Users are streamed; the rest of one realm is held in memory meanwhile. */
#ifndef STORE_EXPORT_H
#define STORE_EXPORT_H

#include "store/store.h"

/* With none of users, clients and groups_roles: the realm alone, as GET /admin/realms/{realm}
 * has it (no scopes, components, flows, identity providers). */
struct store_export_options {
	bool users;   /* with their credentials; false: service accounts only */
	bool clients; /* with client scopes' mappings and service accounts */
	bool groups_roles;
	bool no_users; /* not even service accounts */
	bool mask_secrets; /* "**********" for secrets, no private parts of keys, no credentials */
	/* Takes the next piece of the text; an error of it ends the export. */
	enum error_code (*write)(void *context, struct str piece, struct why *reterr_why);
	void *context;
};

/* NAME_NOT_FOUND when no realm of that name is there. */
MUST_USE enum error_code store_export_realm(struct store *store, struct str realm_name,
	const struct store_export_options *options, struct why *reterr_why);

#endif

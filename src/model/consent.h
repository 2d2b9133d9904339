/* What a consent's row means in a realm. Pure. */
#ifndef MODEL_CONSENT_H
#define MODEL_CONSENT_H

#include "model/user.h"

/* The client scope of that id; NULL when there is none (any more). */
const struct client_scope *consent_scope(const struct realm *realm, struct str id);
/* Names of what was granted, as Keycloak's representations have them: of client scopes, and
 * the clientId where the client's own entry was granted. What is gone is left out. */
struct str_list consent_names(struct arena *arena, const struct realm *realm, const struct consent *consent);

#endif

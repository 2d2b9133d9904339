/* What Keycloak refuses of a client, in its words: scripts look for them. What a client may not
 * hold here besides is client_check's (model/representation.h). Private to admin/. */
#ifndef ADMIN_CLIENT_VALIDATE_H
#define ADMIN_CLIENT_VALIDATE_H

#include "base/arena.h"
#include "model/realm.h"

/* The reasons, with "; " between; empty: none. */
struct str client_validate(struct arena *arena, const struct client *client);

#endif

/* What is wrong with the name that a realm is to have, in Keycloak's words. Private to admin/. */
#ifndef ADMIN_REALM_NAME_H
#define ADMIN_REALM_NAME_H

#include "base/arena.h"

/* The name that a body gives a realm; p NULL when it says none, or is no JSON object. */
struct str realm_name_sent(struct arena *arena, struct str body);
/* "Character '/' not allowed."; empty when URLs can hold it. */
struct str realm_name_fault(struct arena *arena, struct str name);

#endif

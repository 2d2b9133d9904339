/* The providers that components may be of, and what each is to be set to. Private to admin/. */
#ifndef ADMIN_COMPONENT_TYPES_H
#define ADMIN_COMPONENT_TYPES_H

#include "admin/call.h"
#include "json/tree.h"

/* The providers of that type, a list of objects as serverinfo has them; NULL: none of ours. */
struct json_node *component_types_of(struct arena *arena, struct str type);
/* One of them; NULL. */
struct json_node *component_type_find(struct arena *arena, struct str type, struct str provider_id);
/* Whether such a component may be kept, though nothing here works by it (user storage). */
bool component_type_is_kept(struct str type, struct str provider_id);

/* Refuses, with Keycloak's words, what the provider cannot be set to. `provider` NULL: anything
 * goes. False: answered. */
bool component_type_check(struct admin_call *call, const struct json_node *provider,
			  const struct component_rep *component);

/* Whether the provider declares this setting, and whether it is a secret. */
bool component_type_declares(const struct json_node *provider, struct str name, bool *ret_secret);

#endif

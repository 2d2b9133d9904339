/* Which roles a user holds, and which of them a token for a client may carry. Pure. */
#ifndef MODEL_ROLES_H
#define MODEL_ROLES_H

#include "model/user.h"

struct role_set {
	const struct role **roles; /* each once */
	size_t n;
	struct table by_id;
};

bool role_set_has(const struct role_set *set, const struct role *role);

/* All roles of the user: direct, by groups and their parents, composites expanded (loops
 * are harmless). Needs user->role_ids and user->group_ids. */
struct role_set roles_of_user(struct arena *arena, const struct realm *realm, const struct user *user);

/* The roles themselves and all their composites, each once. */
struct role_set roles_expanded(struct arena *arena, struct role *const *roles, size_t n);

/* Those of `held` that go into a token of this client with these scopes: all when the
 * client has fullScopeAllowed; otherwise those in the client's own roles, its scope
 * mappings and the scopes' mappings, composites expanded, as Keycloak resolves them. A
 * scope with mappings of its own limits roles only where full scope is off. */
struct role_set roles_for_token(struct arena *arena, const struct client *client,
				const struct client_scope *const *scopes, size_t scopes_n,
				const struct role_set *held);

#endif

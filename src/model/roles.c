/* Roles of users and tokens; see roles.h. */
#include "model/roles.h"

static void set_add(struct role_set *set, const struct role *role)
{
	if (table_put(&set->by_id, role->id, role))
		return;
	*(const struct role **)arena_push(set->by_id.arena, &set->roles, &set->n, sizeof *set->roles) = role;
}

/* Adds the composites of all that is in the set; the list grows while we walk it, and
 * each role enters once, so loops end. */
static void set_expand(struct role_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		for (size_t k = 0; k < set->roles[i]->composites_n; k++)
			set_add(set, set->roles[i]->composites[k]);
}

bool role_set_has(const struct role_set *set, const struct role *role)
{
	return table_get(&set->by_id, role->id) != NULL;
}

struct role_set roles_of_user(struct arena *arena, const struct realm *realm, const struct user *user)
{
	struct role_set set = { .by_id = table_new(arena, 32) };
	for (size_t i = 0; i < user->role_ids.n; i++) {
		const struct role *role = realm_role_by_id(realm, user->role_ids.items[i]);
		if (role)
			set_add(&set, role);
	}
	for (size_t i = 0; i < user->group_ids.n; i++) {
		const struct group *group = realm_group_by_id(realm, user->group_ids.items[i]);
		for (; group; group = group->parent)
			for (size_t k = 0; k < group->roles_n; k++)
				set_add(&set, group->roles[k]);
	}
	set_expand(&set);
	return set;
}

struct role_set roles_expanded(struct arena *arena, struct role *const *roles, size_t n)
{
	struct role_set set = { .by_id = table_new(arena, 8) };
	for (size_t i = 0; i < n; i++)
		set_add(&set, roles[i]);
	set_expand(&set);
	return set;
}

struct role_set roles_for_token(struct arena *arena, const struct client *client,
				const struct client_scope *const *scopes, size_t scopes_n,
				const struct role_set *held)
{
	if (client->full_scope_allowed)
		return *held;
	struct role_set allowed = { .by_id = table_new(arena, 32) };
	for (size_t i = 0; i < client->roles_n; i++)
		set_add(&allowed, client->roles[i]);
	for (size_t i = 0; i < client->scope_roles_n; i++)
		set_add(&allowed, client->scope_roles[i]);
	for (size_t i = 0; i < scopes_n; i++)
		for (size_t k = 0; k < scopes[i]->scope_roles_n; k++)
			set_add(&allowed, scopes[i]->scope_roles[k]);
	set_expand(&allowed);
	struct role_set both = { .by_id = table_new(arena, held->n) };
	for (size_t i = 0; i < held->n; i++)
		if (role_set_has(&allowed, held->roles[i]))
			set_add(&both, held->roles[i]);
	return both;
}

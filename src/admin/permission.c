/* Who may do what; see permission.h. */
#include "admin/permission.h"

#include "base/tables.h"
#include "model/roles.h"
#include "oidc/scope.h"

static const char *const roles_of_permission[PERMISSION_COUNT][6] = {
	[PERMISSION_CREATE_REALM] = { "create-realm" },
	[PERMISSION_VIEW_REALM] = { "view-realm", "manage-realm" },
	[PERMISSION_MANAGE_REALM] = { "manage-realm" },
	[PERMISSION_VIEW_USERS] = { "view-users", "manage-users" },
	[PERMISSION_QUERY_USERS] = { "view-users", "manage-users", "query-users" },
	[PERMISSION_SEE_USER_PROFILE] = { "view-realm", "manage-realm", "view-users", "manage-users", "query-users" },
	[PERMISSION_IMPERSONATE] = { "impersonation" },
	[PERMISSION_MANAGE_USERS] = { "manage-users" },
	[PERMISSION_LIST_CLIENTS] = { "view-clients", "manage-clients", "query-clients" },
	[PERMISSION_VIEW_CLIENTS] = { "view-clients", "manage-clients" },
	[PERMISSION_MANAGE_CLIENTS] = { "manage-clients" },
	[PERMISSION_LIST_ROLES] = { "view-realm", "manage-realm", "manage-identity-providers" },
	[PERMISSION_VIEW_ROLES] = { "view-realm", "manage-realm", "view-clients", "manage-clients" },
	[PERMISSION_MANAGE_ROLES] = { "manage-realm", "manage-clients" },
	[PERMISSION_LIST_GROUPS] = { "query-groups", "view-users", "manage-users" },
	[PERMISSION_CREATE_CLIENT] = { "create-client", "manage-clients" },
	[PERMISSION_LIST_FLOWS] = { "view-realm", "manage-realm", "query-clients", "view-clients" },
	[PERMISSION_LIST_CLIENT_AUTHENTICATORS] = { "view-realm", "manage-realm", "query-clients", "view-clients",
						    "manage-clients" },
	[PERMISSION_LIST_REQUIRED_ACTIONS] = { "view-realm", "manage-realm", "query-users", "view-users" },
	[PERMISSION_VIEW_EVENTS] = { "view-events", "manage-events" },
	[PERMISSION_MANAGE_EVENTS] = { "manage-events" },
	[PERMISSION_VIEW_IDENTITY_PROVIDERS] = { "view-identity-providers", "manage-identity-providers" },
	[PERMISSION_MANAGE_IDENTITY_PROVIDERS] = { "manage-identity-providers" },
};

static bool is_master(const struct realm *realm)
{
	return str_eq_z(realm->settings.name, "master");
}

/* The client whose roles speak for `target` in realm `home`: realm-management in the realm
 * itself, "<target>-realm" in master; empty: home has no say there. */
static struct str speaking_client(struct arena *arena, const struct realm *home, const struct realm *target)
{
	if (is_master(home))
		return arena_join(arena, target->settings.name, STR("-realm"), STR(""));
	return str_eq(home->settings.id, target->settings.id) ? STR("realm-management") : STR("");
}

static bool role_grants(const struct role *role, struct str client_id, enum permission permission)
{
	struct str of = role->client ? role->client->client_id : STR("");
	if (!str_eq(of, client_id))
		return false;
	/* All that make an administrator but this one, which acts on users alone. */
	if (permission == PERMISSION_SEE_REALM)
		return role->client && !str_eq_z(role->name, "impersonation");
	for (size_t i = 0; i < ARRAY_LENGTH(roles_of_permission[0]) && roles_of_permission[permission][i]; i++)
		if (str_eq_z(role->name, roles_of_permission[permission][i]))
			return true;
	return false;
}

/* Any realm's role will do for listing: what is listed is judged realm by realm. */
static bool may_list(const struct realm *home, const struct role *role)
{
	return permission_guards(home, role->client) && !str_eq_z(role->name, "impersonation");
}

bool permission_granted(struct arena *arena, const struct realm *home, const struct role_set *held,
			const struct realm *target, enum permission permission)
{
	struct str client_id = target ? speaking_client(arena, home, target) : STR("");
	for (size_t i = 0; i < held->n; i++) {
		const struct role *role = held->roles[i];
		bool master_admin = is_master(home) && !role->client && str_eq_z(role->name, "admin");
		if (master_admin)
			return true;
		if (permission == PERMISSION_LIST_REALMS && may_list(home, role))
			return true;
		bool concerns = permission == PERMISSION_CREATE_REALM ? is_master(home) && !role->client : client_id.n > 0;
		if (concerns && role_grants(role, client_id, permission))
			return true;
	}
	return false;
}

/* Master's role that grants everything everywhere, where the user has it itself: 20 roles of each realm hang
 * on it, which nobody has to look at then. */
static const struct role *all_granting(const struct realm *home, const struct user *user)
{
	for (size_t i = 0; is_master(home) && i < user->role_ids.n; i++) {
		const struct role *role = realm_role_by_id(home, user->role_ids.items[i]);
		if (role && !role->client && str_eq_z(role->name, "admin"))
			return role;
	}
	return NULL;
}

static struct role_set granting_roles(struct arena *arena, const struct realm *home, const struct user *user)
{
	const struct role *all = all_granting(home, user);
	struct role_set set = { 0 };
	if (!all)
		return roles_of_user(arena, home, user);
	set.roles = arena_array(arena, 1, sizeof *set.roles);
	set.roles[set.n++] = all;
	return set;
}

bool permission_roles(struct arena *arena, const struct realm *home, const struct bearer *bearer,
		      struct role_set *ret_set)
{
	struct scope_grant grant = { 0 };
	if (!scope_resolve(arena, bearer->client, bearer->claims.scope, &grant))
		return false;
	struct role_set held = bearer->client->full_scope_allowed ? granting_roles(arena, home, bearer->user) :
								    roles_of_user(arena, home, bearer->user);
	*ret_set = roles_for_token(arena, bearer->client, grant.scopes, grant.n, &held);
	return true;
}

bool permission_guards(const struct realm *target, const struct client *client)
{
	if (!client)
		return false;
	return is_master(target) ? str_ends(client->client_id, STR("-realm")) :
				   str_eq_z(client->client_id, "realm-management");
}

/* A role that makes an administrator: one of realm-management, or in master one of a realm's
 * client, or master's own two. */
static bool is_admin_role(const struct realm *target, const struct role *role)
{
	if (!role->client)
		return is_master(target) && (str_eq_z(role->name, "admin") || str_eq_z(role->name, "create-realm"));
	return permission_guards(target, role->client);
}

/* The caller has the role itself, or its like in the client that speaks for the realm. */
static bool has_like(struct arena *arena, const struct realm *home, const struct role_set *set,
		     const struct realm *target, const struct role *role)
{
	bool at_home = str_eq(home->settings.id, target->settings.id);
	struct str client_id = speaking_client(arena, home, target);
	for (size_t i = 0; i < set->n; i++) {
		const struct role *own = set->roles[i];
		if (is_master(home) && !own->client && str_eq_z(own->name, "admin"))
			return true;
		if (at_home ? str_eq(own->id, role->id) :
			      own->client && str_eq(own->client->client_id, client_id) && str_eq(own->name, role->name))
			return true;
	}
	return false;
}

bool permission_may_give(struct arena *arena, const struct realm *home, const struct role_set *held,
			 const struct realm *target, const struct role *role)
{
	struct role *one = table_get(&target->role_by_id, role->id);
	struct role_set given = roles_expanded(arena, &one, one != NULL);
	for (size_t i = 0; i < given.n; i++)
		if (is_admin_role(target, given.roles[i]) && !has_like(arena, home, held, target, given.roles[i]))
			return false;
	return true;
}

bool permission_of_user(struct arena *arena, const struct realm *home, const struct user *user,
			const struct realm *target, enum permission permission)
{
	struct role_set held = granting_roles(arena, home, user);
	return permission_granted(arena, home, &held, target, permission);
}

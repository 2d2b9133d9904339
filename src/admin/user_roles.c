/* /admin/realms/{realm}/users/{user}/role-mappings: which roles a user holds. */
#include "admin/handlers_users.h"
#include "admin/role_mapping.h"
#include "admin/serve.h"
#include "admin/user_parts.h"

static struct role_holder holder_of(struct admin_call *call, const struct user *user)
{
	struct role_holder holder = { .direct = table_new(call->arena, user->role_ids.n),
		.effect = roles_of_user(call->arena, call->realm, user) };
	for (size_t i = 0; i < user->role_ids.n; i++) {
		const struct role *role = realm_role_by_id(call->realm, user->role_ids.items[i]);
		if (role)
			table_put(&holder.direct, role->id, role);
	}
	return holder;
}

/* The route's user and container; false: answered. */
static bool find(struct admin_call *call, struct user **ret_user, const struct client **ret_container)
{
	return user_rep_find(call, USER_ROLES | USER_GROUPS, ret_user) && role_mapping_container(call, ret_container);
}

static void list(struct admin_call *call, enum role_view view)
{
	struct user *user;
	const struct client *container;
	if (find(call, &user, &container)) {
		struct role_holder holder = holder_of(call, user);
		role_mapping_list(call, &holder, container, view);
	}
}

ADMIN_HANDLER_OF(admin_user_roles, list, ROLES_DIRECT)
ADMIN_HANDLER_OF(admin_user_roles_available, list, ROLES_AVAILABLE)
ADMIN_HANDLER_OF(admin_user_roles_composite, list, ROLES_EFFECTIVE)

static void user_roles_all(struct admin_call *call)
{
	struct user *user;
	if (user_rep_find(call, USER_ROLES, &user)) {
		struct role_holder holder = holder_of(call, user);
		role_mapping_all(call, &holder);
	}
}

ADMIN_HANDLER(admin_user_roles_all, user_roles_all)

static void write(struct admin_call *call, bool add)
{
	struct user *user;
	const struct client *container;
	struct role_list roles;
	if (!find(call, &user, &container))
		return;
	struct role_holder holder = holder_of(call, user);
	if (!role_mapping_read(call, add ? NULL : &holder, container, &roles))
		return;
	const struct user_change change = { .kind = add ? USER_ROLES_ADD : USER_ROLES_REMOVE,
		.realm_id = user->realm_id, .user_id = user->id, .ids = role_list_ids(call->arena, &roles) };
	const struct user_part_event event = { add ? "CREATE" : "DELETE", role_mapping_resource(container),
		container ? arena_join(call->arena, STR("/role-mappings/clients/"), container->id, STR("")) :
			    STR("/role-mappings/realm") };
	if (user_part_write(call, &change, &event))
		admin_no_content(call);
}

ADMIN_HANDLER_OF(admin_user_roles_add, write, true)
ADMIN_HANDLER_OF(admin_user_roles_remove, write, false)

/* /groups/{group}/role-mappings: which roles a group gives its members. */
#include "admin/group_rep.h"
#include "admin/handlers_groups.h"
#include "admin/realm_change.h"
#include "admin/role_mapping.h"
#include "admin/role_rep.h"
#include "admin/serve.h"
#include "model/group_change.h"

/* With what it has from the groups above it; but for a client's roles, as Keycloak lists them. */
static struct role_holder holder_of(struct admin_call *call, const struct group *group, const struct client *container)
{
	struct role **inherited = NULL;
	size_t n = 0;
	for (const struct group *above = container ? NULL : group->parent; above; above = above->parent)
		for (size_t i = 0; i < above->roles_n; i++)
			*(struct role **)arena_push(call->arena, &inherited, &n, sizeof *inherited) = above->roles[i];
	return role_holder_new(call->arena, group->roles, group->roles_n, inherited, n);
}

static void list(struct admin_call *call, enum role_view view)
{
	const struct group *group;
	const struct client *container;
	if (group_rep_find(call, &group) && role_mapping_container(call, &container)) {
		struct role_holder holder = holder_of(call, group, container);
		role_mapping_list(call, &holder, container, view);
	}
}

ADMIN_HANDLER_OF(admin_group_roles, list, ROLES_DIRECT)
ADMIN_HANDLER_OF(admin_group_roles_available, list, ROLES_AVAILABLE)
ADMIN_HANDLER_OF(admin_group_roles_composite, list, ROLES_EFFECTIVE)

static void group_roles_all(struct admin_call *call)
{
	const struct group *group;
	if (group_rep_find(call, &group)) {
		struct role_holder holder = holder_of(call, group, NULL);
		role_mapping_all(call, &holder);
	}
}

ADMIN_HANDLER(admin_group_roles_all, group_roles_all)

/* *context: whether to add. */
static bool decide(struct admin_call *call, void *context, struct effects *effects)
{
	const bool add = *(const bool *)context;
	struct group_change *change = arena_alloc(call->arena, sizeof *change);
	const struct group *group;
	const struct client *container;
	struct role_list roles;
	if (!group_rep_find(call, &group) || !role_mapping_container(call, &container))
		return false;
	struct role_holder holder = holder_of(call, group, container);
	if (!role_mapping_read(call, add ? NULL : &holder, container, &roles))
		return false;
	*change = (struct group_change){ .kind = add ? GROUP_ROLES_ADD : GROUP_ROLES_REMOVE,
		.realm_id = call->realm->settings.id, .id = group->id, .role_ids = role_list_ids(call->arena, &roles) };
	effects_add(effects, EFFECT_GROUP_CHANGE)->u.group = change;
	admin_event_add(call, effects, add ? "CREATE" : "DELETE", role_mapping_resource(container),
			admin_event_path(call));
	return true;
}

static void change(struct admin_call *call, bool add)
{
	if (realm_change(call, &(struct realm_change){ .decide = decide, .context = &add }))
		admin_no_content(call);
}

ADMIN_HANDLER_OF(admin_group_roles_add, change, true)
ADMIN_HANDLER_OF(admin_group_roles_remove, change, false)

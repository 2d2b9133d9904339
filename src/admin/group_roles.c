/* /groups/{group}/role-mappings: which roles a group gives its members. */
#include "admin/group_rep.h"
#include "admin/handlers_groups.h"
#include "admin/realm_change.h"
#include "admin/role_mapping.h"
#include "admin/role_rep.h"
#include "admin/serve.h"
#include "model/group_change.h"

/* With what it has from the groups above it. */
static struct role_holder holder_of(struct admin_call *call, const struct group *group)
{
	struct role **inherited = NULL;
	size_t n = 0;
	for (const struct group *above = group->parent; above; above = above->parent)
		for (size_t i = 0; i < above->roles_n; i++)
			*(struct role **)arena_push(call->arena, &inherited, &n, sizeof *inherited) = above->roles[i];
	return role_holder_new(call->arena, group->roles, group->roles_n, inherited, n);
}

static void list(void *context, struct http_request *request, struct http_response *response, enum role_view view)
{
	struct admin_call call;
	const struct group *group;
	const struct client *container;
	if (!admin_open(&call, context, request, response))
		return;
	if (group_rep_find(&call, &group) && role_mapping_container(&call, &container)) {
		struct role_holder holder = holder_of(&call, group);
		role_mapping_list(&call, &holder, container, view);
	}
	admin_close(&call);
}

void admin_group_roles(void *context, struct http_request *request, struct http_response *response)
{
	list(context, request, response, ROLES_DIRECT);
}

void admin_group_roles_available(void *context, struct http_request *request, struct http_response *response)
{
	list(context, request, response, ROLES_AVAILABLE);
}

void admin_group_roles_composite(void *context, struct http_request *request, struct http_response *response)
{
	list(context, request, response, ROLES_EFFECTIVE);
}

static void group_roles_all(struct admin_call *call)
{
	const struct group *group;
	if (group_rep_find(call, &group)) {
		struct role_holder holder = holder_of(call, group);
		role_mapping_all(call, &holder);
	}
}

ADMIN_HANDLER(admin_group_roles_all, group_roles_all)

static bool decide(struct admin_call *call, bool add, struct effects *effects)
{
	struct group_change *change = arena_alloc(call->arena, sizeof *change);
	const struct group *group;
	const struct client *container;
	struct role_list roles;
	if (!group_rep_find(call, &group) || !role_mapping_container(call, &container))
		return false;
	struct role_holder holder = holder_of(call, group);
	if (!role_mapping_read(call, add ? NULL : &holder, container, &roles))
		return false;
	*change = (struct group_change){ .kind = add ? GROUP_ROLES_ADD : GROUP_ROLES_REMOVE,
		.realm_id = call->realm->settings.id, .id = group->id, .role_ids = role_list_ids(call->arena, &roles) };
	effects_add(effects, EFFECT_GROUP_CHANGE)->u.group = change;
	admin_event_add(call, effects, add ? "CREATE" : "DELETE", role_mapping_resource(container),
			role_rep_event_path(call));
	return true;
}

static bool decide_add(struct admin_call *call, void *context, struct effects *effects)
{
	(void)context;
	return decide(call, true, effects);
}

static bool decide_remove(struct admin_call *call, void *context, struct effects *effects)
{
	(void)context;
	return decide(call, false, effects);
}

static void group_roles_add(struct admin_call *call)
{
	if (realm_change(call, &(struct realm_change){ .decide = decide_add }))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_group_roles_add, group_roles_add)

static void group_roles_remove(struct admin_call *call)
{
	if (realm_change(call, &(struct realm_change){ .decide = decide_remove }))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_group_roles_remove, group_roles_remove)

/* One group: /groups, /groups/{group}, /groups/{group}/children: made, changed, moved, deleted. */
#include "admin/default_groups.h"
#include "admin/group_rep.h"
#include "admin/handlers_groups.h"
#include "admin/members.h"
#include "admin/realm_change.h"
#include "admin/role_rep.h"
#include "admin/serve.h"
#include "crypto/random.h"
#include "model/group_change.h"
#include "store/groups.h"

enum { MEMBERS_PAGE = 100 }; /* when the query does not say */

static void group_get(struct admin_call *call)
{
	struct group_writer writer;
	const struct group *group;
	if (group_rep_find(call, &group) && group_writer_open(call, GROUP_FULL | GROUP_COUNTED | GROUP_ACCESS, &writer))
		group_answer(&writer, group);
}

ADMIN_HANDLER(admin_group_get, group_get)

static void group_members(struct admin_call *call)
{
	const struct group *group;
	if (group_rep_find(call, &group))
		members_answer(call, MEMBERS_OF_GROUP, group->id, MEMBERS_PAGE);
}

ADMIN_HANDLER(admin_group_members, group_members)

static void group_permissions(struct admin_call *call)
{
	const struct group *group;
	if (group_rep_find(call, &group))
		admin_refuse_feature(call);
}

ADMIN_HANDLER(admin_group_permissions, group_permissions)

/* ---- what changes share ---- */

static struct group_change *add_change(struct admin_call *call, enum group_change_kind kind, struct str id,
				       struct effects *effects)
{
	struct group_change *change = arena_alloc(call->arena, sizeof *change);
	*change = (struct group_change){ .kind = kind, .realm_id = call->realm->settings.id, .id = id };
	effects_add(effects, EFFECT_GROUP_CHANGE)->u.group = change;
	return change;
}

static const struct group *child_named(struct admin_call *call, const struct group *parent, struct str name)
{
	for (size_t i = 0; i < call->realm->groups_n; i++)
		if (call->realm->groups[i].parent == parent && str_eq(call->realm->groups[i].name, name))
			return &call->realm->groups[i];
	return NULL;
}

static bool refuse_taken(struct admin_call *call, bool top, struct str name)
{
	admin_refuse(call, 409, arena_format(call->arena, "%s group named '%.*s' already exists.",
					     top ? "Top level" : "Sibling", STR_ARG(name)));
	return false;
}

static bool refuse_deep(struct admin_call *call)
{
	admin_refuse(call, 400, arena_format(call->arena, "Groups lie at most %d deep", REPRESENTATION_GROUP_DEPTH));
	return false;
}

/* The path that struct group will have of a group of that name. */
static struct str path_below(struct admin_call *call, const struct group *parent, struct str name)
{
	return arena_join(call->arena, parent ? parent->path : STR(""), group_path_piece(call->arena, name), STR(""));
}

/* ---- made and moved ---- */

struct placing {
	const struct group *parent; /* NULL: the top */
	struct group_rep rep;       /* as the body has it */
	bool moved;
};

/* Levels of groups from this one down. */
static size_t height_of(struct admin_call *call, const struct group *group)
{
	size_t height = 1, above = group_depth(group);
	for (size_t i = 0; i < call->realm->groups_n; i++) {
		size_t depth = group_is_below(&call->realm->groups[i], group) ? group_depth(&call->realm->groups[i]) : 0;
		if (depth >= above + height)
			height = depth - above + 1;
	}
	return height;
}

static bool decide_move(struct admin_call *call, struct placing *placing, const struct group *group,
			struct effects *effects)
{
	const struct group *parent = placing->parent, *other = child_named(call, parent, group->name);
	if (other && other != group)
		return refuse_taken(call, !parent, placing->rep.group.name);
	placing->moved = true;
	/* Below itself: Keycloak lets that be, where nothing lies between. */
	if (group == parent)
		return true;
	if (group_is_below(parent, group)) {
		admin_refuse(call, 400, STR("A group cannot be moved below itself"));
		return false;
	}
	if (group_depth(parent) + height_of(call, group) > REPRESENTATION_GROUP_DEPTH)
		return refuse_deep(call);
	add_change(call, GROUP_MOVE, group->id, effects)->parent_id = parent ? parent->id : STR("");
	admin_event_add(call, effects, "UPDATE", "GROUP", admin_event_path(call));
	return default_groups_follow(call, group, path_below(call, parent, group->name), effects);
}

static bool decide_new(struct admin_call *call, struct placing *placing, struct effects *effects)
{
	struct group_rep *rep = &placing->rep;
	const struct group *parent = placing->parent;
	if (child_named(call, parent, rep->group.name))
		return refuse_taken(call, !parent, rep->group.name);
	if (group_depth(parent) >= REPRESENTATION_GROUP_DEPTH)
		return refuse_deep(call);
	rep->group.id = random_uuid(call->arena);
	struct group_change *change = add_change(call, GROUP_CREATE, rep->group.id, effects);
	change->rep = rep;
	change->parent_id = parent ? parent->id : STR("");
	admin_event_add(call, effects, "CREATE", "GROUP",
			parent ? admin_event_path(call) : arena_join(call->arena, STR("groups/"), rep->group.id, STR("")));
	return true;
}

/* The body with an id names a group that is there, and moves. */
static bool decide_place(struct admin_call *call, void *context, struct effects *effects)
{
	struct placing *placing = context;
	*placing = (struct placing){ .parent = NULL };
	if (http_route_value(call->request, "group").p && !group_rep_find(call, &placing->parent))
		return false;
	if (!group_rep_read(call, &placing->rep))
		return false;
	if (!placing->rep.group.id.p)
		return decide_new(call, placing, effects);
	const struct group *group = realm_group_by_id(call->realm, placing->rep.group.id);
	if (!group) {
		admin_not_found(call, "Could not find child by id");
		return false;
	}
	return decide_move(call, placing, group, effects);
}

/* What was made, of which the call's snapshot does not know yet. Keycloak shows new subgroups alone. */
static void answer_new(struct admin_call *call, const struct placing *placing)
{
	struct group_writer writer;
	struct group group = placing->rep.group;
	struct str path = arena_join(call->arena, STR("groups/"), group.id, STR(""));
	group.parent = (struct group *)(uintptr_t)placing->parent;
	group.path = STR("");
	if (placing->parent) {
		if (!group_writer_open(call, GROUP_FULL | GROUP_ACCESS, &writer))
			return;
		if (placing->rep.description.n)
			table_put(&writer.descriptions, group.id, &placing->rep.description);
		group_answer(&writer, &group);
		struct str body = call->response->body;
		admin_created_part(call, path);
		http_respond_json(call->response, 201, body);
		return;
	}
	admin_created_part(call, path);
}

static void groups_create(struct admin_call *call)
{
	struct placing placing;
	if (!realm_change(call, &(struct realm_change){ .decide = decide_place, .context = &placing }))
		return;
	if (placing.moved)
		admin_no_content(call);
	else
		answer_new(call, &placing);
}

ADMIN_HANDLER(admin_groups_create, groups_create)

/* ---- changed and deleted ---- */

static bool load(struct admin_call *call, const struct group *group, struct group_rep *ret_rep)
{
	struct why why = { "" };
	enum error_code code = store_find_group(call->app->store, call->arena, call->realm->settings.id, group->id, ret_rep,
						&why);
	if (code == ERROR_NAME_NOT_FOUND)
		admin_not_found(call, "Could not find group by id");
	else if (code != OK)
		admin_fail(call, code, &why);
	return code == OK;
}

static bool decide_put(struct admin_call *call, void *context, struct effects *effects)
{
	struct group_rep *rep = arena_alloc(call->arena, sizeof *rep);
	const struct group *group, *other;
	(void)context;
	if (!group_rep_find(call, &group) || !load(call, group, rep) || !group_rep_read(call, rep))
		return false;
	if (rep->group.id.p && !str_eq(rep->group.id, group->id)) {
		admin_refuse(call, 400, STR("Invalid group id"));
		return false;
	}
	other = child_named(call, group->parent, rep->group.name);
	if (other && other != group)
		return refuse_taken(call, false, rep->group.name);
	rep->group.id = group->id;
	add_change(call, GROUP_UPDATE, group->id, effects)->rep = rep;
	admin_event_add(call, effects, "UPDATE", "GROUP", admin_event_path(call));
	return other || default_groups_follow(call, group, path_below(call, group->parent, rep->group.name), effects);
}

static void group_put(struct admin_call *call)
{
	if (realm_change(call, &(struct realm_change){ .decide = decide_put }))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_group_put, group_put)

static bool decide_delete(struct admin_call *call, void *context, struct effects *effects)
{
	const struct group *group;
	(void)context;
	if (!group_rep_find(call, &group))
		return false;
	for (size_t i = 0; i < call->realm->groups_n; i++)
		if (group_is_below(&call->realm->groups[i], group))
			add_change(call, GROUP_DELETE, call->realm->groups[i].id, effects);
	admin_event_add(call, effects, "DELETE", "GROUP", admin_event_path(call));
	return default_groups_follow(call, group, STR(""), effects);
}

static void group_delete(struct admin_call *call)
{
	if (realm_change(call, &(struct realm_change){ .decide = decide_delete }))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_group_delete, group_delete)

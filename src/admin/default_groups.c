/* The groups that new users are put in; see default_groups.h. */
#include "admin/default_groups.h"

#include "admin/group_rep.h"
#include "admin/handlers_groups.h"
#include "admin/realm_change.h"
#include "admin/realm_row.h"
#include "admin/role_rep.h"
#include "admin/serve.h"

static void push(struct arena *arena, struct str_list *list, struct str path)
{
	*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) = path;
}

/* The realm's row with these paths. Comes after realm_change's own effect, which raises the version: of
 * a row that is newer than the snapshot nothing is written. False: answered. */
static bool put(struct admin_call *call, const struct str_list *paths, struct effects *effects)
{
	struct realm_rep *rep = arena_alloc(call->arena, sizeof *rep);
	int64_t version;
	if (!realm_row_find(call, rep, &version))
		return false;
	rep->default_groups = *paths;
	effects_add(effects, EFFECT_REALM_UPDATE)->u.realm = (struct effect_realm){
		.rep = rep, .old_name = rep->settings.name, .version = call->realm->version + 1 };
	return true;
}

bool default_groups_follow(struct admin_call *call, const struct group *group, struct str path,
			   struct effects *effects)
{
	const struct realm *realm = call->realm;
	struct str_list paths = { 0 };
	bool concerned = false;
	for (size_t i = 0; i < realm->default_groups_n; i++) {
		const struct group *one = realm->default_groups[i];
		bool follows = group_is_below(one, group);
		concerned = concerned || follows;
		if (!follows)
			push(call->arena, &paths, one->path);
		else if (path.n)
			push(call->arena, &paths, arena_join(call->arena, path, str_drop(one->path, group->path.n), STR("")));
	}
	return !concerned || put(call, &paths, effects);
}

static void serve_default_groups(struct admin_call *call)
{
	struct group_writer writer;
	if (group_writer_open(call, GROUP_BRIEF, &writer)) {
		struct json_writer *w = admin_array_begin(call);
		for (size_t i = 0; i < call->realm->default_groups_n; i++)
			group_write(&writer, w, call->realm->default_groups[i]);
		admin_array_end(call, w);
	}
}

ADMIN_HANDLER(admin_default_groups, serve_default_groups)

/* *context: whether to add. */
static bool decide(struct admin_call *call, void *context, struct effects *effects)
{
	const bool add = *(const bool *)context;
	const struct group *group = realm_group_by_id(call->realm, http_route_value(call->request, "group"));
	struct str_list paths = { 0 };
	if (!group) {
		admin_not_found(call, "Group not found");
		return false;
	}
	for (size_t i = 0; i < call->realm->default_groups_n; i++)
		if (call->realm->default_groups[i] != group)
			push(call->arena, &paths, call->realm->default_groups[i]->path);
	if (add)
		push(call->arena, &paths, group->path);
	admin_event_add(call, effects, add ? "CREATE" : "DELETE", "GROUP", admin_event_path(call));
	return put(call, &paths, effects);
}

static void change(struct admin_call *call, bool add)
{
	if (realm_change(call, &(struct realm_change){ .decide = decide, .context = &add }))
		admin_no_content(call);
}

ADMIN_HANDLER_OF(admin_default_group_add, change, true)
ADMIN_HANDLER_OF(admin_default_group_remove, change, false)

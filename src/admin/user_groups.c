/* /admin/realms/{realm}/users/{user}/groups: where a user is a member. */
#include "admin/group_rep.h"
#include "admin/handlers_users.h"
#include "admin/search.h"
#include "admin/serve.h"
#include "admin/user_parts.h"

/* The user's groups that the query's `search` finds, by name: the realm's come so. */
static size_t groups_of(struct admin_call *call, const struct user *user, const struct group ***ret_groups)
{
	const struct group **groups = NULL;
	struct str search = admin_query(call, "search");
	size_t n = 0;
	for (size_t i = 0; i < call->realm->groups_n; i++) {
		const struct group *group = &call->realm->groups[i];
		if (str_list_has(&user->group_ids, group->id) && search_contains(group->name, search))
			*(const struct group **)arena_push(call->arena, &groups, &n, sizeof *groups) = group;
	}
	*ret_groups = groups;
	return n;
}

static void user_groups(struct admin_call *call)
{
	struct user *user;
	struct admin_page page;
	if (admin_query_page(call, -1, &page) && user_rep_find(call, USER_GROUPS, &user)) {
		const struct group **groups;
		size_t n = groups_of(call, user, &groups);
		unsigned how = admin_query_true(call, "briefRepresentation", true) ? GROUP_BRIEF : GROUP_FULL;
		struct group_writer writer;
		if (!group_writer_open(call, how, &writer))
			return;
		struct json_writer *w = admin_array_begin(call);
		for (size_t i = 0; i < n; i++)
			if (admin_page_has(&page, i))
				group_write(&writer, w, groups[i]);
		admin_array_end(call, w);
	}
}

ADMIN_HANDLER(admin_user_groups, user_groups)

static void user_groups_count(struct admin_call *call)
{
	struct user *user;
	if (user_rep_find(call, USER_GROUPS, &user)) {
		const struct group **groups;
		admin_json(call, arena_format(call->arena, "{\"count\":%zu}", groups_of(call, user, &groups)));
	}
}

ADMIN_HANDLER(admin_user_groups_count, user_groups_count)

static void change(struct admin_call *call, bool join)
{
	struct user *user;
	struct str id = http_route_value(call->request, "group");
	if (!user_rep_find(call, USER_GROUPS, &user))
		return;
	if (!realm_group_by_id(call->realm, id)) {
		admin_not_found(call, "Group not found");
		return;
	}
	/* Keycloak writes no event where nothing changes. */
	if (str_list_has(&user->group_ids, id) == join) {
		admin_no_content(call);
		return;
	}
	const struct user_change one = { .kind = join ? USER_GROUPS_ADD : USER_GROUPS_REMOVE,
		.realm_id = user->realm_id, .user_id = user->id, .ids = { &id, 1 } };
	const struct user_part_event event = { join ? "CREATE" : "DELETE", "GROUP_MEMBERSHIP",
		arena_join(call->arena, STR("/groups/"), id, STR("")) };
	if (user_part_write(call, &one, &event))
		admin_no_content(call);
}

ADMIN_HANDLER_OF(admin_user_group_join, change, true)
ADMIN_HANDLER_OF(admin_user_group_leave, change, false)

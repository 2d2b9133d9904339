/* Who holds a role: users and groups that have it directly. */
#include "admin/group_rep.h"
#include "admin/handlers_roles.h"
#include "admin/members.h"
#include "admin/role_rep.h"
#include "admin/serve.h"

enum { PAGE = 100 }; /* when the query does not say */

static void role_users(struct admin_call *call)
{
	const struct role *role;
	if (!admin_may(call, PERMISSION_VIEW_USERS))
		admin_forbid(call);
	else if (role_rep_find(call, false, &role))
		members_answer(call, MEMBERS_OF_ROLE, role->id, PAGE);
}

ADMIN_HANDLER(admin_role_users, role_users)

static bool holds(const struct group *group, const struct role *role)
{
	for (size_t i = 0; i < group->roles_n; i++)
		if (group->roles[i] == role)
			return true;
	return false;
}

static void answer_groups(struct admin_call *call, const struct role *role)
{
	struct admin_page page;
	struct group_writer writer;
	size_t matching = 0;
	bool brief = admin_query_true(call, "briefRepresentation", true);
	if (!admin_query_page(call, PAGE, &page) || !group_writer_open(call, brief ? GROUP_BRIEF : GROUP_FULL, &writer))
		return;
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < call->realm->groups_n; i++)
		if (holds(&call->realm->groups[i], role) && admin_page_has(&page, matching++))
			group_write(&writer, w, &call->realm->groups[i]);
	admin_array_end(call, w);
}

static void role_groups(struct admin_call *call)
{
	const struct role *role;
	if (role_rep_find(call, false, &role))
		answer_groups(call, role);
}

ADMIN_HANDLER(admin_role_groups, role_groups)

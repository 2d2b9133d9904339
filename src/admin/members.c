/* Users who hold a role or are members of a group; see members.h. */
#include "admin/members.h"

#include "admin/user_rep.h"

void members_answer(struct admin_call *call, enum members_of of, struct str id, int64_t otherwise)
{
	struct admin_page page;
	struct user *users;
	struct why why = { "" };
	size_t n;
	if (!admin_query_page(call, otherwise, &page))
		return;
	const struct members_query query = { of, call->realm->settings.id, id, page.first, page.max };
	const struct user_writer writer = {
		.form = admin_query_true(call, "briefRepresentation", false) ? USER_FORM_MEMBER_BRIEF : USER_FORM_MEMBER };
	enum error_code code = store_list_members(call->app->store, call->arena, &query, &users, &n, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < n; i++)
		user_rep_write(call, w, &users[i], &writer);
	admin_array_end(call, w);
}

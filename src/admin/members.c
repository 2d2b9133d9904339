/* Users who hold a role or are members of a group; see members.h. */
#include "admin/members.h"

static void write_attributes(struct json_writer *w, const struct user *user)
{
	if (!user->attributes_n)
		return;
	json_member_object_begin(w, "attributes");
	for (size_t i = 0; i < user->attributes_n; i++) {
		json_write_name(w, user->attributes[i].key);
		json_write_texts(w, user->attributes[i].values, user->attributes[i].n);
	}
	json_write_object_end(w);
}

/* As Keycloak has them in these lists: without what the caller may do with each. */
static void write(struct json_writer *w, const struct user *user, bool brief)
{
	json_write_object_begin(w);
	json_member_text(w, "id", user->id);
	json_member_text(w, "username", user->username);
	if (user->first_name.n)
		json_member_text(w, "firstName", user->first_name);
	if (user->last_name.n)
		json_member_text(w, "lastName", user->last_name);
	if (user->email.n)
		json_member_text(w, "email", user->email);
	json_member_bool(w, "emailVerified", user->email_verified);
	if (!brief)
		write_attributes(w, user);
	json_member_bool(w, "enabled", user->enabled);
	json_member_int(w, "createdTimestamp", user->created_ms);
	if (!brief) {
		json_member_bool(w, "totp", false);
		json_member_texts(w, "disableableCredentialTypes", NULL, 0);
		json_member_texts(w, "requiredActions", user->required_actions.items, user->required_actions.n);
		json_member_int(w, "notBefore", user->not_before_s);
	}
	json_write_object_end(w);
}

void members_answer(struct admin_call *call, enum members_of of, struct str id, int64_t otherwise)
{
	struct admin_page page;
	struct user *users;
	struct why why = { "" };
	size_t n;
	if (!admin_query_page(call, otherwise, &page))
		return;
	const struct members_query query = { of, call->realm->settings.id, id, page.first, page.max };
	bool brief = admin_query_true(call, "briefRepresentation", false);
	enum error_code code = store_list_members(call->app->store, call->arena, &query, &users, &n, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < n; i++)
		write(w, &users[i], brief);
	admin_array_end(call, w);
}

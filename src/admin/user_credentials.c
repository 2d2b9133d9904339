/* /admin/realms/{realm}/users/{user}/credentials: what a user signs in with, one by one. */
#include "admin/handlers_users.h"
#include "admin/serve.h"
#include "admin/user_parts.h"
#include "json/read.h"
#include "model/credential.h"

static void write_credential(struct json_writer *w, const struct credential *credential)
{
	json_write_object_begin(w);
	credential_write_public(w, credential);
	json_write_object_end(w);
}

static void user_credentials(struct admin_call *call)
{
	struct user *user;
	if (user_rep_find(call, USER_CREDENTIALS, &user)) {
		struct json_writer *w = admin_array_begin(call);
		for (size_t i = 0; i < user->credentials_n; i++)
			write_credential(w, &user->credentials[i]);
		admin_array_end(call, w);
	}
}

ADMIN_HANDLER(admin_user_credentials, user_credentials)

static bool has_credential(const struct user *user, struct str id)
{
	for (size_t i = 0; i < user->credentials_n; i++)
		if (str_eq(user->credentials[i].id, id))
			return true;
	return false;
}

/* The route's user and credential; false: answered. */
static bool find(struct admin_call *call, struct user **ret_user, struct str *ret_id)
{
	*ret_id = http_route_value(call->request, "credential");
	if (!user_rep_find(call, USER_CREDENTIALS, ret_user))
		return false;
	if (!has_credential(*ret_user, *ret_id))
		admin_not_found(call, "Credential not found");
	return has_credential(*ret_user, *ret_id);
}

static struct user_change change_of(struct admin_call *call, enum user_change_kind kind, const struct user *user,
				    struct str id)
{
	struct user_change change = { .kind = kind, .realm_id = user->realm_id, .user_id = user->id };
	*(struct str *)arena_push(call->arena, &change.ids.items, &change.ids.n, sizeof id) = id;
	return change;
}

static void write_change(struct admin_call *call, const struct user_change *change, const char *operation,
			 struct str id, const char *tail)
{
	const struct user_part_event event = { operation, "USER",
		arena_join(call->arena, STR("/credentials/"), id, str_from(tail)) };
	if (user_part_write(call, change, &event))
		admin_no_content(call);
}

static void user_credential_delete(struct admin_call *call)
{
	struct user *user;
	struct str id;
	if (find(call, &user, &id)) {
		const struct user_change change = change_of(call, USER_CREDENTIAL_REMOVE, user, id);
		write_change(call, &change, "ACTION", id, "");
	}
}

ADMIN_HANDLER(admin_user_credential_delete, user_credential_delete)

/* The body is the label itself, as text. */
static void put_label(struct admin_call *call)
{
	struct user *user;
	struct str id, label = call->request->body;
	if (!find(call, &user, &id))
		return;
	if (!str_starts(http_header(call->request, "Content-Type"), STR("text/plain"))) {
		http_respond_error(call->response, 415,
				   STR("The content-type header value did not match the value in @Consumes"), STR(""));
		return;
	}
	if (!str_trim(label).n) {
		http_respond_error(call->response, 400, STR("missingCredentialLabel"),
				   STR("Credential label must not be empty"));
		return;
	}
	if (label.n > REPRESENTATION_NAME_MAX || str_has_control(label)) {
		admin_refuse(call, 400, STR("Credential label is too long, or holds control characters"));
		return;
	}
	struct user_change change = change_of(call, USER_CREDENTIAL_LABEL, user, id);
	change.label = label;
	write_change(call, &change, "UPDATE", id, "/userLabel");
}

ADMIN_HANDLER(admin_user_credential_label, put_label)

/* The credential goes behind `after`; empty: to the front. */
static void move(struct admin_call *call, struct str after)
{
	struct user *user;
	struct str id;
	if (!find(call, &user, &id))
		return;
	if ((after.n && !has_credential(user, after)) || str_eq(after, id)) {
		admin_no_content(call); /* as Keycloak: nothing to go behind, nothing done */
		return;
	}
	struct user_change change = { .kind = USER_CREDENTIALS_PLACE, .realm_id = user->realm_id, .user_id = user->id };
	change.ids.items = arena_array(call->arena, user->credentials_n, sizeof *change.ids.items);
	if (!after.n)
		change.ids.items[change.ids.n++] = id;
	for (size_t i = 0; i < user->credentials_n; i++) {
		if (str_eq(user->credentials[i].id, id))
			continue;
		change.ids.items[change.ids.n++] = user->credentials[i].id;
		if (str_eq(user->credentials[i].id, after))
			change.ids.items[change.ids.n++] = id;
	}
	write_change(call, &change, "ACTION", id, after.n ? "/moveAfter" : "/moveToFirst");
}

static void user_credential_first(struct admin_call *call)
{
	move(call, STR(""));
}

ADMIN_HANDLER(admin_user_credential_first, user_credential_first)

static void user_credential_after(struct admin_call *call)
{
	move(call, http_route_value(call->request, "previous"));
}

ADMIN_HANDLER(admin_user_credential_after, user_credential_after)

/* Types of user storage: there is none, so nothing is configured and nothing to be disabled. */
static void user_credential_types(struct admin_call *call)
{
	struct user *user;
	if (user_rep_find(call, USER_ROW, &user))
		admin_json(call, STR("[]"));
}

ADMIN_HANDLER(admin_user_credential_types, user_credential_types)

static void user_credential_types_disable(struct admin_call *call)
{
	struct types {
		struct str *items;
		size_t n;
	} types = { 0 };
	static const struct json_field field = JSON_TEXTS(struct types, items, n, "", 0);
	struct json_read_options options = representation_options("$");
	struct why why = { "" };
	struct user *user;
	if (user_rep_find(call, USER_ROW, &user)) {
		enum error_code code = json_read_value(call->arena, call->request->body, &field, &options, &types, sizeof types, &why);
		if (code != OK)
			admin_refuse_body(call, code, &why);
		else
			admin_no_content(call);
	}
}

ADMIN_HANDLER(admin_user_credential_types_disable, user_credential_types_disable)

/* /admin/realms/{realm}/users/{user}/federated-identity: accounts at identity providers. */
#include "admin/handlers_users.h"
#include "admin/identity_provider_rep.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "admin/user_parts.h"

bool user_identities_of_providers(struct admin_call *call, struct user *user)
{
	struct realm_rep rep;
	int64_t version;
	size_t n = 0;
	if (!user->identities_n)
		return true;
	if (!realm_row_find(call, &rep, &version))
		return false;
	for (size_t i = 0; i < user->identities_n; i++)
		if (identity_provider_index(call, &rep, user->identities[i].provider) != SIZE_MAX)
			user->identities[n++] = user->identities[i];
	user->identities_n = n;
	return true;
}

static void user_identities(struct admin_call *call)
{
	struct user *user;
	if (!user_rep_find(call, USER_IDENTITIES, &user) || !user_identities_of_providers(call, user))
		return;
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < user->identities_n; i++)
		json_write_shape(w, &identity_shape, &user->identities[i]);
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_user_identities, user_identities)

static bool is_linked(const struct user *user, struct str provider)
{
	for (size_t i = 0; i < user->identities_n; i++)
		if (str_eq(user->identities[i].provider, provider))
			return true;
	return false;
}

static struct user_part_event event_of(struct admin_call *call, const char *operation, struct str provider)
{
	return (struct user_part_event){ operation, "USER",
		arena_join(call->arena, STR("/federated-identity/"), provider, STR("")) };
}

static void add(struct admin_call *call)
{
	struct user *user;
	struct user_identity identity = { 0 };
	struct why why = { "" };
	struct str provider = http_route_value(call->request, "provider");
	struct json_read_options options = representation_options("$");
	if (!user_rep_find(call, USER_IDENTITIES, &user))
		return;
	if (is_linked(user, provider)) {
		admin_refuse(call, 409, STR("User is already linked with provider"));
		return;
	}
	enum error_code code = json_read(call->arena, call->request->body, &identity_shape, &options, &identity, &why);
	identity.provider = provider;
	if (code == OK)
		code = identity_check(&identity, "$", &why);
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return;
	}
	const struct user_change change = { .kind = USER_IDENTITY_ADD, .realm_id = user->realm_id, .user_id = user->id,
		.identity = identity };
	const struct user_part_event event = event_of(call, "CREATE", provider);
	if (user_part_write(call, &change, &event))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_user_identity_add, add)

static void user_identity_remove(struct admin_call *call)
{
	struct user *user;
	struct str provider = http_route_value(call->request, "provider");
	if (user_rep_find(call, USER_IDENTITIES, &user) && is_linked(user, provider)) {
		const struct user_change change = { .kind = USER_IDENTITY_REMOVE, .realm_id = user->realm_id,
			.user_id = user->id, .identity = { .provider = provider } };
		const struct user_part_event event = event_of(call, "DELETE", provider);
		if (user_part_write(call, &change, &event))
			admin_no_content(call);
	} else if (!call->response->status) {
		admin_not_found(call, "Link not found");
	}
}

ADMIN_HANDLER(admin_user_identity_remove, user_identity_remove)

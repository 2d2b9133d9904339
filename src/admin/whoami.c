/* GET /admin/{realm}/console/whoami: who is signed in at the admin console, and what they may. */
#include "admin/handlers_realms.h"
#include "admin/serve.h"
#include "json/tree.h"
#include "model/roles.h"

/* The realm that a client's roles speak for; empty: of none. */
static struct str realm_of(const struct realm *home, const struct role *role)
{
	static const struct str end = STR_INIT("-realm");
	if (!role->client)
		return STR("");
	struct str client = role->client->client_id;
	if (!str_eq_z(home->settings.name, "master"))
		return str_eq_z(client, "realm-management") ? home->settings.name : STR("");
	return str_ends(client, end) ? str_take(client, client.n - end.n) : STR("");
}

static void write_whoami(struct admin_call *call)
{
	const struct realm *home = call->home.realm;
	const struct user *user = call->bearer.user;
	struct role_set held = roles_of_user(call->arena, home, user);
	struct json_node *access = json_node_object(call->arena), *answer = json_node_object(call->arena);
	bool create = false;
	for (size_t i = 0; i < held.n; i++) {
		struct str realm = realm_of(home, held.roles[i]);
		create = create || (str_eq_z(home->settings.name, "master") && !held.roles[i]->client &&
				    str_eq_z(held.roles[i]->name, "create-realm"));
		if (!realm.n)
			continue;
		struct json_node *roles = json_node_find(access, realm);
		if (!roles)
			json_node_put(access, realm, roles = json_node_list(call->arena));
		json_node_add(roles, json_node_text(call->arena, held.roles[i]->name));
	}
	struct str full = str_trim(arena_join(call->arena, user->first_name, STR(" "), user->last_name));
	json_node_put(answer, STR("userId"), json_node_text(call->arena, user->id));
	json_node_put(answer, STR("realm"), json_node_text(call->arena, home->settings.name));
	json_node_put(answer, STR("displayName"), json_node_text(call->arena, full.n ? full : user->username));
	json_node_put(answer, STR("locale"), json_node_text(call->arena, STR("en")));
	json_node_put(answer, STR("createRealm"), json_node_bool(call->arena, create));
	json_node_put(answer, STR("realm_access"), access);
	json_node_put(answer, STR("temporary"), json_node_bool(call->arena, false));
	admin_json(call, json_tree_text(call->arena, answer));
}

static void serve_whoami(struct admin_call *call)
{
	const struct client *client = call->bearer.client;
	if (!call->home.realm || !str_eq(call->home.realm->settings.id, call->realm->settings.id))
		http_respond_error(call->response, 401, STR("HTTP 401 Unauthorized"), STR(""));
	else if (!str_eq_z(client->client_id, "security-admin-console"))
		http_respond_error(call->response, 403, arena_format(call->arena, "Token issued for an application that is not the "
				   "admin console: %.*s", STR_ARG(client->client_id)), STR(""));
	else
		write_whoami(call);
}

ADMIN_HANDLER(admin_whoami, serve_whoami)

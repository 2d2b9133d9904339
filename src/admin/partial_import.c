/* POST /admin/realms/{realm}/partialImport: clients, roles, identity providers and their mappers,
 * groups and users into a realm that is there, all of it or nothing, in one commit. Each is written by
 * the call of its own, with that call's permission and checks; OVERWRITE changes it in place. What roles
 * are composed of comes when all of them are there. Other members of a realm are passed over. */
#include "admin/handlers_groups.h"
#include "admin/handlers_identity_providers.h"
#include "admin/handlers.h"
#include "admin/handlers_realms.h"
#include "admin/handlers_roles.h"
#include "admin/handlers_users.h"
#include "admin/identity_provider_rep.h"
#include "admin/inner_call.h"
#include "admin/one_commit.h"
#include "admin/realm_row.h"
#include "admin/user_rep.h"
#include "base/tables.h"
#include "crypto/random.h"

#define R "/admin/realms/{realm}"
#define ROUTE(method, path, handler, permission) { method, R path, handler, 0, 0, permission, NULL, NULL }

enum policy { POLICY_FAIL, POLICY_SKIP, POLICY_OVERWRITE };

enum kind { CLIENT, REALM_ROLE, CLIENT_ROLE, PROVIDER, PROVIDER_MAPPER, GROUP, USER, KINDS };

struct item {
	enum kind kind;
	struct json_node *node;
	struct str name;
	struct str client; /* clientId, of a client's role; alias, of a provider's mapper */
	struct str id;     /* of what is there already; empty: nothing */
	struct str made;   /* of what is there afterwards */
	const struct json_node *composites; /* of a role; NULL: none */
	bool implied;      /* a role that only a user names: made, and not told */
};

struct import {
	struct admin_call *call; /* the transaction's, inside it */
	struct admin *admin;     /* of the handlers */
	enum policy policy;
	struct item *items;
	size_t n;
	struct json_node *results;
	int64_t counts[3]; /* overwritten, added, skipped */
};

static const struct {
	const char *type, *name;     /* as the results name it; the member that names one */
	const char *before, *after; /* its name, where one is there already */
	const char *path;           /* of its admin event, before its id */
	struct http_route create, update;
} kinds[KINDS] = {
	[CLIENT] = { "CLIENT", "clientId", "Client id '", "' already exists", "clients/",
		     ROUTE(HTTP_POST, "/clients", admin_clients_create, PERMISSION_MANAGE_CLIENTS),
		     ROUTE(HTTP_PUT, "/clients/{client}", admin_client_put, PERMISSION_MANAGE_CLIENTS) },
	[REALM_ROLE] = { "REALM_ROLE", "name", "Realm role '", "' already exists.", "realms/",
			 ROUTE(HTTP_POST, "/roles", admin_roles_create, PERMISSION_MANAGE_REALM),
			 ROUTE(HTTP_PUT, "/roles-by-id/{id}", admin_role_put, PERMISSION_MANAGE_ROLES) },
	[CLIENT_ROLE] = { "CLIENT_ROLE", "name", "Client role '", "' already exists.", "clients/",
			  ROUTE(HTTP_POST, "/clients/{client}/roles", admin_roles_create, PERMISSION_MANAGE_CLIENTS),
			  ROUTE(HTTP_PUT, "/roles-by-id/{id}", admin_role_put, PERMISSION_MANAGE_ROLES) },
	[PROVIDER] = { "IDP", "alias", "Identity Provider '", "' already exists.", "identity-provider-settings/", { 0 }, { 0 } },
	[PROVIDER_MAPPER] = { "IDP_MAPPER", "name", "Identity Provider Mapper'", "' already exists.", "mappers/",
			      ROUTE(HTTP_POST, "/identity-provider/instances/{provider}/mappers",
				    admin_identity_provider_mappers_create, PERMISSION_MANAGE_IDENTITY_PROVIDERS),
			      ROUTE(HTTP_PUT, "/identity-provider/instances/{provider}/mappers/{mapper}",
				    admin_identity_provider_mapper_put, PERMISSION_MANAGE_IDENTITY_PROVIDERS) },
	[GROUP] = { "GROUP", "name", "Group '/", "' already exists", "groups/",
		    ROUTE(HTTP_POST, "/groups", admin_groups_create, PERMISSION_MANAGE_USERS),
		    ROUTE(HTTP_PUT, "/groups/{group}", admin_group_put, PERMISSION_MANAGE_USERS) },
	[USER] = { "USER", "username", "User with user name ", " already exists.", "users/",
		   ROUTE(HTTP_POST, "/users", admin_users_create, PERMISSION_MANAGE_USERS),
		   ROUTE(HTTP_PUT, "/users/{user}", admin_user_put, PERMISSION_MANAGE_USERS) },
};

static bool refuse(struct import *import, int status, struct str text)
{
	admin_refuse(import->call, status, text);
	return false;
}

/* ---- what is there ---- */

/* The realm as it is by now. False: answered. */
static bool look_again(struct import *import)
{
	struct admin_call *call = import->call;
	struct why why = { "" };
	struct visit fresh;
	enum error_code code = visit_open_named(&fresh, call->app, call->request, call->response,
						call->realm->settings.name, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return false;
	}
	visit_close(&call->visit);
	call->visit = fresh;
	call->realm = fresh.realm;
	return true;
}

static struct str role_id(const struct realm *realm, const struct client *client, struct str name)
{
	for (size_t i = 0; i < realm->roles_n; i++)
		if (realm->roles[i].client == client && str_eq(realm->roles[i].name, name))
			return realm->roles[i].id;
	return STR("");
}

static struct str provider_id(struct admin_call *call, const struct realm_rep *realm, struct str alias)
{
	for (size_t i = 0; i < realm->identity_providers_n; i++) {
		struct json_node *node;
		if (json_tree_read(call->arena, realm->identity_providers[i].kept, &node, NULL) == OK &&
		    str_eq(json_tree_get_text(node, STR("alias")), alias))
			return json_tree_get_text(node, STR("internalId"));
	}
	return STR("");
}

static struct str mapper_id(struct admin_call *call, const struct realm_rep *realm, const struct item *item)
{
	for (size_t i = 0; i < realm->identity_provider_mappers_n; i++) {
		const struct identity_provider_mapper mapper = identity_provider_mapper_at(call, realm, i);
		if (str_eq(mapper.alias, item->client) && str_eq(mapper.name, item->name))
			return mapper.id;
	}
	return STR("");
}

static struct str user_id(struct admin_call *call, struct str username)
{
	struct user *user;
	struct user_query query = { .username = username, .exact = true, .max = 1 };
	size_t n = 0;
	if (store_list_users(call->app->store, call->arena, call->realm->settings.id, &query, &user, &n, NULL) != OK || !n)
		return STR("");
	return user->id;
}

static struct str id_of(struct import *import, const struct item *item, const struct realm_rep *row)
{
	const struct realm *realm = import->call->realm;
	const struct client *client = realm_client_by_client_id(realm, item->kind == CLIENT ? item->name : item->client);
	struct str id = STR("");
	switch (item->kind) {
	case CLIENT:
		id = client ? client->id : STR("");
		break;
	case REALM_ROLE:
		id = role_id(realm, NULL, item->name);
		break;
	case CLIENT_ROLE:
		id = client ? role_id(realm, client, item->name) : STR("");
		break;
	case PROVIDER:
		id = provider_id(import->call, row, item->name);
		break;
	case PROVIDER_MAPPER:
		id = mapper_id(import->call, row, item);
		break;
	case GROUP:
		for (size_t i = 0; i < realm->groups_n; i++)
			if (!realm->groups[i].parent && str_eq(realm->groups[i].name, item->name))
				id = realm->groups[i].id;
		break;
	case USER:
		id = user_id(import->call, item->name);
		break;
	case KINDS:
		break;
	}
	return arena_str(import->call->arena, id);
}

/* ---- reading ---- */

static bool add_list(struct import *import, enum kind kind, struct str client, const struct json_node *list)
{
	if (list && list->kind != JSON_NODE_LIST && list->kind != JSON_NODE_NULL)
		return refuse(import, 400, arena_format(import->call->arena, "%s: a list is expected", kinds[kind].type));
	for (size_t i = 0; list && i < list->n; i++) {
		struct json_node *node = list->items[i];
		const struct json_node *name = node->kind == JSON_NODE_OBJECT ?
			json_node_find(node, str_from(kinds[kind].name)) : NULL;
		if (!name || name->kind != JSON_NODE_TEXT || !name->text.n)
			return refuse(import, 400, arena_format(import->call->arena, "%s %zu: $.%s is required",
								kinds[kind].type, i, kinds[kind].name));
		*(struct item *)arena_push(import->call->arena, &import->items, &import->n, sizeof *import->items) =
			(struct item){ .kind = kind, .node = node, .name = name->text, .client = client };
	}
	return true;
}

static bool is_imported(const struct import *import, enum kind kind, struct str client, struct str name)
{
	for (size_t i = 0; i < import->n; i++)
		if (import->items[i].kind == kind && str_eq(import->items[i].client, client) &&
		    str_eq(import->items[i].name, name))
			return true;
	return false;
}

static bool add_roles(struct import *import, const struct json_node *roles)
{
	if (!roles || roles->kind != JSON_NODE_OBJECT)
		return true;
	const struct json_node *of_clients = json_node_find(roles, STR("client"));
	if (!add_list(import, REALM_ROLE, STR(""), json_node_find(roles, STR("realm"))))
		return false;
	for (size_t i = 0; of_clients && i < of_clients->n && of_clients->kind == JSON_NODE_OBJECT; i++) {
		struct str client = of_clients->members[i].name;
		if (!realm_client_by_client_id(import->call->realm, client) && !is_imported(import, CLIENT, STR(""), client))
			return refuse(import, 412, arena_format(import->call->arena, "Can not import client roles for nonexistent "
								"client named %.*s", STR_ARG(str_take(client, 80))));
		if (!add_list(import, CLIENT_ROLE, client, of_clients->members[i].value))
			return false;
	}
	return true;
}

static bool add_mappers(struct import *import, const struct json_node *mappers)
{
	size_t first = import->n;
	if (!add_list(import, PROVIDER_MAPPER, STR(""), mappers))
		return false;
	for (size_t i = first; i < import->n; i++) {
		struct item *item = &import->items[i];
		item->client = json_tree_get_text(item->node, STR("identityProviderAlias"));
		if (!item->client.n)
			return refuse(import, 400, arena_format(import->call->arena,
								"IDP_MAPPER %zu: $.identityProviderAlias is required", i - first));
	}
	return true;
}

/* ---- the roles that it names ---- */

static bool check_names(struct import *import, enum kind kind, struct str client_id, const struct json_node *names)
{
	const struct realm *realm = import->call->realm;
	const struct client *client = kind == CLIENT_ROLE ? realm_client_by_client_id(realm, client_id) : NULL;
	for (size_t i = 0; names && names->kind == JSON_NODE_LIST && i < names->n; i++) {
		struct str name = names->items[i]->text;
		bool there = (kind == REALM_ROLE || client) && role_id(realm, client, name).n;
		if (!there && !is_imported(import, kind, client_id, name))
			return refuse(import, 400, arena_format(import->call->arena, "there is no role '%.*s'",
								STR_ARG(str_take(name, 80))));
	}
	return true;
}

/* Roles that a user has and that are nowhere are made, as they are with a whole realm. */
static bool imply_roles(struct import *import, enum kind kind, struct str client_id, const struct json_node *names)
{
	const struct realm *realm = import->call->realm;
	const struct client *client = realm_client_by_client_id(realm, client_id);
	struct arena *arena = import->call->arena;
	for (size_t i = 0; names && names->kind == JSON_NODE_LIST && i < names->n; i++) {
		struct str name = names->items[i]->text;
		bool there = (kind == REALM_ROLE || client) && role_id(realm, client, name).n;
		if (there || is_imported(import, kind, client_id, name))
			continue;
		struct json_node *node = json_node_object(arena);
		json_node_put(node, STR("name"), json_node_text(arena, name));
		*(struct item *)arena_push(arena, &import->items, &import->n, sizeof *import->items) =
			(struct item){ .kind = kind, .node = node, .name = name, .client = client_id, .implied = true };
	}
	return true;
}

typedef bool name_taker(struct import *import, enum kind kind, struct str client_id, const struct json_node *names);

/* Clients that are not there are passed over. */
static bool take_role_names(struct import *import, name_taker *take, const struct json_node *of_realm,
			    const struct json_node *of_clients)
{
	if (!take(import, REALM_ROLE, STR(""), of_realm))
		return false;
	for (size_t i = 0; of_clients && of_clients->kind == JSON_NODE_OBJECT && i < of_clients->n; i++) {
		struct str client = of_clients->members[i].name;
		bool there = realm_client_by_client_id(import->call->realm, client) ||
			     is_imported(import, CLIENT, STR(""), client);
		if (there && !take(import, CLIENT_ROLE, client, of_clients->members[i].value))
			return false;
	}
	return true;
}

static const struct json_node *member_of(const struct json_node *node, const char *name)
{
	return node && node->kind == JSON_NODE_OBJECT ? json_node_find(node, str_from(name)) : NULL;
}

static bool is_role(const struct item *item)
{
	return item->kind == REALM_ROLE || item->kind == CLIENT_ROLE;
}

/* After check_shape: names are texts. */
static bool check_roles(struct import *import)
{
	for (size_t i = 0, n = import->n; i < n; i++) {
		const struct item *item = &import->items[i];
		struct json_node *node = item->node;
		const struct json_node *composites = is_role(item) ? member_of(node, "composites") : NULL;
		bool good = true;
		if (is_role(item)) {
			const struct json_node *composite = member_of(node, "composite");
			import->items[i].composites = composite && composite->boolean ? composites : NULL;
			good = take_role_names(import, check_names, member_of(item->composites, "realm"),
					       member_of(item->composites, "client"));
			json_node_remove(node, STR("composites"));
		} else if (item->kind == USER || item->kind == GROUP) {
			good = take_role_names(import, item->kind == USER ? imply_roles : check_names,
					       member_of(node, "realmRoles"), member_of(node, "clientRoles"));
		}
		if (!good)
			return false;
	}
	return true;
}

/* What is imported must be a realm's: unknown members and wrong types are told. */
static bool check_shape(struct import *import, const struct json_node *body)
{
	static const char *const parts[] = { "clients", "roles", "identityProviders", "identityProviderMappers",
		"groups", "users" };
	struct arena *arena = import->call->arena;
	struct json_read_options options = representation_options("$");
	struct realm_rep realm = { .kept = STR("") };
	struct json_node *wanted = json_node_object(arena);
	struct why why = { "" };
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
		struct json_node *part = json_node_find(body, str_from(parts[i]));
		if (part)
			json_node_put(wanted, str_from(parts[i]), part);
	}
	enum error_code code = json_read(arena, json_tree_text(arena, wanted), &realm_shape, &options, &realm, &why);
	if (code != OK)
		admin_refuse_body(import->call, code, &why);
	return code == OK;
}

static bool read_policy(struct import *import, const struct json_node *body)
{
	static const char *const words[] = { [POLICY_FAIL] = "FAIL", [POLICY_SKIP] = "SKIP",
		[POLICY_OVERWRITE] = "OVERWRITE" };
	const struct json_node *said = json_node_find(body, STR("ifResourceExists"));
	if (!said)
		said = json_node_find(body, STR("policy"));
	for (size_t i = 0; said && i < ARRAY_LENGTH(words); i++)
		if (said->kind == JSON_NODE_TEXT && str_eq_z(said->text, words[i])) {
			import->policy = (enum policy)i;
			return true;
		}
	if (!said || said->kind == JSON_NODE_NULL)
		return true;
	http_respond_error(import->call->response, 400, STR("unknown_error"),
			   STR("Cannot parse the JSON: $.ifResourceExists must be FAIL, SKIP or OVERWRITE"));
	return false;
}

static bool read_body(struct import *import)
{
	struct json_node *body;
	struct why why = { "" };
	enum error_code code = json_tree_read(import->call->arena, import->call->request->body, &body, &why);
	if (code == OK && body->kind != JSON_NODE_OBJECT)
		code = error_because(&why, ERROR_WRONG_TYPE, "$: expected an object");
	if (code != OK) {
		admin_refuse_body(import->call, code, &why);
		return false;
	}
	return read_policy(import, body) &&
	       add_list(import, CLIENT, STR(""), json_node_find(body, STR("clients"))) &&
	       add_roles(import, json_node_find(body, STR("roles"))) &&
	       add_list(import, PROVIDER, STR(""), json_node_find(body, STR("identityProviders"))) &&
	       add_mappers(import, json_node_find(body, STR("identityProviderMappers"))) &&
	       add_list(import, GROUP, STR(""), json_node_find(body, STR("groups"))) &&
	       add_list(import, USER, STR(""), json_node_find(body, STR("users"))) && check_shape(import, body) &&
	       check_roles(import);
}

/* Finds what is there; with FAIL that ends it. */
static bool find_all(struct import *import)
{
	struct realm_rep row;
	int64_t version;
	if (!realm_row_find(import->call, &row, &version))
		return false;
	for (size_t i = 0; i < import->n; i++) {
		struct item *item = &import->items[i];
		item->id = id_of(import, item, &row);
		if (item->id.n && !item->implied && import->policy == POLICY_FAIL)
			return refuse(import, 409, arena_join(import->call->arena, str_from(kinds[item->kind].before),
							      str_take(item->name, 255), str_from(kinds[item->kind].after)));
	}
	return true;
}

/* Plain passwords become their hashes before the transaction begins, which would wait for them. What
 * cannot be read, the user's own call refuses. */
static bool hash_passwords(struct import *import, const struct item *item)
{
	struct admin_call *call = import->call;
	struct json_read_options options = representation_options("$");
	const struct json_node *list = member_of(item->node, "credentials");
	struct user_rep rep = { .user = { .id = STR("") } };
	struct why why = { "" };
	struct str text = json_tree_text(call->arena, item->node);
	if (!list || json_read(call->arena, text, &user_shape, &options, &rep, NULL) != OK)
		return true;
	for (size_t i = 0; i < rep.credentials_n && i < list->n; i++) {
		struct credential credential;
		struct json_node *node = list->items[i];
		enum error_code code = user_rep_credential(call, &rep.user, &rep.credentials[i], &credential, &why);
		if (code != OK) {
			user_rep_refuse_credential(call, code, &why);
			return false;
		}
		if (!rep.credentials[i].value.n)
			continue;
		json_node_remove(node, STR("value"));
		json_node_put(node, STR("secretData"), json_node_text(call->arena, credential.secret_data));
		json_node_put(node, STR("credentialData"), json_node_text(call->arena, credential.credential_data));
	}
	return true;
}

static bool hash_all_passwords(struct import *import)
{
	for (size_t i = 0; i < import->n; i++) {
		const struct item *item = &import->items[i];
		bool skipped = item->id.n && import->policy == POLICY_SKIP;
		if (item->kind == USER && !skipped && !hash_passwords(import, item))
			return false;
	}
	return true;
}

/* ---- writing ---- */

/* What stands behind the realm in a route. */
struct values {
	struct str first, second;
};

static bool make(struct import *import, const struct http_route *route, struct values value,
		 const struct json_node *body, struct str *ret_id)
{
	const struct inner_call inner = { .route = route, .values = { value.first, value.second },
		.body = json_tree_text(import->call->arena, body) };
	return inner_call_make(import->call, import->admin, &inner, ret_id);
}

static struct json_node *role_reference(struct arena *arena, struct str id, struct str name)
{
	struct json_node *role = json_node_object(arena);
	json_node_put(role, STR("id"), json_node_text(arena, id));
	json_node_put(role, STR("name"), json_node_text(arena, name));
	return role;
}

/* Maps the roles of one container that a list names. */
static bool map_roles(struct import *import, const struct http_route *route, struct str holder,
		      const struct client *client, const struct json_node *names)
{
	struct arena *arena = import->call->arena;
	struct json_node *roles = json_node_list(arena);
	struct str nothing;
	for (size_t i = 0; names && names->kind == JSON_NODE_LIST && i < names->n; i++) {
		struct str name = names->items[i]->text, id = role_id(import->call->realm, client, name);
		if (!id.n)
			return refuse(import, 400, arena_format(arena, "there is no role '%.*s' to map", STR_ARG(str_take(name, 80))));
		json_node_add(roles, role_reference(arena, id, name));
	}
	const struct inner_call inner = { .route = route, .values = { holder, client ? client->id : STR("") },
		.body = json_tree_text(arena, roles) };
	return !roles->n || inner_call_make(import->call, import->admin, &inner, &nothing);
}

/* Those of the realm by the first route, those of clients by the second. */
static bool map_each(struct import *import, const struct http_route *const routes[2], struct str holder,
		     const struct json_node *of_realm, const struct json_node *of_clients)
{
	if (!map_roles(import, routes[0], holder, NULL, of_realm))
		return false;
	for (size_t i = 0; of_clients && of_clients->kind == JSON_NODE_OBJECT && i < of_clients->n; i++) {
		const struct client *client = realm_client_by_client_id(import->call->realm, of_clients->members[i].name);
		if (client && !map_roles(import, routes[1], holder, client, of_clients->members[i].value))
			return false;
	}
	return true;
}

/* realmRoles and clientRoles of a user or a group. */
static bool map_all_roles(struct import *import, bool user, struct str holder, const struct json_node *node)
{
	static const struct http_route routes[2][2] = {
		{ ROUTE(HTTP_POST, "/groups/{group}/role-mappings/realm", admin_group_roles_add, PERMISSION_MANAGE_USERS),
		  ROUTE(HTTP_POST, "/groups/{group}/role-mappings/clients/{client}", admin_group_roles_add,
			PERMISSION_MANAGE_USERS) },
		{ ROUTE(HTTP_POST, "/users/{user}/role-mappings/realm", admin_user_roles_add, PERMISSION_MANAGE_USERS),
		  ROUTE(HTTP_POST, "/users/{user}/role-mappings/clients/{client}", admin_user_roles_add,
			PERMISSION_MANAGE_USERS) },
	};
	return map_each(import, (const struct http_route *[]){ &routes[user][0], &routes[user][1] }, holder,
			member_of(node, "realmRoles"), member_of(node, "clientRoles"));
}

/* What the roles are composed of. */
static bool compose(struct import *import)
{
	static const struct http_route route =
		ROUTE(HTTP_POST, "/roles-by-id/{id}/composites", admin_role_composites_add, PERMISSION_MANAGE_ROLES);
	for (size_t i = 0; i < import->n; i++) {
		const struct item *item = &import->items[i];
		if (item->made.n && item->composites &&
		    !map_each(import, (const struct http_route *[]){ &route, &route }, item->made,
			      member_of(item->composites, "realm"), member_of(item->composites, "client")))
			return false;
	}
	return true;
}

static bool make_children(struct import *import, struct str parent, const struct json_node *group, int depth)
{
	static const struct http_route route =
		ROUTE(HTTP_POST, "/groups/{group}/children", admin_groups_create, PERMISSION_MANAGE_USERS);
	const struct json_node *children = json_node_find(group, STR("subGroups"));
	for (size_t i = 0; children && children->kind == JSON_NODE_LIST && i < children->n; i++) {
		struct json_node *child = children->items[i];
		struct str id;
		if (child->kind != JSON_NODE_OBJECT || depth == REPRESENTATION_GROUP_DEPTH)
			return refuse(import, 400, STR("subGroups: groups are expected, twenty levels deep at most"));
		json_node_remove(child, STR("id"));
		if (!make(import, &route, (struct values){ parent, STR("") }, child, &id) || !map_all_roles(import, false, id, child) ||
		    !make_children(import, id, child, depth + 1))
			return false;
	}
	return true;
}

static bool keep_provider(struct admin_call *call, void *context, struct realm_rep *realm, struct effects *effects)
{
	struct item *item = context;
	struct kept_rep *list = arena_array(call->arena, realm->identity_providers_n + 1, sizeof *list);
	size_t n = 0;
	for (size_t i = 0; i < realm->identity_providers_n; i++) {
		struct json_node *node;
		bool same = json_tree_read(call->arena, realm->identity_providers[i].kept, &node, NULL) == OK &&
			    str_eq(json_tree_get_text(node, STR("alias")), item->name);
		if (!same)
			list[n++] = realm->identity_providers[i];
	}
	list[n++].kept = json_tree_text(call->arena, item->node);
	realm->identity_providers = list;
	realm->identity_providers_n = n;
	(void)effects;
	return true;
}

static bool put_provider(struct import *import, struct item *item, struct str *ret_id)
{
	*ret_id = item->id.n ? item->id : random_uuid(import->call->arena);
	json_node_put(item->node, STR("internalId"), json_node_text(import->call->arena, *ret_id));
	return realm_row_change(import->call, keep_provider, item);
}

/* The thing itself, or what a new one is to be of. */
static struct values values_of(const struct import *import, const struct item *item)
{
	if (item->kind == PROVIDER_MAPPER)
		return (struct values){ item->client, item->id };
	if (item->id.n || item->kind != CLIENT_ROLE)
		return (struct values){ item->id, STR("") };
	const struct client *client = realm_client_by_client_id(import->call->realm, item->client);
	return (struct values){ client ? client->id : STR(""), STR("") };
}

static bool put_one(struct import *import, struct item *item, struct str *ret_id)
{
	bool update = item->id.n > 0;
	struct json_node *secret = json_node_find(item->node, STR("secret"));
	if (item->kind == PROVIDER)
		return put_provider(import, item, ret_id);
	if (update)
		json_node_remove(item->node, STR("id"));
	if (secret && representation_is_masked(secret->text))
		json_node_remove(item->node, STR("secret"));
	const struct http_route *route = update ? &kinds[item->kind].update : &kinds[item->kind].create;
	if (!make(import, route, values_of(import, item), item->node, ret_id))
		return false;
	if (update)
		*ret_id = item->id;
	if (!look_again(import))
		return false;
	if (is_role(item))
		*ret_id = id_of(import, item, NULL);
	if (item->kind == GROUP && !update && !make_children(import, *ret_id, item->node, 1))
		return false;
	return (item->kind != GROUP && item->kind != USER) ||
	       map_all_roles(import, item->kind == USER, *ret_id, item->node);
}

/* As Keycloak tells it: of a client's role, the client's id. */
static struct str told_id(const struct import *import, const struct item *item, struct str id)
{
	const struct client *client = item->kind == CLIENT_ROLE ?
		realm_client_by_client_id(import->call->realm, item->client) : NULL;
	return client ? client->id : id;
}

static void tell(struct import *import, const struct item *item, const char *action, struct str id)
{
	struct arena *arena = import->call->arena;
	struct json_node *result = json_node_object(arena);
	struct str name = item->kind == CLIENT_ROLE ? arena_join(arena, item->client, STR("-->"), item->name) : item->name;
	json_node_put(result, STR("action"), json_node_text(arena, str_from(action)));
	json_node_put(result, STR("resourceType"), json_node_text(arena, str_from(kinds[item->kind].type)));
	json_node_put(result, STR("resourceName"), json_node_text(arena, name));
	json_node_put(result, STR("id"), json_node_text(arena, arena_str(arena, id)));
	json_node_add(import->results, result);
}

static void add_event(struct import *import, struct effects *effects, const struct item *item)
{
	struct admin_call call = *import->call;
	struct http_request request = *call.request;
	struct str id = told_id(import, item, item->made);
	if (!is_role(item) && item->kind != PROVIDER)
		json_node_put(item->node, STR("id"), json_node_text(call.arena, id));
	request.body = json_tree_text(call.arena, item->node);
	call.request = &request;
	admin_event_add(&call, effects, item->id.n ? "UPDATE" : "CREATE", "REALM",
			arena_join(call.arena, str_from(kinds[item->kind].path), id, STR("")));
}

/* One admin event each, with what was imported; Keycloak has them of the realm. */
static bool add_events(struct import *import)
{
	struct effects effects = effects_new(import->call->arena);
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (size_t i = 0; i < import->n; i++)
			if (import->items[i].kind == kind && import->items[i].made.n && !import->items[i].implied)
				add_event(import, &effects, &import->items[i]);
	return one_commit_apply(import->call, &effects);
}

/* One of that name, by this import. */
static bool is_made(const struct import *import, const struct item *item)
{
	for (const struct item *one = import->items; one < item; one++)
		if (one->kind == item->kind && one->made.n && str_eq(one->name, item->name))
			return true;
	return false;
}

static bool put_item(struct import *import, struct item *item)
{
	struct str id = item->id;
	bool there = id.n > 0;
	if (there && item->implied)
		return true;
	if (there && import->policy == POLICY_SKIP) {
		tell(import, item, "SKIPPED", told_id(import, item, id));
		import->counts[2]++;
		return true;
	}
	if (item->kind == PROVIDER && is_made(import, item))
		return refuse(import, 409, STR("Duplicate resource error"));
	if (!put_one(import, item, &id))
		return false;
	item->made = id;
	if (item->implied)
		return true;
	tell(import, item, there ? "OVERWRITTEN" : "ADDED", told_id(import, item, id));
	import->counts[!there]++;
	return true;
}

/* Kind by kind: what is named later by others comes first. */
static bool put_all(struct import *import)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (size_t i = 0; i < import->n; i++)
			if (import->items[i].kind == kind && !put_item(import, &import->items[i]))
				return false;
	return true;
}

static bool work(struct admin_call *inside, struct admin *admin, void *context)
{
	struct import *import = context;
	import->call = inside;
	import->admin = admin;
	import->results = json_node_list(inside->arena);
	for (size_t i = 0; i < ARRAY_LENGTH(import->counts); i++)
		import->counts[i] = 0;
	for (size_t i = 0; i < import->n; i++)
		import->items[i].made = STR("");
	return find_all(import) && put_all(import) && compose(import) && add_events(import);
}

static void answer(struct import *import)
{
	static const char *const names[] = { "overwritten", "added", "skipped" };
	struct text text = text_new(import->call->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		json_member_int(&w, names[i], import->counts[i]);
	json_write_name(&w, STR("results"));
	json_write_tree(&w, import->results);
	json_write_object_end(&w);
	admin_json(import->call, text_str(&text));
}

void admin_partial_import(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct import import = { .call = &call };
	const struct one_commit commit = { .work = work, .context = &import, .own_events = true };
	if (!admin_open(&call, context, request, response))
		return;
	if (read_body(&import) && find_all(&import) && hash_all_passwords(&import)) {
		bool good = one_commit(&call, context, &commit);
		import.call = &call;
		if (good)
			answer(&import);
	}
	admin_close(&call);
}

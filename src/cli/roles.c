/* Roles of users, groups and other roles: curfew user|group roles, add-role, remove-role; curfew role
 * composites, add-composite, remove-composite. */
#include "cli/change.h"
#include "cli/shown.h"
#include "cli/verbs.h"

static bool removes(const struct cli_call *call)
{
	return str_contains(str_from(call->arguments.verb->name), STR(" remove-"));
}

/* Users and groups have roles of the realm and of each client in lists of their own. */
static enum error_code find_holder(
	struct cli_call *call, struct found *ret_holder, struct why *reterr_why)
{
	bool user = str_starts(str_from(call->arguments.verb->name), STR("user "));
	return resource_named(call, &resources[user ? RESOURCE_USER : RESOURCE_GROUP],
		call->arguments.operands[0], ret_holder, reterr_why);
}

/* The operands behind the first, as the server has them. `ret_client` is the id of the
 * client that they are of. */
static enum error_code find_roles(struct cli_call *call, struct str client,
	struct json_node **ret_roles, struct str *ret_client, struct why *reterr_why)
{
	struct json_node *roles = json_node_list(call->arena);
	for (size_t i = 1; i < call->arguments.n; i++) {
		struct found role;
		enum error_code code = resource_role(
			call, client, call->arguments.operands[i], &role, reterr_why);
		if (code != OK)
			return code;
		json_node_add(roles, role.json);
		*ret_client = ask_text(role.json, "containerId");
	}
	*ret_roles = roles;
	return OK;
}

static enum error_code change_roles(struct cli_call *call, const struct resource *resource,
	const struct found *holder, struct str path, const struct json_node *roles,
	struct why *reterr_why)
{
	enum error_code code =
		change_do(call, removes(call) ? "DELETE" : "POST", path, roles, reterr_why);
	if (code == OK)
		change_said(call, "id", holder->id, "%.*s has %zu role%s %s\n",
			STR_ARG(resource_words(call, resource, holder->realm, holder->name)),
			roles->n, roles->n == 1 ? "" : "s", removes(call) ? "less" : "more");
	return code;
}

enum error_code cli_roles_change(struct cli_call *call, struct why *reterr_why)
{
	struct found holder;
	struct json_node *roles;
	struct str client = call_value(call, FLAG_CLIENT), id = STR("");
	bool user = str_starts(str_from(call->arguments.verb->name), STR("user "));
	enum error_code code = find_holder(call, &holder, reterr_why);
	if (code == OK)
		code = find_roles(call, client, &roles, &id, reterr_why);
	if (code != OK)
		return code;
	struct str path = client.n ? ask_path(call->arena, "/role-mappings/clients/{}", id, STR(""))
				   : STR("/role-mappings/realm");
	return change_roles(call, &resources[user ? RESOURCE_USER : RESOURCE_GROUP], &holder,
		arena_join(call->arena, holder.path, path, STR("")), roles, reterr_why);
}

enum error_code cli_composites_change(struct cli_call *call, struct why *reterr_why)
{
	struct found holder;
	struct json_node *roles;
	struct str id;
	enum error_code code = resource_role(call, call_value(call, FLAG_CLIENT),
		call->arguments.operands[0], &holder, reterr_why);
	if (code == OK)
		code = find_roles(call, call_value(call, FLAG_OF), &roles, &id, reterr_why);
	if (code != OK)
		return code;
	return change_roles(call, &resources[RESOURCE_ROLE], &holder,
		arena_join(call->arena, holder.path, STR("/composites"), STR("")), roles,
		reterr_why);
}

/* ---- lists ---- */

static void add_mappings(struct cli_call *call, struct str client, const struct json_node *of,
	const char *member, struct json_node *list)
{
	const struct json_node *roles = ask_list(of, member);
	for (size_t i = 0; roles && i < roles->n; i++) {
		json_node_put(roles->items[i], STR("client"), json_node_text(call->arena, client));
		json_node_add(list, roles->items[i]);
	}
}

enum error_code cli_roles(struct cli_call *call, struct why *reterr_why)
{
	struct found holder;
	struct json_node *json, *list = json_node_list(call->arena);
	enum error_code code = find_holder(call, &holder, reterr_why);
	if (code == OK)
		code = ask_get(call,
			arena_join(call->arena, holder.path, STR("/role-mappings"), STR("")), &json,
			reterr_why);
	if (code != OK)
		return code;
	add_mappings(call, STR(""), json, "realmMappings", list);
	const struct json_node *clients = json->kind == JSON_NODE_OBJECT
		? json_node_find(json, STR("clientMappings"))
		: NULL;
	for (size_t i = 0; clients && clients->kind == JSON_NODE_OBJECT && i < clients->n; i++)
		add_mappings(call, clients->members[i].name, clients->members[i].value, "mappings",
			list);
	return shown_list(call, "client,name,description,id", "roles", list, reterr_why);
}

enum error_code cli_composites(struct cli_call *call, struct why *reterr_why)
{
	struct found role;
	struct json_node *list;
	enum error_code code = resource_role(call, call_value(call, FLAG_CLIENT),
		call->arguments.operands[0], &role, reterr_why);
	if (code == OK)
		code = ask_get(call, arena_join(call->arena, role.path, STR("/composites"), STR("")),
			&list, reterr_why);
	if (code != OK)
		return code;
	return shown_list(call, "clientRole=OF-CLIENT,name,description,id", "roles", list, reterr_why);
}

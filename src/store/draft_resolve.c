/* Ids, and what every name in a draft refers to; see draft.h. */
#include "crypto/random.h"
#include "model/possible.h"
#include "store/draft.h"
#include "store/groups.h"
#include "store/keys.h"
#include "store/statements.h"

static void push_pointer(struct draft *draft, void *list, size_t *n, const void *pointer)
{
	*(const void **)arena_push(draft->arena, list, n, sizeof(void *)) = pointer;
}

static enum error_code no_such(
	struct why *why, const char *path, const char *field, struct str name, const char *what)
{
	return error_because(why, ERROR_INVALID_VALUE, "%s.%s: \"%.*s\": there is no such %s", path,
		field, STR_ARG(str_take(name, 80)), what);
}

/* ---- ids ---- */

static enum error_code give_id(
	struct draft *draft, struct str *id, const char *path, struct why *reterr_why)
{
	if (!id->n)
		*id = random_uuid(draft->arena);
	const char *other = table_put(&draft->ids, *id, path);
	if (other)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"%s.id = \"%.*s\": %s has it too", path, STR_ARG(*id), other);
	return OK;
}

static void give_mapper_ids(
	struct draft *draft, struct mapper *mappers, size_t n, struct str protocol)
{
	for (size_t i = 0; i < n; i++) {
		if (!mappers[i].id.n)
			mappers[i].id = random_uuid(draft->arena);
		if (!mappers[i].protocol.n)
			mappers[i].protocol = protocol;
	}
}

static enum error_code give_component_ids(struct draft *draft, struct component_rep *component,
	const char *path, struct why *reterr_why)
{
	enum error_code error = give_id(draft, &component->id, path, reterr_why);
	for (size_t i = 0; !error && i < component->children_n; i++) {
		struct component_rep *children = component->children[i].items;
		for (size_t j = 0; !error && j < component->children[i].n; j++)
			error = give_component_ids(draft, &children[j], path, reterr_why);
	}
	return error;
}

static enum error_code give_ids(struct draft *draft, struct why *reterr_why)
{
	enum error_code error = give_id(draft, &draft->realm.settings.id, "$", reterr_why);
	for (size_t i = 0; !error && i < draft->clients_n; i++) {
		struct client *client = &draft->clients[i]->rep.client;
		error = give_id(draft, &client->id, draft->clients[i]->path, reterr_why);
		give_mapper_ids(draft, client->mappers, client->mappers_n, client->protocol);
	}
	for (size_t i = 0; !error && i < draft->scopes_n; i++) {
		struct client_scope *scope = &draft->scopes[i]->rep.scope;
		if (!scope->protocol.n)
			scope->protocol = STR("openid-connect");
		error = give_id(draft, &scope->id, draft->scopes[i]->path, reterr_why);
		give_mapper_ids(draft, scope->mappers, scope->mappers_n, scope->protocol);
	}
	for (size_t i = 0; !error && i < draft->roles_n; i++)
		error = give_id(
			draft, &draft->roles[i]->rep.role.id, draft->roles[i]->path, reterr_why);
	for (size_t i = 0; !error && i < draft->groups_n; i++)
		error = give_id(draft, &draft->groups[i]->rep->group.id, draft->groups[i]->path,
			reterr_why);
	for (size_t i = 0; !error && i < draft->components_n; i++)
		error = give_component_ids(
			draft, &draft->components[i]->rep, draft->components[i]->path, reterr_why);
	return error;
}

/* ---- roles ---- */

const struct draft_role *draft_find_role(
	const struct draft *draft, struct str client_id, struct str name)
{
	const struct draft_client *client = NULL;
	if (client_id.n && !(client = table_get(&draft->client_by_client_id, client_id)))
		return NULL;
	return table_get(client ? &client->roles : &draft->realm_roles, name);
}

const struct draft_role *draft_make_role(
	struct draft *draft, struct str client_id, struct str name, const char *path, const char *field)
{
	struct draft_client *client = table_get(&draft->client_by_client_id, client_id);
	struct draft_role *role = arena_alloc(draft->arena, sizeof *role);
	*role = (struct draft_role){
		.rep.role = { .id = random_uuid(draft->arena), .name = arena_str(draft->arena, name) },
		.client_id = client ? client->rep.client.client_id : STR(""),
		.client = client,
		.path = "made" };
	push_pointer(draft, &draft->roles, &draft->roles_n, role);
	table_put(client ? &client->roles : &draft->realm_roles, role->rep.role.name, role);
	draft_warn(draft, "%s.%s: there was no such %s \"%.*s\"; it is made", path, field,
		client_id.n ? "role of that client" : "realm role", STR_ARG(str_take(name, 80)));
	return role;
}

/* Names of roles of one holder (a client, or the realm) to roles; `make`: those that are not
 * there are made. */
static enum error_code find_roles(struct draft *draft, bool make, struct str client_id,
	const struct str *names, size_t n, const char *path, const char *field,
	struct draft_role ***list, size_t *list_n, struct why *reterr_why)
{
	if (client_id.n && !table_get(&draft->client_by_client_id, client_id))
		return no_such(reterr_why, path, field, client_id, "client");
	for (size_t i = 0; i < n; i++) {
		const struct draft_role *role = draft_find_role(draft, client_id, names[i]);
		if (!role && make && names[i].n)
			role = draft_make_role(draft, client_id, names[i], path, field);
		if (!role)
			return no_such(reterr_why, path, field, names[i],
				client_id.n ? "role of that client" : "realm role");
		push_pointer(draft, list, list_n, role);
	}
	return OK;
}

static enum error_code resolve_role(
	struct draft *draft, struct draft_role *role, struct why *reterr_why)
{
	const struct role_composites *composites = &role->rep.composites;
	enum error_code error = find_roles(draft, false, (struct str){ NULL, 0 }, composites->realm.items,
		composites->realm.n, role->path, "composites.realm", &role->children,
		&role->children_n, reterr_why);
	for (size_t i = 0; !error && i < composites->clients_n; i++) {
		const struct json_list_pair *pair = &composites->clients[i];
		error = find_roles(draft, false, pair->key, pair->values, pair->n, role->path,
			"composites.client", &role->children, &role->children_n, reterr_why);
	}
	return error;
}

static enum error_code resolve_mapping(
	struct draft *draft, struct draft_mapping *mapping, struct why *reterr_why)
{
	const struct scope_mapping_rep *rep = &mapping->rep;
	const struct draft_client *client = table_get(&draft->client_by_client_id, rep->client);
	const struct draft_scope *scope = table_get(&draft->scope_by_name, rep->client_scope);
	if (!rep->client.n && !rep->client_scope.n) {
		draft_warn(
			draft, "%s names neither client nor clientScope; left out", mapping->path);
		return OK;
	}
	if (rep->client.n ? !client : !scope)
		return no_such(reterr_why, mapping->path, rep->client.n ? "client" : "clientScope",
			rep->client.n ? rep->client : rep->client_scope,
			rep->client.n ? "client" : "client scope");
	mapping->holder_id = rep->client.n ? client->rep.client.id : scope->rep.scope.id;
	return find_roles(draft, true, mapping->role_client, rep->roles.items, rep->roles.n,
		mapping->path, "roles", &mapping->roles, &mapping->roles_n, reterr_why);
}

/* ---- groups ---- */

const struct draft_group *draft_find_group(const struct draft *draft, struct str path)
{
	const struct draft_group *group = table_get(&draft->group_by_path, path);
	return group ? group : table_get(&draft->group_by_plain_path, path);
}

static enum error_code resolve_groups(struct draft *draft, struct why *reterr_why)
{
	enum error_code error = OK;
	draft->group_by_path = table_new(draft->arena, draft->groups_n);
	draft->group_by_plain_path = table_new(draft->arena, draft->groups_n);
	for (size_t i = 0; !error && i < draft->groups_n; i++) {
		struct draft_group *group = draft->groups[i];
		group->group_path =
			arena_join(draft->arena, group->parent ? group->parent->group_path : (struct str){ NULL, 0 },
				group_path_piece(draft->arena, group->rep->group.name), (struct str){ NULL, 0 });
		group->plain_path = arena_join(draft->arena, group->parent ? group->parent->plain_path : STR(""),
			STR("/"), group->rep->group.name);
		if (!table_get(&draft->group_by_plain_path, group->plain_path))
			table_put(&draft->group_by_plain_path, group->plain_path, group);
		if (table_put(&draft->group_by_path, group->group_path, group))
			return error_because(reterr_why, ERROR_INVALID_VALUE,
				"%s.name = \"%.*s\": another group has that path", group->path,
				STR_ARG(group->rep->group.name));
		error = find_roles(draft, true, (struct str){ NULL, 0 }, group->rep->realm_roles.items,
			group->rep->realm_roles.n, group->path, "realmRoles", &group->roles,
			&group->roles_n, reterr_why);
		for (size_t j = 0; !error && j < group->rep->client_roles_n; j++) {
			const struct json_list_pair *pair = &group->rep->client_roles[j];
			error = find_roles(draft, true, pair->key, pair->values, pair->n, group->path,
				"clientRoles", &group->roles, &group->roles_n, reterr_why);
		}
	}
	for (size_t i = 0; !error && i < draft->realm.default_groups.n; i++)
		if (!draft_find_group(draft, draft->realm.default_groups.items[i]))
			error = no_such(reterr_why, "$", "defaultGroups",
				draft->realm.default_groups.items[i], "group");
	return error;
}

/* ---- scopes and flows ---- */

/* Keycloak, too, leaves out scopes that are not there (exports have such names), and a scope
 * cannot be default and optional at once. */
static void keep_known_scopes(struct draft *draft, struct str_list *list,
	const struct str_list *other, const char *path, const char *field)
{
	struct str_list kept = { NULL, 0 };
	for (size_t i = 0; i < list->n; i++) {
		struct str name = list->items[i];
		if (!table_get(&draft->scope_by_name, name))
			draft_warn(draft, "%s.%s: there is no client scope \"%.*s\"; left out",
				path, field, STR_ARG(str_take(name, 80)));
		else if (!str_list_has(&kept, name) && !(other && str_list_has(other, name)))
			*(struct str *)arena_push(
				draft->arena, &kept.items, &kept.n, sizeof *kept.items) = name;
	}
	*list = kept;
}

static enum error_code resolve_scopes(struct draft *draft, struct why *reterr_why)
{
	struct realm_rep *realm = &draft->realm;
	draft->scope_by_name = table_new(draft->arena, draft->scopes_n);
	for (size_t i = 0; i < draft->scopes_n; i++) {
		struct draft_scope *scope = draft->scopes[i];
		if (table_put(&draft->scope_by_name, scope->rep.scope.name, scope))
			return error_because(reterr_why, ERROR_INVALID_VALUE,
				"%s.name = \"%.*s\": another client scope has it too", scope->path,
				STR_ARG(scope->rep.scope.name));
	}
	keep_known_scopes(draft, &realm->default_scopes, NULL, "$", "defaultDefaultClientScopes");
	keep_known_scopes(draft, &realm->optional_scopes, &realm->default_scopes, "$",
		"defaultOptionalClientScopes");
	for (size_t i = 0; i < draft->clients_n; i++) {
		struct client_rep *client = &draft->clients[i]->rep;
		keep_known_scopes(draft, &client->default_scopes, NULL, draft->clients[i]->path,
			"defaultClientScopes");
		keep_known_scopes(draft, &client->optional_scopes, &client->default_scopes,
			draft->clients[i]->path, "optionalClientScopes");
	}
	return OK;
}

static enum error_code resolve_flow(
	struct draft *draft, struct str alias, const char *field, struct why *reterr_why)
{
	for (size_t i = 0; i < draft->realm.flows_n; i++)
		if (str_eq(draft->realm.flows[i].alias, alias))
			return OK;
	return no_such(reterr_why, "$", field, alias, "authentication flow");
}

enum error_code draft_resolve(struct draft *draft, struct why *reterr_why)
{
	enum error_code error;
	const struct realm_settings *settings = &draft->realm.settings;
	if ((error = give_ids(draft, reterr_why)) || (error = resolve_scopes(draft, reterr_why)) ||
		(error = resolve_groups(draft, reterr_why)) ||
		(error = resolve_flow(draft, settings->browser_flow, "browserFlow", reterr_why)) ||
		(error = resolve_flow(
			 draft, settings->direct_grant_flow, "directGrantFlow", reterr_why)))
		return error;
	for (size_t i = 0; !error && i < draft->roles_n; i++)
		error = resolve_role(draft, draft->roles[i], reterr_why);
	for (size_t i = 0; !error && i < draft->mappings_n; i++)
		error = resolve_mapping(draft, draft->mappings[i], reterr_why);
	return error;
}

/* ---- what the operator has to know ---- */

/* Every realm of Keycloak's has the mapper of organizations; it matters where they are used. */
static bool is_missed(const struct draft *draft, const struct mapper *mapper)
{
	if (!str_starts(mapper->protocol, STR("openid-connect")) || mapper_is_built(mapper->type))
		return false;
	return !str_starts(mapper->type, STR("oidc-organization-")) ||
	       str_contains(draft->realm.kept, STR("\"organizationsEnabled\":true"));
}

static void tell_mappers(struct draft *draft, const char *what, struct str name,
	const struct mapper *mappers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_missed(draft, &mappers[i]))
			draft_warn(draft,
				"%s %.*s: mapper \"%.*s\" of type %.*s is kept, but adds nothing to tokens: this "
				"server does not know the type",
				what, STR_ARG(name), STR_ARG(mappers[i].name), STR_ARG(mappers[i].type));
}

void draft_tell(struct draft *draft)
{
	for (size_t i = 0; i < draft->scopes_n; i++) {
		const struct client_scope *scope = &draft->scopes[i]->rep.scope;
		tell_mappers(draft, "client scope", scope->name, scope->mappers, scope->mappers_n);
	}
	for (size_t i = 0; i < draft->clients_n; i++) {
		const struct client *client = &draft->clients[i]->rep.client;
		tell_mappers(draft, "client", client->client_id, client->mappers, client->mappers_n);
	}

	const struct realm_settings *settings = &draft->realm.settings;
	struct str reason = flow_not_possible(draft->arena, &draft->realm, settings->browser_flow);
	if (reason.n)
		draft_warn(draft, "nobody can sign in with a browser: flow \"%.*s\": %.*s",
			STR_ARG(settings->browser_flow), STR_ARG(reason));
	reason = flow_not_possible(draft->arena, &draft->realm, settings->direct_grant_flow);
	if (reason.n)
		draft_warn(draft, "nobody can use the grant type password: flow \"%.*s\": %.*s",
			STR_ARG(settings->direct_grant_flow), STR_ARG(reason));
	for (size_t i = 0; i < draft->clients_n; i++) {
		const struct client *client = &draft->clients[i]->rep.client;
		reason = client_not_possible(draft->arena, &draft->realm, client);
		if (!reason.n)
			reason = client_direct_grant_not_possible(
				draft->arena, &draft->realm, client);
		if (client->enabled && reason.n)
			draft_warn(draft, "client %.*s: %.*s", STR_ARG(client->client_id),
				STR_ARG(reason));
	}
	if (draft->realm.identity_providers_n)
		draft_warn(draft,
			"%zu identity providers are kept, but nobody can sign in through them yet",
			draft->realm.identity_providers_n);
	for (size_t i = 0; i < draft->components_n; i++)
		if (str_eq(draft->components[i]->provider_type,
			    STR("org.keycloak.storage.UserStorageProvider")))
			draft_warn(draft,
				"user federation %.*s is kept, but its users are not found yet",
				STR_ARG(draft->components[i]->rep.name));
}

/* ---- rows ---- */

static void client_scope_rows(struct draft *draft, struct row_batch *batch,
	const struct client_rep *client, const struct str_list *names, bool optional)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct draft_scope *scope = table_get(&draft->scope_by_name, names->items[i]);
		if (client)
			row_add(batch, &statement_scope_link_add,
				DB_VALUES(db_text(batch->realm_id), db_text(client->client.id),
					db_text(scope->rep.scope.id), db_bool(optional),
					db_int((int64_t)i)));
		else
			row_add(batch, &statement_realm_scope_link_add,
				DB_VALUES(db_text(batch->realm_id), db_text(scope->rep.scope.id),
					db_bool(optional), db_int((int64_t)i)));
	}
}

static void role_link_rows(struct row_batch *batch, const struct db_statement *statement,
	struct str holder_id, struct draft_role *const *roles, size_t n)
{
	for (size_t i = 0; i < n; i++)
		row_add(batch, statement,
			DB_VALUES(db_text(batch->realm_id), db_text(holder_id),
				db_text(roles[i]->rep.role.id)));
}

void draft_link_rows(struct draft *draft, struct row_batch *batch)
{
	client_scope_rows(draft, batch, NULL, &draft->realm.default_scopes, false);
	client_scope_rows(draft, batch, NULL, &draft->realm.optional_scopes, true);
	for (size_t i = 0; i < draft->clients_n; i++) {
		const struct client_rep *client = &draft->clients[i]->rep;
		client_scope_rows(draft, batch, client, &client->default_scopes, false);
		client_scope_rows(draft, batch, client, &client->optional_scopes, true);
	}
	for (size_t i = 0; i < draft->roles_n; i++)
		role_link_rows(batch, &statement_role_composite_add, draft->roles[i]->rep.role.id,
			draft->roles[i]->children, draft->roles[i]->children_n);
	for (size_t i = 0; i < draft->groups_n; i++)
		role_link_rows(batch, &statement_group_role_add, draft->groups[i]->rep->group.id,
			draft->groups[i]->roles, draft->groups[i]->roles_n);
	for (size_t i = 0; i < draft->mappings_n; i++)
		role_link_rows(batch, &statement_scope_mapping_add, draft->mappings[i]->holder_id,
			draft->mappings[i]->roles, draft->mappings[i]->roles_n);
}

void draft_rows(struct draft *draft, struct row_batch *batch)
{
	const struct realm_rep *realm = &draft->realm;
	const struct str nothing = { NULL, 0 };
	row_add_realm(batch, realm, draft->default_role->rep.role.id, draft->now_ms);
	for (size_t i = 0; i < draft->scopes_n; i++)
		row_add_scope(batch, &draft->scopes[i]->rep);
	for (size_t i = 0; i < draft->clients_n; i++)
		row_add_client(batch, &draft->clients[i]->rep);
	for (size_t i = 0; i < draft->roles_n; i++) {
		const struct draft_role *role = draft->roles[i];
		row_add_role(batch, &role->rep, role->client ? role->client->rep.client.id : nothing);
	}
	for (size_t i = 0; i < draft->groups_n; i++) {
		const struct draft_group *group = draft->groups[i];
		row_add_group(batch, group->rep,
			group->parent ? group->parent->rep->group.id : nothing);
	}
	for (size_t i = 0; i < draft->components_n; i++)
		row_add_component(batch, &draft->components[i]->rep,
			draft->components[i]->provider_type, realm->settings.id);
	draft_link_rows(draft, batch);
}

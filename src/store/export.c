/* Writing a realm as Keycloak's JSON; see export.h. The users: export_users.c. */
#include "store/export.h"

#include <stdlib.h>

#include "base/tables.h"
#include "crypto/secret.h"
#include "json/write.h"
#include "model/group_path.h"
#include "store/export_internal.h"
#include "store/keys.h"

enum error_code export_piece(struct export *export, struct str piece)
{
	return export->options->write(export->options->context, piece, export->why);
}

/* `,"name":` of the next member of the realm. */
static enum error_code begin_member(struct export *export, const char *name)
{
	struct str text =
		arena_format(export->arena, "%s\"%s\":", export->members++ ? "," : "", name);
	return export_piece(export, text);
}

static enum error_code member(struct export *export, const char *name, struct text *value)
{
	if (value->failed)
		return error_because(export->why, ERROR_TOO_LARGE, "%s: too large to export", name);
	enum error_code error = begin_member(export, name);
	return error ? error : export_piece(export, text_str(value));
}

/* ---- the realm itself ---- */

static void mask_attributes(
	struct arena *arena, struct attributes *attributes, bool (*secret)(struct str name))
{
	struct json_pair *pairs = arena_array(arena, attributes->n, sizeof *pairs);
	for (size_t i = 0; i < attributes->n; i++) {
		pairs[i] = attributes->pairs[i];
		if (secret(pairs[i].key))
			pairs[i].value = STR(REPRESENTATION_MASK);
	}
	attributes->pairs = pairs;
}

static bool mail_is_secret(struct str name)
{
	return str_eq(name, STR("password")) || str_eq(name, STR("authTokenClientSecret"));
}

/* Of the realm alone, GET of the admin API leaves out these members altogether. */
static enum error_code drop_members(struct export *export, struct str json, struct str *ret_json)
{
	static const char *const names[] = {
		"authenticationFlows",
		"authenticatorConfig",
		"requiredActions",
		"identityProviders",
		"identityProviderMappers",
		"defaultDefaultClientScopes",
		"defaultOptionalClientScopes",
		"localizationTexts",
		"keycloakVersion",
	};
	struct json_node *tree;
	enum error_code error = json_tree_read(export->arena, json, &tree, export->why);
	if (error)
		return error;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		json_node_remove(tree, str_from(names[i]));
	*ret_json = json_tree_text(export->arena, tree);
	return OK;
}

/* Ids of executions are the admin API's alone; Keycloak refuses them in an import. */
static void forget_execution_ids(struct realm_rep *rep)
{
	for (size_t i = 0; i < rep->flows_n; i++)
		for (size_t k = 0; k < rep->flows[i].executions_n; k++)
			rep->flows[i].executions[k].id = (struct str){ NULL, 0 };
}

static int by_alias(const void *a, const void *b)
{
	return str_compare(((const struct flow_rep *)a)->alias, ((const struct flow_rep *)b)->alias);
}

/* As Keycloak reads them. */
static struct str_list default_groups(struct export *export)
{
	const struct realm *realm = export->loaded.realm;
	struct str_list paths = { .items = arena_array(export->arena, realm->default_groups_n, sizeof(struct str)) };
	for (size_t i = 0; i < realm->default_groups_n; i++)
		paths.items[paths.n++] = group_path(export->arena, realm->default_groups[i]);
	return paths;
}

/* Nothing but the realm itself is asked for. */
static bool is_alone(const struct store_export_options *options)
{
	return !options->users && !options->clients && !options->groups_roles;
}

static enum error_code write_realm(struct export *export)
{
	struct realm_rep rep = export->loaded.rep;
	bool alone = is_alone(export->options);
	enum error_code error;
	if (alone) /* drop_members would drop them */
		rep.flows_n = 0;
	forget_execution_ids(&rep);
	rep.default_groups = default_groups(export);
	if (rep.flows_n) /* Lists have the order in which flows were made, files this one. */
		qsort(rep.flows, rep.flows_n, sizeof *rep.flows, by_alias);
	if (export->options->mask_secrets)
		mask_attributes(export->arena, &rep.smtp_server, mail_is_secret);
	if (export->options->mask_secrets && (error = export_mask_identity_providers(export, &rep)))
		return error;
	struct str json = json_text_of(export->arena, &realm_shape, &rep);
	if (!json.n)
		return error_because(
			export->why, ERROR_TOO_LARGE, "the realm is too large to export");
	if (alone && (error = drop_members(export, json, &json)))
		return error;
	/* Without its last brace: the collections follow. */
	export->members = 1;
	return export_piece(export, str_take(json, json.n - 1));
}

/* ---- roles and groups ---- */

static struct json_writer new_value(struct export *export, struct text *text)
{
	*text = text_new(export->arena, 0);
	return json_writer_new(text, false);
}

static void write_roles_of(
	struct json_writer *w, const struct loaded *loaded, const struct client *client)
{
	json_write_array_begin(w);
	for (size_t i = 0; i < loaded->realm->roles_n; i++)
		if (loaded->realm->roles[i].client == client)
			json_write_shape(w, &role_shape, &loaded->roles[i]);
	json_write_array_end(w);
}

/* A client's own roles, found through the client: realms have many of both. */
static void write_client_roles(
	struct json_writer *w, const struct loaded *loaded, const struct client *client)
{
	json_write_array_begin(w);
	for (size_t i = 0; i < client->roles_n; i++)
		json_write_shape(
			w, &role_shape, &loaded->roles[client->roles[i] - loaded->realm->roles]);
	json_write_array_end(w);
}

static enum error_code write_roles(struct export *export)
{
	const struct loaded *loaded = &export->loaded;
	struct text text;
	struct json_writer w = new_value(export, &text);
	json_write_object_begin(&w);
	json_write_name(&w, STR("realm"));
	write_roles_of(&w, loaded, NULL);
	json_member_object_begin(&w, "client");
	for (size_t i = 0; i < loaded->realm->clients_n; i++) {
		json_write_name(&w, loaded->realm->clients[i].client_id);
		write_client_roles(&w, loaded, &loaded->realm->clients[i]);
	}
	json_write_object_end(&w);
	json_write_object_end(&w);
	return member(export, "roles", &text);
}

/* Children by parent id: lists of indices. */
struct children {
	size_t *items;
	size_t n;
};

static struct group_rep *subtree(
	struct export *export, const struct table *by_parent, struct str parent_id, size_t *ret_n)
{
	const struct children *children = table_get(by_parent, parent_id);
	*ret_n = children ? children->n : 0;
	struct group_rep *list = arena_array(export->arena, *ret_n, sizeof *list);
	for (size_t i = 0; i < *ret_n; i++) {
		list[i] = export->loaded.groups[children->items[i]];
		list[i].group.path = group_path(export->arena, &export->loaded.realm->groups[children->items[i]]);
		list[i].children =
			subtree(export, by_parent, list[i].group.id, &list[i].children_n);
	}
	return list;
}

static enum error_code write_groups(struct export *export)
{
	const struct loaded *loaded = &export->loaded;
	struct table by_parent = table_new(export->arena, loaded->realm->groups_n);
	struct text text;
	for (size_t i = 0; i < loaded->realm->groups_n; i++) {
		struct str parent = loaded->groups[i].parent_id;
		struct children *children = table_get(&by_parent, parent);
		if (!children) {
			children = arena_alloc(export->arena, sizeof *children);
			table_put(&by_parent, parent, children);
		}
		*(size_t *)arena_push(
			export->arena, &children->items, &children->n, sizeof *children->items) = i;
	}
	size_t n;
	struct group_rep *top = subtree(export, &by_parent, STR(""), &n);
	struct json_writer w = new_value(export, &text);
	json_write_array_begin(&w);
	for (size_t i = 0; i < n; i++)
		json_write_shape(&w, &group_shape, &top[i]);
	json_write_array_end(&w);
	return member(export, "groups", &text);
}

/* ---- scope mappings ---- */

/* The mapping of one holder in a list, made when it is not there. */
static struct scope_mapping_rep *mapping_of(
	struct export *export, struct mapping_list *list, const struct scope_mapping_row *row)
{
	for (size_t i = 0; i < list->n; i++)
		if (row->client ? str_eq(list->items[i].client, row->client->client_id)
				: str_eq(list->items[i].client_scope, row->scope->name))
			return &list->items[i];
	struct scope_mapping_rep *rep =
		arena_push(export->arena, &list->items, &list->n, sizeof *list->items);
	if (row->client)
		rep->client = row->client->client_id;
	else
		rep->client_scope = row->scope->name;
	return rep;
}

static void write_mapping_list(struct json_writer *w, const struct mapping_list *list)
{
	json_write_array_begin(w);
	for (size_t i = 0; i < list->n; i++)
		json_write_shape(w, &scope_mapping_shape, &list->items[i]);
	json_write_array_end(w);
}

static enum error_code write_mappings(struct export *export)
{
	const struct loaded *loaded = &export->loaded;
	struct mapping_list realm = { NULL, 0 };
	struct mapping_list *clients =
		arena_array(export->arena, loaded->realm->clients_n, sizeof *clients);
	struct text text;
	for (size_t i = 0; i < loaded->mappings_n; i++) {
		const struct scope_mapping_row *row = &loaded->mappings[i];
		struct mapping_list *list = row->role->client
			? &clients[row->role->client - loaded->realm->clients]
			: &realm;
		struct str_list *roles = &mapping_of(export, list, row)->roles;
		*(struct str *)arena_push(export->arena, &roles->items, &roles->n,
			sizeof *roles->items) = row->role->name;
	}
	struct json_writer w = new_value(export, &text);
	write_mapping_list(&w, &realm);
	enum error_code error = member(export, "scopeMappings", &text);
	if (error)
		return error;
	w = new_value(export, &text);
	json_write_object_begin(&w);
	for (size_t i = 0; i < loaded->realm->clients_n; i++) {
		if (!clients[i].n)
			continue;
		json_write_name(&w, loaded->realm->clients[i].client_id);
		write_mapping_list(&w, &clients[i]);
	}
	json_write_object_end(&w);
	return member(export, "clientScopeMappings", &text);
}

/* ---- clients, scopes, components ---- */

static enum error_code write_clients(struct export *export)
{
	const struct loaded *loaded = &export->loaded;
	enum error_code error = begin_member(export, "clients");
	if (error || (error = export_piece(export, STR("["))))
		return error;
	for (size_t i = 0; i < loaded->realm->clients_n; i++) {
		struct client_rep rep = loaded->clients[i];
		struct text text;
		struct json_writer w = new_value(export, &text);
		if (export->options->mask_secrets) {
			if (rep.client.secret.n)
				rep.client.secret = STR(REPRESENTATION_MASK);
			mask_attributes(
				export->arena, &rep.client.attributes, client_attribute_is_secret);
		}
		json_write_shape(&w, &client_shape, &rep);
		if ((i && (error = export_piece(export, STR(",")))) ||
			(error = export_piece(export, text_str(&text))))
			return error;
	}
	return export_piece(export, STR("]"));
}

static enum error_code write_scopes(struct export *export)
{
	const struct loaded *loaded = &export->loaded;
	struct text text;
	struct json_writer w = new_value(export, &text);
	json_write_array_begin(&w);
	for (size_t i = 0; i < loaded->realm->client_scopes_n; i++)
		json_write_shape(&w, &scope_shape, &loaded->scopes[i]);
	json_write_array_end(&w);
	return member(export, "clientScopes", &text);
}

/* A masked key is one that an import makes anew: nothing of the old one may stay. */
static void mask_component(struct export *export, struct component_rep *component)
{
	struct json_list_pair *kept = NULL;
	size_t n = 0;
	bool secret = false;
	for (size_t i = 0; i < component->config_n; i++)
		secret |= component_config_is_secret(component->config[i].key);
	for (size_t i = 0; secret && i < component->config_n; i++) {
		struct str key = component->config[i].key;
		if (!component_config_is_secret(key) && !str_eq(key, STR("certificate")) &&
			!str_eq(key, STR("kid")) && !str_ends(key, STR("PublicKey")))
			*(struct json_list_pair *)arena_push(
				export->arena, &kept, &n, sizeof *kept) = component->config[i];
	}
	if (!secret)
		return;
	component->config = kept;
	component->config_n = n;
}

static struct json_structs_pair *component_tree(
	struct export *export, struct str parent_id, int depth, size_t *ret_n)
{
	const struct loaded *loaded = &export->loaded;
	struct json_structs_pair *types = NULL;
	*ret_n = 0;
	for (size_t i = 0; depth < REPRESENTATION_GROUP_DEPTH && i < loaded->components_n; i++) {
		struct component_rep component = loaded->components[i];
		struct json_structs_pair *type = NULL;
		if (!str_eq(component.parent_id, parent_id))
			continue;
		for (size_t j = 0; !type && j < *ret_n; j++)
			if (str_eq(types[j].key, component.provider_type))
				type = &types[j];
		if (!type) {
			type = arena_push(export->arena, &types, ret_n, sizeof *types);
			type->key = component.provider_type;
		}
		if (export->options->mask_secrets)
			mask_component(export, &component);
		else if (str_eq(component.provider_type, STR(KEY_PROVIDER)))
			key_add_public(export->arena, &component);
		component.children =
			component_tree(export, component.id, depth + 1, &component.children_n);
		*(struct component_rep *)arena_push(
			export->arena, &type->items, &type->n, sizeof component) = component;
	}
	return types;
}

static enum error_code write_components(struct export *export)
{
	struct component_rep realm = { .id = { NULL, 0 } };
	static const struct json_field field = JSON_STRUCTS_MAP(
		struct component_rep, children, children_n, "", 0, &component_shape);
	struct text text;
	realm.children =
		component_tree(export, export->loaded.realm->settings.id, 0, &realm.children_n);
	struct json_writer w = new_value(export, &text);
	json_write_value(&w, &field, &realm);
	return member(export, "components", &text);
}

/* ---- all of it ---- */

static enum error_code write_all(struct export *export)
{
	const struct store_export_options *options = export->options;
	enum error_code error = write_realm(export);
	if (!error && options->groups_roles && !(error = write_roles(export)))
		error = write_groups(export);
	if (!error && (options->users || options->clients || options->groups_roles) &&
		!(error = write_scopes(export)))
		error = write_components(export);
	if (!error && options->clients && !(error = write_clients(export)))
		error = write_mappings(export);
	if (!error && !options->no_users && (options->users || options->clients) &&
		!(error = begin_member(export, "users")))
		error = export_users(export);
	return error ? error : export_piece(export, STR("}"));
}

enum error_code store_export_realm(struct store *store, struct str realm_name,
	const struct store_export_options *options, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct export export = {
		.store = store, .options = options, .arena = arena, .why = reterr_why
	};
	if (!realm_name.n)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "a realm has a name");
	enum error_code error = is_alone(options) ?
		realm_rows_load_alone(store, arena, realm_name, &export.loaded, reterr_why) :
		realm_rows_load(store, arena, realm_name, STR(""), &export.loaded, reterr_why);
	if (error)
		return error;
	error = write_all(&export);
	store_unload_realm(export.loaded.realm);
	return error;
}

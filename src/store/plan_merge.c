/* A file's members over a realm's; see plan.h. */
#include "base/tables.h"
#include "model/representation.h"
#include "store/plan_internal.h"

static const struct plan_rule rules[] = {
	{ "clients", "client", { "clientId" }, false },
	{ "clientScopes", "client scope", { "name" }, false },
	{ "protocolMappers", "mapper", { "name" }, false },
	{ "roles.realm", "role", { "name" }, false },
	{ "roles.client", "role", { "name" }, false },
	{ "groups", "group", { "name" }, false },
	{ "subGroups", "group", { "name" }, false },
	{ "components", "component", { "name", "providerId", "subType" }, true },
	{ "subComponents", "component", { "name", "providerId", "subType" }, true },
	{ "authenticationFlows", "flow", { "alias" }, false },
	{ "authenticatorConfig", "authenticator config", { "alias" }, false },
	{ "requiredActions", "required action", { "alias" }, false },
	{ "identityProviders", "identity provider", { "alias" }, false },
	{ "identityProviderMappers", "identity provider mapper", { "identityProviderAlias", "name" }, false },
	{ "scopeMappings", "scope mapping", { "client", "clientScope" }, false },
	{ "clientScopeMappings", "scope mapping", { "client", "clientScope" }, false },
	/* No list itself: its two members are. */
	{ "roles", "role", { NULL }, false },
};

static const struct plan_rule *rule_named(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
		if (str_eq_z(name, rules[i].name))
			return &rules[i];
	return NULL;
}

const struct plan_rule *plan_rule_of(const struct plan_rule *above, struct str name)
{
	if (above && str_eq_z(str_from(above->name), "roles"))
		return rule_named(str_eq_z(name, "realm") ? STR("roles.realm") : STR("roles.client"));
	/* Within a list's item there are few; within a map of lists all are of the map's kind. */
	return rule_named(name);
}

bool plan_is_keyed(const struct plan_rule *rule, const struct json_node *node)
{
	if (!rule || !rule->keys[0] || node->kind != JSON_NODE_LIST)
		return false;
	for (size_t i = 0; i < node->n; i++)
		if (node->items[i]->kind != JSON_NODE_OBJECT)
			return false;
	return true;
}

struct str plan_key(struct arena *arena, const struct plan_rule *rule, const struct json_node *item)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < ARRAY_LENGTH(rule->keys) && rule->keys[i]; i++) {
		const struct json_node *part = json_node_find(item, str_from(rule->keys[i]));
		if (!part || part->kind != JSON_NODE_TEXT || !part->text.n)
			continue;
		if (text.n)
			text_add_char(&text, '/');
		text_add(&text, part->text);
	}
	return text_str(&text);
}

/* ---- what a file does not say ---- */

static bool is_mask(const struct json_node *node)
{
	if (node->kind == JSON_NODE_LIST && node->n == 1)
		node = node->items[0];
	return node->kind == JSON_NODE_TEXT && representation_is_masked(node->text);
}

/* Ids of what is there stay, since other rows name them. */
static bool is_identity(struct str name)
{
	return str_eq_z(name, "id") || str_eq_z(name, "internalId") || str_eq_z(name, "containerId");
}

struct merging {
	struct arena *arena;
	bool prune;
	struct table gone; /* "client shop", "role admin", "role shop/admin" ... of things removed */
};

static struct json_node *merge(struct merging *m, const struct plan_rule *rule, bool map,
	struct str holder, struct json_node *live, struct json_node *file);

/* ---- removing ---- */

static bool is_built_in_client(const struct json_node *client)
{
	static const char *const names[] = { "account", "account-console", "admin-cli", "broker",
		"realm-management", "security-admin-console" };
	struct str name = json_tree_get_text(client, STR("clientId"));
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(name, names[i]))
			return true;
	return str_eq_z(json_tree_get_text(client, STR("attributes.realm_client")), "true");
}

static bool is_kept(const struct plan_rule *rule, struct str holder, const struct json_node *item)
{
	static const char *const built_in_holders[] = { "account", "broker", "realm-management" };
	struct str what = str_from(rule->what), name = json_tree_get_text(item, STR("name"));
	const struct json_node *built_in = json_node_find(item, STR("builtIn"));
	if (str_eq_z(what, "client"))
		return is_built_in_client(item);
	if (str_eq_z(what, "flow"))
		return built_in && built_in->kind == JSON_NODE_BOOL && built_in->boolean;
	if (str_eq_z(what, "client scope"))
		return str_eq_z(name, "offline_access");
	if (!str_eq_z(what, "role"))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(built_in_holders); i++)
		if (str_eq_z(holder, built_in_holders[i]))
			return true;
	return !holder.n && (str_eq_z(name, "offline_access") || str_eq_z(name, "uma_authorization") ||
				    str_starts(name, STR("default-roles-")));
}

static void note_gone(struct merging *m, const struct plan_rule *rule, struct str holder, struct str key)
{
	struct str name = holder.n ? arena_format(m->arena, "%s %.*s/%.*s", rule->what, STR_ARG(holder),
					     STR_ARG(key))
				   : arena_format(m->arena, "%s %.*s", rule->what, STR_ARG(key));
	table_put(&m->gone, name, rule);
}

/* ---- keyed lists ---- */

struct slot {
	struct json_node *item;
	bool taken;
};

/* The live item that a file's item is about; NULL: a new one. */
static struct slot *find_slot(struct merging *m, const struct plan_rule *rule, struct slot *slots,
	size_t n, const struct table *by_key, const struct json_node *item)
{
	struct str id = json_tree_get_text(item, STR("id")), key = plan_key(m->arena, rule, item);
	if (!rule->by_id)
		return table_get(by_key, key);
	for (size_t i = 0; i < n; i++)
		if (id.n && !slots[i].taken &&
			str_eq(json_tree_get_text(slots[i].item, STR("id")), id))
			return &slots[i];
	for (size_t i = 0; i < n; i++)
		if (!slots[i].taken && str_eq(plan_key(m->arena, rule, slots[i].item), key))
			return &slots[i];
	return NULL;
}

static struct json_node *merge_keyed(struct merging *m, const struct plan_rule *rule,
	struct str holder, const struct json_node *live, const struct json_node *file)
{
	struct json_node *result = json_node_list(m->arena);
	struct slot *slots = arena_array(m->arena, live->n, sizeof *slots);
	struct table by_key = table_new(m->arena, live->n);
	for (size_t i = 0; i < live->n; i++) {
		slots[i] = (struct slot){ live->items[i], false };
		table_put(&by_key, plan_key(m->arena, rule, live->items[i]), &slots[i]);
	}
	for (size_t i = 0; i < file->n; i++) {
		struct slot *slot = find_slot(m, rule, slots, live->n, &by_key, file->items[i]);
		if (!slot || slot->taken)
			continue;
		slot->item = merge(m, NULL, false, (struct str){ NULL, 0 }, slot->item, file->items[i]);
		slot->taken = true;
		/* An empty object says that this one has been dealt with. */
		file->items[i] = json_node_null(m->arena);
	}
	for (size_t i = 0; i < live->n; i++) {
		if (slots[i].taken || !m->prune || is_kept(rule, holder, slots[i].item))
			json_node_add(result, slots[i].item);
		else
			note_gone(m, rule, holder, plan_key(m->arena, rule, slots[i].item));
	}
	for (size_t i = 0; i < file->n; i++)
		if (file->items[i]->kind == JSON_NODE_OBJECT)
			json_node_add(result, file->items[i]);
	return result;
}

/* ---- all else ---- */

/* Members whose value is a map from names of things to lists of things. */
static bool is_map(const struct plan_rule *rule)
{
	static const char *const names[] = { "roles.client", "components", "subComponents",
		"clientScopeMappings" };
	for (size_t i = 0; rule && i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(str_from(rule->name), names[i]))
			return true;
	return false;
}

static struct json_node *merge_objects(struct merging *m, const struct plan_rule *rule, bool map,
	const struct json_node *live, const struct json_node *file)
{
	struct json_node *result = json_node_object(m->arena);
	struct table of_file = table_new(m->arena, file->n);
	for (size_t i = 0; i < file->n; i++)
		table_put(&of_file, file->members[i].name, file->members[i].value);
	for (size_t i = 0; i < live->n; i++) {
		struct str name = live->members[i].name;
		struct json_node *now = live->members[i].value, *wanted = table_get(&of_file, name);
		const struct plan_rule *below = map ? rule : plan_rule_of(rule, name);
		if (wanted && wanted->kind != JSON_NODE_NULL && !is_mask(wanted) && !is_identity(name))
			now = merge(m, below, !map && is_map(below), map ? name : (struct str){ NULL, 0 },
				now, wanted);
		json_node_append(result, name, now);
	}
	struct table of_live = table_new(m->arena, live->n);
	for (size_t i = 0; i < live->n; i++)
		table_put(&of_live, live->members[i].name, live->members[i].value);
	for (size_t i = 0; i < file->n; i++)
		if (!table_get(&of_live, file->members[i].name) &&
			file->members[i].value->kind != JSON_NODE_NULL)
			json_node_append(result, file->members[i].name, file->members[i].value);
	return result;
}

static struct json_node *merge(struct merging *m, const struct plan_rule *rule, bool map,
	struct str holder, struct json_node *live, struct json_node *file)
{
	if (plan_is_keyed(rule, live) && plan_is_keyed(rule, file))
		return merge_keyed(m, rule, holder, live, file);
	if (live->kind == JSON_NODE_OBJECT && file->kind == JSON_NODE_OBJECT)
		return merge_objects(m, rule, map, live, file);
	return file;
}

/* ---- what named the things removed ---- */

static bool is_gone(const struct merging *m, const char *what, struct str holder, struct str name)
{
	struct str key = holder.n ? arena_format(m->arena, "%s %.*s/%.*s", what, STR_ARG(holder), STR_ARG(name))
				  : arena_format(m->arena, "%s %.*s", what, STR_ARG(name));
	return table_get(&m->gone, key) != NULL;
}

static void drop_names(struct merging *m, const char *what, struct str holder, struct json_node *list)
{
	size_t left = 0;
	for (size_t i = 0; list && list->kind == JSON_NODE_LIST && i < list->n; i++)
		if (!is_gone(m, what, holder, list->items[i]->text))
			list->items[left++] = list->items[i];
	if (list && list->kind == JSON_NODE_LIST)
		list->n = left;
}

/* {clientId: [role ...]}: of clients and roles that go. */
static void drop_client_names(struct merging *m, struct json_node *map)
{
	size_t left = 0;
	for (size_t i = 0; map && map->kind == JSON_NODE_OBJECT && i < map->n; i++) {
		if (is_gone(m, "client", STR(""), map->members[i].name))
			continue;
		drop_names(m, "role", map->members[i].name, map->members[i].value);
		map->members[left++] = map->members[i];
	}
	if (map && map->kind == JSON_NODE_OBJECT)
		map->n = left;
}

static void drop_of_roles(struct merging *m, const struct json_node *roles)
{
	for (size_t i = 0; roles && roles->kind == JSON_NODE_LIST && i < roles->n; i++) {
		struct json_node *composites = json_node_find(roles->items[i], STR("composites"));
		if (!composites || composites->kind != JSON_NODE_OBJECT)
			continue;
		drop_names(m, "role", STR(""), json_node_find(composites, STR("realm")));
		drop_client_names(m, json_node_find(composites, STR("client")));
	}
}

static void drop_of_groups(struct merging *m, const struct json_node *groups)
{
	for (size_t i = 0; groups && groups->kind == JSON_NODE_LIST && i < groups->n; i++) {
		drop_names(m, "role", STR(""), json_node_find(groups->items[i], STR("realmRoles")));
		drop_client_names(m, json_node_find(groups->items[i], STR("clientRoles")));
		drop_of_groups(m, json_node_find(groups->items[i], STR("subGroups")));
	}
}

static void drop_of_mappings(struct merging *m, struct str client, struct json_node *list)
{
	size_t left = 0;
	for (size_t i = 0; list && list->kind == JSON_NODE_LIST && i < list->n; i++) {
		const struct json_node *one = list->items[i];
		if (is_gone(m, "client", STR(""), json_tree_get_text(one, STR("client"))) ||
			is_gone(m, "client scope", STR(""), json_tree_get_text(one, STR("clientScope"))))
			continue;
		drop_names(m, "role", client, json_node_find(one, STR("roles")));
		list->items[left++] = list->items[i];
	}
	if (list && list->kind == JSON_NODE_LIST)
		list->n = left;
}

static void note_paths(struct merging *m, struct table *paths, struct str above, const struct json_node *groups)
{
	for (size_t i = 0; groups && groups->kind == JSON_NODE_LIST && i < groups->n; i++) {
		struct str name = json_tree_get_text(groups->items[i], STR("name"));
		struct str path = arena_format(m->arena, "%.*s/%.*s", STR_ARG(above), STR_ARG(name));
		table_put(paths, path, groups->items[i]);
		note_paths(m, paths, path, json_node_find(groups->items[i], STR("subGroups")));
	}
}

static void drop_default_groups(struct merging *m, const struct json_node *realm)
{
	struct json_node *list = json_node_find(realm, STR("defaultGroups"));
	struct table paths = table_new(m->arena, 0);
	size_t left = 0;
	if (!list || list->kind != JSON_NODE_LIST)
		return;
	note_paths(m, &paths, STR(""), json_node_find(realm, STR("groups")));
	for (size_t i = 0; i < list->n; i++)
		if (table_get(&paths, list->items[i]->text))
			list->items[left++] = list->items[i];
	list->n = left;
}

/* Client scopes that go leave the lists of clients when the draft is resolved. */
static void drop_references(struct merging *m, struct json_node *realm)
{
	struct json_node *roles = json_node_find(realm, STR("roles"));
	struct json_node *client_roles = roles ? json_node_find(roles, STR("client")) : NULL;
	struct json_node *mappings = json_node_find(realm, STR("clientScopeMappings"));
	if (roles)
		drop_of_roles(m, json_node_find(roles, STR("realm")));
	drop_client_names(m, client_roles);
	for (size_t i = 0; client_roles && i < client_roles->n; i++)
		drop_of_roles(m, client_roles->members[i].value);
	drop_of_groups(m, json_node_find(realm, STR("groups")));
	drop_default_groups(m, realm);
	drop_of_mappings(m, STR(""), json_node_find(realm, STR("scopeMappings")));
	drop_client_names(m, mappings);
	for (size_t i = 0; mappings && i < mappings->n; i++)
		drop_of_mappings(m, mappings->members[i].name, mappings->members[i].value);
}

struct json_node *plan_merge(struct arena *arena, const struct json_node *live,
	const struct json_node *file, bool prune)
{
	static const char *const not_theirs[] = { "users", "defaultRole", "keycloakVersion", "realm" };
	struct merging m = { .arena = arena, .prune = prune, .gone = table_new(arena, 0) };
	struct json_node *wanted = json_node_object(arena);
	for (size_t i = 0; i < file->n; i++) {
		bool left_out = false;
		for (size_t j = 0; j < ARRAY_LENGTH(not_theirs); j++)
			left_out |= str_eq_z(file->members[i].name, not_theirs[j]);
		if (!left_out)
			json_node_append(wanted, file->members[i].name, file->members[i].value);
	}
	struct json_node *result = merge_objects(&m, NULL, false, live, wanted);
	if (m.gone.n)
		drop_references(&m, result);
	return result;
}

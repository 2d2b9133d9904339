/* Reading all rows of a realm and tying them together; see realm_rows.h. */
#include "crypto/seal.h"
#include "json/tree.h"
#include "json/write.h"
#include "model/group_path.h"
#include "model/possible.h"
#include "store/components.h"
#include "store/groups.h"
#include "store/realm_rows.h"
#include "store/rows.h"
#include "store/sealed.h"
#include "store/statements.h"

struct load {
	struct store *store;
	struct db *db;
	struct arena *arena;
	struct loaded *to;
	struct why *why;
};

static enum error_code query(
	struct load *load, const struct db_statement *statement, struct db_rows *ret_rows)
{
	return db_query(load->db, statement, DB_VALUES(db_text(load->to->realm->settings.id)),
		load->arena, ret_rows, load->why);
}

/* A row's JSON. What the store wrote itself and cannot read is damaged. */
static enum error_code read_doc(struct load *load, struct str doc, const struct json_shape *shape,
	const char *what, struct str id, void *ret_object)
{
	struct json_read_options options = representation_options(what);
	struct why why = { "" };
	enum error_code error = json_read(load->arena, doc, shape, &options, ret_object, &why);
	if (error)
		return error_because(
			load->why, ERROR_CORRUPT, "%s %.*s: %s", what, STR_ARG(id), why.text);
	return error;
}

static enum error_code read_sealed(struct load *load, struct str text, const char *kind,
	struct str id, const struct json_shape *shape, void *ret_object)
{
	if (!text.n)
		return OK;
	SECRET_SCOPED plain = { NULL, 0 };
	struct str what = arena_format(load->arena, "%s:%.*s", kind, STR_ARG(id));
	enum error_code error = seal_open(load->store->seal_key, what, text, &plain, load->why);
	return error ? error : read_doc(load, secret_str(&plain), shape, kind, id, ret_object);
}

/* ---- the things one by one ---- */

/* What the realm says in words of its own. */
static struct str own_texts(struct arena *arena, struct str kept)
{
	struct json_node *members;
	if (!str_contains(kept, STR("\"localizationTexts\"")) || json_tree_read(arena, kept, &members, NULL) != OK)
		return STR("");
	const struct json_node *texts = json_node_find(members, STR("localizationTexts"));
	return texts && texts->kind == JSON_NODE_OBJECT ? json_tree_text(arena, texts) : STR("");
}

static enum error_code load_head(struct load *load, struct str name, struct str id)
{
	struct loaded *to = load->to;
	struct db_rows rows;
	enum error_code error =
		db_query(load->db, name.n ? &statement_realm_by_name : &statement_realm_by_id,
			DB_VALUES(db_text(name.n ? name : id)), load->arena, &rows, load->why);
	if (error)
		return error;
	if (!rows.n)
		return error_because(load->why, ERROR_NAME_NOT_FOUND, "there is no realm \"%.*s\"",
			STR_ARG(str_take(name.n ? name : id, 80)));
	struct row row = { &rows, 0, 0 };
	struct realm *realm = arena_alloc(load->arena, sizeof *realm);
	struct realm_settings *settings = &to->rep.settings;
	struct str row_id = next_text(&row), row_name = next_text(&row);
	realm->version = next_int(&row);
	bool enabled = next_bool(&row);
	realm->deleted = next_bool(&row);
	realm->sessions_ended_before_ms = next_int(&row);
	realm->remembered_ended_before_ms = next_int(&row);
	struct str default_role_id = next_text(&row), doc = next_text(&row);
	if ((error = read_doc(load, doc, &realm_shape, "realm", row_id, &to->rep)) ||
		(error = read_sealed(
			 load, next_text(&row), "realm", row_id, &realm_shape, &to->rep)))
		return error;
	settings->id = row_id;
	settings->name = row_name;
	settings->enabled = enabled;
	struct why why = { "" };
	if (realm_check(&to->rep, "realm", &why))
		return error_because(load->why, ERROR_CORRUPT, "%s", why.text);
	to->rep.default_role = arena_alloc(load->arena, sizeof *to->rep.default_role);
	to->rep.default_role->role.id = default_role_id;
	realm->settings = *settings;
	realm->localization = own_texts(load->arena, to->rep.kept);
	to->realm = realm;
	return OK;
}

static enum error_code load_scopes(struct load *load)
{
	struct realm *realm = load->to->realm;
	struct db_rows rows;
	enum error_code error = query(load, &statement_scope_list, &rows);
	if (error)
		return error;
	load->to->scopes = arena_array(load->arena, rows.n, sizeof *load->to->scopes);
	realm->client_scopes = arena_array(load->arena, rows.n, sizeof *realm->client_scopes);
	realm->client_scopes_n = rows.n;
	realm->scope_by_name = table_new(load->arena, rows.n);
	for (size_t i = 0; i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct scope_rep *rep = &load->to->scopes[i];
		struct str id = next_text(&row), name = next_text(&row);
		if ((error = read_doc(
			     load, next_text(&row), &scope_shape, "client scope", id, rep)))
			return error;
		rep->scope.id = id;
		rep->scope.name = name;
		realm->client_scopes[i] = rep->scope;
		table_put(&realm->scope_by_name, name, &realm->client_scopes[i]);
	}
	return OK;
}

static enum error_code load_client(struct load *load, struct row *row, struct client_rep *rep)
{
	struct str id = next_text(row), client_id = next_text(row);
	struct sealed_client secret = { .secret = { NULL, 0 } };
	enum error_code error;
	*rep = client_rep_default;
	if ((error = read_doc(load, next_text(row), &client_shape, "client", id, rep)) ||
		(error = read_sealed(
			 load, next_text(row), "client", id, &sealed_client_shape, &secret)))
		return error;
	rep->client.id = id;
	rep->client.client_id = client_id;
	rep->client.secret = secret.secret;
	rep->client.sessions_ended_before_ms = next_int(row);
	struct attributes *attributes = &rep->client.attributes;
	for (size_t i = 0; i < secret.attributes.n; i++)
		*(struct json_pair *)arena_push(load->arena, &attributes->pairs, &attributes->n,
			sizeof *attributes->pairs) = secret.attributes.pairs[i];
	return OK;
}

static void judge_client(struct load *load, struct client *client)
{
	client->not_possible = client_not_possible(load->arena, &load->to->rep, client);
	client->direct_grant_not_possible =
		client_direct_grant_not_possible(load->arena, &load->to->rep, client);
	client->limits =
		client_session_limits(load->arena, &load->to->rep, client, STR("browser"));
	client->direct_grant_limits =
		client_session_limits(load->arena, &load->to->rep, client, STR("direct_grant"));
}

static enum error_code load_clients(struct load *load)
{
	struct realm *realm = load->to->realm;
	struct db_rows rows;
	enum error_code error = query(load, &statement_client_list, &rows);
	if (error)
		return error;
	load->to->clients = arena_array(load->arena, rows.n, sizeof *load->to->clients);
	realm->clients = arena_array(load->arena, rows.n, sizeof *realm->clients);
	realm->clients_n = rows.n;
	realm->client_by_id = table_new(load->arena, rows.n);
	realm->client_by_client_id = table_new(load->arena, rows.n);
	for (size_t i = 0; i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct client *client = &realm->clients[i];
		if ((error = load_client(load, &row, &load->to->clients[i])))
			return error;
		judge_client(load, &load->to->clients[i].client);
		*client = load->to->clients[i].client;
		table_put(&realm->client_by_id, client->id, client);
		table_put(&realm->client_by_client_id, client->client_id, client);
	}
	return OK;
}

/* Clients that are no more, as they were, while a mass job still has to tell them. */
static enum error_code load_gone_clients(struct load *load)
{
	struct realm *realm = load->to->realm;
	struct db_rows rows;
	enum error_code error = query(load, &statement_job_gone_clients, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct client_rep rep = client_rep_default;
		struct str id = next_text(&row), client_id = next_text(&row);
		error = read_doc(load, next_text(&row), &client_shape, "deleted client", id, &rep);
		if (error)
			break;
		rep.client.id = id;
		rep.client.client_id = client_id;
		*(struct client *)arena_push(load->arena, &realm->gone_clients, &realm->gone_clients_n,
			sizeof *realm->gone_clients) = rep.client;
	}
	return error;
}

static enum error_code load_roles(struct load *load)
{
	struct realm *realm = load->to->realm;
	struct db_rows rows;
	enum error_code error = query(load, &statement_role_list, &rows);
	if (error)
		return error;
	load->to->roles = arena_array(load->arena, rows.n, sizeof *load->to->roles);
	realm->roles = arena_array(load->arena, rows.n, sizeof *realm->roles);
	realm->roles_n = rows.n;
	realm->role_by_id = table_new(load->arena, rows.n);
	for (size_t i = 0; i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct role_rep *rep = &load->to->roles[i];
		struct role *role = &realm->roles[i];
		struct str id = next_text(&row), client_id = next_text(&row),
			   name = next_text(&row);
		if ((error = read_doc(load, next_text(&row), &role_shape, "role", id, rep)))
			return error;
		rep->role.id = id;
		rep->role.name = name;
		rep->client_role = client_id.n > 0;
		rep->composite = false;
		rep->container_id = client_id.n ? client_id : realm->settings.id;
		*role = rep->role;
		table_put(&realm->role_by_id, id, role);
		role->client = table_get(&realm->client_by_id, client_id);
		if (role->client)
			*(struct role **)arena_push(load->arena, &role->client->roles,
				&role->client->roles_n, sizeof *role->client->roles) = role;
		if (str_eq(id, load->to->rep.default_role->role.id))
			realm->default_role = role;
	}
	return OK;
}

static enum error_code load_groups(struct load *load)
{
	struct realm *realm = load->to->realm;
	struct db_rows rows;
	enum error_code error = query(load, &statement_group_list, &rows);
	if (error)
		return error;
	load->to->groups = arena_array(load->arena, rows.n, sizeof *load->to->groups);
	realm->groups = arena_array(load->arena, rows.n, sizeof *realm->groups);
	realm->groups_n = rows.n;
	realm->group_by_id = table_new(load->arena, rows.n);
	for (size_t i = 0; i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct group_rep *rep = &load->to->groups[i];
		struct str id = next_text(&row), parent = next_text(&row), name = next_text(&row);
		if ((error = read_doc(load, next_text(&row), &group_shape, "group", id, rep)))
			return error;
		rep->group.id = id;
		rep->group.name = name;
		rep->parent_id = parent;
		realm->groups[i] = rep->group;
		table_put(&realm->group_by_id, id, &realm->groups[i]);
	}
	return OK;
}

static enum error_code load_component(struct load *load, struct row *row, struct component_rep *rep)
{
	struct sealed_component secret = { NULL, 0 };
	struct str id = next_text(row), parent = next_text(row), type = next_text(row);
	enum error_code error;
	if ((error = read_doc(load, next_text(row), &component_shape, "component", id, rep)) ||
		(error = read_sealed(
			 load, next_text(row), "component", id, &sealed_component_shape, &secret)))
		return error;
	rep->id = id;
	rep->parent_id = parent;
	rep->provider_type = type;
	/* One list of both; what json_read made has no room of its own. */
	struct json_list_pair *all =
		arena_array(load->arena, rep->config_n + secret.config_n, sizeof *all);
	for (size_t i = 0; i < rep->config_n; i++)
		all[i] = rep->config[i];
	for (size_t i = 0; i < secret.config_n; i++)
		all[rep->config_n + i] = secret.config[i];
	rep->config = all;
	rep->config_n += secret.config_n;
	return OK;
}

static enum error_code load_components(struct load *load)
{
	struct db_rows rows;
	enum error_code error = query(load, &statement_component_list, &rows);
	if (error)
		return error;
	load->to->components = arena_array(load->arena, rows.n, sizeof *load->to->components);
	load->to->components_n = rows.n;
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		error = load_component(load, &row, &load->to->components[i]);
	}
	return error;
}

/* ---- what ties them together ---- */

static void push_pointer(struct arena *arena, void *list, size_t *n, const void *pointer)
{
	*(const void **)arena_push(arena, list, n, sizeof(void *)) = pointer;
}

static void push_name(struct arena *arena, struct str_list *list, struct str name)
{
	*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) = name;
}

/* The list of `key` in a map of lists, made when it is not there. */
static void push_mapped(struct arena *arena, struct json_list_pair **pairs, size_t *n,
	struct str key, struct str name)
{
	struct json_list_pair *pair = NULL;
	for (size_t i = 0; !pair && i < *n; i++)
		if (str_eq((*pairs)[i].key, key))
			pair = &(*pairs)[i];
	if (!pair) {
		pair = arena_push(arena, pairs, n, sizeof **pairs);
		pair->key = key;
	}
	*(struct str *)arena_push(arena, &pair->values, &pair->n, sizeof *pair->values) = name;
}

static struct table scope_ids(struct load *load)
{
	struct realm *realm = load->to->realm;
	struct table table = table_new(load->arena, realm->client_scopes_n);
	for (size_t i = 0; i < realm->client_scopes_n; i++)
		table_put(&table, realm->client_scopes[i].id, &realm->client_scopes[i]);
	return table;
}

static enum error_code load_scope_links(struct load *load, const struct table *scopes)
{
	struct realm *realm = load->to->realm;
	struct db_rows rows;
	enum error_code error = query(load, &statement_scope_link_list, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct client *client = table_get(&realm->client_by_id, next_text(&row));
		struct client_scope *scope = table_get(scopes, next_text(&row));
		if (!client || !scope)
			continue;
		struct client_rep *rep = &load->to->clients[client - realm->clients];
		if (next_bool(&row)) {
			push_pointer(load->arena, &client->optional_scopes,
				&client->optional_scopes_n, scope);
			push_name(load->arena, &rep->optional_scopes, scope->name);
		} else {
			push_pointer(load->arena, &client->default_scopes,
				&client->default_scopes_n, scope);
			push_name(load->arena, &rep->default_scopes, scope->name);
		}
	}
	if (error || (error = query(load, &statement_realm_scope_link_list, &rows)))
		return error;
	for (size_t i = 0; i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct client_scope *scope = table_get(scopes, next_text(&row));
		if (!scope)
			continue;
		bool optional = next_bool(&row);
		push_pointer(load->arena,
			optional ? &realm->optional_scopes : &realm->default_scopes,
			optional ? &realm->optional_scopes_n : &realm->default_scopes_n, scope);
		push_name(load->arena,
			optional ? &load->to->rep.optional_scopes : &load->to->rep.default_scopes,
			scope->name);
	}
	return OK;
}

static enum error_code load_composites(struct load *load)
{
	struct realm *realm = load->to->realm;
	struct db_rows rows;
	enum error_code error = query(load, &statement_role_composite_list, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct role *role = table_get(&realm->role_by_id, next_text(&row));
		struct role *child = table_get(&realm->role_by_id, next_text(&row));
		if (!role || !child)
			continue;
		struct role_rep *rep = &load->to->roles[role - realm->roles];
		rep->composite = true;
		push_pointer(load->arena, &role->composites, &role->composites_n, child);
		if (child->client)
			push_mapped(load->arena, &rep->composites.clients,
				&rep->composites.clients_n, child->client->client_id, child->name);
		else
			push_name(load->arena, &rep->composites.realm, child->name);
	}
	return error;
}

static enum error_code load_mappings(struct load *load, const struct table *scopes)
{
	struct loaded *to = load->to;
	struct db_rows rows;
	enum error_code error = query(load, &statement_scope_mapping_list, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct str holder = next_text(&row);
		struct client *client = table_get(&to->realm->client_by_id, holder);
		struct client_scope *scope = table_get(scopes, holder);
		struct role *role = table_get(&to->realm->role_by_id, next_text(&row));
		if (!role || (!client && !scope))
			continue;
		*(struct scope_mapping_row *)arena_push(
			load->arena, &to->mappings, &to->mappings_n, sizeof *to->mappings) =
			(struct scope_mapping_row){ client, client ? NULL : scope, role };
		if (client)
			push_pointer(
				load->arena, &client->scope_roles, &client->scope_roles_n, role);
		else
			push_pointer(load->arena, &scope->scope_roles, &scope->scope_roles_n, role);
	}
	return error;
}

static struct str path_of(struct load *load, struct group *group, int depth)
{
	if (group->path.n || depth > REPRESENTATION_GROUP_DEPTH)
		return group->path;
	struct str parent = { NULL, 0 };
	if (group->parent)
		parent = path_of(load, group->parent, depth + 1);
	group->path = arena_join(
		load->arena, parent, group_path_piece(load->arena, group->name), (struct str){ NULL, 0 });
	return group->path;
}

static enum error_code tie_groups(struct load *load)
{
	struct realm *realm = load->to->realm;
	struct loaded *to = load->to;
	struct db_rows rows;
	struct table paths = table_new(load->arena, realm->groups_n);
	for (size_t i = 0; i < realm->groups_n; i++)
		realm->groups[i].parent = table_get(&realm->group_by_id, to->groups[i].parent_id);
	for (size_t i = 0; i < realm->groups_n; i++) {
		to->groups[i].group.path = path_of(load, &realm->groups[i], 0);
		table_put(&paths, to->groups[i].group.path, &realm->groups[i]);
	}
	for (size_t i = 0; i < to->rep.default_groups.n; i++) {
		struct str path = to->rep.default_groups.items[i];
		struct group *group = table_get(&paths, path);
		for (size_t k = 0; !group && k < realm->groups_n; k++) /* a file's, with slashes in names */
			if (str_eq(group_path(load->arena, &realm->groups[k]), path))
				group = &realm->groups[k];
		if (group)
			push_pointer(load->arena, &realm->default_groups, &realm->default_groups_n,
				group);
	}
	enum error_code error = query(load, &statement_group_role_list, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct group *group = table_get(&realm->group_by_id, next_text(&row));
		struct role *role = table_get(&realm->role_by_id, next_text(&row));
		if (!group || !role)
			continue;
		struct group_rep *rep = &to->groups[group - realm->groups];
		push_pointer(load->arena, &group->roles, &group->roles_n, role);
		if (role->client)
			push_mapped(load->arena, &rep->client_roles, &rep->client_roles_n,
				role->client->client_id, role->name);
		else
			push_name(load->arena, &rep->realm_roles, role->name);
	}
	return error;
}

static void finish(struct load *load)
{
	struct loaded *to = load->to;
	struct realm *realm = to->realm;
	realm->not_possible =
		flow_not_possible(load->arena, &to->rep, realm->settings.browser_flow);
	realm->direct_grant_not_possible =
		flow_not_possible(load->arena, &to->rep, realm->settings.direct_grant_flow);
	realm->limits = flow_session_limits(&to->rep, realm->settings.browser_flow);
	realm->direct_grant_limits =
		flow_session_limits(&to->rep, realm->settings.direct_grant_flow);
	realm->password_reference = flow_password_reference(&to->rep, realm->settings.browser_flow);
	if (!realm->default_role) {
		to->rep.default_role = NULL;
		return;
	}
	struct role_rep *brief = to->rep.default_role;
	brief->role = *realm->default_role;
	brief->composite = realm->default_role->composites_n > 0;
	brief->container_id = realm->settings.id;
}

static enum error_code load_all(struct load *load, struct str name, struct str id)
{
	enum error_code error;
	struct table scopes;
	if ((error = load_head(load, name, id)) || (error = load_scopes(load)) ||
		(error = load_clients(load)) || (error = load_gone_clients(load)) ||
		(error = load_roles(load)) ||
		(error = load_groups(load)) || (error = load_components(load)))
		return error;
	scopes = scope_ids(load);
	if ((error = load_scope_links(load, &scopes)) || (error = load_composites(load)) ||
		(error = load_mappings(load, &scopes)) || (error = tie_groups(load)))
		return error;
	finish(load);
	return OK;
}

/* The default role without what it holds. */
static enum error_code load_default_role(struct load *load)
{
	struct loaded *to = load->to;
	struct db_rows rows;
	struct role_rep *brief = to->rep.default_role;
	struct str id = brief->role.id;
	to->rep.default_role = NULL;
	enum error_code error = db_query(load->db, &statement_role_default,
		DB_VALUES(db_text(to->realm->settings.id), db_text(id)), load->arena, &rows, load->why);
	if (error || !rows.n)
		return error;
	struct role_rep rep = { .composite = false };
	struct row row = { &rows, 0, 1 };
	struct str name = next_text(&row);
	if ((error = read_doc(load, next_text(&row), &role_shape, "role", id, &rep)))
		return error;
	brief->role = rep.role;
	brief->role.id = id;
	brief->role.name = name;
	brief->composite = next_int(&row) != 0;
	brief->container_id = to->realm->settings.id;
	to->rep.default_role = brief;
	return OK;
}

/* Groups have to be known where the realm names some by their paths. */
static enum error_code load_alone(struct load *load, struct str name)
{
	enum error_code error = load_head(load, name, STR(""));
	if (!error)
		error = load_default_role(load);
	if (!error && load->to->rep.default_groups.n && !(error = load_groups(load)))
		error = tie_groups(load);
	return error;
}

/* ---- for the world ---- */

/* Runs `work` in a read transaction: the rows of one moment. */
static enum error_code read_moment(
	struct load *load, enum error_code (*work)(struct load *load, void *argument), void *argument)
{
	enum error_code error = db_pool_take(load->store->readers, &load->db, load->why);
	if (error)
		return error;
	if (!db_in_transaction(load->db))
		error = db_begin(load->db, DB_READ, load->why);
	if (!error)
		error = work(load, argument);
	db_pool_give(load->store->readers, load->db);
	return error;
}

struct wanted_realm {
	struct str name, id;
};

static enum error_code read_all(struct load *load, void *argument)
{
	const struct wanted_realm *wanted = argument;
	return load_all(load, wanted->name, wanted->id);
}

static enum error_code read_alone(struct load *load, void *argument)
{
	const struct str *name = argument;
	return load_alone(load, *name);
}

enum error_code realm_rows_load_alone(struct store *store, struct arena *arena, struct str name,
	struct loaded *ret_loaded, struct why *reterr_why)
{
	struct loaded loaded = { .realm = NULL };
	struct load load = { .store = store, .arena = arena, .to = &loaded, .why = reterr_why };
	enum error_code error = read_moment(&load, read_alone, &name);
	if (!error)
		*ret_loaded = loaded;
	return error;
}

enum error_code realm_rows_load(struct store *store, struct arena *arena, struct str name,
	struct str id, struct loaded *ret_loaded, struct why *reterr_why)
{
	struct loaded loaded = { .realm = NULL };
	struct load load = { .store = store, .arena = arena, .to = &loaded, .why = reterr_why };
	struct wanted_realm wanted = { name, id };
	enum error_code error = read_moment(&load, read_all, &wanted);
	if (error)
		return error;
	*ret_loaded = loaded;
	return OK;
}

/* ---- one thing in full ---- */

struct reading_clients {
	struct str realm_id, id; /* id empty: all */
	struct client_rep *clients;
	size_t n;
	int64_t version;
};

/* Both lists are in the order of clients' ids only by chance: found by id. */
static enum error_code read_scope_names(struct load *load, struct reading_clients *reading)
{
	struct db_rows rows;
	struct table by_id = table_new(load->arena, reading->n);
	enum error_code error = db_query(load->db, &statement_scope_link_names,
		DB_VALUES(db_text(reading->realm_id), db_text(reading->id)), load->arena, &rows,
		load->why);
	for (size_t i = 0; !error && i < reading->n; i++)
		table_put(&by_id, reading->clients[i].client.id, &reading->clients[i]);
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct client_rep *rep = table_get(&by_id, next_text(&row));
		struct str name = next_text(&row);
		if (rep)
			push_name(load->arena,
				next_bool(&row) ? &rep->optional_scopes : &rep->default_scopes,
				name);
	}
	return error;
}

static enum error_code read_clients(struct load *load, void *argument)
{
	struct reading_clients *reading = argument;
	struct db_value values[] = { db_text(reading->realm_id), db_text(reading->id) };
	struct db_rows rows;
	enum error_code error = db_query(load->db,
		reading->id.n ? &statement_client_find : &statement_client_list,
		(struct db_values){ values, reading->id.n ? 2 : 1 }, load->arena, &rows, load->why);
	if (error)
		return error;
	reading->clients = arena_array(load->arena, rows.n, sizeof *reading->clients);
	reading->n = rows.n;
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		error = load_client(load, &row, &reading->clients[i]);
		if (!error && reading->id.n)
			reading->version = next_int(&row);
	}
	return error ? error : read_scope_names(load, reading);
}

enum error_code store_find_client(struct store *store, struct arena *arena, struct str realm_id,
	struct str id, struct client_rep *ret_client, int64_t *ret_version, struct why *reterr_why)
{
	struct load load = { .store = store, .arena = arena, .why = reterr_why };
	struct reading_clients reading = { .realm_id = realm_id, .id = id };
	enum error_code error = id.n ? read_moment(&load, read_clients, &reading) : OK;
	if (error)
		return error;
	if (!reading.n)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "there is no client \"%.*s\"",
			STR_ARG(str_take(id, 80)));
	*ret_client = reading.clients[0];
	*ret_version = reading.version;
	return OK;
}

enum error_code store_list_clients(struct store *store, struct arena *arena, struct str realm_id,
	struct client_rep **ret_clients, size_t *ret_n, struct why *reterr_why)
{
	struct load load = { .store = store, .arena = arena, .why = reterr_why };
	struct reading_clients reading = { .realm_id = realm_id };
	enum error_code error = read_moment(&load, read_clients, &reading);
	if (error)
		return error;
	*ret_clients = reading.clients;
	*ret_n = reading.n;
	return OK;
}

static enum error_code read_realm(struct load *load, void *argument)
{
	const struct str *id = argument;
	return load_head(load, (struct str){ NULL, 0 }, *id);
}

enum error_code store_find_realm(struct store *store, struct arena *arena, struct str id,
	struct realm_rep *ret_realm, int64_t *ret_version, struct why *reterr_why)
{
	struct loaded loaded = { .realm = NULL };
	struct load load = { .store = store, .arena = arena, .to = &loaded, .why = reterr_why };
	enum error_code error = read_moment(&load, read_realm, &id);
	if (error)
		return error;
	loaded.rep.default_role = NULL;
	*ret_realm = loaded.rep;
	*ret_version = loaded.realm->version;
	return OK;
}

static enum error_code read_components(struct load *load, void *argument)
{
	(void)argument;
	return load_components(load);
}

enum error_code store_list_components(struct store *store, struct arena *arena, struct str realm_id,
	struct component_rep **ret_components, size_t *ret_n, struct why *reterr_why)
{
	struct realm realm = { .settings.id = realm_id };
	struct loaded loaded = { .realm = &realm };
	struct load load = { .store = store, .arena = arena, .to = &loaded, .why = reterr_why };
	enum error_code error = read_moment(&load, read_components, NULL);
	if (error)
		return error;
	*ret_components = loaded.components;
	*ret_n = loaded.components_n;
	return OK;
}

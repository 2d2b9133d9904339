/* What Keycloak gives a realm whose file leaves things out; see draft.h. */
#include "base/tables.h"
#include "crypto/sign_key.h"
#include "crypto/random.h"
#include "json/write.h"
#include "model/mirrored.h"
#include "model/own_attributes.h"
#include "store/defaults.h"
#include "store/draft.h"
#include "store/keys.h"

#define MANAGEMENT "realm-management"
#define CLIENT_POLICY "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"

/* ---- small things ---- */

static void push_pointer(struct draft *draft, void *list, size_t *n, void *pointer)
{
	*(void **)arena_push(draft->arena, list, n, sizeof(void *)) = pointer;
}

static void push_name(struct draft *draft, struct str_list *list, struct str name)
{
	if (!str_list_has(list, name))
		*(struct str *)arena_push(
			draft->arena, &list->items, &list->n, sizeof *list->items) = name;
}

/* A draft of its own that holds one text of defaults.h. */
static enum error_code read_defaults(
	struct draft *draft, const char *json, struct draft **ret_defaults, struct why *reterr_why)
{
	struct draft *defaults = draft_new(draft->arena, draft->now_ms);
	defaults->realm.settings.name = draft->realm.settings.name;
	enum error_code error = draft_take_defaults(defaults, json, reterr_why);
	*ret_defaults = defaults;
	return error;
}

static struct draft_client *find_client(const struct draft *draft, struct str client_id)
{
	return table_get(&draft->client_by_client_id, client_id);
}

static struct draft_role *need_role(
	struct draft *draft, struct draft_client *client, struct str name, struct str description)
{
	struct table *roles = client ? &client->roles : &draft->realm_roles;
	struct draft_role *role = table_get(roles, name);
	if (role)
		return role;
	role = arena_alloc(draft->arena, sizeof *role);
	role->rep.role.name = name;
	role->rep.role.description = description;
	role->client = client;
	role->path = "(default)";
	if (client)
		role->client_id = client->rep.client.client_id;
	push_pointer(draft, &draft->roles, &draft->roles_n, role);
	table_put(roles, name, role);
	return role;
}

/* Adds to the names of a role's composites, unless it is there. */
static void compose(
	struct draft *draft, struct draft_role *role, struct str client_id, struct str child)
{
	struct role_composites *composites = &role->rep.composites;
	struct json_list_pair *pair = NULL;
	if (!client_id.n) {
		push_name(draft, &composites->realm, child);
		return;
	}
	for (size_t i = 0; !pair && i < composites->clients_n; i++)
		if (str_eq(composites->clients[i].key, client_id))
			pair = &composites->clients[i];
	if (!pair) {
		pair = arena_push(draft->arena, &composites->clients, &composites->clients_n,
			sizeof *composites->clients);
		pair->key = client_id;
	}
	struct str_list list = { pair->values, pair->n };
	push_name(draft, &list, child);
	pair->values = list.items;
	pair->n = list.n;
}

/* ---- scopes ---- */

static bool has_scope(const struct draft *draft, struct str name)
{
	for (size_t i = 0; i < draft->scopes_n; i++)
		if (str_eq(draft->scopes[i]->rep.scope.name, name))
			return true;
	return false;
}

static enum error_code complete_scopes(struct draft *draft, struct why *reterr_why)
{
	static const struct str offline = STR_INIT("offline_access");
	struct draft *defaults;
	enum error_code error = read_defaults(draft, defaults_scopes, &defaults, reterr_why);
	if (error)
		return error;
	if (!draft->has_scopes) {
		if (!JSON_SENT(&realm_shape, &draft->realm, default_scopes.items))
			draft->realm.default_scopes = defaults->realm.default_scopes;
		if (!JSON_SENT(&realm_shape, &draft->realm, optional_scopes.items))
			draft->realm.optional_scopes = defaults->realm.optional_scopes;
	} else if (!has_scope(draft, offline)) {
		push_name(draft, &draft->realm.optional_scopes, offline);
	}
	for (size_t i = 0; i < defaults->scopes_n; i++) {
		struct draft_scope *scope = defaults->scopes[i];
		bool is_offline = str_eq(scope->rep.scope.name, offline);
		if (draft->has_scopes && (!is_offline || has_scope(draft, offline)))
			continue;
		push_pointer(draft, &draft->scopes, &draft->scopes_n, scope);
		if (!is_offline)
			continue;
		struct draft_mapping *mapping = arena_alloc(draft->arena, sizeof *mapping);
		mapping->rep.client_scope = offline;
		push_name(draft, &mapping->rep.roles, offline);
		mapping->path = "(default)";
		push_pointer(draft, &draft->mappings, &draft->mappings_n, mapping);
	}
	return OK;
}

/* ---- clients and roles ---- */

static enum error_code index_clients(struct draft *draft, struct why *reterr_why)
{
	draft->client_by_client_id = table_new(draft->arena, draft->clients_n);
	for (size_t i = 0; i < draft->clients_n; i++) {
		struct draft_client *client = draft->clients[i];
		if (table_put(&draft->client_by_client_id, client->rep.client.client_id, client))
			return error_because(reterr_why, ERROR_INVALID_VALUE,
				"%s.clientId = \"%.*s\": another client has it too", client->path,
				STR_ARG(client->rep.client.client_id));
	}
	return OK;
}

/* Roles to their clients; the clients must be complete. */
static enum error_code index_roles(struct draft *draft, struct why *reterr_why)
{
	draft->realm_roles = table_new(draft->arena, draft->roles_n);
	for (size_t i = 0; i < draft->roles_n; i++) {
		struct draft_role *role = draft->roles[i];
		if (role->client_id.n && !(role->client = find_client(draft, role->client_id)))
			return error_because(reterr_why, ERROR_INVALID_VALUE,
				"%s: there is no client \"%.*s\"", role->path,
				STR_ARG(str_take(role->client_id, 80)));
		if (table_put(role->client ? &role->client->roles : &draft->realm_roles,
			    role->rep.role.name, role))
			return error_because(reterr_why, ERROR_INVALID_VALUE,
				"%s.name = \"%.*s\": another role has it too", role->path,
				STR_ARG(role->rep.role.name));
	}
	return OK;
}

/* Whether the file lacks a client of that name. */
static bool wants_client(const struct draft *draft, struct str client_id)
{
	for (size_t i = 0; i < draft->clients_n; i++)
		if (str_eq(draft->clients[i]->rep.client.client_id, client_id))
			return false;
	return true;
}

static bool has_role(const struct draft *draft, const struct draft_role *role)
{
	for (size_t i = 0; i < draft->roles_n; i++)
		if (str_eq(draft->roles[i]->client_id, role->client_id) &&
			str_eq(draft->roles[i]->rep.role.name, role->rep.role.name))
			return true;
	return false;
}

/* The built-in clients that the file lacks, with their roles and mappings; and admin roles
 * that its own management client lacks, since the admin API asks for them. */
static enum error_code complete_clients(struct draft *draft, struct why *reterr_why)
{
	struct draft *defaults;
	enum error_code error = read_defaults(draft, defaults_clients, &defaults, reterr_why);
	if (error)
		return error;
	for (size_t i = 0; i < defaults->roles_n; i++) {
		struct draft_role *role = defaults->roles[i];
		bool management = str_eq(role->client_id, STR(MANAGEMENT));
		if (management ? !draft->master && !has_role(draft, role)
			       : wants_client(draft, role->client_id))
			push_pointer(draft, &draft->roles, &draft->roles_n, role);
	}
	for (size_t i = 0; i < defaults->mappings_n; i++)
		if (wants_client(draft, defaults->mappings[i]->rep.client))
			push_pointer(
				draft, &draft->mappings, &draft->mappings_n, defaults->mappings[i]);
	for (size_t i = 0; i < defaults->clients_n; i++) {
		struct str client_id = defaults->clients[i]->rep.client.client_id;
		if (wants_client(draft, client_id) &&
			!(draft->master && str_eq(client_id, STR(MANAGEMENT))))
			push_pointer(
				draft, &draft->clients, &draft->clients_n, defaults->clients[i]);
	}
	return OK;
}

static void compose_if_there(
	struct draft *draft, struct draft_role *role, struct str client_id, struct str child)
{
	struct draft_client *client = find_client(draft, client_id);
	if (client && table_get(&client->roles, child))
		compose(draft, role, client_id, child);
}

/* The composite that every user of the realm holds. */
static void complete_default_role(struct draft *draft)
{
	static const struct str offline = STR_INIT("offline_access");
	static const struct str uma = STR_INIT("uma_authorization");
	const struct str nothing = { NULL, 0 };
	struct str name =
		draft->realm.default_role ? draft->realm.default_role->role.name : nothing;
	if (!name.n)
		name = arena_join(draft->arena, STR("default-roles-"),
			store_lower(draft->arena, draft->realm.settings.name), nothing);
	bool made = !table_get(&draft->realm_roles, name);
	bool made_offline = !table_get(&draft->realm_roles, offline);
	bool made_uma = !table_get(&draft->realm_roles, uma);
	need_role(draft, NULL, offline, STR("${role_offline-access}"));
	need_role(draft, NULL, uma, STR("${role_uma_authorization}"));
	struct draft_role *role = need_role(draft, NULL, name, STR("${role_default-roles}"));
	if (made || made_offline)
		compose(draft, role, nothing, offline);
	if (made || made_uma)
		compose(draft, role, nothing, uma);
	if (made) {
		compose_if_there(draft, role, STR("account"), STR("view-profile"));
		compose_if_there(draft, role, STR("account"), STR("manage-account"));
	}
	/* How Keycloak before 13 said it. */
	for (size_t i = 0; i < draft->realm.default_roles.n; i++) {
		need_role(draft, NULL, draft->realm.default_roles.items[i], nothing);
		compose(draft, role, nothing, draft->realm.default_roles.items[i]);
	}
	for (size_t i = 0; i < draft->clients_n; i++) {
		struct draft_client *client = draft->clients[i];
		for (size_t j = 0; j < client->rep.default_roles.n; j++) {
			need_role(draft, client, client->rep.default_roles.items[j], nothing);
			compose(draft, role, client->rep.client.client_id,
				client->rep.default_roles.items[j]);
		}
	}
	draft->default_role = role;
}

/* The roles of `master` that open all realms; its clients `<realm>-realm`, with the roles that
 * `admin` is made of, come with each realm (master.h). */
static void complete_master(struct draft *draft)
{
	const struct str nothing = { NULL, 0 };
	bool made = !table_get(&draft->realm_roles, STR("admin"));
	need_role(draft, NULL, STR("create-realm"), STR("${role_create-realm}"));
	struct draft_role *admin = need_role(draft, NULL, STR("admin"), STR("${role_admin}"));
	if (made)
		compose(draft, admin, nothing, STR("create-realm"));
}

/* ---- what a client's own representation leaves out ---- */

static void complete_secret(struct draft *draft, struct draft_client *client)
{
	struct client *c = &client->rep.client;
	bool masked = representation_is_masked(c->secret);
	if (masked)
		draft_warn(draft, "client %.*s: its secret is masked in the file; it has a new one",
			STR_ARG(c->client_id));
	if (masked)
		c->secret = (struct str){ NULL, 0 };
	if (c->secret.n || (!masked && (c->public_client || c->bearer_only)))
		return;
	c->secret = random_letters(draft->arena, CLIENT_SECRET_LETTERS);
	attributes_default(draft->arena, &c->attributes, STR("client.secret.creation.time"),
		arena_format(draft->arena, "%lld", (long long)(draft->now_ms / 1000)));
}

static bool scope_fits(const struct draft *draft, struct str name, struct str protocol)
{
	for (size_t i = 0; i < draft->scopes_n; i++) {
		const struct client_scope *scope = &draft->scopes[i]->rep.scope;
		if (str_eq(scope->name, name))
			return str_eq(scope->protocol.n ? scope->protocol : STR("openid-connect"),
				protocol);
	}
	return false;
}

static void inherit_scopes(struct draft *draft, struct draft_client *client)
{
	struct str protocol = client->rep.client.protocol;
	if (!JSON_SENT(&client_shape, &client->rep, default_scopes.items)) {
		const struct str_list *list = &draft->realm.default_scopes;
		for (size_t i = 0; i < list->n; i++)
			if (scope_fits(draft, list->items[i], protocol))
				push_name(draft, &client->rep.default_scopes, list->items[i]);
		if (client->rep.client.service_accounts_enabled &&
			scope_fits(draft, STR("service_account"), protocol))
			push_name(draft, &client->rep.default_scopes, STR("service_account"));
	}
	if (!JSON_SENT(&client_shape, &client->rep, optional_scopes.items)) {
		const struct str_list *list = &draft->realm.optional_scopes;
		for (size_t i = 0; i < list->n; i++)
			if (scope_fits(draft, list->items[i], protocol))
				push_name(draft, &client->rep.optional_scopes, list->items[i]);
	}
}

/* Keycloak's own clients, which it does not give what it gives an application. */
static bool is_built_in(const struct client *client)
{
	static const char *const names[] = { "account", "account-console", "admin-cli", "broker",
		MANAGEMENT, "security-admin-console" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(client->client_id, names[i]))
			return true;
	return attributes_true(&client->attributes, STR("realm_client"), false);
}

static void complete_client(struct draft *draft, struct draft_client *client)
{
	struct client *c = &client->rep.client;
	if (!JSON_SENT(&client_shape, &client->rep, client.full_scope_allowed))
		c->full_scope_allowed = !c->consent_required;
	if (!JSON_SENT(&client_shape, &client->rep, client.web_origins.items))
		client_derive_web_origins(draft->arena, c);
	attributes_default(draft->arena, &c->attributes, STR("realm_client"), STR("false"));
	if (!is_built_in(c))
		attributes_default(draft->arena, &c->attributes, STR("post.logout.redirect.uris"), STR("+"));
	complete_secret(draft, client);
	inherit_scopes(draft, client);
}

/* ---- flows, components, keys ---- */

static enum error_code complete_flows(struct draft *draft, struct why *reterr_why)
{
	struct draft *defaults;
	enum error_code error = read_defaults(draft, defaults_flows, &defaults, reterr_why);
	if (error)
		return error;
	if (!draft->realm.flows_n) {
		draft->realm.flows = defaults->realm.flows;
		draft->realm.flows_n = defaults->realm.flows_n;
		draft->realm.flow_configs = defaults->realm.flow_configs;
		draft->realm.flow_configs_n = defaults->realm.flow_configs_n;
	}
	if (!draft->realm.required_actions_n) {
		draft->realm.required_actions = defaults->realm.required_actions;
		draft->realm.required_actions_n = defaults->realm.required_actions_n;
	}
	for (size_t i = 0; i < draft->realm.flows_n; i++)
		if (!draft->realm.flows[i].id.n)
			draft->realm.flows[i].id = random_uuid(draft->arena);
	return OK;
}

static bool has_component(const struct draft *draft, struct str type)
{
	for (size_t i = 0; i < draft->components_n; i++)
		if (str_eq(draft->components[i]->provider_type, type))
			return true;
	return false;
}

/* Private parts that are masked or left out count as absent, and are made anew. */
static void forget_masked_key(struct draft *draft, struct draft_component *component)
{
	struct component_rep *rep = &component->rep;
	size_t left = 0;
	bool masked = false;
	for (size_t i = 0; i < rep->config_n; i++) {
		struct json_list_pair pair = rep->config[i];
		if (component_config_is_secret(pair.key) && pair.n == 1 &&
			representation_is_masked(pair.values[0]))
			masked = true;
		else
			rep->config[left++] = pair;
	}
	rep->config_n = left;
	if (masked)
		draft_warn(draft, "component %.*s: its secret is masked in the file%s",
			STR_ARG(rep->name),
			str_ends(rep->provider_id, STR("-generated")) ? "; it has a new key" : "");
}

static enum error_code check_key(
	struct draft *draft, const struct draft_component *component, struct why *reterr_why)
{
	struct realm_key key;
	struct why why = { "" };
	bool found;
	if (!key_provider_is_known(component->rep.provider_id)) {
		draft_warn(draft, "key provider %.*s: keys of the kind %.*s cannot be taken over",
			STR_ARG(component->rep.name), STR_ARG(component->rep.provider_id));
		return OK;
	}
	enum error_code error = key_of_component(draft->arena, &component->rep, &key, &found, &why);
	if (error)
		return error_because(reterr_why, error, "%s: %s", component->path, why.text);
	if (found)
		sign_key_free(key.key);
	else
		draft_warn(draft, "key provider %.*s has no enabled key",
			STR_ARG(component->rep.name));
	return OK;
}

static enum error_code complete_components(struct draft *draft, struct why *reterr_why)
{
	struct draft *defaults;
	enum error_code error = read_defaults(draft, defaults_components, &defaults, reterr_why);
	if (error)
		return error;
	if (!has_component(draft, STR(CLIENT_POLICY)))
		for (size_t i = 0; i < defaults->components_n; i++)
			push_pointer(draft, &draft->components, &draft->components_n,
				defaults->components[i]);
	if (!has_component(draft, STR(KEY_PROVIDER))) {
		struct component_rep *list;
		size_t n;
		key_default_components(draft->arena, &list, &n);
		for (size_t i = 0; i < n; i++) {
			struct draft_component *component =
				arena_alloc(draft->arena, sizeof *component);
			*component =
				(struct draft_component){ list[i], STR(KEY_PROVIDER), "(default)" };
			push_pointer(draft, &draft->components, &draft->components_n, component);
		}
	}
	for (size_t i = 0; !error && i < draft->components_n; i++) {
		struct draft_component *component = draft->components[i];
		forget_masked_key(draft, component);
		if (str_eq(component->provider_type, STR(KEY_PROVIDER)) &&
			!(error = key_generate(draft->arena, &component->rep,
				  draft->realm.settings.name, draft->now_ms, reterr_why)))
			error = check_key(draft, component, reterr_why);
	}
	return error;
}

static void forget_masked_mail_password(struct draft *draft)
{
	struct attributes *smtp = &draft->realm.smtp_server;
	size_t left = 0;
	for (size_t i = 0; i < smtp->n; i++) {
		if (representation_is_masked(smtp->pairs[i].value))
			draft_warn(draft, "smtpServer.%.*s is masked in the file: it has none now",
				STR_ARG(smtp->pairs[i].key));
		else
			smtp->pairs[left++] = smtp->pairs[i];
	}
	smtp->n = left;
}

/* Written out, so that the realm keeps what it began with when it is exported and read again.
 * The applications of a realm that comes from Keycloak have never been told of idle expiry. */
static void complete_own_attributes(struct draft *draft)
{
	struct realm_settings *realm = &draft->realm.settings;
	struct str name = own_attribute_name(OWN_ON_IDLE);
	bool exported = realm->keycloak_version.n > 0;
	if (exported && !attributes_get(&realm->attributes, name).n)
		draft_warn(draft,
			"applications are not told when a session ends because nobody used it, as in Keycloak; "
			"to tell them set the realm's attribute %.*s to \"tell\"", STR_ARG(name));
	attributes_default(draft->arena, &realm->attributes, name, exported ? STR("silent") : STR("tell"));
}

enum error_code draft_complete(struct draft *draft, struct why *reterr_why)
{
	enum error_code error;
	draft->master = str_eq(draft->realm.settings.name, STR("master"));
	if ((error = realm_check(&draft->realm, "$", reterr_why)) ||
		(error = complete_scopes(draft, reterr_why)) ||
		(error = complete_clients(draft, reterr_why)) ||
		(error = index_clients(draft, reterr_why)) ||
		(error = index_roles(draft, reterr_why)))
		return error;
	complete_default_role(draft);
	complete_own_attributes(draft);
	mirrored_write(draft->arena, &draft->realm.settings);
	if (draft->master)
		complete_master(draft);
	for (size_t i = 0; i < draft->clients_n; i++)
		complete_client(draft, draft->clients[i]);
	forget_masked_mail_password(draft);
	if ((error = complete_flows(draft, reterr_why)))
		return error;
	return complete_components(draft, reterr_why);
}

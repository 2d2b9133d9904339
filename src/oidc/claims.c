/* The protocol-mapper engine; see claims.h. One small function a mapper type. */
#include "oidc/claims.h"

#include "base/text.h"
#include "model/redirect.h"

#define CONFIG(mapper, name) attributes_get(&(mapper)->config, STR(name))

/* What one mapper works with. */
struct job {
	const struct claims_input *input;
	const struct mapper *mapper;
	struct arena *arena;
	struct json_node *tree;
};

static bool flag(const struct mapper *mapper, const char *name)
{
	return attributes_true(&mapper->config, str_from(name), false);
}

/* claim.name with ${client_id} replaced; dots in the client's name do not nest. */
static struct str claim_path(const struct job *job, struct str client_id)
{
	struct str path = CONFIG(job->mapper, "claim.name");
	struct str mark = STR("${client_id}");
	if (!str_contains(path, mark))
		return path;
	struct text text = text_new(job->arena, 0);
	while (path.n) {
		if (!str_starts(path, mark)) {
			text_add_char(&text, path.p[0]);
			path = str_drop(path, 1);
			continue;
		}
		for (size_t i = 0; i < client_id.n; i++) {
			if (client_id.p[i] == '.')
				text_add_char(&text, '\\');
			text_add_char(&text, client_id.p[i]);
		}
		path = str_drop(path, mark.n);
	}
	return text_str(&text);
}

/* A text as the JSON type that jsonType.label names; NULL when it is none of that type. */
static struct json_node *typed(const struct job *job, struct str value)
{
	struct str label = CONFIG(job->mapper, "jsonType.label");
	int64_t number;
	struct json_node *node;
	if (str_eq_z(label, "boolean"))
		return json_node_bool(job->arena, str_eq_nocase(value, STR("true")));
	if (str_eq_z(label, "long") || str_eq_z(label, "int"))
		return str_to_int64(value, &number) ? json_node_int(job->arena, number) : NULL;
	if (str_eq_z(label, "JSON"))
		return json_tree_read(job->arena, value, &node, NULL) == OK ? node : NULL;
	return json_node_text(job->arena, value);
}

static void set_value(const struct job *job, struct str value)
{
	struct json_node *node = value.n ? typed(job, value) : NULL;
	if (node)
		json_tree_set(job->tree, CONFIG(job->mapper, "claim.name"), node);
}

static void set_values(const struct job *job, const struct str *values, size_t n)
{
	struct json_node *list = json_node_list(job->arena);
	for (size_t i = 0; i < n; i++) {
		struct json_node *node = typed(job, values[i]);
		if (node)
			json_node_add(list, node);
	}
	if (list->n)
		json_tree_set(job->tree, CONFIG(job->mapper, "claim.name"), list);
}

static void map_attribute(const struct job *job)
{
	struct str name = CONFIG(job->mapper, "user.attribute");
	struct str property = user_property(job->input->user, name);
	if (property.n) {
		set_value(job, property);
		return;
	}
	const struct json_list_pair *values = user_attribute(job->input->realm, job->input->user, name);
	if (!values)
		return;
	if (flag(job->mapper, "multivalued"))
		set_values(job, values->values, values->n);
	else
		set_value(job, values->values[0]);
}

static void map_property(const struct job *job)
{
	set_value(job, user_property(job->input->user, CONFIG(job->mapper, "user.attribute")));
}

static void map_full_name(const struct job *job)
{
	const struct user *user = job->input->user;
	struct str space = user->first_name.n && user->last_name.n ? STR(" ") : STR("");
	struct str name = arena_join(job->arena, user->first_name, space, user->last_name);
	if (name.n)
		json_tree_set_text(job->tree, STR("name"), name);
}

static void map_subject(const struct job *job)
{
	json_tree_set_text(job->tree, STR("sub"), job->input->user->id);
}

static void map_session_note(const struct job *job)
{
	const struct claims_input *input = job->input;
	struct str note = CONFIG(job->mapper, "user.session.note");
	if (str_eq_z(note, "AUTH_TIME")) {
		if (input->session && input->session->auth_time_s)
			json_tree_set_int(job->tree, CONFIG(job->mapper, "claim.name"), input->session->auth_time_s);
		return;
	}
	if (!input->client_address.n)
		return;
	if (str_eq_z(note, "clientAddress") || str_eq_z(note, "clientHost"))
		set_value(job, input->client_address);
	else if (str_eq_z(note, "client_id"))
		set_value(job, input->client->client_id);
}

static void map_acr(const struct job *job)
{
	json_tree_set_text(job->tree, STR("acr"), job->input->acr);
}

static void map_address(const struct job *job)
{
	static const char *const parts[][2] = {
		{ "user.attribute.formatted", "formatted" }, { "user.attribute.street", "street_address" },
		{ "user.attribute.locality", "locality" }, { "user.attribute.region", "region" },
		{ "user.attribute.postal_code", "postal_code" }, { "user.attribute.country", "country" },
	};
	struct json_node *address = json_node_object(job->arena);
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
		struct str name = attributes_get(&job->mapper->config, str_from(parts[i][0]));
		const struct json_list_pair *values = name.n ? user_attribute(job->input->realm, job->input->user, name) : NULL;
		if (values)
			json_node_put(address, str_from(parts[i][1]), json_node_text(job->arena, values->values[0]));
	}
	if (address->n)
		json_tree_set(job->tree, STR("address"), address);
}

/* Roles of `client` (NULL: realm roles) as texts under the mapper's claim. */
static void set_roles(const struct job *job, const struct client *client, struct str prefix)
{
	const struct role_set *set = &job->input->roles;
	struct str *names = NULL;
	size_t n = 0;
	for (size_t i = 0; i < set->n; i++)
		if (set->roles[i]->client == client)
			*(struct str *)arena_push(job->arena, &names, &n, sizeof *names) =
				prefix.n ? arena_join(job->arena, prefix, set->roles[i]->name, STR("")) :
					   set->roles[i]->name;
	if (!n)
		return;
	struct str path = claim_path(job, client ? client->client_id : STR(""));
	if (flag(job->mapper, "multivalued"))
		json_tree_merge_texts(job->tree, path, names, n);
	else
		json_tree_set_text(job->tree, path, names[0]);
}

static void map_realm_roles(const struct job *job)
{
	set_roles(job, NULL, CONFIG(job->mapper, "usermodel.realmRoleMapping.rolePrefix"));
}

/* Each client once that has a role in the token, or the one that the mapper names. */
static void map_client_roles(const struct job *job)
{
	struct str only = CONFIG(job->mapper, "usermodel.clientRoleMapping.clientId");
	struct str prefix = CONFIG(job->mapper, "usermodel.clientRoleMapping.rolePrefix");
	const struct role_set *set = &job->input->roles;
	struct table seen = table_new(job->arena, 8);
	for (size_t i = 0; i < set->n; i++) {
		const struct client *client = set->roles[i]->client;
		if (!client || (only.n && !str_eq(only, client->client_id)))
			continue;
		if (!table_put(&seen, client->id, client))
			set_roles(job, client, prefix);
	}
}

static void add_audience(const struct job *job, struct str audience)
{
	if (audience.n)
		json_tree_merge_texts(job->tree, STR("aud"), &audience, 1);
}

/* The audience is every other client in which the user has a role here. */
static void map_audience_resolve(const struct job *job)
{
	const struct role_set *set = &job->input->roles;
	for (size_t i = 0; i < set->n; i++) {
		const struct client *client = set->roles[i]->client;
		if (client && client != job->input->client)
			add_audience(job, client->client_id);
	}
}

static void map_audience(const struct job *job)
{
	struct str client = CONFIG(job->mapper, "included.client.audience");
	add_audience(job, client.n ? client : CONFIG(job->mapper, "included.custom.audience"));
}

static void map_allowed_origins(const struct job *job)
{
	struct str_list origins = redirect_web_origins(job->arena, job->input->client);
	if (origins.n)
		json_tree_set_texts(job->tree, STR("allowed-origins"), origins.items, origins.n);
}

static void map_hardcoded_claim(const struct job *job)
{
	set_value(job, CONFIG(job->mapper, "claim.value"));
}

static void map_groups(const struct job *job)
{
	const struct user *user = job->input->user;
	struct str *names = NULL;
	size_t n = 0;
	for (size_t i = 0; i < user->group_ids.n; i++) {
		const struct group *group = realm_group_by_id(job->input->realm, user->group_ids.items[i]);
		if (group)
			*(struct str *)arena_push(job->arena, &names, &n, sizeof *names) =
				attributes_true(&job->mapper->config, STR("full.path"), true) ? group->path : group->name;
	}
	if (n)
		json_tree_set_texts(job->tree, CONFIG(job->mapper, "claim.name"), names, n);
}

struct mapper_type {
	struct str name;
	void (*map)(const struct job *job);
	bool access_only; /* has no meaning in ID tokens and userinfo */
};

static const struct mapper_type types[] = {
	{ STR_INIT("oidc-usermodel-attribute-mapper"), map_attribute, false },
	{ STR_INIT("oidc-usermodel-property-mapper"), map_property, false },
	{ STR_INIT("oidc-full-name-mapper"), map_full_name, false },
	{ STR_INIT("oidc-sub-mapper"), map_subject, true },
	{ STR_INIT("oidc-usersessionmodel-note-mapper"), map_session_note, false },
	{ STR_INIT("oidc-acr-mapper"), map_acr, false },
	{ STR_INIT("oidc-address-mapper"), map_address, false },
	{ STR_INIT("oidc-usermodel-realm-role-mapper"), map_realm_roles, false },
	{ STR_INIT("oidc-usermodel-client-role-mapper"), map_client_roles, false },
	{ STR_INIT("oidc-audience-resolve-mapper"), map_audience_resolve, true },
	{ STR_INIT("oidc-audience-mapper"), map_audience, false },
	{ STR_INIT("oidc-allowed-origins-mapper"), map_allowed_origins, true },
	{ STR_INIT("oidc-hardcoded-claim-mapper"), map_hardcoded_claim, false },
	{ STR_INIT("oidc-group-membership-mapper"), map_groups, false },
};

static const struct mapper_type *type_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (str_eq(name, types[i].name))
			return &types[i];
	return NULL;
}

/* Whether the mapper's settings want it in this document. A switch that an old export
 * lacks counts as Keycloak counts it: introspection follows the access token. */
static bool wanted(const struct mapper *mapper, const struct mapper_type *type,
		   enum claims_target target, bool lightweight)
{
	bool access = flag(mapper, "access.token.claim");
	switch (target) {
	case CLAIMS_ACCESS:
		return lightweight ? flag(mapper, "lightweight.claim") : access;
	case CLAIMS_ID:
		return !type->access_only && flag(mapper, "id.token.claim");
	case CLAIMS_USERINFO:
		return !type->access_only && flag(mapper, "userinfo.token.claim");
	case CLAIMS_INTROSPECTION:
		return attributes_true(&mapper->config, STR("introspection.token.claim"), access);
	}
	return false;
}

/* Claims that say what the token is and whose: no mapper writes them. */
static bool is_ours(struct arena *arena, struct str path)
{
	static const struct str names[] = { STR_INIT("exp"), STR_INIT("iat"), STR_INIT("nbf"), STR_INIT("jti"),
		STR_INIT("iss"), STR_INIT("aud"), STR_INIT("typ"), STR_INIT("azp"), STR_INIT("sid"),
		STR_INIT("scope"), STR_INIT("nonce"), STR_INIT("at_hash"), STR_INIT("c_hash") };
	struct str piece;
	if (!json_path_next(arena, &path, &piece))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq(piece, names[i]))
			return true;
	return false;
}

static void run_mappers(const struct claims_input *input, const struct mapper *mappers, size_t n,
			enum claims_target target, struct json_node *tree)
{
	for (size_t i = 0; i < n; i++) {
		const struct mapper_type *type = type_of(mappers[i].type);
		if (!type || !wanted(&mappers[i], type, target, input->lightweight) ||
		    is_ours(tree->arena, CONFIG(&mappers[i], "claim.name")))
			continue;
		struct job job = { input, &mappers[i], tree->arena, tree };
		type->map(&job);
	}
}

void claims_map(const struct claims_input *input, enum claims_target target, struct json_node *tree)
{
	for (size_t i = 0; i < input->grant->n; i++)
		run_mappers(input, input->grant->scopes[i]->mappers, input->grant->scopes[i]->mappers_n, target, tree);
	run_mappers(input, input->client->mappers, input->client->mappers_n, target, tree);
}

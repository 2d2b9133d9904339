/* Protocol mappers of SAML; see attributes.h. One small function a mapper type. */
#include "saml/attributes.h"

#include "model/group_path.h"

#define FORMAT(name) STR("urn:oasis:names:tc:SAML:2.0:attrname-format:" name)
#define CONFIG(mapper, name) attributes_get(&(mapper)->config, STR(name))

/* What one mapper works with. */
struct job {
	const struct saml_claims_input *input;
	const struct mapper *mapper;
	struct arena *arena;
	const struct role_set *roles; /* of this user that the client may see */
	struct saml_claims *claims;
};

/* ---- lists ---- */

static void push(struct arena *arena, struct str_list *list, struct str value)
{
	*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) = value;
}

static void push_once(struct arena *arena, struct str_list *list, struct str value)
{
	if (value.n && !str_list_has(list, value))
		push(arena, list, value);
}

static bool flag(const struct mapper *mapper, const char *name)
{
	return attributes_true(&mapper->config, str_from(name), false);
}

static struct str name_format(const struct mapper *mapper)
{
	struct str word = CONFIG(mapper, "attribute.nameformat");
	if (str_eq_z(word, "URI Reference"))
		return FORMAT("uri");
	return str_eq_z(word, "Unspecified") ? FORMAT("unspecified") : FORMAT("basic");
}

static void add_attribute(const struct job *job, struct str otherwise, struct str *values, size_t n)
{
	struct str name = CONFIG(job->mapper, "attribute.name");
	struct saml_claims *claims = job->claims;
	if (!n || (!name.n && !otherwise.n))
		return;
	*(struct saml_attribute *)arena_push(job->arena, &claims->attributes, &claims->n, sizeof *claims->attributes) =
		(struct saml_attribute){ .name = name.n ? name : otherwise,
			.friendly_name = CONFIG(job->mapper, "friendly.name"),
			.name_format = name_format(job->mapper), .values = values, .n = n };
}

/* One attribute with all values, or one for each, as the mapper's `single` says. */
static void add_listed(const struct job *job, struct str otherwise, const struct str_list *values)
{
	if (flag(job->mapper, "single")) {
		add_attribute(job, otherwise, values->items, values->n);
		return;
	}
	for (size_t i = 0; i < values->n; i++)
		add_attribute(job, otherwise, &values->items[i], 1);
}

static void add_value(const struct job *job, struct str value)
{
	if (!value.n)
		return;
	struct str *values = arena_array(job->arena, 1, sizeof *values);
	values[0] = value;
	add_attribute(job, (struct str){ NULL, 0 }, values, 1);
}

/* ---- mappers ---- */

static void map_property(const struct job *job)
{
	add_value(job, user_property(job->input->user, CONFIG(job->mapper, "user.attribute")));
}

static void add_all(const struct job *job, struct str_list *list, const struct json_list_pair *pairs, size_t n,
	struct str name)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < pairs[i].n && str_eq(pairs[i].key, name); k++)
			push_once(job->arena, list, pairs[i].values[k]);
}

/* The values of the user and of all groups. */
static struct str_list aggregated(const struct job *job, struct str name)
{
	const struct user *user = job->input->user;
	struct str_list list = { 0 };
	add_all(job, &list, user->attributes, user->attributes_n, name);
	for (size_t i = 0; i < user->group_ids.n; i++) {
		const struct group *group = realm_group_by_id(job->input->realm, user->group_ids.items[i]);
		for (; group; group = group->parent)
			add_all(job, &list, group->attributes, group->attributes_n, name);
	}
	return list;
}

static void map_attribute(const struct job *job)
{
	struct str name = CONFIG(job->mapper, "user.attribute");
	struct str property = user_property(job->input->user, name);
	if (property.n) {
		add_value(job, property);
		return;
	}
	if (flag(job->mapper, "aggregate.attrs")) {
		struct str_list list = aggregated(job, name);
		add_attribute(job, (struct str){ NULL, 0 }, list.items, list.n);
		return;
	}
	const struct json_list_pair *values = user_attribute(job->input->realm, job->input->user, name);
	if (values)
		add_attribute(job, (struct str){ NULL, 0 }, values->values, values->n);
}

static void map_groups(const struct job *job)
{
	const struct user *user = job->input->user;
	struct str_list list = { 0 };
	bool full = flag(job->mapper, "full.path");
	for (size_t i = 0; i < user->group_ids.n; i++) {
		const struct group *group = realm_group_by_id(job->input->realm, user->group_ids.items[i]);
		if (group)
			push(job->arena, &list, full ? group_path(job->arena, group) : group->name);
	}
	add_listed(job, STR("member"), &list);
}

static void map_hardcoded_attribute(const struct job *job)
{
	add_value(job, CONFIG(job->mapper, "attribute.value"));
}

/* Whether `text` is how a mapper names this role: "role", or "client.role". */
static bool is_role(struct arena *arena, const struct role *role, struct str text)
{
	if (!role->client)
		return str_eq(role->name, text);
	return str_eq(arena_join(arena, role->client->client_id, STR("."), role->name), text);
}

static struct str role_name(const struct job *job, const struct role *role)
{
	const struct mapper *mapper;
	struct str name = role->name;
	size_t at = 0;
	while ((mapper = saml_mapper_next(job->input->client, STR("saml-role-name-mapper"), &at)))
		if (is_role(job->arena, role, CONFIG(mapper, "role")) && CONFIG(mapper, "new.role.name").n)
			name = CONFIG(mapper, "new.role.name");
	return name;
}

/* A role that a mapper names although the user may not have it; by its name alone when there
 * is no such role. */
static struct str hardcoded_role(const struct job *job, struct str text)
{
	const struct realm *realm = job->input->realm;
	for (size_t i = 0; i < realm->roles_n; i++)
		if (is_role(job->arena, &realm->roles[i], text))
			return role_name(job, &realm->roles[i]);
	return text;
}

static void map_roles(const struct job *job)
{
	const struct mapper *mapper;
	struct str_list names = { 0 };
	size_t at = 0;
	for (size_t i = 0; i < job->roles->n; i++)
		push_once(job->arena, &names, role_name(job, job->roles->roles[i]));
	while ((mapper = saml_mapper_next(job->input->client, STR("saml-hardcode-role-mapper"), &at)))
		push_once(job->arena, &names, hardcoded_role(job, CONFIG(mapper, "role")));
	add_listed(job, STR("Role"), &names);
}

static void map_audience(const struct job *job)
{
	struct str client = CONFIG(job->mapper, "included.client.audience");
	push_once(job->arena, &job->claims->audiences,
		client.n ? client : CONFIG(job->mapper, "included.custom.audience"));
}

/* Every other client in which the user has a role here. */
static void map_audience_resolve(const struct job *job)
{
	for (size_t i = 0; i < job->roles->n; i++) {
		const struct client *client = job->roles->roles[i]->client;
		if (client && client != job->input->client)
			push_once(job->arena, &job->claims->audiences, client->client_id);
	}
}

/* What others ask of with saml_mapper_next. */
static void map_nothing(const struct job *job)
{
	(void)job;
}

static const struct mapper_type {
	struct str name;
	void (*map)(const struct job *job);
} types[] = {
	{ STR_INIT("saml-role-list-mapper"), map_roles },
	{ STR_INIT("saml-user-property-mapper"), map_property },
	{ STR_INIT("saml-user-attribute-mapper"), map_attribute },
	{ STR_INIT("saml-group-membership-mapper"), map_groups },
	{ STR_INIT("saml-hardcode-attribute-mapper"), map_hardcoded_attribute },
	{ STR_INIT("saml-hardcode-role-mapper"), map_nothing },
	{ STR_INIT("saml-role-name-mapper"), map_nothing },
	{ STR_INIT("saml-audience-mapper"), map_audience },
	{ STR_INIT("saml-audience-resolve-mapper"), map_audience_resolve },
	{ STR_INIT("saml-user-attribute-nameid-mapper"), map_nothing },
	/* In Keycloak's default scopes; without levels and organizations they have nothing to say. */
	{ STR_INIT("saml-authn-context-class-ref-mapper"), map_nothing },
	{ STR_INIT("saml-organization-membership-mapper"), map_nothing },
};

static const struct mapper_type *type_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (str_eq(name, types[i].name))
			return &types[i];
	return NULL;
}

bool saml_mapper_known(struct str type)
{
	return type_of(type) != NULL;
}

/* The nth of all mappers: those of the default scopes of this protocol, then the client's own. */
static const struct mapper *mapper_at(const struct client *client, size_t n)
{
	for (size_t i = 0; i < client->default_scopes_n; i++) {
		const struct client_scope *scope = client->default_scopes[i];
		if (!str_eq_z(scope->protocol, SAML_PROTOCOL))
			continue;
		if (n < scope->mappers_n)
			return &scope->mappers[n];
		n -= scope->mappers_n;
	}
	return n < client->mappers_n ? &client->mappers[n] : NULL;
}

const struct mapper *saml_mapper_next(const struct client *client, struct str type, size_t *at)
{
	const struct mapper *mapper;
	while ((mapper = mapper_at(client, *at))) {
		++*at;
		if (str_eq(mapper->type, type))
			return mapper;
	}
	return NULL;
}

struct saml_claims saml_claims_map(struct arena *arena, const struct saml_claims_input *input)
{
	const struct client *client = input->client;
	struct saml_claims claims = { 0 };
	struct role_set held = roles_of_user(arena, input->realm, input->user);
	struct role_set roles = roles_for_token(arena, client,
		(const struct client_scope *const *)client->default_scopes, client->default_scopes_n, &held);
	const struct mapper *mapper;
	for (size_t i = 0; (mapper = mapper_at(client, i)); i++) {
		const struct mapper_type *type = type_of(mapper->type);
		struct job job = { input, mapper, arena, &roles, &claims };
		if (type)
			type->map(&job);
	}
	return claims;
}

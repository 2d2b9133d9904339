/* Mappers of roles and audiences; see claims_job.h. */
#include "oidc/claims_job.h"

#include "base/text.h"

static bool is_of(const struct claims_role *role, struct str client)
{
	return client.p ? role->client.p && str_eq(role->client, client) : !role->client.p;
}

/* The token's roles by name, with what mappers before this one changed. */
static struct claims_roles *roles_of(const struct claims_job *job)
{
	struct claims_roles *roles = job->roles;
	const struct role_set *set = &job->input->roles;
	if (roles->filled)
		return roles;
	roles->filled = true;
	roles->items = arena_array(job->arena, set->n, sizeof *roles->items);
	roles->n = set->n;
	for (size_t i = 0; i < set->n; i++)
		roles->items[i] = (struct claims_role){
			set->roles[i]->client ? set->roles[i]->client->client_id : (struct str){ NULL, 0 },
			set->roles[i]->name };
	return roles;
}

static struct claims_role *find(struct claims_roles *roles, const struct claims_role *wanted)
{
	for (size_t i = 0; i < roles->n; i++)
		if (roles->items[i].name.p && str_eq(roles->items[i].name, wanted->name) &&
		    is_of(&roles->items[i], wanted->client))
			return &roles->items[i];
	return NULL;
}

static void add(const struct claims_job *job, const struct claims_role *role)
{
	struct claims_roles *roles = roles_of(job);
	if (role->name.n && !find(roles, role))
		*(struct claims_role *)arena_push(job->arena, &roles->items, &roles->n, sizeof *roles->items) = *role;
}

/* "client.role" or "role". Where a name has dots of its own, the longest client that exists is
 * meant; else the part before the last dot names one that need not exist. */
static struct claims_role role_named(const struct claims_job *job, struct str text)
{
	for (size_t i = text.n; i > 0; i--)
		if (text.p[i - 1] == '.' && realm_client_by_client_id(job->input->realm, str_take(text, i - 1)))
			return (struct claims_role){ str_take(text, i - 1), str_drop(text, i) };
	size_t dot = str_last_index(text, '.');
	if (dot == text.n)
		return (struct claims_role){ { NULL, 0 }, text };
	return (struct claims_role){ str_take(text, dot), str_drop(text, dot + 1) };
}

void claims_role_name(const struct claims_job *job)
{
	struct claims_role from = role_named(job, claims_config(job, "role"));
	struct claims_role to = role_named(job, claims_config(job, "new.role.name"));
	struct claims_role *role = find(roles_of(job), &from);
	if (!role || !to.name.n)
		return;
	role->name = (struct str){ NULL, 0 };
	add(job, &to);
}

void claims_hardcoded_role(const struct claims_job *job)
{
	struct claims_role role = role_named(job, claims_config(job, "role"));
	add(job, &role);
}

/* claim.name with ${client_id} replaced; dots in the client's name do not nest. */
static struct str claim_path(const struct claims_job *job, struct str client)
{
	struct str path = claims_config(job, "claim.name");
	struct str mark = STR("${client_id}");
	if (!client.p || !str_contains(path, mark))
		return path;
	struct text text = text_new(job->arena, 0);
	while (path.n) {
		if (!str_starts(path, mark)) {
			text_add_char(&text, path.p[0]);
			path = str_drop(path, 1);
			continue;
		}
		for (size_t i = 0; i < client.n; i++) {
			if (client.p[i] == '.' || client.p[i] == '\\')
				text_add_char(&text, '\\');
			text_add_char(&text, client.p[i]);
		}
		path = str_drop(path, mark.n);
	}
	return text_str(&text);
}

/* Roles of `client` (p NULL: realm roles) as texts under the mapper's claim. */
static void set_roles(const struct claims_job *job, struct str client, struct str prefix)
{
	const struct claims_roles *roles = roles_of(job);
	struct str *names = arena_array(job->arena, roles->n, sizeof *names);
	size_t n = 0;
	for (size_t i = 0; i < roles->n; i++)
		if (roles->items[i].name.p && is_of(&roles->items[i], client))
			names[n++] = prefix.n ? arena_join(job->arena, prefix, roles->items[i].name, STR("")) :
						roles->items[i].name;
	claims_set_at(job, claim_path(job, client), names, n, claims_flag(job, "multivalued"));
}

void claims_realm_roles(const struct claims_job *job)
{
	set_roles(job, (struct str){ NULL, 0 }, claims_config(job, "usermodel.realmRoleMapping.rolePrefix"));
}

/* Clients of which the token has a role, each once, in the order of their first roles. */
static struct str_list clients_of(const struct claims_job *job)
{
	const struct claims_roles *roles = roles_of(job);
	struct table seen = table_new(job->arena, 8);
	struct str_list list = { .n = 0 };
	for (size_t i = 0; i < roles->n; i++) {
		const struct claims_role *role = &roles->items[i];
		if (role->client.p && role->name.p && !table_put(&seen, role->client, role))
			*(struct str *)arena_push(job->arena, &list.items, &list.n, sizeof *list.items) = role->client;
	}
	return list;
}

void claims_client_roles(const struct claims_job *job)
{
	struct str only = claims_config(job, "usermodel.clientRoleMapping.clientId");
	struct str prefix = claims_config(job, "usermodel.clientRoleMapping.rolePrefix");
	struct str_list clients = clients_of(job);
	for (size_t i = 0; i < clients.n; i++)
		if (!only.n || str_eq(only, clients.items[i]))
			set_roles(job, clients.items[i], prefix);
}

static void add_audience(const struct claims_job *job, struct str audience)
{
	if (audience.n)
		json_tree_merge_texts(job->tree, STR("aud"), &audience, 1);
}

/* The audience is every other client in which the user has a role here. */
void claims_audience_resolve(const struct claims_job *job)
{
	struct str_list clients = clients_of(job);
	for (size_t i = 0; i < clients.n; i++)
		if (!str_eq(clients.items[i], job->input->client->client_id))
			add_audience(job, clients.items[i]);
}

void claims_audience(const struct claims_job *job)
{
	struct str client = claims_config(job, "included.client.audience");
	add_audience(job, client.n ? client : claims_config(job, "included.custom.audience"));
}

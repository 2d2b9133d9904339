/* Mappers of what is known of the user; see claims_job.h. */
#include "oidc/claims_job.h"

#include "model/group_path.h"
#include "model/pairwise.h"

static const struct json_list_pair *find(const struct json_list_pair *pairs, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (pairs[i].n && str_eq(pairs[i].key, name))
			return &pairs[i];
	return NULL;
}

struct values {
	struct str *items;
	size_t n;
};

static void add_once(struct arena *arena, struct values *values, struct str value)
{
	for (size_t i = 0; i < values->n; i++)
		if (str_eq(values->items[i], value))
			return;
	*(struct str *)arena_push(arena, &values->items, &values->n, sizeof value) = value;
}

static void add_pair(struct arena *arena, struct values *values, const struct json_list_pair *pair)
{
	for (size_t i = 0; pair && i < pair->n; i++)
		add_once(arena, values, pair->values[i]);
}

/* aggregate.attrs: the user's own values, those of each of the groups, and of all above them. */
static void set_all(const struct claims_job *job, struct str name)
{
	const struct user *user = job->input->user;
	struct values values = { .n = 0 };
	add_pair(job->arena, &values, find(user->attributes, user->attributes_n, name));
	for (size_t i = 0; i < user->group_ids.n; i++)
		for (const struct group *group = realm_group_by_id(job->input->realm, user->group_ids.items[i]);
		     group; group = group->parent)
			add_pair(job->arena, &values, find(group->attributes, group->attributes_n, name));
	claims_set_values(job, values.items, values.n);
}

/* Fields of a user that Keycloak counts among the attributes, too. */
static bool is_attribute(struct str name)
{
	return str_eq_z(name, "username") || str_eq_z(name, "email") || str_eq_z(name, "firstName") ||
	       str_eq_z(name, "lastName");
}

void claims_user_attribute(const struct claims_job *job)
{
	struct str name = claims_config(job, "user.attribute");
	const struct user *user = job->input->user;
	struct str field = is_attribute(name) ? user_property(user, name) : (struct str){ NULL, 0 };
	if (field.n) {
		claims_set_values(job, &field, 1);
		return;
	}
	if (claims_flag(job, "aggregate.attrs")) {
		set_all(job, name);
		return;
	}
	const struct json_list_pair *pair = user_attribute(job->input->realm, user, name);
	if (pair)
		claims_set_values(job, pair->values, pair->n);
}

void claims_user_property(const struct claims_job *job)
{
	const struct user *user = job->input->user;
	struct str name = claims_config(job, "user.attribute");
	struct str value = user_property(user, name);
	if (str_eq_z(name, "createdTimestamp"))
		value = arena_format(job->arena, "%lld", (long long)user->created_ms);
	else if (str_eq_z(name, "federationLink"))
		value = user->federation_link;
	else if (str_eq_z(name, "serviceAccountClientLink"))
		value = user->service_account_client_id;
	claims_set_value(job, value);
}

void claims_full_name(const struct claims_job *job)
{
	const struct user *user = job->input->user;
	struct str space = user->first_name.n && user->last_name.n ? STR(" ") : STR("");
	struct str name = arena_join(job->arena, user->first_name, space, user->last_name);
	if (name.n)
		json_node_put(job->tree, STR("name"), json_node_text(job->arena, name));
}

void claims_address(const struct claims_job *job)
{
	static const char *const parts[][3] = {
		{ "user.attribute.formatted", "formatted", "formatted" },
		{ "user.attribute.street", "street", "street_address" },
		{ "user.attribute.locality", "locality", "locality" },
		{ "user.attribute.region", "region", "region" },
		{ "user.attribute.postal_code", "postal_code", "postal_code" },
		{ "user.attribute.country", "country", "country" },
	};
	const struct user *user = job->input->user;
	struct json_node *address = json_node_object(job->arena);
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
		struct str name = claims_config(job, parts[i][0]);
		const struct json_list_pair *pair =
			find(user->attributes, user->attributes_n, name.n ? name : str_from(parts[i][1]));
		if (pair)
			json_node_put(address, str_from(parts[i][2]), json_node_text(job->arena, pair->values[0]));
	}
	if (address->n)
		json_node_put(job->tree, STR("address"), address);
}

void claims_groups(const struct claims_job *job)
{
	const struct user *user = job->input->user;
	bool full = claims_flag(job, "full.path");
	struct values values = { .n = 0 };
	for (size_t i = 0; i < user->group_ids.n; i++) {
		const struct group *group = realm_group_by_id(job->input->realm, user->group_ids.items[i]);
		if (group)
			*(struct str *)arena_push(job->arena, &values.items, &values.n, sizeof *values.items) =
				full ? group_path(job->arena, group) : group->name;
	}
	claims_set_at(job, claims_config(job, "claim.name"), values.items, values.n, true);
}

void claims_subject(const struct claims_job *job)
{
	json_node_put(job->tree, STR("sub"), json_node_text(job->arena, job->input->user->id));
}

void claims_pairwise_subject(const struct claims_job *job)
{
	struct str subject = pairwise_subject(job->arena, job->input->client, job->mapper, job->input->user->id);
	json_node_put(job->tree, STR("sub"), json_node_text(job->arena, subject));
}

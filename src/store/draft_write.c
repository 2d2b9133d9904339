/* A draft as JSON again; see draft.h. */
#include "json/write.h"
#include "store/draft.h"

static void write_roles_of(struct json_writer *w, const struct draft *draft, const struct draft_client *client)
{
	json_write_array_begin(w);
	for (size_t i = 0; i < draft->roles_n; i++)
		if (draft->roles[i]->client == client)
			json_write_shape(w, &role_shape, &draft->roles[i]->rep);
	json_write_array_end(w);
}

static bool has_roles(const struct draft *draft, const struct draft_client *client)
{
	for (size_t i = 0; i < draft->roles_n; i++)
		if (draft->roles[i]->client == client)
			return true;
	return false;
}

static void write_roles(struct json_writer *w, const struct draft *draft)
{
	json_member_object_begin(w, "roles");
	json_write_name(w, STR("realm"));
	write_roles_of(w, draft, NULL);
	json_member_object_begin(w, "client");
	for (size_t i = 0; i < draft->clients_n; i++) {
		if (!has_roles(draft, draft->clients[i]))
			continue;
		json_write_name(w, draft->clients[i]->rep.client.client_id);
		write_roles_of(w, draft, draft->clients[i]);
	}
	json_write_object_end(w);
	json_write_object_end(w);
}

/* By provider type, in the order in which the types come first. */
static void write_components(struct json_writer *w, const struct draft *draft)
{
	struct table written = table_new(draft->arena, 0);
	json_member_object_begin(w, "components");
	for (size_t i = 0; i < draft->components_n; i++) {
		struct str type = draft->components[i]->provider_type;
		if (table_get(&written, type))
			continue;
		table_put(&written, type, draft);
		json_write_name(w, type);
		json_write_array_begin(w);
		for (size_t j = i; j < draft->components_n; j++)
			if (str_eq(draft->components[j]->provider_type, type))
				json_write_shape(w, &component_shape, &draft->components[j]->rep);
		json_write_array_end(w);
	}
	json_write_object_end(w);
}

static void write_mappings_of(struct json_writer *w, const struct draft *draft, struct str client)
{
	json_write_array_begin(w);
	for (size_t i = 0; i < draft->mappings_n; i++)
		if (str_eq(draft->mappings[i]->role_client, client))
			json_write_shape(w, &scope_mapping_shape, &draft->mappings[i]->rep);
	json_write_array_end(w);
}

static void write_mappings(struct json_writer *w, const struct draft *draft)
{
	struct table written = table_new(draft->arena, 0);
	json_write_name(w, STR("scopeMappings"));
	write_mappings_of(w, draft, STR(""));
	json_member_object_begin(w, "clientScopeMappings");
	for (size_t i = 0; i < draft->mappings_n; i++) {
		struct str client = draft->mappings[i]->role_client;
		if (!client.n || table_get(&written, client))
			continue;
		table_put(&written, client, draft);
		json_write_name(w, client);
		write_mappings_of(w, draft, client);
	}
	json_write_object_end(w);
}

static void write_lists(struct json_writer *w, const struct draft *draft)
{
	json_member_array_begin(w, "groups");
	for (size_t i = 0; i < draft->groups_n; i++)
		if (!draft->groups[i]->parent)
			json_write_shape(w, &group_shape, draft->groups[i]->rep);
	json_write_array_end(w);
	json_member_array_begin(w, "clientScopes");
	for (size_t i = 0; i < draft->scopes_n; i++)
		json_write_shape(w, &scope_shape, &draft->scopes[i]->rep);
	json_write_array_end(w);
	json_member_array_begin(w, "clients");
	for (size_t i = 0; i < draft->clients_n; i++) {
		struct client_rep rep = draft->clients[i]->rep;
		rep.default_roles = (struct str_list){ NULL, 0 };
		json_write_shape(w, &client_shape, &rep);
	}
	json_write_array_end(w);
}

struct str draft_text(struct draft *draft)
{
	struct realm_rep realm = draft->realm;
	struct text text = text_new(draft->arena, 2 * DRAFT_LIMIT);
	struct json_writer w = json_writer_new(&text, false);
	/* What was made roles of long ago, and what is one of them. */
	realm.default_roles = (struct str_list){ NULL, 0 };
	realm.default_role = NULL;
	json_write_object_begin(&w);
	json_write_members(&w, json_text_of(draft->arena, &realm_shape, &realm));
	write_roles(&w, draft);
	write_lists(&w, draft);
	write_components(&w, draft);
	write_mappings(&w, draft);
	json_write_object_end(&w);
	return text_str(&text);
}

/* The statements that add a realm's configuration; see realm_rows.h. */
#include "base/tables.h"
#include "crypto/seal.h"
#include "json/write.h"
#include "store/realm_rows.h"
#include "store/sealed.h"
#include "store/statements.h"

bool client_attribute_is_secret(struct str name)
{
	return str_ends(name, STR("private.key")) || str_eq(name, STR("client.secret.rotated"));
}

void row_add(struct row_batch *batch, const struct db_statement *statement, struct db_values values)
{
	struct db_value *copy = arena_array(batch->arena, values.n, sizeof *copy);
	for (size_t i = 0; i < values.n; i++)
		copy[i] = values.p[i];
	*(struct db_call *)arena_push(batch->arena, &batch->calls, &batch->n,
		sizeof *batch->calls) = (struct db_call){ statement, { copy, values.n } };
}

/* The JSON of `object`, sealed for that row; empty for an empty object. */
static struct str sealed(struct row_batch *batch, const char *kind, struct str id,
	const struct json_shape *shape, const void *object)
{
	struct str text = json_text_of(batch->arena, shape, object), result = { NULL, 0 };
	if (batch->code || str_eq(text, STR("{}")))
		return result;
	struct str what = arena_format(batch->arena, "%s:%.*s", kind, STR_ARG(id));
	batch->code =
		seal_text(batch->arena, batch->store->seal_key, what, text, &result, batch->why);
	secret_wipe((char *)(uintptr_t)text.p, text.n);
	return result;
}

/* What a realm's row holds as JSON: `doc`, and its secrets sealed. */
static void realm_texts(struct row_batch *batch, const struct realm_rep *realm, struct str *ret_doc,
	struct str *ret_sealed)
{
	struct realm_rep doc = *realm;
	*ret_sealed = (struct str){ NULL, 0 };
	if (realm->smtp_server.n || realm->identity_providers_n)
		*ret_sealed =
			sealed(batch, "realm", realm->settings.id, &realm_secret_shape, realm);
	realm_forget_secrets(&doc);
	doc.default_scopes = doc.optional_scopes = (struct str_list){ NULL, 0 };
	doc.default_roles = doc.default_scopes;
	doc.default_role = NULL;
	*ret_doc = json_text_of(batch->arena, &realm_shape, &doc);
}

void row_add_realm(struct row_batch *batch, const struct realm_rep *realm,
	struct str default_role_id, int64_t now_ms)
{
	struct str doc, secrets;
	realm_texts(batch, realm, &doc, &secrets);
	row_add(batch, &statement_realm_stage,
		DB_VALUES(db_text(realm->settings.id), db_text(realm->settings.name),
			db_bool(realm->settings.enabled),
			db_bool(realm->settings.duplicate_emails_allowed), db_text(default_role_id),
			db_text(doc), db_text(secrets), db_int(now_ms),
			db_text(realm->settings.display_name),
			db_text(realm->settings.display_name_html)));
}

static struct db_value admin_client_name(struct row_batch *batch, struct str realm_name)
{
	return db_text(
		arena_join(batch->arena, realm_name, STR("-realm"), (struct str){ NULL, 0 }));
}

void row_change_realm(struct row_batch *batch, const struct effect_realm *change)
{
	const struct realm_settings *settings = &change->rep->settings;
	struct str doc, secrets;
	realm_texts(batch, change->rep, &doc, &secrets);
	row_add(batch, &statement_realm_change,
		DB_VALUES(db_text(settings->id), db_text(settings->name),
			db_bool(settings->enabled), db_bool(settings->duplicate_emails_allowed),
			db_text(doc), db_text(secrets), db_int(change->version),
			db_text(settings->display_name), db_text(settings->display_name_html)));
	if (change->emails_change)
		row_add(batch, &statement_realm_change_emails,
			DB_VALUES(db_text(settings->id),
				db_bool(settings->duplicate_emails_allowed)));
	if (str_eq(change->old_name, settings->name))
		return;
	row_add(batch, &statement_master_rename_client,
		DB_VALUES(admin_client_name(batch, change->old_name),
			admin_client_name(batch, settings->name)));
	row_add(batch, &statement_master_raise, DB_NO_VALUES);
}

/* Splits the attributes that are secrets off a copy of the list. */
static void split_attributes(struct arena *arena, const struct attributes *all,
	struct attributes *open, struct attributes *secret)
{
	*open = *secret = (struct attributes){ NULL, 0 };
	for (size_t i = 0; i < all->n; i++) {
		struct attributes *to =
			client_attribute_is_secret(all->pairs[i].key) ? secret : open;
		*(struct json_pair *)arena_push(arena, &to->pairs, &to->n, sizeof *to->pairs) =
			all->pairs[i];
	}
}

/* What a client's row holds as JSON: `doc`, and its secrets sealed. */
static void client_texts(struct row_batch *batch, const struct client_rep *client,
	struct str *ret_doc, struct str *ret_sealed)
{
	struct client_rep doc = *client;
	struct sealed_client secret = { .secret = client->client.secret };
	split_attributes(batch->arena, &client->client.attributes, &doc.client.attributes,
		&secret.attributes);
	doc.client.secret = (struct str){ NULL, 0 };
	doc.default_scopes = doc.optional_scopes = doc.default_roles = (struct str_list){ NULL, 0 };
	*ret_doc = json_text_of(batch->arena, &client_shape, &doc);
	*ret_sealed = sealed(batch, "client", client->client.id, &sealed_client_shape, &secret);
}

void row_add_client(struct row_batch *batch, const struct client_rep *client)
{
	struct str doc, secrets;
	client_texts(batch, client, &doc, &secrets);
	row_add(batch, &statement_client_add,
		DB_VALUES(db_text(client->client.id), db_text(batch->realm_id),
			db_text(client->client.client_id), db_text(doc), db_text(secrets),
			db_int(client->client.enabled)));
}

void row_change_client(struct row_batch *batch, const struct client_rep *client)
{
	struct str doc, secrets;
	client_texts(batch, client, &doc, &secrets);
	row_add(batch, &statement_client_change,
		DB_VALUES(db_text(client->client.id), db_text(batch->realm_id),
			db_text(client->client.client_id), db_text(doc), db_text(secrets),
			db_int(client->client.enabled)));
}

static void add_scope_names(
	struct row_batch *batch, struct str client_id, const struct str_list *names, bool optional)
{
	for (size_t i = 0; i < names->n; i++)
		row_add(batch, &statement_scope_link_add_named,
			DB_VALUES(db_text(batch->realm_id), db_text(client_id),
				db_text(names->items[i]), db_bool(optional), db_int((int64_t)i)));
}

void row_put_client_scopes(struct row_batch *batch, const struct client_rep *client)
{
	row_add(batch, &statement_client_links_delete, DB_VALUES(db_text(client->client.id)));
	add_scope_names(batch, client->client.id, &client->default_scopes, false);
	add_scope_names(batch, client->client.id, &client->optional_scopes, true);
}

void row_delete_client(struct row_batch *batch, struct str id)
{
	static const struct db_statement *const parts[] = {
		&statement_client_roles_leave_users,
		&statement_client_roles_leave_groups,
		&statement_client_roles_leave_scopes,
		&statement_client_roles_leave_composites,
		&statement_client_roles_delete,
		&statement_client_links_delete,
		&statement_client_mappings_delete,
		&statement_client_consents_delete,
		&statement_client_registration_delete,
	};
	row_add(batch, &statement_client_take_away,
		DB_VALUES(db_text(id), db_text(batch->realm_id)));
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		row_add(batch, parts[i], DB_VALUES(db_text(id)));
}

void row_add_scope(struct row_batch *batch, const struct scope_rep *scope)
{
	row_add(batch, &statement_scope_add,
		DB_VALUES(db_text(scope->scope.id), db_text(batch->realm_id),
			db_text(scope->scope.name),
			db_text(json_text_of(batch->arena, &scope_shape, scope))));
}

struct str role_doc(struct arena *arena, const struct role_rep *role)
{
	struct role_rep doc = *role;
	doc.composites = (struct role_composites){ .kept = role->composites.kept };
	doc.container_id = (struct str){ NULL, 0 };
	return json_text_of(arena, &role_shape, &doc);
}

void row_add_role(struct row_batch *batch, const struct role_rep *role, struct str client_id)
{
	row_add(batch, &statement_role_add,
		DB_VALUES(db_text(role->role.id), db_text(batch->realm_id), db_text(client_id),
			db_text(role->role.name), db_text(role_doc(batch->arena, role))));
}

struct str group_doc(struct arena *arena, const struct group_rep *group)
{
	struct group_rep doc = *group;
	doc.children = NULL;
	doc.children_n = doc.client_roles_n = 0;
	doc.realm_roles = (struct str_list){ NULL, 0 };
	doc.group.path = doc.parent_id = (struct str){ NULL, 0 };
	return json_text_of(arena, &group_shape, &doc);
}

void row_add_group(struct row_batch *batch, const struct group_rep *group, struct str parent_id)
{
	row_add(batch, &statement_group_add,
		DB_VALUES(db_text(group->group.id), db_text(batch->realm_id), db_text(parent_id),
			db_text(group->group.name), db_text(group_doc(batch->arena, group))));
}

/* What a component's row holds as JSON: `doc`, and its secrets sealed. */
static void component_texts(struct row_batch *batch, const struct component_rep *component,
	struct str *ret_doc, struct str *ret_sealed)
{
	struct component_rep doc = *component;
	struct sealed_component secret = { 0 };
	doc.children = NULL;
	doc.children_n = doc.config_n = 0;
	doc.config = NULL;
	for (size_t i = 0; i < component->config_n; i++) {
		bool hidden = component_config_is_secret(component->config[i].key);
		struct json_list_pair *pair = hidden
			? arena_push(batch->arena, &secret.config, &secret.config_n,
				  sizeof *secret.config)
			: arena_push(batch->arena, &doc.config, &doc.config_n, sizeof *doc.config);
		*pair = component->config[i];
	}
	*ret_doc = json_text_of(batch->arena, &component_shape, &doc);
	*ret_sealed = sealed(batch, "component", component->id, &sealed_component_shape, &secret);
}

void row_add_component(struct row_batch *batch, const struct component_rep *component,
	struct str provider_type, struct str parent_id)
{
	struct str doc, secrets;
	component_texts(batch, component, &doc, &secrets);
	row_add(batch, &statement_component_add,
		DB_VALUES(db_text(component->id), db_text(batch->realm_id), db_text(parent_id),
			db_text(provider_type), db_text(component->name), db_text(doc),
			db_text(secrets)));
	for (size_t i = 0; i < component->children_n; i++) {
		const struct component_rep *children = component->children[i].items;
		for (size_t j = 0; j < component->children[i].n; j++)
			row_add_component(
				batch, &children[j], component->children[i].key, component->id);
	}
}

void row_change_component(struct row_batch *batch, const struct component_rep *component,
	struct str provider_type, struct str parent_id)
{
	struct str doc, secrets;
	component_texts(batch, component, &doc, &secrets);
	row_add(batch, &statement_component_change,
		DB_VALUES(db_text(component->id), db_text(batch->realm_id),
			db_text(parent_id), db_text(provider_type), db_text(component->name),
			db_text(doc), db_text(secrets)));
}

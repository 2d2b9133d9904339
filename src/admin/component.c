/* Components in the admin API's form; see component.h. */
#include "admin/component.h"

#include "admin/ldap_defaults.h"
#include "admin/realm_row.h"
#include "admin/user_profile.h"
#include "base/tables.h"

bool component_list(struct admin_call *call, struct component_list *ret_list)
{
	struct why why = { "" };
	enum error_code code = store_list_components(call->app->store, call->arena, call->realm->settings.id,
						     &ret_list->items, &ret_list->n, &why);
	if (code != OK)
		admin_fail(call, code, &why);
	return code == OK;
}

struct component_rep *component_find(const struct component_list *list, struct str id)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i].id, id))
			return &list->items[i];
	return NULL;
}

bool component_of_route(struct admin_call *call, const struct component_list *list,
			struct component_rep **ret_component)
{
	*ret_component = component_find(list, http_route_value(call->request, "component"));
	if (!*ret_component)
		admin_not_found(call, "Could not find component");
	return *ret_component;
}

/* ---- writing ---- */

static void write_setting(struct json_writer *w, const struct json_list_pair *entry, bool secret)
{
	static const struct str mask = STR_INIT(REPRESENTATION_MASK);
	json_write_name(w, entry->key);
	if (secret)
		json_write_texts(w, &mask, 1);
	else
		json_write_texts(w, entry->values, entry->n);
}

void component_write(struct admin_call *call, struct json_writer *w, const struct component_rep *component)
{
	const struct json_node *provider = component_type_find(call->arena, component->provider_type,
							       component->provider_id);
	json_write_object_begin(w);
	json_member_text(w, "id", component->id);
	if (component->name.n)
		json_member_text(w, "name", component->name);
	json_member_text(w, "providerId", component->provider_id);
	json_member_text(w, "providerType", component->provider_type);
	json_member_text(w, "parentId", component->parent_id);
	if (component->sub_type.n)
		json_member_text(w, "subType", component->sub_type);
	json_member_object_begin(w, "config");
	for (size_t i = 0; i < component->config_n; i++) {
		const struct json_list_pair *entry = &component->config[i];
		bool hidden = component_config_is_secret(entry->key), secret = false;
		bool declared = provider && component_type_declares(provider, entry->key, &secret);
		if (declared || !provider)
			write_setting(w, entry, secret || hidden);
	}
	json_write_object_end(w);
	json_write_object_end(w);
}

/* ---- reading ---- */

static const struct json_field body_fields[] = {
	JSON_TEXT(struct component_body, rep.id, "id", 0),
	JSON_TEXT(struct component_body, rep.name, "name", 0),
	JSON_TEXT(struct component_body, rep.provider_id, "providerId", 0),
	JSON_TEXT(struct component_body, rep.provider_type, "providerType", 0),
	JSON_TEXT(struct component_body, rep.parent_id, "parentId", 0),
	JSON_TEXT(struct component_body, rep.sub_type, "subType", 0),
	JSON_TEXTS_MAP(struct component_body, rep.config, rep.config_n, "config", JSON_SECRET),
};
static const struct json_shape body_shape = JSON_SHAPE(struct component_body, body_fields,
	.sent = JSON_AT(struct component_body, sent, struct json_sent));

bool component_read_body(struct admin_call *call, struct component_body *ret_body)
{
	*ret_body = (struct component_body){ 0 };
	return realm_row_body(call, &body_shape, ret_body);
}

static void take(struct str *to, struct str from)
{
	if (from.p)
		*to = from;
}

/* The values without masks and blanks. */
static struct json_list_pair said(struct arena *arena, const struct json_list_pair *entry)
{
	struct json_list_pair result = { .key = entry->key };
	for (size_t i = 0; i < entry->n; i++)
		if (str_trim(entry->values[i]).n && !representation_is_masked(entry->values[i]))
			*(struct str *)arena_push(arena, &result.values, &result.n, sizeof *result.values) =
				entry->values[i];
	return result;
}

static void remove_setting(struct component_rep *component, size_t at)
{
	for (size_t i = at; i + 1 < component->config_n; i++)
		component->config[i] = component->config[i + 1];
	component->config_n--;
}

void component_merge(struct admin_call *call, const struct component_body *body, struct component_rep *component)
{
	take(&component->name, body->rep.name);
	take(&component->provider_id, body->rep.provider_id);
	take(&component->provider_type, body->rep.provider_type);
	take(&component->parent_id, body->rep.parent_id);
	take(&component->sub_type, body->rep.sub_type);
	struct json_list_pair *all = arena_array(call->arena, component->config_n + body->rep.config_n, sizeof *all);
	for (size_t i = 0; i < component->config_n; i++)
		all[i] = component->config[i];
	component->config = all;
	for (size_t i = 0; i < body->rep.config_n; i++) {
		const struct json_list_pair *sent = &body->rep.config[i];
		struct json_list_pair entry = said(call->arena, sent);
		size_t at = 0;
		while (at < component->config_n && !str_eq(all[at].key, entry.key))
			at++;
		if (entry.n)
			all[at] = entry;
		if (entry.n && at == component->config_n)
			component->config_n++;
		/* An empty value takes it away; a mask leaves it. */
		if (!entry.n && at < component->config_n && (!sent->n || !str_trim(sent->values[0]).n))
			remove_setting(component, at);
	}
}

/* ---- judging ---- */

/* A profile that cannot be read would lock everybody out of the realm's users. */
static bool profile_fits(struct admin_call *call, const struct component_rep *component)
{
	struct user_profile profile;
	for (size_t i = 0; i < component->config_n; i++) {
		const struct json_list_pair *entry = &component->config[i];
		if (str_eq_z(entry->key, "kc.user.profile.config") && entry->n &&
		    !user_profile_accept(call, entry->values[0], &profile))
			return false;
	}
	return true;
}

bool component_settle(struct admin_call *call, struct component_rep *component)
{
	struct why why = { "" };
	const struct json_node *provider = component_type_find(call->arena, component->provider_type,
							       component->provider_id);
	if (str_eq_z(component->provider_type, KEY_PROVIDER) &&
	    str_eq_z(component->provider_id, "java-keystore")) {
		admin_refuse(call, 400, STR("This server reads no Java keystores: import the key in PEM by the provider 'rsa'"));
		return false;
	}
	if (!provider && !component_type_is_kept(component->provider_type, component->provider_id)) {
		http_respond_error(call->response, 400, STR("Invalid provider type or no such provider"), STR(""));
		return false;
	}
	if (!ldap_complete(call, component))
		return false;
	enum error_code code = component_check(component, "$", &why);
	if (code == OK && (!component_type_check(call, provider, component) || !profile_fits(call, component)))
		return false;
	if (code == OK)
		code = component_complete_key(call->arena, component, call->realm->settings.name, call->visit.now_ms, &why);
	if (code != OK)
		admin_fail(call, code, &why);
	return code == OK;
}

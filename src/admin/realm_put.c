/* PUT and PATCH /admin/realms/{realm}: what the body names changes, all else stays. */
#include "admin/ending.h"
#include "admin/etag.h"
#include "admin/handlers.h"
#include "admin/realm_name.h"
#include "admin/realm_row.h"
#include "admin/realm_settings.h"
#include "admin/serve.h"
#include "base/clock.h"
#include "base/limits.h"
#include "json/merge_patch.h"
#include "model/mirrored.h"

/* Members that have calls of their own, as in Keycloak: whatever the body says of them. */
static void keep_apart(const struct realm_rep *before, struct realm_rep *rep)
{
	rep->settings.id = before->settings.id;
	rep->settings.keycloak_version = before->settings.keycloak_version;
	rep->default_roles = (struct str_list){ 0 };
	rep->default_role = NULL;
	rep->flows = before->flows;
	rep->flows_n = before->flows_n;
	rep->required_actions = before->required_actions;
	rep->required_actions_n = before->required_actions_n;
	rep->flow_configs = before->flow_configs;
	rep->flow_configs_n = before->flow_configs_n;
	rep->identity_providers = before->identity_providers;
	rep->identity_providers_n = before->identity_providers_n;
	rep->identity_provider_mappers = before->identity_provider_mappers;
	rep->identity_provider_mappers_n = before->identity_provider_mappers_n;
}

/* What was answered masked comes back masked. */
static void keep_mail_secrets(const struct realm_rep *before, struct realm_rep *rep)
{
	for (size_t i = 0; i < rep->smtp_server.n; i++) {
		struct json_pair *pair = &rep->smtp_server.pairs[i];
		if (representation_is_masked(pair->value))
			pair->value = attributes_get(&before->smtp_server, pair->key);
	}
}

/* Attributes of this server's own: whoever writes for Keycloak does not know them. */
static bool is_own(struct str name)
{
	return str_starts(name, STR("curfew."));
}

/* Attributes that every realm has, and this server's own: a body whose attributes do not name them leaves them. */
static bool stays(struct str name)
{
	static const char *const names[] = { "cibaBackchannelTokenDeliveryMode", "cibaExpiresIn", "cibaInterval",
		"cibaAuthRequestedUserHint", "oauth2DeviceCodeLifespan", "oauth2DevicePollingInterval",
		"parRequestUriLifespan" };
	if (is_own(name))
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(name, names[i]))
			return true;
	return false;
}

/* An empty text clears one of this server's own. */
static void drop_cleared(struct attributes *attributes)
{
	size_t n = 0;
	for (size_t i = 0; i < attributes->n; i++)
		if (attributes->pairs[i].value.n || !is_own(attributes->pairs[i].key))
			attributes->pairs[n++] = attributes->pairs[i];
	attributes->n = n;
}

/* What bodies with a part of the map leave, as in Keycloak: the other headers, those attributes. */
static void keep_pairs(struct arena *arena, const struct realm_settings *before, struct realm_settings *settings)
{
	const struct attributes *headers = &before->browser_security_headers, *attributes = &before->attributes;
	for (size_t i = 0; i < headers->n; i++)
		attributes_default(arena, &settings->browser_security_headers, headers->pairs[i].key,
				   headers->pairs[i].value);
	for (size_t i = 0; i < attributes->n; i++)
		if (stays(attributes->pairs[i].key))
			attributes_default(arena, &settings->attributes, attributes->pairs[i].key,
					   attributes->pairs[i].value);
	drop_cleared(&settings->attributes);
}

static enum error_code need_flow(const struct realm_rep *rep, const char *field, struct str alias,
				 struct why *reterr_why)
{
	for (size_t i = 0; i < rep->flows_n; i++)
		if (str_eq(rep->flows[i].alias, alias))
			return OK;
	return error_because(reterr_why, ERROR_INVALID_VALUE, "$.%s = \"%.*s\": there is no such authentication flow",
			     field, STR_ARG(str_take(alias, 80)));
}

/* The bindings that are kept for Keycloak, where they change. */
static enum error_code need_kept_flows(struct admin_call *call, const struct realm_rep *before,
				       const struct realm_rep *rep, struct why *reterr_why)
{
	static const char *const fields[] = { "registrationFlow", "resetCredentialsFlow", "clientAuthenticationFlow",
		"dockerAuthenticationFlow", "firstBrokerLoginFlow" };
	enum error_code code = OK;
	for (size_t i = 0; i < ARRAY_LENGTH(fields) && code == OK; i++) {
		const struct json_node *was = realm_row_kept(call, before, fields[i]);
		const struct json_node *is = realm_row_kept(call, rep, fields[i]);
		bool named = is && is->kind == JSON_NODE_TEXT;
		if (named && !(was && was->kind == JSON_NODE_TEXT && str_eq(was->text, is->text)))
			code = need_flow(rep, fields[i], is->text, reterr_why);
	}
	return code;
}

/* A patch is read onto nothing: what it took away is not there any more. */
static enum error_code read_realm(struct admin_call *call, const struct realm_rep *before, struct realm_rep *rep,
				  struct why *reterr_why)
{
	struct json_read_options options = representation_options("$");
	struct str body = call->request->body;
	enum error_code code = OK;
	bool patch = call->request->method == HTTP_PATCH;
	*rep = patch ? (struct realm_rep){ .kept = STR("") } : *before;
	if (patch)
		code = json_merge_patch(call->arena, realm_row_stored(call, before), call->request->body, &body, reterr_why);
	return code == OK ? json_read(call->arena, body, &realm_shape, &options, rep, reterr_why) : code;
}

static enum error_code read_body(struct admin_call *call, const struct realm_rep *before, struct realm_rep *rep,
				 struct why *reterr_why)
{
	enum error_code code = read_realm(call, before, rep, reterr_why);
	if (code != OK)
		return code;
	struct str fault = realm_name_fault(call->arena, rep->settings.name);
	if (fault.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "%.*s", STR_ARG(fault));
	keep_apart(before, rep);
	keep_mail_secrets(before, rep);
	if (call->request->method == HTTP_PUT)
		keep_pairs(call->arena, &before->settings, &rep->settings);
	mirrored_write(call->arena, &rep->settings);
	if (!str_eq(rep->settings.name, before->settings.name) && str_eq_z(before->settings.name, "master"))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "Can't rename master realm");
	if ((code = realm_settings_agree(call, before, rep, reterr_why)) || (code = realm_check(rep, "$", reterr_why)) ||
	    (code = need_flow(rep, "browserFlow", rep->settings.browser_flow, reterr_why)))
		return code;
	if ((code = need_flow(rep, "directGrantFlow", rep->settings.direct_grant_flow, reterr_why)))
		return code;
	return need_kept_flows(call, before, rep, reterr_why);
}

/* ---- another name ---- */

static struct str replaced(struct arena *arena, struct str text, struct str from, struct str to)
{
	for (size_t i = 0; i + from.n <= text.n; i++)
		if (str_starts(str_drop(text, i), from))
			return arena_join(arena, str_take(text, i), to, str_drop(text, i + from.n));
	return text;
}

/* The built-in clients' own URLs name the realm. */
static void rename_urls(struct arena *arena, struct client *client, struct str from, struct str to)
{
	client->base_url = replaced(arena, client->base_url, from, to);
	for (size_t i = 0; i < client->redirect_uris.n; i++)
		client->redirect_uris.items[i] = replaced(arena, client->redirect_uris.items[i], from, to);
}

static enum error_code rename_clients(struct admin_call *call, struct str old_name, struct str name,
				      struct effects *effects, struct why *reterr_why)
{
	static const struct {
		const char *client_id;
		struct str before;
	} rows[] = { { "account", STR_INIT("/realms/") }, { "account-console", STR_INIT("/realms/") },
		     { "security-admin-console", STR_INIT("/admin/") } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct client *client = realm_client_by_client_id(call->realm, str_from(rows[i].client_id));
		struct client_rep *rep = arena_alloc(call->arena, sizeof *rep);
		int64_t version;
		if (!client)
			continue;
		enum error_code code = store_find_client(call->app->store, call->arena, call->realm->settings.id,
							 client->id, rep, &version, reterr_why);
		if (code != OK)
			return code == ERROR_NAME_NOT_FOUND ? ERROR_STALE : code;
		rename_urls(call->arena, &rep->client, arena_join(call->arena, rows[i].before, old_name, STR("/")),
			    arena_join(call->arena, rows[i].before, name, STR("/")));
		effects_add(effects, EFFECT_CLIENT_UPDATE)->u.client =
			(struct effect_client){ call->realm->settings.id, rep };
	}
	return OK;
}

/* ---- the rounds ---- */

static enum error_code put_round(struct admin_call *call, struct realm_rep *rep, struct str *ret_signout,
				 bool *ret_renamed, struct why *reterr_why)
{
	call->visit.now_ms = clock_wall_ms();
	struct realm_rep before;
	int64_t version;
	enum error_code code = realm_row_load(call, &before, &version, reterr_why);
	if (code == OK && !etag_fits(call, realm_row_stored(call, &before)))
		return ERROR_CANCELLED;
	if (code == OK)
		code = read_body(call, &before, rep, reterr_why);
	if (code != OK)
		return code;
	struct effects effects = effects_new(call->arena);
	effects_add(&effects, EFFECT_REALM_UPDATE)->u.realm = (struct effect_realm){
		.rep = rep, .old_name = before.settings.name, .version = version,
		.emails_change = before.settings.duplicate_emails_allowed != rep->settings.duplicate_emails_allowed };
	*ret_renamed = !str_eq(before.settings.name, rep->settings.name);
	if (*ret_renamed)
		code = rename_clients(call, before.settings.name, rep->settings.name, &effects, reterr_why);
	*ret_signout = ending_realm_change(call, &before.settings, &rep->settings, &effects);
	admin_event_add(call, &effects, "UPDATE", "REALM", STR(""));
	return code == OK ? app_apply(call->app, &effects, reterr_why) : code;
}

/* Whoever administers from `master` is judged by the client's name, which is another for a realm that was
 * renamed. */
static void published(struct admin_call *call, bool renamed)
{
	snapshots_changed(call->app->snapshots, call->realm->settings.id);
	if (renamed)
		snapshots_changed_named(call->app->snapshots, STR("master"));
}

static void put(struct admin_call *call)
{
	struct realm_rep rep;
	struct why why = { "" };
	struct str signout_id = STR("");
	bool renamed = false;
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = put_round(call, &rep, &signout_id, &renamed, &why);
	if (code == ERROR_CANCELLED)
		return; /* answered: the realm is another than the caller saw */
	if (code == OK) {
		published(call, renamed);
		admin_no_content(call);
		ending_committed(call, signout_id);
	} else if (code == ERROR_EXISTS && str_contains(str_from(why.text), STR("users"))) {
		admin_refuse(call, 409, STR("$.duplicateEmailsAllowed = false: users share an e-mail"));
	} else if (code == ERROR_EXISTS) {
		admin_refuse(call, 409, STR("Realm with same name exists"));
	} else if (code == ERROR_NAME_NOT_FOUND) {
		admin_not_found(call, "Realm not found.");
	} else if (code == ERROR_INVALID_VALUE && why.text[0] != '$') {
		admin_refuse(call, 400, arena_str(call->arena, str_from(why.text)));
	} else {
		admin_refuse_body(call, code, &why);
	}
}

ADMIN_HANDLER(admin_realm_put, put)

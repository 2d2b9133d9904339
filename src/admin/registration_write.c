/* Making and changing clients by registration, under the policies that Keycloak gives a realm. */
#include "admin/registration.h"
#include "app/events.h"
#include "model/registration_change.h"

/* ---- policies: what a registered client may ask for ---- */

static bool is_allowed_mapper(const struct mapper *mapper)
{
	static const char *const types[] = { "oidc-usermodel-attribute-mapper", "oidc-address-mapper",
		"saml-user-property-mapper", "saml-role-list-mapper", "oidc-usermodel-property-mapper",
		"saml-user-attribute-mapper", "oidc-full-name-mapper", "oidc-sha256-pairwise-sub-mapper" };
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (str_eq_z(mapper->type, types[i]))
			return true;
	return false;
}

static bool had_mapper(struct arena *arena, const struct client *before, const struct mapper *mapper)
{
	struct str text = json_text_of(arena, &mapper_shape, mapper);
	for (size_t i = 0; before && i < before->mappers_n; i++)
		if (str_eq(json_text_of(arena, &mapper_shape, &before->mappers[i]), text))
			return true;
	return false;
}

static bool mappers_fit(struct registration *r, const struct client *before, const struct client *client)
{
	for (size_t i = 0; i < client->mappers_n; i++) {
		const struct mapper *mapper = &client->mappers[i];
		if (is_allowed_mapper(mapper) || had_mapper(r->call.arena, before, mapper))
			continue;
		http_respond_error(r->call.response, 403, STR("insufficient_scope"),
				   STR("Policy 'Allowed Protocol Mapper Types' rejected request to client-registration "
				       "service. Details: ProtocolMapper type not allowed"));
		return false;
	}
	return true;
}

static bool realm_has_scope(const struct realm *realm, struct str name)
{
	for (size_t i = 0; i < realm->default_scopes_n; i++)
		if (str_eq(realm->default_scopes[i]->name, name))
			return true;
	for (size_t i = 0; i < realm->optional_scopes_n; i++)
		if (str_eq(realm->optional_scopes[i]->name, name))
			return true;
	return str_eq_z(name, "service_account");
}

static bool scopes_fit(struct registration *r, const struct client_rep *client)
{
	bool fit = true;
	for (size_t i = 0; i < client->default_scopes.n; i++)
		fit = fit && realm_has_scope(r->call.realm, client->default_scopes.items[i]);
	for (size_t i = 0; i < client->optional_scopes.n; i++)
		fit = fit && realm_has_scope(r->call.realm, client->optional_scopes.items[i]);
	if (!fit)
		http_respond_error(r->call.response, 403, STR("insufficient_scope"),
				   STR("Policy 'Allowed Client Scopes' rejected request to client-registration service. "
				       "Details: Not permitted to use specified clientScope"));
	return fit;
}

/* ---- events ---- */

static struct event event_of(struct registration *r, const char *type, const struct client *client)
{
	struct event event = event_new(&r->call.visit, type);
	event.client_id = client->client_id;
	if (r->call.bearer.user)
		event.user_id = r->call.bearer.user->id;
	return event;
}

/* ---- create ---- */

static void add_initial_use(struct registration *r, struct effects *effects)
{
	struct registration_change *change = arena_alloc(r->call.arena, sizeof *change);
	*change = (struct registration_change){
		.kind = REGISTRATION_INITIAL_USE,
		.realm_id = r->call.realm->settings.id,
		.initial = { .id = r->jti },
		.now_s = r->call.visit.now_ms / 1000,
	};
	effects_add(effects, EFFECT_REGISTRATION_CHANGE)->u.registration = change;
}

/* One commit; STALE: an initial access token was used up meanwhile, or others ran beside it. */
static enum error_code create_round(struct registration *r, const struct client_rep *client, struct why *reterr_why)
{
	struct admin_call *call = &r->call;
	struct effects effects = effects_new(call->arena);
	struct event event = event_of(r, "CLIENT_REGISTER", &client->client);
	enum error_code code = client_add(call, client, &effects, reterr_why);
	if (r->by == REGISTRAR_INITIAL)
		add_initial_use(r, &effects);
	if (code == OK && !registration_token_new(call, client->client.id, STR(""), &effects, &r->token))
		return ERROR_CANCELLED;
	event_add(&call->visit, &event, &effects);
	if (code == OK)
		code = app_apply(call->app, &effects, reterr_why);
	if (code == OK)
		event_log(&call->visit, &event);
	return code;
}

bool registration_create(struct registration *r, struct str json, struct client_rep *ret_client)
{
	struct admin_call *call = &r->call;
	struct why why = { "" };
	if (!client_rep_read_new(call, json, ret_client) || !scopes_fit(r, ret_client) ||
	    !mappers_fit(r, NULL, &ret_client->client))
		return false;
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		if (round && !registration_may_create(r))
			return false;
		code = create_round(r, ret_client, &why);
	}
	if (code == OK)
		snapshots_changed(call->app->snapshots, call->realm->settings.id);
	else if (code == ERROR_EXISTS)
		registration_refuse(r, "invalid_client_metadata", STR("Client Identifier in use"));
	else if (code != ERROR_CANCELLED)
		admin_fail(call, code, &why);
	return code == OK;
}

/* ---- update ---- */

struct update {
	struct registration *r;
	struct str json;
	struct client_rep *client;
	struct str token;
};

static bool update(struct admin_call *call, void *context, struct client_rep *client, struct effects *effects)
{
	struct update *u = context;
	struct why why = { "" };
	const struct client_rep before = *client;
	/* Looked at again: the token may have been used meanwhile. */
	if (!registration_client_changed(u->r) || !client_rep_read_change(call, u->json, client))
		return false;
	if (!str_eq(client->client.client_id, before.client.client_id)) {
		registration_refuse(u->r, "invalid_client_metadata", STR("Client Identifier modified"));
		return false;
	}
	if (!mappers_fit(u->r, &before.client, &client->client))
		return false;
	enum error_code code = client_change_effects(call, &before.client, client, effects, &u->r->signout_id, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return false;
	}
	struct event event = event_of(u->r, "CLIENT_UPDATE", &client->client);
	event_add(&call->visit, &event, effects);
	*u->client = *client;
	return u->r->by != REGISTRAR_CLIENT ||
	       registration_token_new(call, client->client.id, u->r->jti, effects, &u->token);
}

bool registration_update(struct registration *r, const struct client *client, struct str json,
			 struct client_rep *ret_client)
{
	struct update u = { .r = r, .json = json, .client = ret_client };
	if (!client_change_by_id(&r->call, client->id, update, &u))
		return false;
	r->token = u.token;
	return true;
}

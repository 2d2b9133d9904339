/* Client registration: who asks, and what they may; see registration.h. */
#include "admin/registration.h"

#include "app/events.h"
#include "app/own_token.h"
#include "store/registrations.h"

#define DENIED_VIEW STR("Not authorized to view client. Not valid token or client credentials provided.")
#define DENIED_UPDATE STR("Not authorized to update client. Maybe missing token or bad token type.")
#define UNTRUSTED STR("Policy 'Trusted Hosts' rejected request to client-registration service. Details: Host not trusted.")

/* ---- refusals ---- */

static bool deny(struct registration *r, int status, const char *error, struct str text)
{
	struct event event = event_new(&r->call.visit, "CLIENT_REGISTER_ERROR");
	http_respond_error(r->call.response, status, str_from(error), text);
	if (status == 401)
		http_set_header_z(r->call.response, "WWW-Authenticate", "Bearer");
	event_emit_error(&r->call.visit, &event, status == 401 ? STR("invalid_token") : STR("not_allowed"), text);
	return false;
}

void registration_refuse(struct registration *r, const char *error, struct str text)
{
	http_respond_error(r->call.response, 400, str_from(error), text);
}

void registration_refuse_body(struct registration *r, enum error_code code, const struct why *why)
{
	if (code == ERROR_INVALID_VALUE || code == ERROR_WRONG_TYPE)
		registration_refuse(r, "invalid_client_metadata", arena_str(r->call.arena, str_from(why->text)));
	else
		admin_refuse_body(&r->call, code, why);
}

/* ---- who asks ---- */

static bool open_bearer(struct registration *r, struct str token)
{
	struct admin_call *call = &r->call;
	struct why why = { "" };
	const char *dead;
	enum error_code code = visit_open_named(&call->home, call->app, call->request, call->response,
						call->realm->settings.name, &why);
	if (code == OK)
		code = bearer_open(&call->home, token, &call->bearer, &dead, &why);
	if (code == ERROR_INVALID_TOKEN)
		return deny(r, 401, "invalid_token", STR("Failed decode token"));
	if (code != OK) {
		admin_fail(call, code, &why);
		return false;
	}
	call->actor = call->bearer.user->username;
	r->by = REGISTRAR_ADMIN;
	return true;
}

static bool authenticate(struct registration *r)
{
	struct jwt_claims claims;
	struct why why = { "" };
	struct str token = http_bearer(r->call.request);
	if (!token.p)
		return true;
	if (token.n > LIMIT_TOKEN || own_token_open(&r->call.visit, token, &claims, &why) != OK)
		return deny(r, 401, "invalid_token", STR("Failed decode token"));
	bool expired = claims.exp.set && claims.exp.value && claims.exp.value <= r->call.visit.now_ms / 1000;
	r->jti = claims.jti;
	r->token = token;
	if (str_eq_z(claims.typ, "Bearer"))
		return open_bearer(r, token);
	if (str_eq_z(claims.typ, "InitialAccessToken"))
		r->by = REGISTRAR_INITIAL;
	else if (str_eq_z(claims.typ, "RegistrationAccessToken"))
		r->by = REGISTRAR_CLIENT;
	return (r->by != REGISTRAR_NOBODY && !expired) || deny(r, 401, "invalid_token", STR("Failed decode token"));
}

bool registration_open(struct registration *r, void *context, struct http_request *request,
		       struct http_response *response)
{
	struct admin *admin = context;
	*r = (struct registration){ .call = { .app = admin->app, .request = request, .response = response,
			.arena = request->arena, .actor = STR(""), .input_error = "invalid_client_metadata" } };
	struct admin_call *call = &r->call;
	if (!visit_open(&call->visit, call->app, request, response))
		return false;
	call->realm = call->visit.realm;
	http_no_store(response);
	if (authenticate(r))
		return true;
	registration_close(r);
	return false;
}

void registration_close(struct registration *r)
{
	admin_close(&r->call);
}

struct str registration_url(const struct registration *r, const char *kind, struct str client_id)
{
	struct text text = text_new(r->call.arena, 0);
	text_add(&text, visit_url(&r->call.visit, "/clients-registrations/"));
	text_add_z(&text, kind);
	text_add_char(&text, '/');
	text_add_percent(&text, client_id);
	return text_str(&text);
}

/* ---- what they may ---- */

static bool admin_is(struct registration *r, enum permission permission)
{
	return admin_may(&r->call, permission) || deny(r, 403, "insufficient_scope", STR("Forbidden"));
}

/* An initial access token says how often; one that is used up says so before anything is read. */
static bool initial_remains(struct registration *r)
{
	struct initial_access initial;
	struct why why = { "" };
	enum error_code code = store_find_initial_access(r->call.app->store, r->call.arena, r->call.realm->settings.id,
							 r->jti, &initial, &why);
	if (code == ERROR_NAME_NOT_FOUND)
		return deny(r, 401, "invalid_token", STR("Initial Access Token not found"));
	if (code != OK) {
		admin_fail(&r->call, code, &why);
		return false;
	}
	return initial.remaining > 0 || deny(r, 401, "invalid_token", STR("No remaining count on initial access token"));
}

bool registration_may_create(struct registration *r)
{
	switch (r->by) {
	case REGISTRAR_ADMIN:
		return admin_is(r, PERMISSION_CREATE_CLIENT);
	case REGISTRAR_INITIAL:
		return initial_remains(r);
	case REGISTRAR_CLIENT:
		return deny(r, 403, "insufficient_scope", STR("Forbidden"));
	case REGISTRAR_NOBODY:
		break;
	}
	return deny(r, 403, "insufficient_scope", UNTRUSTED);
}

static bool holds_token(struct registration *r, const struct client *client)
{
	struct why why = { "" };
	struct str jti;
	if (!client || r->by != REGISTRAR_CLIENT || !r->jti.n)
		return false;
	return store_find_registration_token(r->call.app->store, r->call.arena, r->call.realm->settings.id, client->id,
					     &jti, &why) == OK && str_eq(jti, r->jti);
}

static const struct client *find(struct registration *r, enum permission permission, struct str denied)
{
	struct str client_id = http_route_value(r->call.request, "client_id");
	const struct client *client = realm_client_by_client_id(r->call.realm, client_id);
	if (r->by == REGISTRAR_ADMIN) {
		if (!admin_is(r, permission))
			return NULL;
		if (!client)
			http_respond_error(r->call.response, 404, STR("invalid_request"), STR("Client not found"));
		return client;
	}
	if (holds_token(r, client))
		return client;
	deny(r, 401, "invalid_token", r->by == REGISTRAR_INITIAL ? STR("Not initial access token allowed") : denied);
	return NULL;
}

const struct client *registration_client_seen(struct registration *r)
{
	return find(r, PERMISSION_VIEW_CLIENTS, DENIED_VIEW);
}

const struct client *registration_client_changed(struct registration *r)
{
	return find(r, PERMISSION_MANAGE_CLIENTS, DENIED_UPDATE);
}

/* Backchannel authentication; see ciba.h. */
#include "oidc/ciba.h"

#include "base/tables.h"
#include "base/text.h"
#include "jose/jws.h"
#include "json/tree.h"

enum {
	EXPIRES_S = 120, /* where the realm does not say */
	EXPIRES_MAX_S = 600,
	LIFE_MAX_S = 30 * 24 * 3600, /* whatever a setting says */
	INTERVAL_S = 5,
	INTERVAL_MAX_S = 600,
	BINDING_MESSAGE_MAX = 50,
	NOTIFICATION_TOKEN_MAX = 1024, /* section 7.1 */
	TEXT_MAX = 2048, /* of what is kept or passed on */
};

static const struct json_field fields[] = {
	JSON_TEXT(struct ciba_request, scope, "scope", 0),
	JSON_TEXT(struct ciba_request, client_notification_token, "client_notification_token", 0),
	JSON_TEXT(struct ciba_request, acr_values, "acr_values", 0),
	JSON_TEXT(struct ciba_request, login_hint_token, "login_hint_token", 0),
	JSON_TEXT(struct ciba_request, id_token_hint, "id_token_hint", 0),
	JSON_TEXT(struct ciba_request, login_hint, "login_hint", 0),
	JSON_TEXT(struct ciba_request, binding_message, "binding_message", 0),
	JSON_TEXT(struct ciba_request, user_code, "user_code", 0),
	JSON_TEXT(struct ciba_request, requested_expiry, "requested_expiry", 0),
};
const struct json_shape ciba_request_shape = JSON_SHAPE(struct ciba_request, fields);

bool ciba_is_allowed(const struct client *client)
{
	return str_eq_z(client->protocol, "openid-connect") && !client->bearer_only && !client->public_client &&
	       attributes_true(&client->attributes, STR("oidc.ciba.grant.enabled"), false);
}

bool ciba_pings(const struct realm *realm, const struct client *client)
{
	struct str mode = attributes_get(&client->attributes, STR("ciba.backchannel.token.delivery.mode"));
	if (!mode.n)
		mode = attributes_get(&realm->settings.attributes, STR("cibaBackchannelTokenDeliveryMode"));
	return str_eq_z(mode, "ping");
}

static int64_t seconds(const struct realm *realm, const char *name, int64_t otherwise, int64_t max)
{
	int64_t s = attributes_seconds(&realm->settings.attributes, str_from(name), otherwise);
	return s < max ? s : max;
}

int64_t ciba_interval_s(const struct realm *realm)
{
	return seconds(realm, "cibaInterval", INTERVAL_S, INTERVAL_MAX_S);
}

static int64_t life_s(const struct realm *realm)
{
	int64_t s = seconds(realm, "cibaExpiresIn", EXPIRES_S, LIFE_MAX_S);
	return s > 0 ? s : EXPIRES_S;
}

/* ---- parameters of the application's own ---- */

/* What the channel is told by us, how clients authenticate, what JWTs say of themselves. */
static bool is_ours(struct str name)
{
	static const char *const ours[] = { "is_consent_required", "request", "request_uri", "client_id", "client_secret",
		"client_assertion", "client_assertion_type", "grant_type", "iss", "sub", "aud", "exp", "nbf", "iat", "jti" };
	for (size_t i = 0; i < ARRAY_LENGTH(ours); i++)
		if (str_eq_z(name, ours[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
		if (str_eq_z(name, fields[i].name))
			return true;
	return false;
}

void ciba_keep_extra(struct ciba_request *request, struct str name, struct str value)
{
	bool fits = name.n && name.n <= CIBA_EXTRA_MAX && value.n <= CIBA_EXTRA_MAX;
	for (size_t i = 0; i < request->extras_n; i++)
		fits = fits && !str_eq(request->extras[i].name, name);
	if (fits && request->extras_n < CIBA_EXTRAS_MAX && !is_ours(name))
		request->extras[request->extras_n++] = (struct ciba_extra){ name, value };
}

/* ---- signed requests ---- */

static struct str algorithm_of(const struct client *client)
{
	struct str own = attributes_get(&client->attributes, STR("ciba.backchannel.auth.request.signing.alg"));
	return str_eq_z(own, "none") ? STR("") : own;
}

bool ciba_is_signed(const struct client *client)
{
	return algorithm_of(client).n > 0;
}

enum error_code ciba_object_read(struct arena *arena, const struct client *client, struct str text,
	struct request_object *ret_object, struct why *reterr_why)
{
	struct str own = algorithm_of(client);
	unsigned allowed = own.n ? client_jwt_allowed(own, JWS_ALLOW_ASYMMETRIC) : 0;
	return request_object_read_signed(arena, allowed, text, ret_object, reterr_why);
}

enum error_code ciba_object_take(struct arena *arena, const struct client *client,
	const struct request_object *object, const struct client_jwt_facts *facts, struct ciba_request *ret_request,
	struct why *reterr_why)
{
	static const struct str ends[] = { STR_INIT(""), STR_INIT("/protocol/openid-connect/ext/ciba/auth") };
	struct ciba_request request = { .extras_n = 0 };
	struct json_node *claims;
	enum error_code code = request_object_claims(arena, client, object, facts, ends, ARRAY_LENGTH(ends), &claims,
						     reterr_why);
	if (code == OK)
		code = request_object_take(arena, claims, &ciba_request_shape, &request, reterr_why);
	if (code != OK)
		return code;
	for (size_t i = 0; i < claims->n; i++) {
		const struct json_node *value = claims->members[i].value;
		if (value->kind == JSON_NODE_TEXT || value->kind == JSON_NODE_INT)
			ciba_keep_extra(&request, claims->members[i].name, value->kind == JSON_NODE_TEXT ? value->text :
					json_tree_text(arena, value));
	}
	*ret_request = request;
	return OK;
}

/* ---- the request ---- */

static bool refuse(struct ciba_refusal *refusal, const char *error, struct str text)
{
	*refusal = (struct ciba_refusal){ error, text };
	return false;
}

static bool invalid(struct ciba_refusal *refusal, struct str text)
{
	return refuse(refusal, "invalid_request", text);
}

/* One hint, and the one that the realm wants. */
static bool check_hint(const struct realm *realm, const struct ciba_request *request, struct ciba_plan *plan,
		       struct ciba_refusal *refusal)
{
	struct str wanted = attributes_get(&realm->settings.attributes, STR("cibaAuthRequestedUserHint"));
	bool by_token = str_eq_z(wanted, "login_hint_token"), by_id = str_eq_z(wanted, "id_token_hint");
	if ((request->login_hint.n > 0) + (request->id_token_hint.n > 0) + (request->login_hint_token.n > 0) > 1)
		return invalid(refusal, STR("more than one hint of the user"));
	if (wanted.n && !by_token && !by_id && !str_eq_z(wanted, "login_hint"))
		return invalid(refusal, STR("invalid user hint"));
	plan->hint = by_id ? CIBA_ID_TOKEN_HINT : CIBA_LOGIN_HINT;
	plan->hint_text = by_id ? request->id_token_hint : by_token ? STR("") : request->login_hint;
	/* Whose login_hint_token would it be? No issuer of such is known here, nor in Keycloak. */
	if (by_token && request->login_hint_token.n)
		return invalid(refusal, STR("invalid_user"));
	if (!plan->hint_text.n)
		return invalid(refusal, by_token ? STR("missing parameter : login_hint_token") :
					by_id ? STR("missing parameter : id_token_hint") :
						STR("missing parameter : login_hint"));
	return true;
}

/* Letters and digits of ASCII, and `others`. */
static bool is_made_of(struct str text, struct str others)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'z') ||
		      (text.p[i] >= 'A' && text.p[i] <= 'Z') || str_index(others, text.p[i]) < others.n))
			return false;
	return true;
}

static bool check_notification(const struct realm *realm, const struct client *client, struct str token,
			       struct ciba_refusal *refusal)
{
	bool ping = ciba_pings(realm, client);
	if (!ping && token.n)
		return invalid(refusal, STR("Client Notification token supported only for the ping mode"));
	if (ping && !token.n)
		return invalid(refusal, STR("Client Notification token needs to be provided with the ping mode"));
	if (token.n > NOTIFICATION_TOKEN_MAX)
		return invalid(refusal, STR("Client Notification token length is limited to 1024 characters"));
	/* It goes into a header (RFC 6750 section 2.1). */
	if (ping && !is_made_of(token, STR("-._~+/=")))
		return invalid(refusal, STR("Client Notification token has characters that a bearer token cannot have"));
	return true;
}

static bool is_binding_message(struct str text)
{
	return text.n <= BINDING_MESSAGE_MAX && is_made_of(text, STR("-._+/!?#"));
}

/* The application may want another time than the realm's; a longer one within bounds. */
static bool check_expiry(const struct realm *realm, struct str asked, int64_t *ret_expires_s,
			 struct ciba_refusal *refusal)
{
	int64_t own = life_s(realm), max = own > EXPIRES_MAX_S ? own : EXPIRES_MAX_S, s = own;
	if (asked.n && (!str_to_int64(asked, &s) || s <= 0))
		return invalid(refusal, STR("requested_expiry is not a positive number"));
	*ret_expires_s = s < max ? s : max;
	return true;
}

/* What was asked for, and what comes with it that users are shown. */
static struct str shown(struct arena *arena, struct str asked, const struct scope_grant *grant)
{
	struct text text = text_new(arena, 0);
	text_add(&text, asked);
	for (size_t i = 0; i < grant->n; i++) {
		bool hidden = !attributes_true(&grant->scopes[i]->attributes, STR("display.on.consent.screen"), true);
		if (hidden || scope_text_has(text_str(&text), grant->names[i]))
			continue;
		text_add_char(&text, ' ');
		text_add(&text, grant->names[i]);
	}
	return text_str(&text);
}

static bool check_scope(struct arena *arena, const struct client *client, struct str scope, struct ciba_plan *plan,
			struct ciba_refusal *refusal)
{
	if (!scope.n)
		return invalid(refusal, STR("missing parameter : scope"));
	if (!scope_resolve(arena, client, scope, &plan->scope) || !scope_text_has(scope, STR("openid")))
		return refuse(refusal, "invalid_scope", arena_join(arena, STR("Invalid scopes: "), scope, STR("")));
	plan->scope_shown = shown(arena, scope, &plan->scope);
	return true;
}

bool ciba_check(struct arena *arena, const struct realm *realm, const struct client *client,
		const struct ciba_request *request, struct ciba_plan *ret_plan, struct ciba_refusal *ret_refusal)
{
	struct ciba_plan plan = { .expires_s = 0 };
	if (request->scope.n > TEXT_MAX || request->acr_values.n > TEXT_MAX)
		return invalid(ret_refusal, STR("a parameter is too long"));
	if (request->binding_message.n && !is_binding_message(request->binding_message))
		return refuse(ret_refusal, "invalid_binding_message",
			      STR("the binding_message value has to be max 50 characters in length and must contain "
				  "only basic plain-text characters without spaces"));
	if (request->user_code.n)
		return invalid(ret_refusal, STR("User code not supported"));
	if (!check_expiry(realm, request->requested_expiry, &plan.expires_s, ret_refusal) ||
	    !check_hint(realm, request, &plan, ret_refusal) ||
	    !check_scope(arena, client, request->scope, &plan, ret_refusal) ||
	    !check_notification(realm, client, request->client_notification_token, ret_refusal))
		return false;
	*ret_plan = plan;
	return true;
}

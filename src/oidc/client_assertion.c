/* Client assertions; see client_assertion.h. The texts are Keycloak's. */
#include "oidc/client_assertion.h"

#include "base/tables.h"
#include "jose/jws.h"

#define JWT_BEARER "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

enum {
	SKEW_S = 15,     /* iat and nbf may be ahead of us */
	LIFE_S = 60,     /* how old one may be, where the client's row does not say */
	LIFE_MAX_S = 10 * 365 * 86400,
};

bool client_assertion_is_presented(const struct client_auth *presented)
{
	return presented->assertion.p || presented->assertion_type.p;
}

/* ---- the claims ---- */

struct members {
	struct str iss, sub, jti, exp, iat, nbf;
	struct str *aud;
	size_t aud_n;
};

static const struct json_field member_fields[] = {
	JSON_TEXT(struct members, iss, "iss", 0),
	JSON_TEXT(struct members, sub, "sub", 0),
	JSON_TEXT(struct members, jti, "jti", 0),
	JSON_TEXTS(struct members, aud, aud_n, "aud", JSON_LONE),
	JSON_ANY(struct members, exp, "exp", 0),
	JSON_ANY(struct members, iat, "iat", 0),
	JSON_ANY(struct members, nbf, "nbf", 0),
};
static const struct json_shape member_shape = JSON_SHAPE(struct members, member_fields);

/* A NumericDate (RFC 7519 section 2) as JSON; fractions of a second are dropped. */
static enum error_code read_date(const char *name, struct str json, struct json_optional_int *ret, struct why *why)
{
	static const int64_t year_9999_s = 253402300799;
	struct str whole = str_take(json, str_index(json, '.'));
	bool exponent = str_index(json, 'e') < json.n || str_index(json, 'E') < json.n;
	if (!json.n || str_eq_z(json, "null"))
		return OK;
	if (exponent || !str_to_int64(whole, &ret->value) || ret->value > year_9999_s || ret->value < -year_9999_s)
		return error_because(why, ERROR_INVALID_TOKEN, "%s is no date", name);
	ret->set = true;
	return OK;
}

static enum error_code read_claims(struct arena *arena, struct client_assertion *a, struct why *why)
{
	static const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED };
	struct members members = { 0 };
	enum error_code code = json_read(arena, jws_unverified_payload(a->token), &member_shape, &options, &members, why);
	if (code == OK)
		code = read_date("exp", members.exp, &a->exp, why);
	if (code == OK)
		code = read_date("iat", members.iat, &a->iat, why);
	if (code == OK)
		code = read_date("nbf", members.nbf, &a->nbf, why);
	if (code != OK)
		return code;
	a->iss = members.iss;
	a->sub = members.sub;
	a->jti = members.jti;
	a->aud = members.aud;
	a->aud_n = members.aud_n;
	return OK;
}

/* ---- whose it is ---- */

static bool is_by_secret(const struct client *client)
{
	return str_eq_z(client->client_authenticator_type, "client-secret-jwt");
}

static bool is_by_assertion(const struct client *client)
{
	return !client->public_client && !client->bearer_only &&
	       (is_by_secret(client) || str_eq_z(client->client_authenticator_type, "client-jwt"));
}

/* The client that client_id names, *ret_done when that is all there is to it. Who names a client is told
 * what is wrong with its assertion. */
static enum error_code check_named(const struct realm *realm, const struct client_auth *presented,
				   struct client_assertion *a, bool *ret_done, struct why *why)
{
	struct str type = presented->assertion_type;
	const struct client *client = realm_client_by_client_id(realm, presented->client_id);
	if (!client)
		return error_because(why, ERROR_CLIENT_NOT_FOUND, "unknown client %.*s",
				     STR_ARG(str_take(presented->client_id, 100)));
	a->client = client;
	*ret_done = client->public_client && client->enabled && str_eq_z(client->protocol, "openid-connect");
	if (*ret_done)
		return OK;
	if (!is_by_assertion(client))
		return error_because(why, ERROR_INVALID_CLIENT_CREDENTIALS, "client %.*s does not authenticate by an assertion",
				     STR_ARG(client->client_id));
	if (!type.p)
		return error_because(why, ERROR_ASSERTION_REFUSED, "Parameter client_assertion_type is missing");
	if (!str_eq_z(type, JWT_BEARER))
		return error_because(why, ERROR_ASSERTION_REFUSED,
				     "Parameter client_assertion_type has value '%.*s' but expected is '" JWT_BEARER "'",
				     STR_ARG(str_take(type, 100)));
	if (!presented->assertion.n)
		return error_because(why, ERROR_ASSERTION_REFUSED, "client_assertion parameter missing");
	return OK;
}

/* What cannot be read: told to who names a client. */
static enum error_code unreadable(const struct client_assertion *a, const struct why *detail, struct why *why)
{
	if (!a->client)
		return error_because(why, ERROR_INVALID_CLIENT, "client assertion: %s", detail->text);
	if (is_by_secret(a->client))
		return error_because(why, ERROR_ASSERTION_NOT_SIGNED,
				     "Client authentication with client secret signed JWT failed: %s", detail->text);
	return error_because(why, ERROR_ASSERTION_REFUSED, "Client authentication with signed JWT failed: %s",
			     detail->text);
}

static enum error_code check_client(const struct client *client, struct why *why)
{
	if (!client->enabled)
		return error_because(why, ERROR_CLIENT_DISABLED, "client %.*s is disabled", STR_ARG(client->client_id));
	if (!str_eq_z(client->protocol, "openid-connect"))
		return error_because(why, ERROR_INVALID_CLIENT, "client %.*s does not speak OpenID Connect",
				     STR_ARG(client->client_id));
	if (!is_by_assertion(client))
		return error_because(why, ERROR_INVALID_CLIENT, "client %.*s does not authenticate by an assertion",
				     STR_ARG(client->client_id));
	return OK;
}

/* Issuer and subject are the client (RFC 7523 section 3). */
static enum error_code find_client(const struct realm *realm, struct client_assertion *a, struct why *why)
{
	const struct client *named = a->client;
	const struct client *client = a->sub.n ? realm_client_by_client_id(realm, a->sub) : NULL;
	if (!client || !str_eq(a->iss, a->sub))
		return error_because(why, ERROR_CLIENT_NOT_FOUND,
				     "iss '%.*s' and sub '%.*s' of the assertion are no client",
				     STR_ARG(str_take(a->iss, 100)), STR_ARG(str_take(a->sub, 100)));
	if (named && named != client)
		return error_because(why, ERROR_ASSERTION_REFUSED, "client_id parameter does not match authenticated client");
	a->client = client;
	return check_client(client, why);
}

/* ---- the header ---- */

/* By the row alone: one algorithm, or those of the client's method. */
static unsigned allowed_of(const struct client *client)
{
	return client_jwt_allowed(attributes_get(&client->attributes, STR("token.endpoint.auth.signing.alg")),
				  is_by_secret(client) ? JWS_ALLOW_BY_SECRET : JWS_ALLOW_ASYMMETRIC);
}

static enum error_code check_header(struct client_assertion *a, struct why *why)
{
	const struct jws_header *header = jws_header(a->token);
	enum sign_algorithm algorithm;
	a->by_secret = is_by_secret(a->client);
	a->allowed = allowed_of(a->client);
	if (!sign_algorithm_of(header->algorithm, &algorithm) || !(a->allowed & JWS_ALLOW(algorithm)))
		return error_because(why, ERROR_ASSERTION_REFUSED, "Invalid signature algorithm");
	if (!client_jwt_is_type(header->type, STR("client-authentication+jwt")))
		return error_because(why, ERROR_ASSERTION_REFUSED, "Invalid token type");
	return OK;
}

enum error_code client_assertion_read(struct arena *arena, const struct realm *realm,
	const struct client_auth *presented, struct client_assertion *ret_assertion, struct why *reterr_why)
{
	struct client_assertion *a = ret_assertion;
	struct why detail = { "" };
	bool done = false;
	enum error_code code = OK;
	*a = (struct client_assertion){ .token = NULL };
	if (presented->basic.n || presented->client_secret.n)
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "client authentication by assertion and by secret at once");
	if (presented->client_id.n)
		code = check_named(realm, presented, a, &done, reterr_why);
	if (code != OK || done)
		return code;
	if (!str_eq_z(presented->assertion_type, JWT_BEARER))
		return error_because(reterr_why, ERROR_INVALID_CLIENT, "client_assertion_type is not " JWT_BEARER);
	const struct jws_parsed *token = NULL;
	if (jws_parse(arena, presented->assertion, &token, &detail) != OK)
		return unreadable(a, &detail, reterr_why);
	a->token = token;
	if (read_claims(arena, a, &detail) != OK)
		return unreadable(a, &detail, reterr_why);
	code = find_client(realm, a, reterr_why);
	return code == OK ? check_header(a, reterr_why) : code;
}

/* ---- whether it lets the client in ---- */

static enum error_code check_audience(const struct client_assertion *a, const struct client_jwt_facts *facts,
				      struct why *why)
{
	static const struct str ends[] = { STR_INIT(""), STR_INIT("/protocol/openid-connect/token"),
		STR_INIT("/protocol/openid-connect/token/introspect"),
		STR_INIT("/protocol/openid-connect/ext/par/request") };
	if (a->aud_n > 1)
		return error_because(why, ERROR_ASSERTION_REFUSED, "Multiple audiences not allowed");
	if (!a->aud_n || !client_jwt_is_for_us(a->aud[0], facts, ends, ARRAY_LENGTH(ends)))
		return error_because(why, ERROR_ASSERTION_REFUSED, "Invalid token audience");
	return OK;
}

/* As Keycloak: where iat says when it was made, exp may be as far ahead as it likes. */
static enum error_code check_times(const struct client_assertion *a, int64_t now_s, int64_t *ret_until_s, struct why *why)
{
	int64_t life_s = attributes_seconds(&a->client->attributes, STR("token.endpoint.auth.signing.max.exp"), LIFE_S);
	if (!life_s || life_s > LIFE_MAX_S)
		life_s = life_s ? LIFE_MAX_S : LIFE_S;
	if (!a->exp.set)
		return error_because(why, ERROR_ASSERTION_REFUSED, "Token exp claim is required");
	if (a->exp.value <= now_s || (a->nbf.set && a->nbf.value > now_s + SKEW_S))
		return error_because(why, ERROR_ASSERTION_REFUSED, "Token is not active");
	if (!a->iat.set && a->exp.value - now_s > life_s)
		return error_because(why, ERROR_ASSERTION_REFUSED,
				     "Token expiration is too far in the future and iat claim not present in token");
	if (a->iat.set && a->iat.value > now_s + SKEW_S)
		return error_because(why, ERROR_ASSERTION_REFUSED, "Token was issued in the future");
	if (a->iat.set && now_s > a->iat.value + life_s)
		return error_because(why, ERROR_ASSERTION_REFUSED, "Token was issued too far in the past to be used now");
	*ret_until_s = a->exp.value;
	if (a->iat.set && a->iat.value + life_s < a->exp.value)
		*ret_until_s = a->iat.value + life_s + 1;
	return OK;
}

enum error_code client_assertion_judge(const struct client_assertion *assertion,
	const struct client_jwt_facts *facts, int64_t *ret_until_s, struct why *reterr_why)
{
	enum error_code code = check_audience(assertion, facts, reterr_why);
	if (code == OK)
		code = check_times(assertion, facts->now_s, ret_until_s, reterr_why);
	if (code == OK && !assertion->jti.n)
		return error_because(reterr_why, ERROR_ASSERTION_REFUSED, "Token jti claim is required");
	return code;
}

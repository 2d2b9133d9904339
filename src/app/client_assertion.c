/* Signed JWTs of clients; see client_assertion.h. */
#include "app/client_assertion.h"

#include "app/client_keys.h"
#include "base/limits.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "oidc/client_assertion.h"

enum {
	TRIES_MAX = 4,   /* keys that one assertion is tried with */
	MEMORY_S = 60,   /* remembered for so much longer: clocks of nodes differ */
};

static struct str attribute(const struct client *client, const char *name)
{
	return attributes_get(&client->attributes, str_from(name));
}

/* ---- by a key ---- */

static enum error_code no_key(const struct client_assertion *a, const struct why *detail, struct why *why)
{
	log_write(LOG_WARN, "app", "no key of client %.*s for its assertion: %s", STR_ARG(a->client->client_id),
		  detail->text);
	return error_because(why, ERROR_ASSERTION_NO_KEY, "Unable to load public key");
}

static enum error_code not_signed(struct why *why)
{
	return error_because(why, ERROR_ASSERTION_REFUSED,
			     "Client authentication with signed JWT failed: Signature on JWT token failed validation");
}

/* By a key of the client's set that its kid names and whose kind fits. ASSERTION_NO_KEY: there is none. */
static enum error_code check_by_jwks(struct visit *visit, const struct client_assertion *a, bool again,
				     struct why *detail, struct why *why)
{
	const struct jws_header *header = jws_header(a->token);
	struct str json, payload;
	struct jwk_set set = { 0 };
	bool right = false;
	enum error_code code = client_keys_find(visit, a->client, again, &json, why);
	if (code != OK)
		return code;
	if (jwk_set_parse_for(visit->arena, json, header->kid, header->algorithm, TRIES_MAX, &set, detail) != OK)
		return ERROR_ASSERTION_NO_KEY;
	for (size_t i = 0; i < set.n && !right; i++)
		right = jws_verify(a->token, set.keys[i].key, a->allowed, &payload, detail) == OK;
	if (!set.n && !set.skipped)
		error_because(detail, ERROR_NO_KEY, "none fits its kid and algorithm");
	code = right ? OK : set.n ? not_signed(why) : ERROR_ASSERTION_NO_KEY;
	jwk_set_free(&set);
	return code;
}

/* The one key of the row: a certificate, whose dates count for nothing, as at Keycloak, or a public key. */
static enum error_code key_of_row(const struct client *client, struct sign_key **ret_key, struct why *detail)
{
	struct str certificate = attribute(client, "jwt.credential.certificate");
	struct str key = attribute(client, "jwt.credential.public.key");
	if (certificate.n)
		return sign_key_from_certificate(certificate, ret_key, detail);
	if (key.n)
		return sign_key_from_public(key, ret_key, detail);
	return error_because(detail, ERROR_NO_KEY, "it has none");
}

static enum error_code check_by_row(struct visit *visit, const struct client_assertion *a, struct why *detail,
				    struct why *why)
{
	struct str kid = jws_header(a->token)->kid, own = attribute(a->client, "jwt.credential.kid"), payload;
	struct sign_key *key = NULL;
	enum error_code code = key_of_row(a->client, &key, detail);
	if (code == OK && !own.n)
		code = sign_key_kid(visit->arena, key, &own, detail);
	if (code == OK && kid.n && !str_eq(kid, own))
		code = error_because(detail, ERROR_NO_KEY, "its only one has the kid %.*s", STR_ARG(str_take(own, 100)));
	if (code != OK)
		code = ERROR_ASSERTION_NO_KEY;
	else if (jws_verify(a->token, key, a->allowed, &payload, NULL) != OK)
		code = not_signed(why);
	sign_key_free(key);
	return code;
}

/* A server of the client's is asked again where what it said last has no key for this one. */
static enum error_code check_by_key(struct visit *visit, const struct client_assertion *a, struct why *why)
{
	struct why detail = { "" };
	enum error_code code;
	bool remote = client_keys_remote(a->client);
	if (remote || attributes_true(&a->client->attributes, STR("use.jwks.string"), false)) {
		code = check_by_jwks(visit, a, false, &detail, why);
		bool other = code == ERROR_ASSERTION_NO_KEY ||
			     (code == ERROR_ASSERTION_REFUSED && !jws_header(a->token)->kid.n);
		if (remote && other)
			code = check_by_jwks(visit, a, true, &detail, why);
	} else {
		code = check_by_row(visit, a, &detail, why);
	}
	return code == ERROR_ASSERTION_NO_KEY ? no_key(a, &detail, why) : code;
}

/* ---- by the secret ---- */

static bool is_signed_by(const struct client_assertion *a, struct str secret, struct why *detail)
{
	struct sign_key *key = NULL;
	struct str payload;
	if (!secret.n || sign_key_from_secret(secret, &key, detail) != OK)
		return false;
	bool right = jws_verify(a->token, key, a->allowed, &payload, detail) == OK;
	sign_key_free(key);
	return right;
}

/* The one in force, or the one before it. */
static enum error_code check_by_secret(const struct client_assertion *a, int64_t now_s, struct why *why)
{
	const struct client *client = a->client;
	struct why detail = { "" };
	enum { SHORT = 32 };
	if (is_signed_by(a, client_auth_rotated_secret(&client->attributes, now_s), &detail))
		return OK;
	if (!is_signed_by(a, client->secret, &detail)) {
		log_write(client->secret.n < SHORT ? LOG_WARN : LOG_DEBUG, "app", "assertion of client %.*s: %s",
			  STR_ARG(client->client_id), detail.text);
		return error_because(why, ERROR_ASSERTION_NOT_SIGNED, "Client authentication with client secret signed JWT "
				     "failed: Signature on JWT token by client secret failed validation");
	}
	if (client_auth_secret_expired(client, now_s))
		return error_because(why, ERROR_INVALID_CLIENT, "the secret of client %.*s has expired",
				     STR_ARG(client->client_id));
	return OK;
}

/* ---- once ---- */

static enum error_code use_once(struct visit *visit, const struct client_assertion *a, int64_t until_s, struct why *why)
{
	struct arena *arena = visit->arena;
	struct str realm_id = visit->realm->settings.id;
	struct str name = hash_base64url(arena, HASH_SHA256, arena_join(arena, a->client->id, STR("\n"), a->jti));
	struct effects effects = effects_new(arena);
	struct effect_token_revoke *use = &effects_add(&effects, EFFECT_TOKEN_USE)->u.token_revoke;
	*use = (struct effect_token_revoke){ .realm_id = realm_id, .jti = arena_join(arena, STR("assertion:"), name, STR("")),
		.expires_s = until_s + MEMORY_S };
	enum error_code code = ERROR_STALE;
	bool used = false;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE && !used; round++) {
		code = app_apply(visit->app, &effects, why);
		if (code == ERROR_STALE && store_token_used(visit->app->store, realm_id, use->jti, &used, why) != OK)
			return ERROR_STORE_FAILED;
	}
	return used ? error_because(why, ERROR_ASSERTION_REFUSED, "Token reuse detected") : code;
}

enum error_code client_assertion_check(struct visit *visit, const struct client_auth *presented,
	struct event *event, const struct client **ret_client, struct why *reterr_why)
{
	struct client_assertion a;
	const struct client_assertion_facts facts = { visit->issuer, visit_other_issuer(visit), visit->now_ms / 1000 };
	int64_t until_s = 0;
	enum error_code code = client_assertion_read(visit->arena, visit->realm, presented, &a, reterr_why);
	event_detail(visit, event, "client_assertion_id", a.jti);
	event_detail(visit, event, "client_assertion_issuer", a.iss);
	event_detail(visit, event, "client_assertion_sub", a.sub);
	if (a.client)
		*ret_client = a.client;
	if (code != OK || !a.token)
		return code;
	code = a.by_secret ? check_by_secret(&a, facts.now_s, reterr_why) : check_by_key(visit, &a, reterr_why);
	if (code == OK)
		code = client_assertion_judge(&a, &facts, &until_s, reterr_why);
	return code == OK ? use_once(visit, &a, until_s, reterr_why) : code;
}

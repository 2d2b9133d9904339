/* Signed JWTs of clients; see client_assertion.h. */
#include "app/client_assertion.h"

#include "app/client_signature.h"
#include "base/limits.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "oidc/client_assertion.h"

enum { MEMORY_S = 60 }; /* remembered for so much longer: clocks of nodes differ */

/* ---- by a key ---- */

static enum error_code no_key(const struct client_assertion *a, const struct why *detail, struct why *why)
{
	log_write(LOG_WARN, "app", "no key of client %.*s for its assertion: %s", STR_ARG(a->client->client_id),
		  detail->text);
	return error_because(why, ERROR_ASSERTION_NO_KEY, "Unable to load public key");
}

static enum error_code check_by_key(struct visit *visit, const struct client_assertion *a, struct why *why)
{
	struct why detail = { "" };
	enum error_code code = client_signature_by_key(visit, a->client, a->token, a->allowed, &detail);
	if (code == ERROR_NO_KEY)
		return no_key(a, &detail, why);
	if (code == ERROR_INVALID_SIGNATURE)
		return error_because(why, ERROR_ASSERTION_REFUSED,
				     "Client authentication with signed JWT failed: Signature on JWT token failed validation");
	return code == OK ? OK : error_because(why, code, "%s", detail.text);
}

/* ---- by the secret ---- */

static enum error_code check_by_secret(const struct visit *visit, const struct client_assertion *a, struct why *why)
{
	const struct client *client = a->client;
	struct why detail = { "" };
	enum { SHORT = 32 };
	enum error_code code = client_signature_by_secret(visit, client, a->token, a->allowed, &detail);
	if (code == ERROR_EXPIRED)
		return error_because(why, ERROR_INVALID_CLIENT, "%s", detail.text);
	if (code == OK)
		return OK;
	log_write(client->secret.n < SHORT ? LOG_WARN : LOG_DEBUG, "app", "assertion of client %.*s: %s",
		  STR_ARG(client->client_id), detail.text);
	return error_because(why, ERROR_ASSERTION_NOT_SIGNED, "Client authentication with client secret signed JWT "
			     "failed: Signature on JWT token by client secret failed validation");
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
	const struct client_jwt_facts facts = { visit->issuer, visit_other_issuer(visit), visit->now_ms / 1000 };
	int64_t until_s = 0;
	enum error_code code = client_assertion_read(visit->arena, visit->realm, presented, &a, reterr_why);
	event_detail(visit, event, "client_assertion_id", a.jti);
	event_detail(visit, event, "client_assertion_issuer", a.iss);
	event_detail(visit, event, "client_assertion_sub", a.sub);
	if (a.client)
		*ret_client = a.client;
	if (code != OK || !a.token)
		return code;
	code = a.by_secret ? check_by_secret(visit, &a, reterr_why) : check_by_key(visit, &a, reterr_why);
	if (code == OK)
		code = client_assertion_judge(&a, &facts, &until_s, reterr_why);
	return code == OK ? use_once(visit, &a, until_s, reterr_why) : code;
}

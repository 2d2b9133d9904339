/* Signatures of clients; see client_signature.h. */
#include "app/client_signature.h"

#include "app/client_keys.h"
#include "jose/jwk.h"
#include "oidc/client_auth.h"

enum { TRIES_MAX = 4 }; /* keys that one token is tried with */

static struct str attribute(const struct client *client, const char *name)
{
	return attributes_get(&client->attributes, str_from(name));
}

static enum error_code not_signed(struct why *why)
{
	return error_because(why, ERROR_INVALID_SIGNATURE, "the signature is not the client's");
}

/* By a key of the client's set that its kid names and whose kind fits. */
static enum error_code check_by_jwks(struct visit *visit, const struct client *client, const struct jws_parsed *token,
				     unsigned allowed, bool again, struct why *why)
{
	const struct jws_header *header = jws_header(token);
	struct str json, payload;
	struct jwk_set set = { 0 };
	bool right = false;
	enum error_code code = client_keys_find(visit, client, again, &json, why);
	if (code != OK)
		return code;
	if (jwk_set_parse_for(visit->arena, json, header->kid, header->algorithm, TRIES_MAX, &set, why) != OK)
		return ERROR_NO_KEY;
	for (size_t i = 0; i < set.n && !right; i++)
		right = jws_verify(token, set.keys[i].key, allowed, &payload, why) == OK;
	if (!set.n && !set.skipped)
		error_because(why, ERROR_NO_KEY, "none fits its kid and algorithm");
	code = right ? OK : set.n ? not_signed(why) : ERROR_NO_KEY;
	jwk_set_free(&set);
	return code;
}

/* The one key of the row: a certificate, whose dates count for nothing, as at Keycloak, or a public key. */
static enum error_code key_of_row(const struct client *client, struct sign_key **ret_key, struct why *why)
{
	struct str certificate = attribute(client, "jwt.credential.certificate");
	struct str key = attribute(client, "jwt.credential.public.key");
	if (certificate.n)
		return sign_key_from_certificate(certificate, ret_key, why);
	if (key.n)
		return sign_key_from_public(key, ret_key, why);
	return error_because(why, ERROR_NO_KEY, "it has none");
}

static enum error_code check_by_row(struct visit *visit, const struct client *client, const struct jws_parsed *token,
				    unsigned allowed, struct why *why)
{
	struct str kid = jws_header(token)->kid, own = attribute(client, "jwt.credential.kid"), payload;
	struct sign_key *key = NULL;
	enum error_code code = key_of_row(client, &key, why);
	if (code == OK && !own.n)
		code = sign_key_kid(visit->arena, key, &own, why);
	if (code == OK && kid.n && !str_eq(kid, own))
		code = error_because(why, ERROR_NO_KEY, "its only one has the kid %.*s", STR_ARG(str_take(own, 100)));
	if (code != OK)
		code = ERROR_NO_KEY;
	else if (jws_verify(token, key, allowed, &payload, NULL) != OK)
		code = not_signed(why);
	sign_key_free(key);
	return code;
}

/* A server of the client's is asked again where what it said last has no key for this one. */
enum error_code client_signature_by_key(struct visit *visit, const struct client *client,
	const struct jws_parsed *token, unsigned allowed, struct why *reterr_why)
{
	bool remote = client_keys_remote(client);
	if (!remote && !attributes_true(&client->attributes, STR("use.jwks.string"), false))
		return check_by_row(visit, client, token, allowed, reterr_why);
	enum error_code code = check_by_jwks(visit, client, token, allowed, false, reterr_why);
	bool other = code == ERROR_NO_KEY || (code == ERROR_INVALID_SIGNATURE && !jws_header(token)->kid.n);
	if (remote && other)
		code = check_by_jwks(visit, client, token, allowed, true, reterr_why);
	return code;
}

static bool is_by(const struct jws_parsed *token, struct str secret, unsigned allowed, struct why *why)
{
	struct sign_key *key = NULL;
	struct str payload;
	if (!secret.n || sign_key_from_secret(secret, &key, why) != OK)
		return false;
	bool right = jws_verify(token, key, allowed, &payload, why) == OK;
	sign_key_free(key);
	return right;
}

enum error_code client_signature_by_secret(const struct visit *visit, const struct client *client,
	const struct jws_parsed *token, unsigned allowed, struct why *reterr_why)
{
	int64_t now_s = visit->now_ms / 1000;
	struct why detail = { "" };
	if (is_by(token, client_auth_rotated_secret(&client->attributes, now_s), allowed, &detail))
		return OK;
	if (!is_by(token, client->secret, allowed, &detail))
		return error_because(reterr_why, ERROR_INVALID_SIGNATURE, "%s", detail.text);
	if (client_auth_secret_expired(client, now_s))
		return error_because(reterr_why, ERROR_EXPIRED, "the secret of client %.*s has expired",
				     STR_ARG(client->client_id));
	return OK;
}

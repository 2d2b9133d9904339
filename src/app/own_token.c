/* Tokens of ours; see own_token.h. */
#include "app/own_token.h"

#include "jose/jws.h"

enum error_code own_token_open(struct visit *visit, struct str token, struct jwt_claims *ret_claims,
			       struct why *reterr_why)
{
	const struct jws_parsed *parsed;
	enum sign_algorithm algorithm;
	struct str payload;
	if (jws_parse(visit->arena, token, &parsed, reterr_why) != OK)
		return ERROR_INVALID_TOKEN;
	const struct realm_key *key = realm_key_by_kid(visit->realm, jws_header(parsed)->kid);
	if (!key || key->use != KEY_SIGN)
		return error_because(reterr_why, ERROR_INVALID_TOKEN, "no key of this realm has the token's kid");
	if (!sign_algorithm_of(key->algorithm, &algorithm))
		return error_because(reterr_why, ERROR_INVALID_TOKEN, "the token's key is not for signing");
	if (jws_verify(parsed, key->key, JWS_ALLOW(algorithm), &payload, reterr_why) != OK)
		return ERROR_INVALID_TOKEN;
	if (jwt_read(visit->arena, payload, ret_claims, reterr_why) != OK)
		return ERROR_INVALID_TOKEN;
	if (!visit_is_issuer(visit, ret_claims->iss))
		return error_because(reterr_why, ERROR_INVALID_TOKEN, "issuer '%.*s' is not '%.*s'",
				     STR_ARG(str_take(ret_claims->iss, 120)), STR_ARG(visit->issuer));
	return OK;
}

enum error_code own_token_sign(struct arena *arena, const struct realm *realm, struct str algorithm,
			       struct str type, struct str claims, struct str *ret_token, struct why *reterr_why)
{
	enum sign_algorithm id;
	if (!sign_algorithm_of(algorithm, &id))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM, "algorithm '%.*s' is not known",
				     STR_ARG(str_take(algorithm, 40)));
	const struct realm_key *key = realm_key_for(realm, algorithm);
	if (!key)
		return error_because(reterr_why, ERROR_NO_KEY, "realm %.*s has no active key for %.*s",
				     STR_ARG(realm->settings.name), STR_ARG(algorithm));
	return jws_sign(arena, key->key, id, type, key->kid, claims, ret_token, reterr_why);
}

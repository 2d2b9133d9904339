/* PKCE; see pkce.h. */
#include "oidc/pkce.h"

#include "crypto/hash.h"
#include "crypto/secret.h"

static bool is_verifier_text(struct str s)
{
	if (s.n < 43 || s.n > 128)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '-' || c == '.' || c == '_' || c == '~';
		if (!good)
			return false;
	}
	return true;
}

static enum error_code refused(struct str *ret_text, struct str text)
{
	*ret_text = text;
	return ERROR_INVALID_REQUEST;
}

enum error_code pkce_check_request(const struct client *client, struct str challenge,
				   struct str method, struct str *ret_text)
{
	struct str demanded = attributes_get(&client->attributes, STR("pkce.code.challenge.method"));
	if (!demanded.n && !challenge.n && !method.n)
		return OK;
	if (!method.n)
		return refused(ret_text, STR("Missing parameter: code_challenge_method"));
	if (demanded.n && !str_eq(method, demanded))
		return refused(ret_text, STR("Invalid parameter: code challenge method is not matching "
					     "the configured one"));
	if (!demanded.n && !str_eq_z(method, "S256"))
		return refused(ret_text, STR("Invalid parameter: invalid code_challenge_method"));
	if (!challenge.n)
		return refused(ret_text, STR("Missing parameter: code_challenge"));
	return is_verifier_text(challenge) ? OK : refused(ret_text, STR("Invalid parameter: code_challenge"));
}

enum error_code pkce_check_verifier(struct arena *arena, struct str challenge, struct str method,
				    struct str verifier, struct str *ret_text)
{
	if (!challenge.n && !verifier.n)
		return OK;
	*ret_text = !challenge.n ? STR("PKCE code verifier specified but challenge not present in authorization") :
		    !verifier.n ? STR("PKCE code verifier not specified") :
				  STR("PKCE verification failed: Code mismatch");
	if (!challenge.n || !verifier.n)
		return ERROR_INVALID_GRANT;
	if (!is_verifier_text(verifier)) {
		*ret_text = STR("PKCE verification failed: Invalid code verifier");
		return ERROR_INVALID_GRANT;
	}
	bool plain = str_eq_z(method, "plain");
	if (!plain && !str_eq_z(method, "S256"))
		return ERROR_INVALID_GRANT;
	struct str made = plain ? verifier : hash_base64url(arena, HASH_SHA256, verifier);
	return secret_equal(made, challenge) ? OK : ERROR_INVALID_GRANT;
}

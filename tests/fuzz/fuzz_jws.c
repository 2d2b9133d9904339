/* A token from outside: taken apart, verified, its claims read. */
#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"
#include "jose/jws.h"
#include "jose/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct sign_key *secret(void)
{
	static struct sign_key *key;
	if (!key && sign_key_from_secret(STR("a secret of exactly 32 bytes ...."), &key, NULL))
		abort();
	return key;
}

/* The claims of any payload, as if it had been verified. */
static void read_claims(struct arena *arena, struct str payload)
{
	struct jwt_claims claims;
	struct why why;
	struct jwt_times times = { .now_s = 1795253034, .skew_s = 60, .max_age_s = 300 };
	if (jwt_read(arena, payload, &claims, &why) != OK)
		return;
	if (jwt_check_times(&claims, &times, &why) == OK && claims.exp.value <= times.now_s)
		abort();
	(void)!jwt_check_kind(&claims, JWT_ACCESS, &why);
	(void)jwt_has_audience(&claims, STR("account"));
	(void)jwt_has_scope(&claims, STR("openid"));
}

/* What has no signature never passes for what has one. */
static void read_unsigned(struct arena *arena, struct str token)
{
	struct jws_header header = { 0 };
	struct str payload = { 0 };
	const struct jws_parsed *parsed = NULL;
	if (jws_read_unsigned(arena, token, &header, &payload, NULL) != OK)
		return;
	if (!str_eq_z(header.algorithm, "none") || jws_parse(arena, token, &parsed, NULL) == OK)
		abort();
	read_claims(arena, payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str token = str_of(data, n), payload = { 0 }, signed_again = { 0 };
	const struct jws_parsed *parsed = NULL;
	struct why why;
	read_claims(arena, token);
	read_unsigned(arena, token);
	if (jws_parse(arena, token, &parsed, &why) != OK)
		return 0;
	if (jws_verify(parsed, secret(), JWS_ALLOW(SIGN_HS256), &payload, &why) == OK)
		read_claims(arena, payload);
	/* A token that holds together stays verifiable when we sign the same payload. */
	struct str body = str_drop(token, str_index(token, '.') + 1);
	body = str_take(body, str_index(body, '.'));
	if (base64url_decode(arena, body, &payload, NULL) != OK)
		abort();
	if (n < 1000 &&
		(jws_sign(arena, secret(), SIGN_HS256, jws_header(parsed)->type,
			 jws_header(parsed)->kid, payload, &signed_again, &why) != OK ||
			jws_parse(arena, signed_again, &parsed, &why) != OK ||
			jws_verify(parsed, secret(), JWS_ALLOW(SIGN_HS256), &payload, &why) != OK))
		abort();
	read_claims(arena, payload);
	return 0;
}

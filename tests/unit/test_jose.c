/* jose/: tokens and keys in JSON, and what hostile ones meet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/tables.h"
#include "crypto/base64.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "jose/jwt.h"
#include "json/tree.h"
#include "vectors.h"

static struct arena *arena;
static struct sign_key *rsa, *ec, *hmac;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	return sign_key_from_private(STR(REALM_RSA_PRIVATE), &rsa, NULL) ||
		sign_key_from_private(STR(EC_PKCS8), &ec, NULL) ||
		sign_key_from_secret(STR(REALM_HMAC_SECRET), &hmac, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	sign_key_free(rsa);
	sign_key_free(ec);
	sign_key_free(hmac);
	arena_free(arena);
	return 0;
}

static void assert_str(struct str got, const char *want)
{
	if (!str_eq_z(got, want))
		fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

static struct str encoded(struct str bytes)
{
	return base64url_encode(arena, bytes);
}

/* header.payload.signature of three plain texts. */
static struct str token_of(struct str header, struct str payload, struct str signature)
{
	return arena_format(arena, "%.*s.%.*s.%.*s", STR_ARG(encoded(header)),
		STR_ARG(encoded(payload)), STR_ARG(encoded(signature)));
}

/* A token with this header whatever it says, really signed by the key. */
static struct str signed_token(const struct sign_key *key, enum sign_algorithm algorithm,
	struct str header, struct str payload)
{
	struct str signature = { 0 };
	struct str input = arena_join(arena, encoded(header), STR("."), encoded(payload));
	assert_int_equal(sign_bytes(arena, key, algorithm, input, &signature, NULL), OK);
	return token_of(header, payload, signature);
}

static enum error_code check(
	struct str token, const struct sign_key *key, unsigned allowed, struct str *ret_payload)
{
	const struct jws_parsed *parsed = NULL;
	struct why why = { "" };
	enum error_code error = jws_parse(arena, token, &parsed, &why);
	if (!error)
		error = jws_verify(parsed, key, allowed, ret_payload, &why);
	if (error && !why.text[0])
		fail_msg("%s without a reason", error_name(error));
	return error;
}

/* ---- JWS ---- */

static void tokens_are_as_keycloak_writes_them(void **state)
{
	(void)state;
	struct str token = { 0 }, header = { 0 }, payload = { 0 };
	assert_int_equal(jws_sign(arena, rsa, SIGN_RS256, STR("JWT"), STR(REALM_RSA_KID),
				 STR("{\"sub\":\"1\"}"), &token, NULL),
		OK);
	assert_int_equal(
		base64url_decode(arena, str_take(token, str_index(token, '.')), &header, NULL), OK);
	assert_str(header, "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"" REALM_RSA_KID "\"}");
	assert_int_equal(check(token, rsa, JWS_ALLOW(SIGN_RS256), &payload), OK);
	assert_str(payload, "{\"sub\":\"1\"}");
	assert_int_equal(
		jws_sign(arena, rsa, SIGN_RS256, STR(""), STR(""), STR("{}"), &token, NULL), OK);
	assert_int_equal(
		base64url_decode(arena, str_take(token, str_index(token, '.')), &header, NULL), OK);
	assert_str(header, "{\"alg\":\"RS256\"}");
	const struct jws_parsed *parsed = NULL;
	assert_int_equal(jws_sign(arena, rsa, SIGN_PS512, STR("logout+jwt"), STR("k"), STR("{}"),
				 &token, NULL),
		OK);
	assert_int_equal(jws_parse(arena, token, &parsed, NULL), OK);
	assert_str(jws_header(parsed)->algorithm, "PS512");
	assert_str(jws_header(parsed)->type, "logout+jwt");
	assert_str(jws_header(parsed)->kid, "k");
	assert_int_equal(
		jws_sign(arena, hmac, SIGN_RS256, STR("JWT"), STR("k"), STR("{}"), &token, NULL),
		ERROR_UNSUPPORTED_ALGORITHM);
}

static void published_tokens_verify(void **state)
{
	(void)state;
	struct jwk jwk;
	struct str payload = { 0 };
	static const struct {
		const char *jwk, *token, *payload;
		enum sign_algorithm algorithm;
	} cases[] = {
		{ "{\"kty\":\"RSA\",\"n\":\"" RFC7515_RSA_N "\",\"e\":\"AQAB\"}", RFC7515_RS256,
			"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}",
			SIGN_RS256 },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_P256_X
		  "\",\"y\":\"" RFC7515_P256_Y "\"}",
			RFC7515_ES256,
			"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}",
			SIGN_ES256 },
		{ "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC8037_X "\"}", RFC8037_EDDSA,
			"Example of Ed25519 signing", SIGN_EDDSA },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		assert_int_equal(jwk_parse(arena, str_from(cases[i].jwk), &jwk, NULL), OK);
		assert_int_equal(check(str_from(cases[i].token), jwk.key,
					 JWS_ALLOW(cases[i].algorithm), &payload),
			OK);
		assert_str(payload, cases[i].payload);
		assert_int_equal(
			check(str_from(cases[i].token), jwk.key,
				JWS_ALLOW_ASYMMETRIC & ~JWS_ALLOW(cases[i].algorithm), &payload),
			ERROR_UNSUPPORTED_ALGORITHM);
		sign_key_free(jwk.key);
	}
}

/* B3.1 */
static void algorithms_are_ours_to_choose(void **state)
{
	(void)state;
	struct str payload = STR("untouched"), claims = STR("{\"sub\":\"1\"}");
	static const char *const names[] = { "none", "None", "nOnE", "NONE", "", "HS256", "ES256",
		"PS256", "RS512", "rs256", "RS256 ", "RSA-OAEP", "dir" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		struct str header = arena_format(arena, "{\"alg\":\"%s\"}", names[i]);
		struct str token = signed_token(rsa, SIGN_RS256, header, claims);
		assert_int_equal(check(token, rsa, JWS_ALLOW(SIGN_RS256), &payload),
			ERROR_UNSUPPORTED_ALGORITHM);
		assert_int_not_equal(check(token, rsa, JWS_ALLOW_ASYMMETRIC, &payload), OK);
	}
	/* HS256 whose secret is the text of the public key. */
	struct str spki = { 0 };
	struct sign_key *confused = NULL;
	assert_int_equal(sign_key_public_text(arena, rsa, &spki, NULL), OK);
	assert_int_equal(sign_key_from_secret(spki, &confused, NULL), OK);
	struct str token = signed_token(confused, SIGN_HS256, STR("{\"alg\":\"HS256\"}"), claims);
	assert_int_equal(
		check(token, rsa, JWS_ALLOW(SIGN_RS256), &payload), ERROR_UNSUPPORTED_ALGORITHM);
	assert_int_equal(
		check(token, rsa, JWS_ALLOW(SIGN_HS256), &payload), ERROR_UNSUPPORTED_ALGORITHM);
	/* No signature at all. */
	token = arena_format(arena, "%.*s.%.*s.", STR_ARG(encoded(STR("{\"alg\":\"none\"}"))),
		STR_ARG(encoded(claims)));
	assert_int_equal(check(token, rsa, JWS_ALLOW(SIGN_RS256), &payload), ERROR_INVALID_TOKEN);
	assert_str(payload, "untouched");
	sign_key_free(confused);
}

/* B3.2 */
static void tampering_shows(void **state)
{
	(void)state;
	struct str token = { 0 }, payload = { 0 };
	assert_int_equal(jws_sign(arena, ec, SIGN_ES256, STR("JWT"), STR("k"),
				 STR("{\"sub\":\"1\"}"), &token, NULL),
		OK);
	for (size_t i = 0; i < token.n; i++) {
		struct str bad = arena_str(arena, token);
		((char *)bad.p)[i] = bad.p[i] == 'A' ? 'B' : 'A';
		assert_int_not_equal(check(bad, ec, JWS_ALLOW(SIGN_ES256), &payload), OK);
		assert_int_not_equal(
			check(str_take(token, i), ec, JWS_ALLOW(SIGN_ES256), &payload), OK);
	}
	assert_int_equal(
		check(token, rsa, JWS_ALLOW(SIGN_ES256), &payload), ERROR_UNSUPPORTED_ALGORITHM);
	/* The parts of two good tokens do not mix. */
	struct str other = { 0 };
	assert_int_equal(jws_sign(arena, ec, SIGN_ES256, STR("JWT"), STR("k"),
				 STR("{\"sub\":\"2\"}"), &other, NULL),
		OK);
	struct str mixed = arena_join(arena, str_take(token, str_last_index(token, '.')), STR(""),
		str_drop(other, str_last_index(other, '.')));
	assert_int_equal(
		check(mixed, ec, JWS_ALLOW(SIGN_ES256), &payload), ERROR_INVALID_SIGNATURE);
}

/* B3.10 */
static void forms_are_strict(void **state)
{
	(void)state;
	const struct jws_parsed *parsed = NULL;
	struct str good = signed_token(ec, SIGN_ES256, STR("{\"alg\":\"ES256\"}"), STR("{}"));
	const char *z = arena_z(arena, good);
	const struct str bad[] = {
		STR(""),
		STR("."),
		STR(".."),
		STR("..."),
		STR("a.b.c"),
		STR("e30.e30"),
		STR("e30.e30."),
		STR(".e30.e30"),
		STR("e30..e30"),
		STR("e30.e30.e30"),
		arena_format(arena, "%s.", z),
		arena_format(arena, "%s.e30.e30", z),
		arena_format(arena, "%s=", z),
		arena_format(arena, "%s==", z),
		arena_format(arena, " %s", z),
		arena_format(arena, "%s ", z),
		arena_format(arena, "%s\n", z),
		arena_join(arena, good, STR("\0"), STR("")),
		arena_join(arena, STR("\0"), good, STR("")),
		token_of(STR("{\"alg\":\"ES256\",\"alg\":\"none\"}"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":\"ES256\",\"kid\":\"a\",\"kid\":\"b\"}"), STR("{}"),
			STR("x")),
		token_of(STR("{\"alg\":\"ES256\",\"x\":1,\"x\":2}"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}"), STR("{}"),
			STR("x")),
		token_of(STR("{\"alg\":\"ES256\",\"crit\":[]}"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":\"ES256\",\"crit\":null}"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":[\"ES256\"]}"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":1}"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":null}"), STR("{}"), STR("x")),
		token_of(STR("{}"), STR("{}"), STR("x")),
		token_of(STR("[]"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":\"ES256\""), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":\"ES256\"}{}"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":\"ES256\",\"kid\":\"a\\u0000b\"}"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":\"ES256\",\"kid\":\"a\\nb\"}"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":\"ES256\",\"kid\":5}"), STR("{}"), STR("x")),
		token_of(STR("{\"alg\":\"ES256\",\"kid\":\"\xff\"}"), STR("{}"), STR("x")),
	};
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct why why = { "" };
		if (jws_parse(arena, bad[i], &parsed, &why) != ERROR_INVALID_TOKEN)
			fail_msg("case %zu is let through: %.*s", i, STR_ARG(bad[i]));
		assert_null(parsed);
		assert_int_not_equal(why.text[0], 0);
	}
	assert_int_equal(jws_parse(arena, good, &parsed, NULL), OK);
}

/* B3.6 */
static void sizes_are_bounded(void **state)
{
	(void)state;
	const struct jws_parsed *parsed = NULL;
	size_t n = LIMIT_TOKEN + 1;
	char *p = arena_alloc(arena, n);
	memset(p, 'A', n);
	p[100] = p[200] = '.';
	assert_int_equal(jws_parse(arena, str_of(p, n), &parsed, NULL), ERROR_INVALID_TOKEN);
	struct str kid = str_of(arena_alloc(arena, 10000), 10000);
	memset((char *)kid.p, 'k', kid.n);
	struct str header =
		arena_format(arena, "{\"alg\":\"ES256\",\"kid\":\"%.*s\"}", STR_ARG(kid));
	assert_int_equal(jws_parse(arena, token_of(header, STR("{}"), STR("x")), &parsed, NULL),
		ERROR_INVALID_TOKEN);
	char deep[4000];
	memset(deep, '[', sizeof deep);
	header = arena_format(arena, "{\"alg\":\"ES256\",\"x\":%.*s", (int)sizeof deep, deep);
	assert_int_equal(jws_parse(arena, token_of(header, STR("{}"), STR("x")), &parsed, NULL),
		ERROR_INVALID_TOKEN);
}

/* B3.6: What the header says of keys is not looked at: the token is judged by our key alone. */
static void keys_in_headers_are_ignored(void **state)
{
	(void)state;
	struct sign_key *attacker = NULL;
	struct str payload = { 0 }, jwk = { 0 };
	struct jwk_facts facts = { STR("a"), STR("ES256"), false, STR("") };
	assert_int_equal(sign_key_generate(SIGN_KEY_P256, 0, &attacker, NULL), OK);
	assert_int_equal(jwk_text(arena, attacker, &facts, &jwk, NULL), OK);
	struct str header = arena_format(arena,
		"{\"alg\":\"ES256\",\"jwk\":%.*s,\"jku\":\"http://127.0.0.1:1/k\","
		"\"x5u\":\"http://127.0.0.1:1/c\",\"kid\":\"../../etc/passwd'--\"}",
		STR_ARG(jwk));
	struct str token = signed_token(attacker, SIGN_ES256, header, STR("{}"));
	assert_int_equal(
		check(token, ec, JWS_ALLOW(SIGN_ES256), &payload), ERROR_INVALID_SIGNATURE);
	token = signed_token(ec, SIGN_ES256, header, STR("{}"));
	assert_int_equal(check(token, ec, JWS_ALLOW(SIGN_ES256), &payload), OK);
	sign_key_free(attacker);
}

/* ---- JWT ---- */

static struct jwt_claims read_claims(const char *json)
{
	struct jwt_claims claims = { 0 };
	struct why why = { "" };
	if (jwt_read(arena, str_from(json), &claims, &why))
		fail_msg("%s", why.text);
	return claims;
}

static void claims_are_read(void **state)
{
	(void)state;
	const char *json =
		"{\"exp\":1795253334,\"iat\":1795253034,\"nbf\":5,\"auth_time\":1795253033,\"jti\":\"onrtac:47\","
		"\"iss\":\"http://op.example/realms/shapes\",\"aud\":\"account\",\"sub\":\"bb209251\","
		"\"typ\":\"Bearer\",\"azp\":\"web\",\"sid\":\"K3xz\",\"session_state\":\"ss\",\"nonce\":\"n\","
		"\"acr\":\"1\",\"at_hash\":\"ah\",\"c_hash\":\"ch\",\"client_id\":\"c\","
		"\"realm_access\":{\"roles\":[\"boss\"]},\"scope\":\"openid email profile\","
		"\"preferred_username\":\"ada\"}";
	struct jwt_claims c = read_claims(json);
	assert_int_equal(c.exp.value, 1795253334);
	assert_int_equal(c.iat.value, 1795253034);
	assert_int_equal(c.nbf.value, 5);
	assert_int_equal(c.auth_time.value, 1795253033);
	assert_str(c.jti, "onrtac:47");
	assert_str(c.iss, "http://op.example/realms/shapes");
	assert_str(c.sub, "bb209251");
	assert_str(c.typ, "Bearer");
	assert_str(c.azp, "web");
	assert_str(c.sid, "K3xz");
	assert_str(c.session_state, "ss");
	assert_str(c.nonce, "n");
	assert_str(c.acr, "1");
	assert_str(c.at_hash, "ah");
	assert_str(c.c_hash, "ch");
	assert_str(c.client_id, "c");
	assert_str(c.preferred_username, "ada");
	assert_str(c.json, json);
	assert_true(jwt_has_audience(&c, STR("account")));
	assert_false(jwt_has_audience(&c, STR("accoun")));
	assert_true(jwt_has_scope(&c, STR("email")) && jwt_has_scope(&c, STR("profile")));
	assert_false(jwt_has_scope(&c, STR("mail")) || jwt_has_scope(&c, STR("")));
	c = read_claims("{\"aud\":[\"a\",\"b\"]}");
	assert_true(jwt_has_audience(&c, STR("a")) && jwt_has_audience(&c, STR("b")));
	c = read_claims("{}");
	assert_false(c.exp.set || c.iat.set || jwt_has_audience(&c, STR("")) ||
		jwt_has_scope(&c, STR("")));
}

/* B3.5 */
static void claims_of_wrong_form_are_refused(void **state)
{
	(void)state;
	static const char *const times[] = { "exp", "iat", "nbf", "auth_time" };
	static const char *const values[] = { "[1]", "{}", "\"1795253334\"", "1.5", "1e308", "1e3",
		"-1", "true", "99999999999999999999", "9223372036854775807", "253402300800", "1.0",
		"-9223372036854775808", "NaN", "0x10", "\"\"" };
	static const char *const other[] = {
		"",
		"null",
		"[]",
		"\"x\"",
		"{",
		"{\"sub\":1}",
		"{\"sub\":[\"a\"]}",
		"{\"aud\":1}",
		"{\"aud\":[1]}",
		"{\"aud\":{\"a\":1}}",
		"{\"aud\":[[\"a\"]]}",
		"{\"sub\":\"1\",\"sub\":\"2\"}",
		"{\"x\":1,\"x\":2}",
		"{\"exp\":1,\"exp\":2}",
		"{\"typ\":true}",
		"{\"iss\":\"a\\u0000b\"}",
		"{\"sub\":\"\\ud800\"}",
		"{\"x\":1e999}",
		"{} {}",
	};
	struct jwt_claims claims = { .aud_n = 77 };
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++)
		for (size_t k = 0; k < ARRAY_LENGTH(values); k++) {
			struct str json = arena_format(arena, "{\"%s\":%s}", times[i], values[k]);
			if (jwt_read(arena, json, &claims, NULL) != ERROR_INVALID_TOKEN)
				fail_msg("%.*s is let through", STR_ARG(json));
		}
	for (size_t i = 0; i < ARRAY_LENGTH(other); i++)
		if (jwt_read(arena, str_from(other[i]), &claims, NULL) != ERROR_INVALID_TOKEN)
			fail_msg("%s is let through", other[i]);
	assert_int_equal(claims.aud_n, 77);
}

static enum error_code times_of(const char *json, struct jwt_times times)
{
	struct jwt_claims claims = read_claims(json);
	return jwt_check_times(&claims, &times, NULL);
}

/* B3.5 */
static void times_are_judged_to_the_second(void **state)
{
	(void)state;
	struct jwt_times now = { .now_s = 1000, .skew_s = 60 };
	assert_int_equal(times_of("{\"exp\":1001}", now), OK);
	assert_int_equal(times_of("{\"exp\":1000}", now), ERROR_EXPIRED);
	assert_int_equal(times_of("{\"exp\":999}", now), ERROR_EXPIRED);
	assert_int_equal(times_of("{\"exp\":0}", now), ERROR_EXPIRED);
	assert_int_equal(times_of("{}", now), ERROR_INVALID_TOKEN);
	assert_int_equal(times_of("{\"exp\":null}", now), ERROR_INVALID_TOKEN);
	assert_int_equal(times_of("{\"exp\":2000,\"iat\":1060}", now), OK);
	assert_int_equal(times_of("{\"exp\":2000,\"iat\":1061}", now), ERROR_TOKEN_NOT_ACTIVE);
	assert_int_equal(times_of("{\"exp\":2000,\"nbf\":1060}", now), OK);
	assert_int_equal(times_of("{\"exp\":2000,\"nbf\":1061}", now), ERROR_TOKEN_NOT_ACTIVE);
	struct jwt_times optional = { .now_s = 1000, .exp_optional = true };
	assert_int_equal(times_of("{}", optional), OK);
	assert_int_equal(times_of("{\"exp\":1000}", optional), ERROR_EXPIRED);
	struct jwt_times ignored = { .now_s = 1000, .exp_ignored = true };
	assert_int_equal(times_of("{\"exp\":1}", ignored), OK);
	assert_int_equal(times_of("{\"exp\":1,\"iat\":1001}", ignored), ERROR_TOKEN_NOT_ACTIVE);
	struct jwt_times aged = { .now_s = 1000, .max_age_s = 300 };
	assert_int_equal(times_of("{\"exp\":2000,\"iat\":700}", aged), OK);
	assert_int_equal(times_of("{\"exp\":2000,\"iat\":699}", aged), ERROR_EXPIRED);
	assert_int_equal(times_of("{\"exp\":2000}", aged), ERROR_INVALID_TOKEN);
}

/* B3.7 */
static void kinds_do_not_pass_for_each_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < JWT_KINDS; i++)
		for (size_t k = 0; k < JWT_KINDS; k++) {
			struct jwt_claims claims = { .typ = str_from(
							     jwt_kind_name((enum jwt_kind)i)) };
			assert_int_equal(jwt_check_kind(&claims, (enum jwt_kind)k, NULL),
				i == k ? OK : ERROR_INVALID_TOKEN);
		}
	struct jwt_claims none = { 0 };
	enum jwt_kind kind = JWT_ACCESS;
	assert_int_equal(jwt_check_kind(&none, JWT_ACCESS, NULL), ERROR_INVALID_TOKEN);
	assert_true(jwt_kind_of(STR("Offline"), &kind) && kind == JWT_OFFLINE);
	assert_false(jwt_kind_of(STR("bearer"), &kind) || jwt_kind_of(STR(""), &kind));
}

/* The values of OpenID Connect Core, appendix A.4 and A.6. */
static void half_hashes_are_those_of_the_specification(void **state)
{
	(void)state;
	assert_str(jwt_half_hash(
			   arena, SIGN_RS256, STR("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")),
		"77QmUPtjPfzWtF2AnpK9RQ");
	assert_str(jwt_half_hash(arena, SIGN_RS256,
			   STR("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk")),
		"LDktKdoQak3Pk0cnXxCltA");
	assert_int_equal(jwt_half_hash(arena, SIGN_ES512, STR("x")).n, 43);
}

/* ---- JWK ---- */

static void jwks_are_as_keycloak_writes_them(void **state)
{
	(void)state;
	struct sign_key *key = NULL;
	struct str json = { 0 };
	struct jwk_facts facts = { STR(RECORDED_KID), STR("RS256"), false,
		STR(RECORDED_CERTIFICATE) };
	assert_int_equal(sign_key_from_certificate(STR(RECORDED_CERTIFICATE), &key, NULL), OK);
	assert_int_equal(jwk_text(arena, key, &facts, &json, NULL), OK);
	assert_str(json, RECORDED_JWK);
	assert_str(jwk_set_text(arena, &json, 1), "{\"keys\":[" RECORDED_JWK "]}");
	assert_str(jwk_set_text(arena, NULL, 0), "{\"keys\":[]}");
	facts.encryption = true;
	facts.algorithm = STR("RSA-OAEP");
	assert_int_equal(jwk_text(arena, key, &facts, &json, NULL), OK);
	assert_true(str_contains(json, STR("\"alg\":\"RSA-OAEP\",\"use\":\"enc\"")));
	assert_int_equal(jwk_text(arena, hmac, &facts, &json, NULL), ERROR_INVALID_VALUE);
	sign_key_free(key);
}

static void every_kind_of_key_goes_there_and_back(void **state)
{
	(void)state;
	for (int kind = SIGN_KEY_P256; kind <= SIGN_KEY_ED25519; kind++) {
		struct sign_key *key = NULL;
		struct str json = { 0 };
		struct jwk jwk;
		struct jwk_facts facts = { STR("kid"), STR("alg"), false, STR("") };
		assert_int_equal(sign_key_generate((enum sign_key_kind)kind, 0, &key, NULL), OK);
		assert_int_equal(jwk_text(arena, key, &facts, &json, NULL), OK);
		assert_false(str_contains(json, STR("\"d\"")));
		assert_int_equal(jwk_parse(arena, json, &jwk, NULL), OK);
		assert_str(jwk.kid, "kid");
		assert_str(jwk.algorithm, "alg");
		assert_str(jwk.use, "sig");
		assert_true(sign_key_same(key, jwk.key));
		assert_false(sign_key_is_private(jwk.key));
		sign_key_free(key);
		sign_key_free(jwk.key);
	}
}

#define EC_XY "\"x\":\"" RFC7515_P256_X "\",\"y\":\"" RFC7515_P256_Y "\""

static const char *const bad_jwks[] = {
	"{}",
	"{\"kty\":\"oct\",\"k\":\"AAAA\"}",
	"{\"kty\":\"RSA\"}",
	"{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
	"{\"kty\":\"RSA\",\"n\":\"" RFC7515_RSA_N "\",\"e\":\"AQ\"}",
	"{\"kty\":\"RSA\",\"n\":\"" RFC7515_RSA_N "\",\"e\":\"AQAB==\"}",
	"{\"kty\":\"RSA\",\"n\":\"" RFC7515_RSA_N "\",\"e\":\"AQAB\",\"d\":\"AA\"}",
	"{\"kty\":\"RSA\",\"n\":\"" RFC7515_RSA_N "\",\"e\":65537}",
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_P256_X "\",\"y\":\"" RFC7515_P256_X
	"\"}",
	"{\"kty\":\"EC\",\"crv\":\"P-384\"," EC_XY "}",
	"{\"kty\":\"EC\",\"crv\":\"secp256k1\"," EC_XY "}",
	"{\"kty\":\"EC\"," EC_XY "}",
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_P256_X "\"}",
	"{\"kty\":\"EC\",\"crv\":\"P-256\"," EC_XY ",\"d\":\"AA\"}",
	"{\"kty\":\"EC\",\"crv\":\"P-256\"," EC_XY ",\"d\":null}",
	"{\"kty\":\"EC\",\"crv\":\"P-256\"," EC_XY ",\"kid\":\"a\\nb\"}",
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
	"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" RFC8037_X "\"}",
	"{\"kty\":\"ec\",\"crv\":\"P-256\"," EC_XY "}",
	"{\"kty\":5}",
	"[]",
	"{\"kty\":\"EC\"",
	"null",
};

static void broken_jwks_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad_jwks); i++) {
		struct jwk jwk = { 0 };
		struct why why = { "" };
		if (!jwk_parse(arena, str_from(bad_jwks[i]), &jwk, &why))
			fail_msg("%s is let through", bad_jwks[i]);
		assert_null(jwk.key);
		assert_int_not_equal(why.text[0], 0);
	}
}

static void sets_keep_their_good_keys(void **state)
{
	(void)state;
	struct text json = text_new(arena, 0);
	text_add_z(&json, "{\"keys\":[");
	for (size_t i = 0; i + 3 < ARRAY_LENGTH(bad_jwks); i++)
		text_addf(&json, "%s,", bad_jwks[i]);
	text_add_z(&json,
		"{\"kid\":\"a\",\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\"," EC_XY "},");
	text_add_z(&json,
		"{\"kid\":\"a\",\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\"," EC_XY "},");
	text_add_z(&json,
		"{\"kid\":\"b\",\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC8037_X "\"}]}");
	struct jwk_set set = { 0 };
	struct why why = { "" };
	assert_int_equal(jwk_set_parse(arena, text_str(&json), &set, &why), OK);
	assert_int_equal(set.n, 3);
	assert_int_equal(set.skipped, ARRAY_LENGTH(bad_jwks) - 3);
	assert_int_not_equal(why.text[0], 0);
	const struct jwk *a = jwk_set_find(&set, STR("a"), NULL);
	assert_ptr_equal(a, &set.keys[1]);
	assert_null(jwk_set_find(&set, STR("a"), a));
	assert_null(jwk_set_find(&set, STR("c"), NULL));
	const struct jwk *any = jwk_set_find(&set, STR(""), NULL);
	assert_ptr_equal(any, &set.keys[1]);
	assert_ptr_equal(jwk_set_find(&set, STR(""), any), &set.keys[2]);
	jwk_set_free(&set);
	assert_int_equal(set.n, 0);
}

static void of_a_set_only_keys_that_may_verify_are_made(void **state)
{
	(void)state;
	static const struct {
		const char *kid, *algorithm;
		size_t max, n;
	} rows[] = { { "a", "ES256", 9, 1 }, { "a", "ES384", 9, 1 }, { "a", "EdDSA", 9, 0 }, { "b", "EdDSA", 9, 1 },
		{ "b", "ES256", 9, 0 }, { "", "EdDSA", 9, 1 }, { "", "ES256", 9, 4 }, { "", "ES256", 2, 2 },
		{ "512", "ES256", 9, 0 }, { "512", "ES512", 9, 1 }, { "c", "ES256", 9, 0 }, { "", "RS256", 9, 0 } };
	struct text json = text_new(arena, 0);
	text_add_z(&json, "{\"keys\":[7,{\"kid\":\"a\",\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\"," EC_XY "},"
		"{\"kid\":\"512\",\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES512\"," EC_XY "},"
		"{\"kid\":\"b\",\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC8037_X "\"}");
	for (int i = 0; i < 4; i++)
		text_addf(&json, ",{\"kid\":\"%s\",\"kty\":\"EC\",\"crv\":\"P-256\"," EC_XY "}", i ? "d" : "a");
	text_add_z(&json, "]}");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct jwk_set set = { 0 };
		assert_int_equal(jwk_set_parse_for(arena, text_str(&json), str_from(rows[i].kid),
					 str_from(rows[i].algorithm), rows[i].max, &set, NULL), OK);
		assert_int_equal(set.n, rows[i].n);
		assert_int_equal(set.skipped, 1);
		jwk_set_free(&set);
	}
	struct jwk_set set = { 0 };
	assert_int_not_equal(jwk_set_parse_for(arena, STR("[]"), STR(""), STR("ES256"), 9, &set, NULL), OK);
}

static void broken_sets_are_refused(void **state)
{
	(void)state;
	struct jwk_set set = { 0 };
	static const char *const bad[] = { "", "{}", "[]", "{\"keys\":{}}", "{\"keys\":null}",
		"{\"keys\":[}", "{\"keys\":[],\"keys\":[]}", "\"keys\"" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_not_equal(jwk_set_parse(arena, str_from(bad[i]), &set, NULL), OK);
	struct text many = text_new(arena, 0);
	text_add_z(&many, "{\"keys\":[{}");
	for (int i = 0; i < JWK_SET_KEYS_MAX; i++)
		text_add_z(&many, ",{}");
	text_add_z(&many, "]}");
	assert_int_equal(jwk_set_parse(arena, text_str(&many), &set, NULL), ERROR_INVALID_VALUE);
	struct text large = text_new(arena, 0);
	text_add_z(&large, "{\"keys\":[]");
	while (large.n < JWK_SET_BYTES_MAX)
		text_add_z(&large, "                                ");
	text_add_z(&large, "}");
	assert_int_equal(jwk_set_parse(arena, text_str(&large), &set, NULL), ERROR_INVALID_VALUE);
	assert_null(set.keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_are_as_keycloak_writes_them),
		cmocka_unit_test(published_tokens_verify),
		cmocka_unit_test(algorithms_are_ours_to_choose),
		cmocka_unit_test(tampering_shows),
		cmocka_unit_test(forms_are_strict),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(keys_in_headers_are_ignored),
		cmocka_unit_test(claims_are_read),
		cmocka_unit_test(claims_of_wrong_form_are_refused),
		cmocka_unit_test(times_are_judged_to_the_second),
		cmocka_unit_test(kinds_do_not_pass_for_each_other),
		cmocka_unit_test(half_hashes_are_those_of_the_specification),
		cmocka_unit_test(jwks_are_as_keycloak_writes_them),
		cmocka_unit_test(every_kind_of_key_goes_there_and_back),
		cmocka_unit_test(broken_jwks_are_refused),
		cmocka_unit_test(sets_keep_their_good_keys),
		cmocka_unit_test(of_a_set_only_keys_that_may_verify_are_made),
		cmocka_unit_test(broken_sets_are_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* oidc/client_assertion: whose a signed token claims to be, and whether its claims let the client in. */
#include "realm_fixture.h"

#include "crypto/base64.h"
#include "jose/jws.h"
#include "oidc/client_assertion.h"

#define JWT_BEARER STR("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
#define ISSUER "https://sso.example.org/realms/customers"

static const struct client_jwt_facts facts = { STR_INIT(ISSUER), STR_INIT("https://sso.example.org/auth/realms/customers"),
	NOW_S };
static struct client *by_key;

static int clients_setup(void **state)
{
	realm_setup(state);
	by_key = add_client("key");
	by_key->client_authenticator_type = STR("client-jwt");
	add_client("secret")->client_authenticator_type = STR("client-secret-jwt");
	return 0;
}

#define WITH_CLIENTS(test) cmocka_unit_test_setup_teardown(test, clients_setup, realm_teardown)

static struct str token_of(const char *header, const char *claims)
{
	struct str text = arena_join(arena, base64url_encode(arena, str_from(header)), STR("."),
				     base64url_encode(arena, str_from(claims)));
	return arena_join(arena, text, STR("."), STR("AAAA"));
}

static enum error_code read_token(const char *header, const char *claims, struct client_assertion *ret)
{
	struct why why = { "" };
	const struct client_auth presented = { .assertion_type = JWT_BEARER, .assertion = token_of(header, claims) };
	assert_true(client_assertion_is_presented(&presented));
	enum error_code code = client_assertion_read(arena, &realm, &presented, ret, &why);
	assert_int_equal(code != OK, why.text[0] != 0);
	return code;
}

#define WHO "\"iss\":\"key\",\"sub\":\"key\""

static void the_row_says_which_algorithms(void **state)
{
	(void)state;
	struct client_assertion a;
	assert_int_equal(read_token("{\"alg\":\"ES256\"}", "{" WHO "}", &a), OK);
	assert_ptr_equal(a.client, by_key);
	assert_false(a.by_secret);
	assert_int_equal(a.allowed, JWS_ALLOW_ASYMMETRIC);
	assert_int_equal(read_token("{\"alg\":\"HS256\"}", "{" WHO "}", &a), ERROR_ASSERTION_REFUSED);
	assert_int_equal(read_token("{\"alg\":\"none\"}", "{" WHO "}", &a), ERROR_ASSERTION_REFUSED);
	assert_int_equal(read_token("{\"alg\":\"HS256\"}", "{\"iss\":\"secret\",\"sub\":\"secret\"}", &a), OK);
	assert_true(a.by_secret);
	assert_int_equal(read_token("{\"alg\":\"ES256\"}", "{\"iss\":\"secret\",\"sub\":\"secret\"}", &a),
		ERROR_ASSERTION_REFUSED);
}

static void dates_may_have_fractions_and_nothing_else(void **state)
{
	(void)state;
	struct client_assertion a;
	static const char *const bad[] = { "\"1800000000\"", "1e9", "[1]", "99999999999999999999", "true", "{}" };
	assert_int_equal(read_token("{\"alg\":\"ES256\"}", "{" WHO ",\"exp\":1800000000.75,\"nbf\":null}", &a), OK);
	assert_true(a.exp.set && a.exp.value == 1800000000 && !a.nbf.set && !a.iat.set);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct str claims = arena_join(arena, STR("{" WHO ",\"exp\":"), str_from(bad[i]), STR("}"));
		assert_int_equal(read_token("{\"alg\":\"ES256\"}", arena_z(arena, claims), &a), ERROR_INVALID_CLIENT);
	}
}

/* CVE-2025-2559 */
static void one_is_remembered_no_longer_than_it_could_count(void **state)
{
	(void)state;
	static const struct {
		int64_t exp, iat; /* from now; iat INT64_MAX: none */
	} rows[] = { { 1, INT64_MAX }, { 60, INT64_MAX }, { 60, 0 }, { 7200, 0 }, { INT64_C(200000000000), 15 },
		     { 86400, -60 }, { 5, 15 } };
	struct str audience = STR(ISSUER);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct client_assertion a = { .client = by_key, .jti = STR("1"), .aud = &audience, .aud_n = 1,
			.exp = { true, NOW_S + rows[i].exp } };
		if (rows[i].iat != INT64_MAX)
			a.iat = (struct json_optional_int){ true, NOW_S + rows[i].iat };
		int64_t until_s = 0;
		assert_int_equal(client_assertion_judge(&a, &facts, &until_s, NULL), OK);
		assert_in_range(until_s - NOW_S, 1, 60 + 15 + 1);
		struct client_jwt_facts then = facts;
		then.now_s = until_s;
		assert_int_equal(client_assertion_judge(&a, &then, &until_s, NULL), ERROR_ASSERTION_REFUSED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CLIENTS(the_row_says_which_algorithms),
		WITH_CLIENTS(dates_may_have_fractions_and_nothing_else),
		WITH_CLIENTS(one_is_remembered_no_longer_than_it_could_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

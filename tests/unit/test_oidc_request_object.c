/* oidc/request_object: which signature it needs, and what it asks for (B6.6, B6.7). */
#include "realm_fixture.h"

#include "crypto/base64.h"
#include "jose/jwe.h"
#include "jose/jws.h"
#include "oidc/request_object.h"
#include "vectors.h"

#define ISSUER "https://sso.example.org/realms/customers"

static const struct client_jwt_facts facts = { STR_INIT(ISSUER), STR_INIT("https://sso.example.org/auth/realms/customers"),
	NOW_S };
static struct client *client;

static int client_setup(void **state)
{
	realm_setup(state);
	client = add_client("web");
	return 0;
}

#define WITH_CLIENT(test) cmocka_unit_test_setup_teardown(test, client_setup, realm_teardown)

static enum error_code read_object(const char *header, const char *claims, const char *signature,
	struct request_object *ret)
{
	struct str text = arena_join(arena, base64url_encode(arena, str_from(header)), STR("."),
		base64url_encode(arena, str_from(claims)));
	struct why why = { "" };
	enum error_code code = request_object_read(arena, client, arena_join(arena, text, STR("."), str_from(signature)),
		false, ret, &why);
	assert_int_equal(code != OK, why.text[0] != 0);
	return code;
}

static void the_row_says_how_it_is_signed(void **state)
{
	(void)state;
	struct request_object object;
	unsigned macs = JWS_ALLOW(SIGN_HS256) | JWS_ALLOW(SIGN_HS384) | JWS_ALLOW(SIGN_HS512);
	assert_int_equal(read_object("{\"alg\":\"ES256\"}", "{}", "AAAA", &object), OK);
	assert_false(object.by_secret);
	assert_int_equal(object.allowed, JWS_ALLOW_ASYMMETRIC | macs);
	assert_int_equal(read_object("{\"alg\":\"HS256\"}", "{}", "AAAA", &object), OK);
	assert_true(object.by_secret);
	assert_int_equal(read_object("{\"alg\":\"none\"}", "{}", "", &object), ERROR_INVALID_REQUEST_OBJECT);
	assert_int_equal(read_object("{\"alg\":\"none\"}", "{}", "AAAA", &object), ERROR_INVALID_REQUEST_OBJECT);
	assert_int_equal(read_object("{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", "{}", "AAAA", &object),
		ERROR_INVALID_REQUEST_OBJECT);
	client->public_client = true;
	assert_int_equal(read_object("{\"alg\":\"HS256\"}", "{}", "AAAA", &object), ERROR_INVALID_REQUEST_OBJECT);
	add_attribute(client, "request.object.signature.alg", "none");
	assert_int_equal(read_object("{\"alg\":\"none\"}", "{}", "", &object), OK);
	assert_null(object.token);
	assert_int_equal(read_object("{\"alg\":\"ES256\"}", "{}", "", &object), ERROR_INVALID_REQUEST_OBJECT);
	assert_int_equal(read_object("{\"alg\":\"ES256\"}", "{}", "AAAA", &object), ERROR_INVALID_REQUEST_OBJECT);
	assert_int_equal(read_object("{\"alg\":\"none\",\"crit\":[]}", "{}", "", &object), ERROR_INVALID_REQUEST_OBJECT);
}

/* The number of the key that one with this header is read with; -1: none. */
static int key_for(const struct realm *of, const char *algorithm, const char *kid)
{
	const struct jwe_header header = { .algorithm = str_from(algorithm), .encoding = STR("A256GCM"), .kid = str_from(kid) };
	const struct sign_key *key = NULL;
	struct why why = { "" };
	enum error_code code = request_object_key(of, client, &header, &key, &why);
	assert_int_equal(code != OK, why.text[0] != 0);
	for (size_t i = 0; i < of->keys_n; i++)
		if (key == of->keys[i].key)
			return (int)i;
	return -1;
}

static void realm_and_row_say_how_it_is_encrypted(void **state)
{
	(void)state;
	struct sign_key *made[5] = { NULL };
	const enum sign_key_kind kinds[3] = { SIGN_KEY_P256, SIGN_KEY_P384, SIGN_KEY_SECRET };
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		assert_int_equal(sign_key_generate(kinds[i], 256, &made[i], NULL), OK);
	for (size_t i = ARRAY_LENGTH(kinds); i < ARRAY_LENGTH(made); i++)
		assert_int_equal(sign_key_from_private(STR(REALM_ENC_PRIVATE), &made[i], NULL), OK);
	struct realm_key keys[] = {
		{ .kid = STR("signs"), .algorithm = STR("ES384"), .use = KEY_SIGN, .key = made[1] },
		{ .kid = STR("aes"), .algorithm = STR("AES"), .use = KEY_ENCRYPT, .key = made[2] },
		{ .kid = STR("ec"), .algorithm = STR("ECDH-ES"), .use = KEY_ENCRYPT, .key = made[0] },
		{ .kid = STR("rsa"), .algorithm = STR("RSA-OAEP"), .use = KEY_ENCRYPT, .key = made[3] },
		{ .kid = STR("old"), .algorithm = STR(JWE_RSA1_5), .use = KEY_ENCRYPT, .key = made[4] },
	};
	const struct realm of = { .keys = keys, .keys_n = ARRAY_LENGTH(keys) };
	assert_int_equal(key_for(&of, "ECDH-ES", ""), 2);
	assert_int_equal(key_for(&of, "ECDH-ES+A256KW", "ec"), 2);
	assert_int_equal(key_for(&of, "RSA-OAEP-256", ""), 3);
	assert_int_equal(key_for(&of, JWE_RSA1_5, ""), 4);
	static const char *const wrong[][2] = { { "ECDH-ES", "signs" }, { "ECDH-ES", "aes" }, { JWE_RSA1_5, "rsa" }, { "dir", "" },
		{ "A256KW", "aes" }, { "none", "" }, { "", "" }, { "ECDH-ES", "EC" } };
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		assert_int_equal(key_for(&of, wrong[i][0], wrong[i][1]), -1);
	add_attribute(client, "request.object.encryption.alg", JWE_RSA1_5);
	add_attribute(client, "request.object.encryption.enc", "any");
	assert_int_equal(key_for(&of, JWE_RSA1_5, "rsa"), 3);
	assert_int_equal(key_for(&of, "RSA-OAEP", "rsa"), -1);
	assert_int_equal(key_for(&of, "ECDH-ES", ""), -1);
	for (size_t i = 0; i < ARRAY_LENGTH(made); i++)
		sign_key_free(made[i]);
}

static enum error_code merge(const char *claims, struct authorize_request *request)
{
	const struct request_object object = { .payload = str_from(claims) };
	struct why why = { "" };
	enum error_code code = request_object_merge(arena, client, &object, &facts, request, &why);
	assert_int_equal(code != OK, why.text[0] != 0);
	return code;
}

static void what_is_in_it_wins(void **state)
{
	(void)state;
	struct authorize_request request = { .client_id = STR("web"), .response_type = STR("code"), .state = STR("out"),
		.nonce = STR("kept") };
	assert_int_equal(merge("{\"state\":\"in\",\"response_type\":\"token\",\"max_age\":5,\"claims\":{\"a\":1},"
			       "\"prompt\":null,\"unknown\":[1]}", &request), OK);
	expect_text(request.state, "in");
	expect_text(request.nonce, "kept");
	expect_text(request.max_age, "5");
	expect_text(request.claims, "{\"a\":1}");
	expect_text(request.response_type, "token");
	expect_text(request.type_beside, "code");
}

static void what_is_wrong_changes_nothing(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "[]", "{\"iss\":\"x\"}", "{\"aud\":\"x\"}", "{\"sub\":\"web\"}",
		"{\"client_id\":\"x\"}", "{\"exp\":1}", "{\"exp\":\"1\"}", "{\"iat\":4102444800}", "{\"nbf\":4102444800}",
		"{\"request\":\"x\"}", "{\"request_uri\":null}", "{\"state\":[]}", "{\"max_age\":1.5}",
		"{\"state\":\"a\",\"state\":\"b\"}" };
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		struct authorize_request request = { .state = STR("out") };
		if (merge(wrong[i], &request) != ERROR_INVALID_REQUEST_OBJECT)
			fail_msg("taken: %s", wrong[i]);
		expect_text(request.state, "out");
	}
	struct authorize_request request = { .state = STR("out") };
	assert_int_equal(merge("{\"iss\":\"web\",\"aud\":[\"x\",\"" ISSUER "\"],\"client_id\":\"web\",\"exp\":4102444800}",
			       &request), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CLIENT(the_row_says_how_it_is_signed),
		WITH_CLIENT(realm_and_row_say_how_it_is_encrypted),
		WITH_CLIENT(what_is_in_it_wins),
		WITH_CLIENT(what_is_wrong_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

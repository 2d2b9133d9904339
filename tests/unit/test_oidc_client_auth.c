/* oidc/client_auth: who the client is, and how it proves it. */
#include "realm_fixture.h"

#include "crypto/base64.h"
#include "oidc/client_auth.h"

#define BASIC(text) base64_encode(arena, STR(text))

static const struct client *found;

static enum error_code check(const struct client_auth *presented)
{
	struct why why = { "" };
	found = NULL;
	enum error_code code = client_auth_check(arena, &realm, presented, &found, &why);
	assert_int_equal(code != OK, why.text[0] != 0);
	assert_null(strstr(why.text, "s3cret"));
	return code;
}

#define CHECK(...) check(&(struct client_auth){ __VA_ARGS__ })

static int clients_setup(void **state)
{
	realm_setup(state);
	add_client("web")->secret = STR("s3cret+x%41 y");
	add_client("plain")->secret = STR("s3cret");
	struct client *spa = add_client("spa");
	spa->public_client = true;
	spa->secret = STR("");
	struct client *dead = add_client("dead");
	dead->enabled = false;
	add_client("api")->bearer_only = true;
	add_client("empty")->secret = STR("");
	add_client("jwt")->client_authenticator_type = STR("client-jwt");
	add_client("x509")->client_authenticator_type = STR("client-x509");
	add_client("saml")->protocol = STR("saml");
	add_client("a b:c")->secret = STR("s3cret");
	return 0;
}

#define WITH_CLIENTS(test) cmocka_unit_test_setup_teardown(test, clients_setup, realm_teardown)

static void a_secret_in_the_form(void **state)
{
	(void)state;
	assert_int_equal(CHECK(.client_id = STR("plain"), .client_secret = STR("s3cret"), .has_secret = true), OK);
	expect_text(found->client_id, "plain");
	static const char *const wrong[] = { "", "s3cre", "s3cret ", "S3CRET" };
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		assert_int_equal(CHECK(.client_id = STR("plain"), .client_secret = str_from(wrong[i]),
				       .has_secret = true), ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(CHECK(.client_id = STR("plain"), .client_secret = STR("s3cret\0"), .has_secret = true),
		ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(CHECK(.client_id = STR("plain")), ERROR_INVALID_CLIENT_CREDENTIALS);
	expect_text(found->client_id, "plain");
	/* In the form nothing is encoded twice. */
	assert_int_equal(CHECK(.client_id = STR("web"), .client_secret = STR("s3cret%2Bx%2541+y"), .has_secret = true),
		ERROR_INVALID_CLIENT_CREDENTIALS);
}

static void a_secret_in_the_header_encoded_or_not(void **state)
{
	(void)state;
	assert_int_equal(CHECK(.basic = BASIC("web:s3cret%2Bx%2541+y")), OK);
	assert_int_equal(CHECK(.basic = BASIC("web:s3cret%2Bx%2541%20y")), OK);
	assert_int_equal(CHECK(.basic = BASIC("web:s3cret+x%41 y")), OK);
	assert_int_equal(CHECK(.basic = BASIC("web:s3cret x%41 y")), ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(CHECK(.basic = BASIC("web:s3cret+xA y")), ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(CHECK(.basic = BASIC("plain:s3cret")), OK);
	assert_int_equal(CHECK(.basic = BASIC("plain:s3cret"), .client_id = STR("plain")), OK);
	assert_int_equal(CHECK(.basic = BASIC("a+b%3Ac:s3cret")), OK);
	assert_int_equal(CHECK(.basic = BASIC("plain:")), ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(CHECK(.basic = BASIC("plain:s3cret%zz")), ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(CHECK(.basic = BASIC("plain:%")), ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(CHECK(.basic = BASIC("nobody:x")), ERROR_CLIENT_NOT_FOUND);
	assert_null(found);
	assert_int_equal(CHECK(.basic = BASIC("plain")), ERROR_INVALID_CLIENT);
	assert_int_equal(CHECK(.basic = BASIC(":s3cret")), ERROR_INVALID_CLIENT);
	assert_int_equal(CHECK(.basic = BASIC("plain\0:s3cret")), ERROR_INVALID_CLIENT);
	assert_int_equal(CHECK(.basic = STR("!!!")), ERROR_INVALID_CLIENT);
}

/* B2.22 */
static void two_methods_at_once_are_refused(void **state)
{
	(void)state;
	assert_int_equal(CHECK(.basic = BASIC("plain:s3cret"), .client_secret = STR("s3cret"), .has_secret = true),
		ERROR_INVALID_REQUEST);
	/* Where it may repeat what it said. */
	assert_int_equal(CHECK(.basic = BASIC("plain:s3cret"), .client_secret = STR("s3cret"), .has_secret = true,
			       .may_repeat = true), OK);
	assert_int_equal(CHECK(.basic = BASIC("plain:s3cret"), .client_secret = STR("other"), .has_secret = true,
			       .may_repeat = true), ERROR_INVALID_REQUEST);
	assert_int_equal(CHECK(.basic = BASIC("plain:wrong"), .client_secret = STR("wrong"), .has_secret = true,
			       .may_repeat = true), ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(CHECK(.basic = BASIC("plain:s3cret"), .client_secret = STR("other"), .has_secret = true),
		ERROR_INVALID_REQUEST);
	assert_int_equal(CHECK(.basic = BASIC("plain:s3cret"), .has_secret = true), ERROR_INVALID_REQUEST);
	assert_int_equal(CHECK(.basic = BASIC("plain:s3cret"), .client_id = STR("web")), ERROR_INVALID_REQUEST);
}

static void clients_that_cannot_or_need_not(void **state)
{
	(void)state;
	assert_int_equal(CHECK(.client_id = STR("")), ERROR_INVALID_CLIENT);
	assert_int_equal(CHECK(.client_id = STR("spa")), OK);
	assert_int_equal(CHECK(.client_id = STR("dead"), .client_secret = STR("secret"), .has_secret = true),
		ERROR_CLIENT_DISABLED);
	assert_int_equal(CHECK(.client_id = STR("api"), .client_secret = STR("secret"), .has_secret = true),
		ERROR_INVALID_CLIENT_CREDENTIALS);
	/* A client without a secret is not one whose secret is empty. */
	assert_int_equal(CHECK(.client_id = STR("empty"), .has_secret = true), ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(CHECK(.client_id = STR("jwt"), .client_secret = STR("secret"), .has_secret = true),
		ERROR_ASSERTION_REFUSED);
	assert_int_equal(CHECK(.client_id = STR("x509"), .client_secret = STR("secret"), .has_secret = true),
		ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(CHECK(.client_id = STR("saml"), .client_secret = STR("secret"), .has_secret = true),
		ERROR_INVALID_CLIENT);
}

#define SENDS(text, now) CHECK(.client_id = STR("plain"), .client_secret = STR(text), .has_secret = true, .now_s = (now))

static void the_secret_before_a_rotation_counts_until_it_expires(void **state)
{
	(void)state;
	struct client *client = (struct client *)realm_client_by_client_id(&realm, STR("plain"));
	add_attribute(client, "client.secret.rotated", "before");
	assert_int_equal(SENDS("before", 100), ERROR_INVALID_CLIENT_CREDENTIALS);
	add_attribute(client, "client.secret.rotated.expiration.time", "100");
	assert_int_equal(SENDS("before", 100), OK);
	assert_int_equal(CHECK(.basic = BASIC("plain:before"), .now_s = 100), OK);
	assert_int_equal(SENDS("s3cret", 100), OK);
	assert_int_equal(SENDS("", 100), ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(SENDS("before", 101), ERROR_INVALID_CLIENT_CREDENTIALS);
	assert_int_equal(SENDS("s3cret", 101), OK);
}

static void a_secret_expires(void **state)
{
	(void)state;
	struct client *client = (struct client *)realm_client_by_client_id(&realm, STR("plain"));
	add_attribute(client, "client.secret.expiration.time", "100");
	assert_int_equal(SENDS("s3cret", 100), OK);
	assert_int_equal(SENDS("s3cret", 101), ERROR_INVALID_CLIENT_CREDENTIALS);
	client->attributes.pairs[0].value = STR("0");
	assert_int_equal(SENDS("s3cret", 101), OK);
	client->attributes.pairs[0].value = STR("soon");
	assert_int_equal(SENDS("s3cret", 101), ERROR_INVALID_CLIENT_CREDENTIALS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CLIENTS(a_secret_in_the_form),
		WITH_CLIENTS(a_secret_in_the_header_encoded_or_not),
		WITH_CLIENTS(two_methods_at_once_are_refused),
		WITH_CLIENTS(clients_that_cannot_or_need_not),
		WITH_CLIENTS(the_secret_before_a_rotation_counts_until_it_expires),
		WITH_CLIENTS(a_secret_expires),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

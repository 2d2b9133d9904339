/* Keycloak's representations: what is read, kept, refused, and written again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "base/tables.h"
#include "json/write.h"
#include "model/credential.h"
#include "model/possible.h"
#include "model/representation.h"

static void expect_text(struct str got, const char *expected)
{
	if (!str_eq_z(got, expected))
		fail_msg("\"%.*s\" instead of \"%s\"", STR_ARG(got), expected);
}

static void test_tables_are_sound(void **state)
{
	(void)state;
	static const struct json_shape *const shapes[] = {
		&mapper_shape,
		&scope_shape,
		&client_shape,
		&role_shape,
		&role_brief_shape,
		&roles_shape,
		&group_shape,
		&scope_mapping_shape,
		&component_shape,
		&component_admin_shape,
		&flow_shape,
		&required_action_shape,
		&realm_shape,
		&realm_secret_shape,
		&user_shape,
		&user_admin_shape,
	};
	for (size_t i = 0; i < ARRAY_LENGTH(shapes); i++) {
		const char *fault = json_shape_fault(shapes[i]);
		if (fault)
			fail_msg("shape %zu: %s", i, fault);
	}
}

/* ---- reading ---- */

static enum error_code read_client(const char *json, struct client_rep *client, struct why *why)
{
	struct json_read_options options = representation_options("$.clients[3]");
	*client = client_rep_default;
	enum error_code error =
		json_read(arena, str_from(json), &client_shape, &options, client, why);
	return error ? error : client_check(client, "$.clients[3]", why);
}

static void test_client_defaults_and_kept(void **state)
{
	(void)state;
	struct client_rep client;
	struct why why = { "" };
	assert_int_equal(
		read_client("{\"clientId\":\"app\",\"origin\":\"here\",\"notBefore\":\"7\","
			    "\"bearerOnly\":\"true\",\"access\":{\"manage\":true},"
			    "\"registeredNodes\":{\"a\":5}}",
			&client, &why),
		OK);
	assert_true(client.client.enabled && client.client.standard_flow_enabled);
	assert_true(client.client.bearer_only);
	assert_int_equal(client.client.not_before_s, 7);
	assert_int_equal(client.client.node_re_registration_timeout_s, -1);
	expect_text(client.client.protocol, "openid-connect");
	expect_text(client.kept, "{\"origin\":\"here\"}");
	assert_false(JSON_SENT(&client_shape, &client, client.web_origins.items));
	struct str json = json_text_of(arena, &client_shape, &client);
	assert_true(str_contains(json, STR("\"origin\":\"here\"")));
	assert_true(str_contains(json, STR("\"registeredNodes\":{\"a\":5}")));
	assert_false(str_contains(json, STR("access")));
}

struct refused {
	const char *json, *why; /* why: what the reason must name */
	enum error_code error;
};

/* B2.3 */
static void test_client_refused(void **state)
{
	(void)state;
	static const struct refused rows[] = {
		{ "{\"clientId\":\"a\",\"nosuch\":1}", "$.clients[3].nosuch = 1",
			ERROR_UNKNOWN_FIELD },
		{ "{\"clientId\":\"a\",\"protocolMappers\":[{\"name\":\"m\",\"protocolMapper\":\"x\","
		  "\"zz\":1}]}",
			"$.clients[3].protocolMappers[0].zz = 1", ERROR_UNKNOWN_FIELD },
		{ "{}", "clientId", ERROR_INVALID_VALUE },
		{ "{\"clientId\":\" \"}", "$.clients[3].clientId = \" \"", ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\\nb\"}", "control", ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"clientId\":\"b\"}", "clientId", ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"enabled\":[]}", "$.clients[3].enabled",
			ERROR_WRONG_TYPE },
		{ "{\"clientId\":\"a\",\"notBefore\":-1}", "$.clients[3].notBefore = -1",
			ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"redirectUris\":[\"javascript:alert(1)\"]}",
			"javascript:alert(1)", ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"redirectUris\":[\"JaVaScRiPt:x\"]}", "JaVaScRiPt:x",
			ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"redirectUris\":[\" data:text/html,x\"]}",
			"data:", ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"redirectUris\":[\"java\\tscript:x\"]}", "control",
			ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"redirectUris\":[\"http://a/#f\"]}", "not a valid URI",
			ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"redirectUris\":[\"ht tp://a\"]}", "not a valid URI",
			ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"redirectUris\":[\"http://a\\\\@b/\"]}", "not a valid URI",
			ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"adminUrl\":\"http://a/\\r\\nX: y\"}", "adminUrl",
			ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"attributes\":{\"backchannel.logout.url\":\"data:x\"}}",
			"backchannel.logout.url", ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\",\"attributes\":{\"post.logout.redirect.uris\":"
		  "\"https://a/##javascript:x\"}}",
			"post.logout.redirect.uris", ERROR_INVALID_VALUE },
		{ "{\"clientId\":\"a\\u0000\"}", "", ERROR_BAD_JSON },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct client_rep client;
		struct why why = { "" };
		enum error_code error = read_client(rows[i].json, &client, &why);
		if (error != rows[i].error || !strstr(why.text, rows[i].why))
			fail_msg("%s gave %s, \"%s\"", rows[i].json, error_name(error), why.text);
	}
}

static void test_redirect_uris_taken(void **state)
{
	(void)state;
	static const char *const uris[] = {
		"*",
		"/*",
		"/realms/x/account/*",
		"http://localhost:8001/*",
		"https://a.example/cb?x=1",
		"http://localhost*",
		"http://*.example.org/x",
		"com.example.app:/cb",
		"app://cb/*",
		"http://127.0.0.1",
		"urn:ietf:wg:oauth:2.0:oob",
		"https://b\xc3\xbc"
		"cher.example/*",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(uris); i++) {
		struct why why = { "" };
		if (redirect_uri_check(str_from(uris[i]), "$", &why))
			fail_msg("%s: %s", uris[i], why.text);
	}
}

static void test_attribute_sizes(void **state)
{
	(void)state;
	struct client_rep client = client_rep_default;
	struct json_pair pairs[REPRESENTATION_ATTRIBUTES_MAX + 1];
	struct why why = { "" };
	client.client.client_id = STR("app");
	for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++)
		pairs[i] = (struct json_pair){ arena_format(arena, "a%zu", i), STR("v") };
	client.client.attributes = (struct attributes){ pairs, ARRAY_LENGTH(pairs) };
	assert_int_equal(client_check(&client, "$", &why), ERROR_INVALID_VALUE);
	client.client.attributes.n--;
	assert_int_equal(client_check(&client, "$", &why), OK);
	char *large = arena_alloc(arena, REPRESENTATION_ATTRIBUTE_MAX + 1);
	memset(large, 'x', REPRESENTATION_ATTRIBUTE_MAX + 1);
	pairs[0].value = str_of(large, REPRESENTATION_ATTRIBUTE_MAX);
	assert_int_equal(client_check(&client, "$", &why), OK);
	pairs[0].value.n++;
	assert_int_equal(client_check(&client, "$", &why), ERROR_INVALID_VALUE);
	assert_non_null(strstr(why.text, "a0"));
}

/* ---- the realm ---- */

static enum error_code read_realm(const char *json, struct realm_rep *realm, struct why *why)
{
	struct json_read_options options = representation_options("$");
	memset(realm, 0, sizeof *realm);
	realm->ssl_required = STR("external");
	realm->settings.brute_force_strategy = STR("MULTIPLE");
	enum error_code error =
		json_read(arena, str_from(json), &realm_shape, &options, realm, why);
	return error ? error : realm_check(realm, "$", why);
}

static void test_realm_read(void **state)
{
	(void)state;
	struct realm_rep realm;
	struct why why = { "" };
	assert_int_equal(read_realm("{\"realm\":\"r\",\"sslRequired\":\"NONE\","
				    "\"accessTokenLifespan\":\"120\",\"social\":true,"
				    "\"updateProfileOnInitialSocialLogin\":false,"
				    "\"requiredCredentials\":[\"password\"],\"users\":[1,2],"
				    "\"smtpServer\":{\"port\":25,\"password\":\"p\"},"
				    "\"privateKey\":\"secret\"}",
				 &realm, &why),
		OK);
	assert_int_equal(realm.settings.ssl_required, SSL_NONE);
	expect_text(realm.ssl_required, "none");
	assert_int_equal(realm.settings.access_token_lifespan_s, 120);
	expect_text(realm.kept,
		"{\"social\":true,\"updateProfileOnInitialSocialLogin\":false,"
		"\"requiredCredentials\":[\"password\"]}");
	struct str secrets = json_text_of(arena, &realm_secret_shape, &realm);
	assert_true(str_contains(secrets, STR("\"password\":\"p\"")));
	realm_forget_secrets(&realm);
	struct str json = json_text_of(arena, &realm_shape, &realm);
	assert_false(str_contains(json, STR("\"p\"")) || str_contains(json, STR("privateKey")));
}

/* CVE-2024-11734 */
static void test_realm_refused(void **state)
{
	(void)state;
	static const struct refused rows[] = {
		{ "{\"realm\":\"r\",\"ssoSessionIdleTimeout\":-5}", "$.ssoSessionIdleTimeout = -5",
			ERROR_INVALID_VALUE },
		{ "{\"realm\":\"r\",\"accessTokenLifespan\":2147483648}", "accessTokenLifespan",
			ERROR_INVALID_VALUE },
		{ "{\"realm\":\"r\",\"accessTokenLifespan\":\"soon\"}", "accessTokenLifespan",
			ERROR_WRONG_TYPE },
		{ "{\"realm\":\"a/b\"}", "$.realm = \"a/b\"", ERROR_INVALID_VALUE },
		{ "{\"realm\":\"a%2fb\"}", "realm", ERROR_INVALID_VALUE },
		{ "{\"realm\":\"..\"}", "realm", ERROR_INVALID_VALUE },
		{ "{\"realm\":\"\"}", "realm", ERROR_INVALID_VALUE },
		{ "{\"realm\":\"r\",\"sslRequired\":\"maybe\"}", "sslRequired",
			ERROR_INVALID_VALUE },
		{ "{\"realm\":\"r\",\"bruteForceStrategy\":\"X\"}", "bruteForceStrategy",
			ERROR_INVALID_VALUE },
		{ "{\"realm\":\"r\",\"browserSecurityHeaders\":{\"xFrameOptions\":\"a\\r\\nB: c\"}}",
			"browserSecurityHeaders", ERROR_INVALID_VALUE },
		{ "{\"realm\":\"r\",\"attributes\":{\"frontendUrl\":\"javascript:1\"}}",
			"frontendUrl", ERROR_INVALID_VALUE },
		{ "{\"realm\":\"r\",\"authenticationFlows\":[{\"alias\":\"a\",\"x\":1}]}",
			"$.authenticationFlows[0].x", ERROR_UNKNOWN_FIELD },
		{ "{\"realm\":\"r\",\"identityProviders\":[{\"alias\":\"a\",\"x\":1}]}",
			"$.identityProviders[0].x", ERROR_UNKNOWN_FIELD },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct realm_rep realm;
		struct why why = { "" };
		enum error_code error = read_realm(rows[i].json, &realm, &why);
		if (error != rows[i].error || !strstr(why.text, rows[i].why))
			fail_msg("%s gave %s, \"%s\"", rows[i].json, error_name(error), why.text);
	}
}

/* ---- roles, groups, users ---- */

static void test_group_depth(void **state)
{
	(void)state;
	struct text text = text_new(arena, 0);
	struct json_read_options options = representation_options("$.groups[0]");
	for (int i = 0; i <= REPRESENTATION_GROUP_DEPTH; i++)
		text_add_z(&text, "{\"name\":\"g\",\"subGroups\":[");
	for (int i = 0; i <= REPRESENTATION_GROUP_DEPTH; i++)
		text_add_z(&text, "]}");
	struct group_rep group = { .parent_id = { NULL, 0 } };
	struct why why = { "" };
	assert_int_equal(
		json_read(arena, text_str(&text), &group_shape, &options, &group, &why), OK);
	assert_int_equal(group_check(&group, "$.groups[0]", &why), ERROR_INVALID_VALUE);
	assert_non_null(strstr(why.text, "too deep"));
}

static void test_user_read_and_written(void **state)
{
	(void)state;
	struct json_read_options options = representation_options("$.users[0]");
	struct user_rep user = { .totp = false };
	struct why why = { "" };
	static const struct str json = STR_INIT(
		"{\"id\":\"u\",\"username\":\"ada\",\"enabled\":\"true\",\"totp\":true,"
		"\"attributes\":{\"a\":\"x\",\"b\":[\"y\",\"z\"]},\"federatedIdentities\":"
		"[{\"identityProvider\":\"hub\",\"userId\":\"1\"}],"
		"\"credentials\":[{\"type\":\"password\",\"value\":\"pw\",\"temporary\":true}],"
		"\"realmRoles\":[\"r\"],\"clientRoles\":{\"c\":[\"cr\"]},\"groups\":[\"/g\"]}");
	assert_int_equal(json_read(arena, json, &user_shape, &options, &user, &why), OK);
	assert_int_equal(user_check(&user, "$.users[0]", &why), OK);
	assert_true(user.user.enabled && !user.totp);
	expect_text(user.user.attributes[0].values[0], "x");
	assert_true(user.credentials[0].credential.temporary);
	struct str full = json_text_of(arena, &user_shape, &user);
	struct str brief = json_text_of(arena, &user_admin_shape, &user);
	assert_false(str_contains(full, STR("pw")));
	assert_true(str_contains(full, STR("\"clientRoles\":{\"c\":[\"cr\"]}")));
	assert_true(str_contains(full, STR("\"federatedIdentities\":[{\"identityProvider\":\"hub\"")));
	assert_false(str_contains(brief, STR("credentials")) || str_contains(brief, STR("groups")));
	user.user.username = STR("a\rb");
	assert_int_equal(user_check(&user, "$.users[0]", &why), ERROR_INVALID_VALUE);
	assert_non_null(strstr(why.text, "$.users[0].username = \"a?b\""));
}

static void test_password_errors_show_no_password(void **state)
{
	(void)state;
	struct json_read_options options = representation_options("$.users[0]");
	struct user_rep user = { .totp = false };
	struct why why = { "" };
	assert_int_equal(
		json_read(arena,
			STR("{\"username\":\"a\",\"credentials\":[{\"value\":[\"hush\"]}]}"),
			&user_shape, &options, &user, &why),
		ERROR_WRONG_TYPE);
	assert_non_null(strstr(why.text, "$.users[0].credentials[0].value"));
	assert_null(strstr(why.text, "hush"));
}

/* ---- what is not possible ---- */

static struct execution_rep step(const char *authenticator, const char *requirement)
{
	return (struct execution_rep){ .authenticator = str_from(authenticator),
		.requirement = str_from(requirement) };
}

static struct execution_rep into(const char *flow, const char *requirement)
{
	return (struct execution_rep){
		.flow = str_from(flow), .is_flow = true, .requirement = str_from(requirement)
	};
}

static void test_flows(void **state)
{
	(void)state;
	struct execution_rep second[] = { step("conditional-user-configured", "REQUIRED"),
		step("auth-otp-form", "REQUIRED") };
	struct execution_rep forms[] = { step("auth-username-password-form", "REQUIRED"),
		into("second", "CONDITIONAL") };
	struct execution_rep top[] = { step("auth-cookie", "ALTERNATIVE"),
		step("identity-provider-redirector", "ALTERNATIVE"), into("forms", "ALTERNATIVE") };
	struct flow_rep flows[] = {
		{ .alias = STR("browser"), .executions = top, .executions_n = 3 },
		{ .alias = STR("forms"), .executions = forms, .executions_n = 2 },
		{ .alias = STR("second"), .executions = second, .executions_n = 2 },
	};
	struct realm_rep realm = { .flows = flows, .flows_n = 3 };
	expect_text(flow_not_possible(arena, &realm, STR("browser")), "");
	/* The second factor for everybody. */
	forms[1].requirement = STR("REQUIRED");
	assert_true(flow_not_possible(arena, &realm, STR("browser")).n > 0);
	forms[1].requirement = STR("CONDITIONAL");
	/* The second factor for those of a role. */
	second[0].authenticator = STR("conditional-user-role");
	assert_true(str_contains(
		flow_not_possible(arena, &realm, STR("browser")), STR("auth-otp-form")));
	second[1].requirement = STR("DISABLED");
	expect_text(flow_not_possible(arena, &realm, STR("browser")), "");
	/* Something else than a password. */
	forms[0].authenticator = STR("webauthn-authenticator-passwordless");
	assert_true(str_contains(flow_not_possible(arena, &realm, STR("browser")),
		STR("webauthn-authenticator-passwordless")));
	/* A flow within itself, and one that is not there. */
	forms[0] = into("forms", "REQUIRED");
	assert_true(flow_not_possible(arena, &realm, STR("browser")).n > 0);
	assert_true(flow_not_possible(arena, &realm, STR("nosuch")).n > 0);
}

static void test_clients_not_possible(void **state)
{
	(void)state;
	struct execution_rep otp[] = { step("auth-otp-form", "REQUIRED") };
	struct execution_rep password[] = { step("auth-username-password-form", "REQUIRED") };
	struct flow_rep flows[] = {
		{ .id = STR("f1"), .alias = STR("strict"), .executions = otp, .executions_n = 1 },
		{ .id = STR("f2"),
			.alias = STR("plain"),
			.executions = password,
			.executions_n = 1 },
	};
	struct realm_rep realm = { .flows = flows, .flows_n = 2 };
	struct json_pair binding = { STR("browser"), STR("f2") };
	struct json_pair asking = { STR("dpop.bound.access.tokens"), STR("false") };
	struct client client = client_rep_default.client;
	client.flow_overrides = (struct attributes){ &binding, 1 };
	client.attributes = (struct attributes){ &asking, 1 };
	expect_text(client_not_possible(arena, &realm, &client), "");
	binding.value = STR("f1");
	assert_true(client_not_possible(arena, &realm, &client).n > 0);
	binding.key = STR("direct_grant");
	expect_text(client_not_possible(arena, &realm, &client), "");
	assert_true(client_direct_grant_not_possible(arena, &realm, &client).n > 0);
	binding.value = STR("");
	asking.value = STR("true");
	assert_true(str_contains(client_not_possible(arena, &realm, &client), STR("DPoP")));
	asking.value = STR("false");
	client.client_authenticator_type = STR("client-secret-jwt");
	expect_text(client_not_possible(arena, &realm, &client), "");
	client.client_authenticator_type = STR("client-x509");
	assert_true(str_contains(client_not_possible(arena, &realm, &client), STR("client-x509")));
	client.public_client = true;
	expect_text(client_not_possible(arena, &realm, &client), "");
	/* A SAML client is held to its flow; what is said of OpenID Connect does not concern it. */
	client.protocol = STR("saml");
	asking.value = STR("true");
	expect_text(client_not_possible(arena, &realm, &client), "");
	binding = (struct json_pair){ STR("browser"), STR("f1") };
	assert_true(str_contains(client_not_possible(arena, &realm, &client), STR("auth-otp-form")));
	client.protocol = STR("docker-v2");
	assert_true(str_contains(client_not_possible(arena, &realm, &client), STR("docker-v2")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(test_tables_are_sound),
		IN_ARENA(test_client_defaults_and_kept),
		IN_ARENA(test_client_refused),
		IN_ARENA(test_redirect_uris_taken),
		IN_ARENA(test_attribute_sizes),
		IN_ARENA(test_realm_read),
		IN_ARENA(test_realm_refused),
		IN_ARENA(test_group_depth),
		IN_ARENA(test_user_read_and_written),
		IN_ARENA(test_password_errors_show_no_password),
		IN_ARENA(test_flows),
		IN_ARENA(test_clients_not_possible),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

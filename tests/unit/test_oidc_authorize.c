/* oidc/authorize, pkce, scope: which request is answered how. */
#include "realm_fixture.h"

#include "oidc/authorize.h"
#include "oidc/pkce.h"
#include "model/roles.h"

#define CALLBACK "http://127.0.0.1:9/cb"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" /* RFC 7636 appendix B */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

/* The realm of the recorded exchanges, as far as this endpoint looks at it. */
static int recorded_setup(void **state)
{
	realm_setup(state);
	struct client_scope *profile = add_scope("profile", true);
	struct client *web = add_client("web");
	add_redirect(web, CALLBACK);
	add_redirect(web, "http://127.0.0.1:9/*");
	give_default_scope(web, profile);
	struct client *spa = add_client("spa");
	spa->public_client = true;
	add_redirect(spa, CALLBACK);
	add_attribute(spa, "pkce.code.challenge.method", "S256");
	add_client("api")->bearer_only = true;
	struct client *dead = add_client("dead");
	dead->enabled = false;
	add_redirect(dead, CALLBACK);
	struct client *one = add_client("one");
	add_redirect(one, CALLBACK);
	return 0;
}

#define IN_RECORDED(test) cmocka_unit_test_setup_teardown(test, recorded_setup, realm_teardown)

static struct authorize_plan plan;
static struct authorize_verdict verdict;

static bool check(const struct authorize_request *request)
{
	verdict = (struct authorize_verdict){ 0 };
	return authorize_check(arena, &realm, request, &plan, &verdict);
}

static struct str or_else(struct str given, const char *otherwise)
{
	return given.p ? given : str_from(otherwise);
}

static const struct authorize_request *request_of(struct authorize_request given)
{
	struct authorize_request *request = arena_alloc(arena, sizeof *request);
	*request = given;
	request->client_id = or_else(given.client_id, "web");
	request->redirect_uri = or_else(given.redirect_uri, CALLBACK);
	request->response_type = or_else(given.response_type, "code");
	request->scope = or_else(given.scope, "openid");
	request->state = or_else(given.state, "s");
	return request;
}

/* A good request of the client web with changes: REQUEST(.scope = STR("email")). */
#define REQUEST(...) request_of((struct authorize_request){ __VA_ARGS__ })

static void expect_page(const struct authorize_request *request, int status, const char *text)
{
	assert_false(check(request));
	if (verdict.kind != AUTHORIZE_PAGE || verdict.status != status)
		fail_msg("not the page \"%s\"", text);
	expect_text(verdict.text, text);
	assert_true(verdict.event_error.n > 0);
}

static void expect_error(const struct authorize_request *request, enum response_mode mode, const char *error,
	const char *text)
{
	assert_false(check(request));
	if (verdict.kind != AUTHORIZE_REDIRECT)
		fail_msg("a page, not \"%s\"", error);
	expect_text(verdict.error, error);
	expect_text(verdict.text, text);
	expect_text(plan.redirect_uri, CALLBACK);
	assert_int_equal(plan.mode, mode);
	assert_true(verdict.event_error.n > 0);
}

static void pages_are_for_whom_cannot_be_answered(void **state)
{
	(void)state;
	expect_page(REQUEST(.client_id = STR("")), 400, "Invalid Request");
	expect_page(REQUEST(.client_id = STR("nobody")), 400, "Client not found.");
	expect_page(REQUEST(.client_id = STR("dead")), 400, "Client disabled.");
	expect_page(REQUEST(.client_id = STR("api")), 403,
		"Bearer-only applications are not allowed to initiate browser login");
	expect_page(REQUEST(.redirect_uri = STR("https://evil.example/")), 400, "Invalid parameter: redirect_uri");
	expect_page(REQUEST(.redirect_uri = STR("")), 400, "Invalid parameter: redirect_uri");
	expect_page(REQUEST(.prompt = STR("create")), 400, "Registration not allowed");
	expect_page(REQUEST(.max_age = STR("x")), 400, "Invalid Request");
	expect_page(REQUEST(.max_age = STR("-1")), 400, "Invalid Request");
	expect_page(REQUEST(.max_age = STR("99999999999999999999")), 400, "Invalid Request");
	expect_page(REQUEST(.request = STR("a.b.c")), 400, "Invalid Request");
	expect_page(REQUEST(.request_uri = STR("https://app.example.org/r")), 400, "Invalid Request");
	expect_page(REQUEST(.duplicate = STR("client_id")), 400, "Invalid Request");
	struct client *saml = add_client("saml");
	saml->protocol = STR("saml");
	expect_page(REQUEST(.client_id = STR("saml")), 400, "Wrong client protocol.");
}

/* B2.4 */
static void a_bad_redirect_is_a_page_whatever_else_is_wrong(void **state)
{
	(void)state;
	expect_page(REQUEST(.redirect_uri = STR("https://evil.example/"), .response_type = STR(""),
			    .scope = STR("nosuch"), .response_mode = STR("banana"), .prompt = STR("none")),
		400, "Invalid parameter: redirect_uri");
}

static void the_only_redirect_may_be_left_out_without_openid(void **state)
{
	(void)state;
	assert_true(check(REQUEST(.client_id = STR("one"), .redirect_uri = STR(""), .scope = STR(""))));
	expect_text(plan.redirect_uri, CALLBACK);
	expect_page(REQUEST(.client_id = STR("one"), .redirect_uri = STR("")), 400, "Invalid parameter: redirect_uri");
	expect_page(REQUEST(.redirect_uri = STR(""), .scope = STR("")), 400, "Invalid parameter: redirect_uri");
}

static void errors_go_to_the_client_as_recorded(void **state)
{
	(void)state;
	expect_error(REQUEST(.response_type = STR("")), RESPONSE_QUERY, "invalid_request",
		"Missing parameter: response_type");
	expect_error(REQUEST(.response_type = STR("banana")), RESPONSE_QUERY, "unsupported_response_type", "");
	expect_error(REQUEST(.response_type = STR("token")), RESPONSE_FRAGMENT, "unauthorized_client",
		"Client is not allowed to initiate browser login with given response_type. "
		"Implicit flow is disabled for the client.");
	expect_error(REQUEST(.response_type = STR("code id_token")), RESPONSE_FRAGMENT, "unauthorized_client",
		"Client is not allowed to initiate browser login with given response_type. "
		"Implicit flow is disabled for the client.");
	expect_error(REQUEST(.scope = STR("openid nosuch")), RESPONSE_QUERY, "invalid_scope",
		"Invalid scopes: openid nosuch");
	expect_error(REQUEST(.client_id = STR("spa")), RESPONSE_QUERY, "invalid_request",
		"Missing parameter: code_challenge_method");
	expect_error(REQUEST(.client_id = STR("spa"), .code_challenge = STR(CHALLENGE),
			     .code_challenge_method = STR("plain")), RESPONSE_QUERY, "invalid_request",
		"Invalid parameter: code challenge method is not matching the configured one");
	expect_error(REQUEST(.response_mode = STR("banana")), RESPONSE_QUERY, "invalid_request",
		"Invalid parameter: response_mode");
	expect_error(REQUEST(.prompt = STR("none login")), RESPONSE_QUERY, "invalid_request",
		"Invalid parameter: prompt");
	struct client *web = &realm.clients[0];
	web->standard_flow_enabled = false;
	expect_error(REQUEST(.nonce = STR("")), RESPONSE_QUERY, "unauthorized_client",
		"Client is not allowed to initiate browser login with given response_type. "
		"Standard flow is disabled for the client.");
}

static void errors_go_out_by_the_mode_that_was_asked_for(void **state)
{
	(void)state;
	expect_error(REQUEST(.response_mode = STR("form_post"), .scope = STR("nosuch")), RESPONSE_FORM_POST,
		"invalid_scope", "Invalid scopes: nosuch");
	expect_error(REQUEST(.response_mode = STR("fragment"), .scope = STR("nosuch")), RESPONSE_FRAGMENT,
		"invalid_scope", "Invalid scopes: nosuch");
	/* A token in a query would be kept by every log on the way. */
	expect_error(REQUEST(.response_mode = STR("query"), .response_type = STR("token")), RESPONSE_QUERY,
		"invalid_request", "Response_mode 'query' not allowed for implicit or hybrid flow");
	expect_error(REQUEST(.response_mode = STR("banana"), .response_type = STR("token")), RESPONSE_QUERY,
		"invalid_request", "Invalid parameter: response_mode");
	assert_false(plan.mode_settled);
}

static void response_types_are_words_in_any_order(void **state)
{
	(void)state;
	static const struct {
		const char *type;
		unsigned gives;
		enum response_mode mode;
	} good[] = {
		{ "code", AUTHORIZE_CODE, RESPONSE_QUERY },
		{ "code code", AUTHORIZE_CODE, RESPONSE_QUERY },
		{ "none", 0, RESPONSE_QUERY },
		{ "token", AUTHORIZE_TOKEN, RESPONSE_FRAGMENT },
		{ "id_token", AUTHORIZE_ID_TOKEN, RESPONSE_FRAGMENT },
		{ " token id_token ", AUTHORIZE_ID_TOKEN | AUTHORIZE_TOKEN, RESPONSE_FRAGMENT },
		{ "code token", AUTHORIZE_CODE | AUTHORIZE_TOKEN, RESPONSE_FRAGMENT },
		{ "id_token code", AUTHORIZE_CODE | AUTHORIZE_ID_TOKEN, RESPONSE_FRAGMENT },
		{ "code id_token token", AUTHORIZE_CODE | AUTHORIZE_ID_TOKEN | AUTHORIZE_TOKEN, RESPONSE_FRAGMENT },
	};
	static const char *const bad[] = { " ", "none code", "token none", "none none", "CODE", "code,token",
		"code  token", "tokens" };
	realm.clients[0].implicit_flow_enabled = true;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		assert_true(check(REQUEST(.response_type = str_from(good[i].type), .nonce = STR("n"))));
		assert_int_equal(plan.gives, good[i].gives);
		assert_int_equal(plan.mode, good[i].mode);
		assert_int_equal(authorize_is_implicit(&plan), good[i].gives && !(good[i].gives & AUTHORIZE_CODE));
	}
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		expect_error(REQUEST(.response_type = str_from(bad[i]), .response_mode = STR("fragment")),
			RESPONSE_QUERY, "unsupported_response_type", "");
		expect_text(verdict.reason, "Unsupported response_type");
	}
}

static void each_flow_is_the_client_s_to_have(void **state)
{
	(void)state;
	static const char standard[] = "Client is not allowed to initiate browser login with given response_type. "
		"Standard flow is disabled for the client.";
	static const char implicit[] = "Client is not allowed to initiate browser login with given response_type. "
		"Implicit flow is disabled for the client.";
	struct client *web = &realm.clients[0];
	expect_error(REQUEST(.response_type = STR("code token")), RESPONSE_FRAGMENT, "unauthorized_client", implicit);
	expect_error(REQUEST(.response_type = STR("token"), .response_mode = STR("form_post")), RESPONSE_FORM_POST,
		"unauthorized_client", implicit);
	web->implicit_flow_enabled = true;
	web->standard_flow_enabled = false;
	assert_true(check(REQUEST(.response_type = STR("token"))));
	expect_error(REQUEST(.response_type = STR("code token")), RESPONSE_FRAGMENT, "unauthorized_client", standard);
	expect_error(REQUEST(.response_type = STR("none")), RESPONSE_QUERY, "unauthorized_client", standard);
}

static void an_id_token_from_here_needs_a_nonce_and_a_code_its_challenge(void **state)
{
	(void)state;
	for (size_t i = 0; i < realm.clients_n; i++)
		realm.clients[i].implicit_flow_enabled = true;
	expect_error(REQUEST(.response_type = STR("id_token")), RESPONSE_FRAGMENT, "invalid_request",
		"Missing parameter: nonce");
	expect_error(REQUEST(.response_type = STR("code id_token")), RESPONSE_FRAGMENT, "invalid_request",
		"Missing parameter: nonce");
	assert_true(check(REQUEST(.response_type = STR("code token"))));
	assert_true(check(REQUEST(.client_id = STR("spa"), .response_type = STR("token"))));
	expect_error(REQUEST(.client_id = STR("spa"), .response_type = STR("code token")), RESPONSE_FRAGMENT,
		"invalid_request", "Missing parameter: code_challenge_method");
}

static void what_is_not_built_is_said_so(void **state)
{
	(void)state;
	realm.clients[0].not_possible = STR("asks for consent");
	expect_page(REQUEST(.nonce = STR("")), 400, "Sign-in is not possible here yet: asks for consent");
	realm.not_possible = STR("asks for more");
	expect_page(REQUEST(.nonce = STR("")), 400, "Sign-in is not possible here yet: asks for more");
}

static enum authorize_kind decide(const struct authorize_request *request, const struct session *session)
{
	assert_true(check(request));
	verdict = authorize_decide(&plan, session, NOW_MS);
	return verdict.kind;
}

static void the_session_answers_as_far_as_it_may(void **state)
{
	(void)state;
	const struct session *session = new_session("sid"); /* a minute old */
	assert_int_equal(decide(REQUEST(.nonce = STR("")), NULL), AUTHORIZE_LOGIN);
	assert_false(verdict.again);
	assert_int_equal(decide(REQUEST(.prompt = STR("none")), NULL), AUTHORIZE_REDIRECT);
	expect_text(verdict.error, "login_required");
	expect_text(verdict.text, "");
	assert_int_equal(decide(REQUEST(.nonce = STR("")), session), AUTHORIZE_GRANT);
	assert_int_equal(decide(REQUEST(.prompt = STR("none")), session), AUTHORIZE_GRANT);
	assert_int_equal(decide(REQUEST(.prompt = STR("banana consent")), session), AUTHORIZE_GRANT);
	assert_int_equal(decide(REQUEST(.prompt = STR("login")), session), AUTHORIZE_LOGIN);
	assert_true(verdict.again);
	assert_int_equal(decide(REQUEST(.max_age = STR("60")), session), AUTHORIZE_GRANT);
	assert_int_equal(decide(REQUEST(.max_age = STR("59")), session), AUTHORIZE_LOGIN);
	assert_true(verdict.again);
	assert_int_equal(decide(REQUEST(.max_age = STR("59"), .prompt = STR("none")), session), AUTHORIZE_REDIRECT);
	expect_text(verdict.error, "login_required");
}

static void max_age_zero_asks_again_even_within_the_second(void **state)
{
	(void)state;
	struct session *session = new_session("sid");
	session->auth_time_s = NOW_S;
	assert_int_equal(decide(REQUEST(.max_age = STR("0")), session), AUTHORIZE_LOGIN);
	assert_int_equal(decide(REQUEST(.max_age = STR("1")), session), AUTHORIZE_GRANT);
}

static void answers_are_written_onto_the_redirect_uri(void **state)
{
	(void)state;
	const struct authorize_parameter parameters[] = {
		{ STR("error"), STR("invalid_scope") },
		{ STR("error_description"), STR("Invalid scopes: openid a+b&c=d") },
		{ STR("none"), STR("") },
		{ STR("state"), STR("{\"a\":\"\xc3\xa9 #\"}") },
	};
	expect_text(authorize_answer_url(arena, STR(CALLBACK), RESPONSE_QUERY, parameters, 2),
		CALLBACK "?error=invalid_scope&error_description=Invalid+scopes%3A+openid+a%2Bb%26c%3Dd");
	expect_text(authorize_answer_url(arena, STR(CALLBACK "?x=1"), RESPONSE_QUERY, parameters, 1),
		CALLBACK "?x=1&error=invalid_scope");
	expect_text(authorize_answer_url(arena, STR(CALLBACK "?x=1"), RESPONSE_FRAGMENT, parameters, 1),
		CALLBACK "?x=1#error=invalid_scope");
	expect_text(authorize_answer_url(arena, STR(CALLBACK), RESPONSE_QUERY, parameters + 2, 2),
		CALLBACK "?state=%7B%22a%22%3A%22%C3%A9+%23%22%7D");
}

static const char *pkce_request(const char *demanded, const char *challenge, const char *method)
{
	struct client client = { .client_id = STR("c") };
	if (demanded)
		add_attribute(&client, "pkce.code.challenge.method", demanded);
	struct str text = STR("");
	enum error_code code = pkce_check_request(&client, str_from(challenge), str_from(method), &text);
	assert_int_equal(code == OK, text.n == 0);
	return arena_z(arena, text);
}

static void a_challenge_is_s256_unless_the_client_demands_plain(void **state)
{
	(void)state;
	assert_string_equal(pkce_request(NULL, "", ""), "");
	assert_string_equal(pkce_request(NULL, CHALLENGE, "S256"), "");
	assert_string_equal(pkce_request(NULL, CHALLENGE, "plain"), "Invalid parameter: invalid code_challenge_method");
	assert_string_equal(pkce_request(NULL, CHALLENGE, "s256"), "Invalid parameter: invalid code_challenge_method");
	assert_string_equal(pkce_request(NULL, CHALLENGE, ""), "Missing parameter: code_challenge_method");
	assert_string_equal(pkce_request(NULL, "", "S256"), "Missing parameter: code_challenge");
	assert_string_equal(pkce_request(NULL, "short", "S256"), "Invalid parameter: code_challenge");
	assert_string_equal(pkce_request(NULL, CHALLENGE "=", "S256"), "Invalid parameter: code_challenge");
	assert_string_equal(pkce_request("S256", "", ""), "Missing parameter: code_challenge_method");
	assert_string_equal(pkce_request("S256", "", "S256"), "Missing parameter: code_challenge");
	assert_string_equal(pkce_request("S256", CHALLENGE, ""), "Missing parameter: code_challenge_method");
	assert_string_equal(pkce_request("S256", CHALLENGE, "S256"), "");
	assert_string_equal(pkce_request("plain", CHALLENGE, "plain"), "");
	assert_string_equal(pkce_request("plain", CHALLENGE, "S256"),
		"Invalid parameter: code challenge method is not matching the configured one");
	assert_string_equal(pkce_request("", CHALLENGE, "S256"), "");
}

static bool verified(const char *challenge, const char *method, const char *verifier)
{
	struct str text = STR("");
	enum error_code code = pkce_check_verifier(arena, str_from(challenge), str_from(method), str_from(verifier), &text);
	if (code != OK)
		assert_true(text.n > 0);
	return code == OK;
}

/* B2.5 */
static void a_verifier_is_the_one_of_the_challenge(void **state)
{
	(void)state;
	char longest[130];
	memset(longest, 'a', sizeof longest);
	longest[129] = 0;
	assert_true(verified("", "", ""));
	assert_true(verified(CHALLENGE, "S256", VERIFIER));
	assert_true(verified(VERIFIER, "plain", VERIFIER));
	assert_false(verified(CHALLENGE, "S256", CHALLENGE));
	assert_false(verified(CHALLENGE, "plain", VERIFIER));
	assert_false(verified(VERIFIER, "S256", VERIFIER));
	assert_false(verified(VERIFIER, "", VERIFIER));
	assert_false(verified(VERIFIER, "none", VERIFIER));
	assert_false(verified(CHALLENGE, "S256", ""));
	assert_false(verified("", "", VERIFIER));
	assert_false(verified("", "S256", VERIFIER));
	assert_false(verified(CHALLENGE, "S256", "short"));
	assert_false(verified(longest, "plain", longest));
	assert_false(verified(CHALLENGE, "S256", VERIFIER "!"));
	assert_false(verified(CHALLENGE, "S256", VERIFIER "a"));
}

/* The scopes of a client with what Keycloak gives a new one. */
static struct client *scoped_client(void)
{
	struct client *client = add_client("scoped");
	give_default_scope(client, add_scope("web-origins", false));
	give_default_scope(client, add_scope("profile", true));
	give_default_scope(client, add_scope("email", true));
	give_default_scope(client, add_scope("role_list", true));
	realm.client_scopes[realm.client_scopes_n - 1].protocol = STR("saml");
	give_optional_scope(client, add_scope("phone", true));
	struct client_scope *offline = add_scope("offline_access", true);
	offline->attributes.n = 0; /* exports have no attribute on it */
	give_optional_scope(client, offline);
	return client;
}

static void scopes_are_the_defaults_and_what_is_asked_for(void **state)
{
	(void)state;
	const struct client *client = scoped_client();
	struct scope_grant grant;
	assert_true(scope_resolve(arena, client, STR(""), &grant));
	expect_text(grant.text, "profile email");
	expect_text(grant.refresh_text, "web-origins profile email");
	assert_false(grant.openid || grant.offline_access);
	assert_true(scope_resolve(arena, client, STR("openid  phone email phone offline_access"), &grant));
	expect_text(grant.text, "openid profile email phone offline_access");
	expect_text(grant.refresh_text, "openid web-origins profile email phone offline_access");
	assert_true(grant.openid && grant.offline_access);
	assert_int_equal(grant.n, 5);
	static const char *const bad[] = { "nosuch", "openid nosuch", "Phone", "openid\tphone", "role_list x",
		"phone,email", "openid%20phone", "*" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(scope_resolve(arena, client, str_from(bad[i]), &grant));
	assert_true(scope_within(STR("phone openid"), STR("openid email phone")));
	assert_true(scope_within(STR(""), STR("")));
	assert_false(scope_within(STR("phone"), STR("phones email")));
	assert_non_null(scope_of_client(client, STR("phone")));
	assert_null(scope_of_client(client, STR("phones")));
}

static void a_scope_with_roles_needs_one_of_them(void **state)
{
	(void)state;
	const struct client *client = scoped_client();
	struct client_scope *offline = &realm.client_scopes[realm.client_scopes_n - 1];
	struct role *needed = add_role("offline_access", NULL), *child = add_role("child", NULL);
	push_role(&offline->scope_roles, &offline->scope_roles_n, needed);
	push_role(&needed->composites, &needed->composites_n, child);
	push_role(&child->composites, &child->composites_n, needed); /* a loop */
	struct user user = { .id = STR("u") };
	struct scope_grant grant;
	for (int i = 0; i < 3; i++) {
		if (i)
			add_text(&user.role_ids, i == 1 ? "child" : "offline_access");
		struct role_set held = roles_of_user(arena, &realm, &user);
		assert_true(scope_resolve(arena, client, STR("openid phone offline_access"), &grant));
		scope_limit(arena, &held, &grant);
		assert_int_equal(grant.offline_access, i > 0);
		expect_text(grant.text, i ? "openid profile email phone offline_access" : "openid profile email phone");
		user.role_ids.n = 0;
	}
}

/* RFC 9126 */
static void how_a_request_comes_is_the_client_s_to_say(void **state)
{
	(void)state;
	add_attribute(&realm.clients[0], "require.pushed.authorization.requests", "true");
	const char *only = "Pushed Authorization Request is only allowed.";
	expect_error(REQUEST(.nonce = STR("")), RESPONSE_QUERY, "invalid_request", only);
	expect_error(REQUEST(.response_mode = STR("fragment")), RESPONSE_FRAGMENT, "invalid_request", only);
	expect_error(REQUEST(.response_type = STR("x")), RESPONSE_QUERY, "unsupported_response_type", "");
	assert_true(check(REQUEST(.pushed = STR("p"))));
	assert_true(check(REQUEST(.pushed = STR("p"), .type_beside = STR("code"))));
	expect_error(REQUEST(.pushed = STR("p"), .type_beside = STR("token")), RESPONSE_QUERY, "invalid_request",
		"Parameter response_type does not match");
}

/* JWT Secured Authorization Response Mode */
static void signed_answers_stand_where_plain_ones_do(void **state)
{
	(void)state;
	static const struct {
		const char *asked, *type;
		enum response_mode mode;
	} rows[] = {
		{ "jwt", "code", RESPONSE_QUERY_JWT }, { "jwt", "code token", RESPONSE_FRAGMENT_JWT },
		{ "query.jwt", "code", RESPONSE_QUERY_JWT }, { "fragment.jwt", "code", RESPONSE_FRAGMENT_JWT },
		{ "form_post.jwt", "code token", RESPONSE_FORM_POST_JWT },
	};
	realm.clients[0].implicit_flow_enabled = true;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_true(check(REQUEST(.response_mode = str_from(rows[i].asked), .response_type = str_from(rows[i].type))));
		assert_int_equal(plan.mode, rows[i].mode);
		assert_true(response_mode_is_signed(plan.mode));
	}
	struct authorize_request tokens = { .response_mode = STR("query.jwt"), .response_type = STR("code token") };
	assert_false(check(request_of(tokens)));
	expect_text(verdict.error, "invalid_request");
	add_attribute(&realm.clients[0], "authorization.encrypted.response.alg", "RSA-OAEP");
	assert_true(check(request_of(tokens)));
	expect_error(REQUEST(.response_mode = STR("jwt"), .response_type = STR("x")), RESPONSE_QUERY_JWT,
		"unsupported_response_type", "");
	expect_error(REQUEST(.response_mode = STR("form_post.jwt"), .scope = STR("nosuch")), RESPONSE_FORM_POST_JWT,
		"invalid_scope", "Invalid scopes: nosuch");
	const struct authorize_parameter parameters[] = { { STR("code"), STR("c\"") }, { STR("state"), STR("") } };
	expect_text(authorize_answer_claims(arena, STR("i"), STR("web"), 5, parameters, 2),
		"{\"exp\":5,\"iss\":\"i\",\"aud\":\"web\",\"code\":\"c\\\"\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_RECORDED(pages_are_for_whom_cannot_be_answered),
		IN_RECORDED(a_bad_redirect_is_a_page_whatever_else_is_wrong),
		IN_RECORDED(the_only_redirect_may_be_left_out_without_openid),
		IN_RECORDED(errors_go_to_the_client_as_recorded),
		IN_RECORDED(errors_go_out_by_the_mode_that_was_asked_for),
		IN_RECORDED(response_types_are_words_in_any_order),
		IN_RECORDED(each_flow_is_the_client_s_to_have),
		IN_RECORDED(an_id_token_from_here_needs_a_nonce_and_a_code_its_challenge),
		IN_RECORDED(what_is_not_built_is_said_so),
		IN_RECORDED(how_a_request_comes_is_the_client_s_to_say),
		IN_RECORDED(signed_answers_stand_where_plain_ones_do),
		IN_RECORDED(the_session_answers_as_far_as_it_may),
		IN_RECORDED(max_age_zero_asks_again_even_within_the_second),
		IN_RECORDED(answers_are_written_onto_the_redirect_uri),
		IN_REALM(a_challenge_is_s256_unless_the_client_demands_plain),
		IN_REALM(a_verifier_is_the_one_of_the_challenge),
		IN_REALM(scopes_are_the_defaults_and_what_is_asked_for),
		IN_REALM(a_scope_with_roles_needs_one_of_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

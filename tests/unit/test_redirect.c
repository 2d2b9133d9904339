/* oidc/redirect: which URIs a client's rows let through. */
#include "realm_fixture.h"

#include "model/redirect.h"

#define CALLBACK "https://app.example.org/cb"

static void expect_allowed(const struct client *client, const char *uri, bool expected)
{
	bool got = redirect_allowed(arena, client, str_from(uri));
	if (got != expected)
		fail_msg("\"%s\" is %s", uri, got ? "let through" : "refused");
}

/* What somebody writes who wants a code to go elsewhere, or to slip through a comparison. */
static const char *const mutations[] = {
	"", " ", "https://app.example.org/cb ", " https://app.example.org/cb", "\thttps://app.example.org/cb",
	"https://app.example.org/cb\t", "https://app.example.org/cb\r\nSet-Cookie: a=b", "https://app.example.org/cb\n",
	"https://app.example.org/c\tb", "https://app.example.org/cb\x7f", "https://app.example.org/cb\xc3\xa9",
	"HTTPS://app.example.org/cb", "https://APP.example.org/cb", "https://app.example.org/CB",
	"https://app.example.org:443/cb", "https://app.example.org:8443/cb", "https://app.example.org:/cb",
	"https://app.example.org:443:80/cb", "https://app.example.org./cb", "https://app.example.org/cb/",
	"https://app.example.org/cb//", "https://app.example.org//cb", "https://app.example.org/./cb",
	"https://app.example.org/x/../cb", "https://app.example.org/cb/..", "https://app.example.org/cb/../admin",
	"https://app.example.org/cb/%2e%2e/admin", "https://app.example.org/cb/%2E./admin",
	"https://app.example.org/cb/..;/admin", "https://app.example.org/cb/..%2fadmin",
	"https://app.example.org/cb/%252e%252e/admin", "https://app.example.org/cb/..%5cadmin",
	"https://app.example.org/cb\\..\\admin", "https:\\\\app.example.org\\cb", "https:/app.example.org/cb",
	"https:app.example.org/cb", "//app.example.org/cb", "/cb", "cb", "?x=1",
	"https://app.example.org/cb?", "https://app.example.org/cb?x=1", "https://app.example.org/cb#",
	"https://app.example.org/cb#x", "https://app.example.org/cb%00", "https://app.example.org/cb%0d%0a",
	"https://app.example.org/%63b", "https://user@app.example.org/cb", "https://user:pw@app.example.org/cb",
	"https://app.example.org@evil.example/cb", "https://app.example.org:80@evil.example/cb",
	"https://evil.example/@app.example.org/cb", "https://a@b@app.example.org/cb",
	"https://app.example.org.evil.example/cb", "https://app.example.orgevil.example/cb",
	"https://evilapp.example.org/cb", "https://evil.example/cb", "https://evil.example/https://app.example.org/cb",
	"https://evil.example\\.app.example.org/cb", "https://evil.example#.app.example.org/cb",
	"https://evil.example?.app.example.org/cb", "http://app.example.org/cb", "ftp://app.example.org/cb",
	"javascript://app.example.org/cb", "JaVaScRiPt:alert(1)//app.example.org/cb", "data:text/html,x",
	"https://*.example.org/cb", "https://app.example.org/c*", "*", "https://app.example.org/cb*",
	"https://xn--pp-fia.example.org/cb", "https://\xd0\xb0pp.example.org/cb", "https://app\xe3\x80\x82"
	"example.org/cb", "https://[::1]/cb", "https://[::ffff:192.0.2.1]/cb", "https://192.0.2.1/cb",
	"https://3221225985/cb", "https://0xc0000201/cb", "https://192.513/cb", "urn:x:https://app.example.org/cb",
	"https://app.example.org/cb%", "https://app.example.org/cb%zz", "https://app.example.org/c%62%",
	"blob:https://app.example.org/cb", "view-source:https://app.example.org/cb", "https://app.example.org",
	"https://app.example.org/", "https:///cb", "https://", "://app.example.org/cb",
};

/* B2.1, CVE-2023-6291 */
static void an_exact_uri_matches_itself_alone(void **state)
{
	(void)state;
	struct client *client = add_client("app");
	add_redirect(client, CALLBACK);
	add_redirect(client, "https://app.example.org/cb?fixed=%20x*");
	add_redirect(client, "com.example.app:/oauth2redirect");
	expect_allowed(client, CALLBACK, true);
	expect_allowed(client, "https://app.example.org/cb?fixed=%20x*", true);
	expect_allowed(client, "https://app.example.org/cb?fixed=%20xy", false);
	expect_allowed(client, "com.example.app:/oauth2redirect", true);
	expect_allowed(client, "com.example.app:/oauth2redirect/x", false);
	assert_true(ARRAY_LENGTH(mutations) >= 60);
	for (size_t i = 0; i < ARRAY_LENGTH(mutations); i++)
		expect_allowed(client, mutations[i], false);
}

/* B2.2: The same mutations under a wildcard: those that stay below it on that very origin pass, and no other. */
static void a_wildcard_stays_below_its_path(void **state)
{
	(void)state;
	static const char *const below[] = {
		CALLBACK "/", CALLBACK "//", CALLBACK "/x?y=1", CALLBACK "?", CALLBACK "?x=1", CALLBACK "%00", CALLBACK
		"%0d%0a", CALLBACK "*", CALLBACK,
	};
	struct client *client = add_client("app");
	add_redirect(client, CALLBACK "*");
	for (size_t i = 0; i < ARRAY_LENGTH(below); i++)
		expect_allowed(client, below[i], true);
	for (size_t i = 0; i < ARRAY_LENGTH(mutations); i++) {
		bool expected = false;
		for (size_t k = 0; k < ARRAY_LENGTH(below); k++)
			expected |= !strcmp(below[k], mutations[i]);
		expect_allowed(client, mutations[i], expected);
	}
	expect_allowed(client, CALLBACK "/deep/%41?a=..&b=%252e", true);
	expect_allowed(client, CALLBACK "/.%2e/x", false);
	expect_allowed(client, CALLBACK "/...;x/..;y", false);
}

/* B2.2 */
static void a_star_anywhere_but_at_the_end_of_a_path_is_a_letter(void **state)
{
	(void)state;
	static const char *const registered[] = {
		"https://*.example.org/cb", "https://app.example.org*", "https://app.example.org:*", "https://*", "http*",
		"https://app.example.org:*/cb", "https://app.example.org/*/cb", "https://app.example.org/cb?x=*",
		"https://app.example.org/cb#*", "https://user@app.example.org/*", "com.example:/*", "/*",
	};
	static const char *const others[] = {
		"https://app.example.org/cb", "https://x.example.org/cb", "https://app.example.org.evil.example/",
		"https://app.example.org:8443/cb", "https://app.example.org/x/cb", "https://app.example.org/cb?x=1",
		"https://app.example.org/cb#x", "http://evil.example/", "https://app.example.org/x", "com.example:/x",
		"https://app.example.organ/", "https://app.example.org@evil.example/", "/x",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(registered); i++) {
		struct client client = *add_client("app");
		add_redirect(&client, registered[i]);
		realm.clients_n = 0;
		for (size_t k = 0; k < ARRAY_LENGTH(others); k++)
			expect_allowed(&client, others[k], false);
	}
}

static void relative_uris_stand_under_the_root_url(void **state)
{
	(void)state;
	struct client *client = add_client("app");
	add_redirect(client, "/in/*");
	add_redirect(client, "/exact");
	expect_allowed(client, "https://app.example.org/in/x", false);
	client->root_url = STR("https://app.example.org/base/");
	expect_allowed(client, "https://app.example.org/base/in/x", true);
	expect_allowed(client, "https://app.example.org/base/exact", true);
	expect_allowed(client, "https://app.example.org/base/exact/", false);
	expect_allowed(client, "https://app.example.org/in/x", false);
	expect_allowed(client, "/exact", false);
	client->root_url = STR("https://app.example.org");
	expect_allowed(client, "https://app.example.org/in/x", true);
	expect_allowed(client, "https://app.example.org.evil.example/in/x", false);
	client->root_url = STR("${authBaseUrl}");
	expect_allowed(client, "${authBaseUrl}/exact", false);
	expect_allowed(client, "https://app.example.org/in/x", false);
}

static void a_bare_star_takes_web_uris_alone(void **state)
{
	(void)state;
	struct client *client = add_client("app");
	add_redirect(client, "*");
	expect_allowed(client, "https://anything.example/x?y", true);
	expect_allowed(client, "http://anything.example", true);
	expect_allowed(client, "javascript:alert(1)", false);
	expect_allowed(client, "data:text/html,x", false);
	expect_allowed(client, "com.example.app:/x", false);
	expect_allowed(client, "https://user@anything.example/", false);
	expect_allowed(client, "https://anything.example/#x", false);
	expect_allowed(client, "https://anything.example/a/../b", false);
}

/* B2.1 */
static void a_loopback_redirect_may_use_any_port(void **state)
{
	(void)state;
	struct client *client = add_client("native");
	add_redirect(client, "http://127.0.0.1/cb");
	add_redirect(client, "http://localhost/app/*");
	add_redirect(client, "http://[::1]/six?a=1");
	expect_allowed(client, "http://127.0.0.1/cb", true);
	expect_allowed(client, "http://127.0.0.1:51004/cb", true);
	expect_allowed(client, "http://127.0.0.1:51004/cb?x", false);
	expect_allowed(client, "http://127.0.0.1:51004/other", false);
	expect_allowed(client, "http://127.0.0.2:51004/cb", false);
	expect_allowed(client, "https://127.0.0.1:51004/cb", false);
	expect_allowed(client, "http://127.0.0.1:0/cb", false);
	expect_allowed(client, "http://localhost:51004/cb", false);
	expect_allowed(client, "http://localhost:51004/app/x", true);
	expect_allowed(client, "http://localhost:51004/app/../x", false);
	expect_allowed(client, "http://localhost:80@evil.example/app/x", false);
	expect_allowed(client, "http://localhost.evil.example:51004/app/x", false);
	expect_allowed(client, "http://[::1]:9/six?a=1", true);
	expect_allowed(client, "http://[::1]:9/six", false);
	struct client *fixed = add_client("fixed");
	add_redirect(fixed, "http://127.0.0.1:8000/cb");
	add_redirect(fixed, "http://app.example.org/cb");
	expect_allowed(fixed, "http://127.0.0.1:8001/cb", false);
	expect_allowed(fixed, "http://app.example.org:8001/cb", false);
}

static int request_place(const struct client *client, const char *uri)
{
	bool anywhere = false;
	if (!redirect_allowed_for_request(arena, client, str_from(uri), &anywhere))
		return 0;
	return anywhere ? 2 : 1;
}

/* B6.10: as redirect URIs, but for fragments, which may be a part of them, and ports, which may not vary. */
static void request_objects_are_where_the_attribute_says(void **state)
{
	(void)state;
	struct client *client = add_client("app"), *web = add_client("web"), *any = add_client("any");
	client->root_url = STR("https://root.example.org/");
	add_attribute(client, "request.uris", CALLBACK "##https://app.example.org/w/*##/rel##https://h.example.org/a#b##"
		      "http://127.0.0.1/own##urn:x##");
	add_redirect(web, CALLBACK);
	add_attribute(any, "request.uris", "*##https://app.example.org/cb");
	for (size_t i = 0; i < ARRAY_LENGTH(mutations); i++)
		if (request_place(client, mutations[i]))
			fail_msg("\"%s\" is let through", mutations[i]);
	static const char *const good[] = { CALLBACK, "https://app.example.org/w/", "https://app.example.org/w/x?y=1#z",
		"https://root.example.org/rel", "https://h.example.org/a#b", "http://127.0.0.1/own" };
	static const char *const bad[] = { "https://h.example.org/a", "https://h.example.org/a#c", "http://127.0.0.1:8080/own",
		"urn:x", "", "https://app.example.org/w/../cb", "https://app.example.org/w/%252e%252e/x",
		"https://u@app.example.org/w/x", "https://app.example.org/w", CALLBACK "##" };
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_int_equal(request_place(client, good[i]), 1);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(request_place(client, bad[i]), 0);
	assert_int_equal(request_place(web, CALLBACK), 0);
	assert_int_equal(request_place(any, CALLBACK), 1);
	assert_int_equal(request_place(any, "http://10.0.0.1/x"), 2);
	assert_int_equal(request_place(any, "file:///etc/passwd"), 0);
	assert_int_equal(request_place(any, "https://x.example.org/%252e%252e/x"), 0);
}

static void only_one_exact_uri_is_the_default(void **state)
{
	(void)state;
	struct client *client = add_client("app");
	assert_int_equal(redirect_default(arena, client).n, 0);
	add_redirect(client, CALLBACK);
	expect_text(redirect_default(arena, client), CALLBACK);
	add_redirect(client, "https://app.example.org/other");
	assert_int_equal(redirect_default(arena, client).n, 0);
	struct client *wild = add_client("wild");
	add_redirect(wild, "https://app.example.org/*");
	assert_int_equal(redirect_default(arena, wild).n, 0);
	struct client *relative = add_client("relative");
	relative->root_url = STR("https://app.example.org");
	add_redirect(relative, "/cb");
	expect_text(redirect_default(arena, relative), CALLBACK);
	struct client *active = add_client("active");
	add_redirect(active, "javascript:alert(1)");
	assert_int_equal(redirect_default(arena, active).n, 0);
}

static bool after_logout(const struct client *client, const char *uri)
{
	return redirect_allowed_after_logout(arena, client, str_from(uri));
}

static void after_logout_only_what_the_attribute_names(void **state)
{
	(void)state;
	struct client *none = add_client("none");
	add_redirect(none, CALLBACK);
	assert_false(after_logout(none, CALLBACK));
	struct client *listed = add_client("listed");
	add_redirect(listed, CALLBACK);
	add_attribute(listed, "post.logout.redirect.uris",
		"https://app.example.org/bye##https://app.example.org/out/*");
	assert_true(after_logout(listed, "https://app.example.org/bye"));
	assert_true(after_logout(listed, "https://app.example.org/out/deep?x=1"));
	assert_false(after_logout(listed, "https://app.example.org/bye##https://app.example.org/out/x"));
	assert_false(after_logout(listed, CALLBACK));
	assert_false(after_logout(listed, "https://app.example.org/out/../x"));
	struct client *plus = add_client("plus");
	add_redirect(plus, CALLBACK);
	add_attribute(plus, "post.logout.redirect.uris", "+##https://app.example.org/bye");
	assert_true(after_logout(plus, CALLBACK));
	assert_true(after_logout(plus, "https://app.example.org/bye"));
	assert_false(after_logout(plus, "+"));
	struct client *minus = add_client("minus");
	add_redirect(minus, CALLBACK);
	add_attribute(minus, "post.logout.redirect.uris", "-");
	assert_false(after_logout(minus, CALLBACK));
	assert_false(after_logout(minus, "-"));
}

static void a_star_for_the_port_is_any_port_of_a_loopback_host(void **state)
{
	(void)state;
	struct client *client = add_client("ports");
	add_redirect(client, "http://localhost:*");
	assert_true(redirect_allowed(arena, client, STR("http://localhost:8443/cb")));
	assert_true(redirect_allowed(arena, client, STR("http://localhost:1")));
	static const char *const others[] = {
		"http://localhost/cb", "https://localhost:443/cb", "http://localhost:@evil.example/",
		"http://localhost:8443@evil.example/", "http://localhost.evil.example:1/", "http://127.0.0.1:1/",
		"http://localhost:1/../x", "http://localhost:1/%2e%2e/x", "http://localhost:1/x#f",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		expect_allowed(client, others[i], false);
}

static void a_bare_star_does_not_count_without_a_session(void **state)
{
	(void)state;
	struct client *client = add_client("app");
	add_redirect(client, "*");
	add_attribute(client, "post.logout.redirect.uris", "https://app.example.org/out/*");
	assert_true(redirect_allowed(arena, client, STR("https://other.example/")));
	assert_false(redirect_allowed_legacy(arena, client, STR("https://other.example/")));
	assert_true(redirect_allowed_legacy(arena, client, STR("https://app.example.org/out/x")));
	struct client *plus = add_client("plus");
	add_redirect(plus, "*");
	add_redirect(plus, CALLBACK);
	add_attribute(plus, "post.logout.redirect.uris", "+");
	assert_false(redirect_allowed_legacy(arena, plus, STR("https://other.example/")));
	assert_true(redirect_allowed_legacy(arena, plus, STR(CALLBACK)));
}

static void origins_are_those_of_the_uris(void **state)
{
	(void)state;
	struct client *client = add_client("app");
	client->root_url = STR("https://root.example.org/base");
	add_redirect(client, "https://app.example.org:443/in/*");
	add_redirect(client, "/under/*");
	add_redirect(client, "*");
	add_attribute(client, "post.logout.redirect.uris", "http://bye.example.org:80/x");
	assert_true(redirect_origin_known(arena, client, STR("https://app.example.org")));
	assert_true(redirect_origin_known(arena, client, STR("https://root.example.org")));
	assert_true(redirect_origin_known(arena, client, STR("http://bye.example.org")));
	assert_false(redirect_origin_known(arena, client, STR("http://app.example.org")));
	assert_false(redirect_origin_known(arena, client, STR("https://evil.example")));
	assert_false(redirect_origin_known(arena, client, STR("")));
	assert_false(redirect_origin_known(arena, client, STR("null")));
	add_text(&client->web_origins, "+");
	add_text(&client->web_origins, "https://more.example.org");
	struct str_list origins = redirect_web_origins(arena, client);
	assert_int_equal(origins.n, 3);
	expect_text(origins.items[0], "https://app.example.org");
	expect_text(origins.items[1], "https://root.example.org");
	expect_text(origins.items[2], "https://more.example.org");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_REALM(an_exact_uri_matches_itself_alone),
		IN_REALM(a_wildcard_stays_below_its_path),
		IN_REALM(a_star_anywhere_but_at_the_end_of_a_path_is_a_letter),
		IN_REALM(relative_uris_stand_under_the_root_url),
		IN_REALM(a_bare_star_takes_web_uris_alone),
		IN_REALM(a_loopback_redirect_may_use_any_port),
		IN_REALM(request_objects_are_where_the_attribute_says),
		IN_REALM(only_one_exact_uri_is_the_default),
		IN_REALM(after_logout_only_what_the_attribute_names),
		IN_REALM(a_star_for_the_port_is_any_port_of_a_loopback_host),
		IN_REALM(a_bare_star_does_not_count_without_a_session),
		IN_REALM(origins_are_those_of_the_uris),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

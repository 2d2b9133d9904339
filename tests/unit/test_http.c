/* http/: parameters, cookies, responses, CORS, routes, proxies, heads. Without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/tables.h"
#include "base/text.h"
#include "http/cors.h"
#include "http/head.h"
#include "http/proxy.h"
#include "http/router.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define assert_str(s, z) \
	do { \
		struct str assert_str_s = (s); \
		assert_string_equal(arena_z(arena, assert_str_s), z); \
	} while (0)

static void params_keep_order_and_decode_once(void **state)
{
	(void)state;
	struct params params;
	assert_int_equal(params_parse(arena, STR("a=1&b=x+y%2Bz&&c&a=%2541&d=h%c3%a9=&=v"), 0, &params,
				      NULL), OK);
	assert_int_equal(params.n, 6);
	assert_str(params_value(&params, "a"), "1");
	assert_str(params_value(&params, "b"), "x y+z");
	assert_str(params.list[3].value, "%41");
	assert_str(params_value(&params, "d"), "h\xc3\xa9=");
	assert_str(params_value(&params, ""), "v");
	assert_int_equal(params_count(&params, "a"), 2);
	struct str value = STR("untouched");
	assert_true(params_get(&params, "c", &value));
	assert_int_equal(value.n, 0);
	value = STR("untouched");
	assert_false(params_get(&params, "C", &value));
	assert_str(value, "untouched");
	assert_null(params_value(&params, "none").p);
}

static void params_refuse_garbage(void **state)
{
	(void)state;
	static const struct {
		struct str raw;
		enum error_code code;
	} bad[] = {
		{ STR_INIT("a=%"), ERROR_INVALID_REQUEST },	 { STR_INIT("a=%4"), ERROR_INVALID_REQUEST },
		{ STR_INIT("a=%zz"), ERROR_INVALID_REQUEST },	 { STR_INIT("%g0=1"), ERROR_INVALID_REQUEST },
		{ STR_INIT("a=%00b"), ERROR_INVALID_REQUEST },	 { STR_INIT("a=\0b"), ERROR_INVALID_REQUEST },
		{ STR_INIT("a=%ff"), ERROR_INVALID_NOT_UTF8 },	 { STR_INIT("a=%c0%80"), ERROR_INVALID_NOT_UTF8 },
		{ STR_INIT("%ed%a0%80=1"), ERROR_INVALID_NOT_UTF8 }, { STR_INIT("a=% 41"), ERROR_INVALID_REQUEST },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct params params = { .n = 77 };
		struct why why = { "" };
		assert_int_equal(params_parse(arena, bad[i].raw, 0, &params, &why), bad[i].code);
		assert_int_equal(params.n, 77);
		assert_true(strlen(why.text) > 0);
	}
}

static void params_stop_at_the_limits(void **state)
{
	(void)state;
	struct text text = text_new(arena, 0);
	struct params params;
	for (int i = 0; i < LIMIT_PARAMETERS; i++)
		text_add_z(&text, "a=1&");
	assert_int_equal(params_parse(arena, text_str(&text), 0, &params, NULL), OK);
	text_add_z(&text, "a=1");
	assert_int_equal(params_parse(arena, text_str(&text), 0, &params, NULL), ERROR_INVALID_REQUEST);
	assert_int_equal(params_parse(arena, STR("a=1234"), 5, &params, NULL), ERROR_TOO_LARGE);
}

static void duplicates_are_refused_but_for_the_list(void **state)
{
	(void)state;
	static const char *const except[] = { "resource", "audience", NULL };
	struct params params;
	struct str name = STR("-");
	assert_int_equal(params_parse(arena, STR("resource=a&resource=b&scope=c&x=&audience=1&audience=1"),
				      0, &params, NULL), OK);
	assert_int_equal(params_refuse_duplicates(&params, except, &name, NULL), OK);
	assert_str(name, "-");
	assert_int_equal(params_refuse_duplicates(&params, NULL, &name, NULL), ERROR_DUPLICATE_PARAMETER);
	assert_str(name, "resource");
	/* Encoded in two ways it is one name still. */
	assert_int_equal(params_parse(arena, STR("scope=a&sc%6fpe=b"), 0, &params, NULL), OK);
	assert_int_equal(params_refuse_duplicates(&params, except, NULL, NULL), ERROR_DUPLICATE_PARAMETER);
}

static void cookies_of_one_name_are_all_visible(void **state)
{
	(void)state;
	struct cookies cookies = { 0 };
	cookies_parse(arena, STR("S=one; junk; bad name=2; q=\"quoted\";S=two;v={\"a\":1}; e="), &cookies);
	cookies_parse(arena, STR("S=three"), &cookies);
	struct str values[8];
	assert_int_equal(cookies_values(&cookies, STR("S"), values, 8), 3);
	assert_str(values[0], "one");
	assert_str(values[2], "three");
	assert_int_equal(cookies_values(&cookies, STR("S"), values, 2), 2);
	assert_str(cookies_value(&cookies, STR("q")), "quoted");
	assert_non_null(cookies_value(&cookies, STR("e")).p);
	assert_null(cookies_value(&cookies, STR("v")).p);
	assert_null(cookies_value(&cookies, STR("s")).p);
}

static void cookies_are_built_or_refused(void **state)
{
	(void)state;
	struct cookie_out cookie = { .name = STR("SESSION"), .value = STR("abc"),
				     .max_age_s = COOKIE_SESSION, .secure = true,
				     .same_site = SAME_SITE_NONE };
	struct str header;
	assert_int_equal(cookie_build(arena, &cookie, &header, NULL), OK);
	assert_str(header, "SESSION=abc;Path=/;Secure;HttpOnly;SameSite=None");
	cookie = (struct cookie_out){ .name = STR("A"), .max_age_s = 0, .script_may_read = true };
	assert_int_equal(cookie_build(arena, &cookie, &header, NULL), OK);
	assert_str(header, "A=;Path=/;Max-Age=0;Expires=Thu, 01 Jan 1970 00:00:00 GMT");
	static const struct str bad[] = { STR_INIT("a;b"), STR_INIT("a b"), STR_INIT("a\r\nSet-Cookie: x=y"),
					  STR_INIT("\0"), STR_INIT("\xc3\xa9"), STR_INIT("a,b") };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		cookie = (struct cookie_out){ .name = STR("A"), .value = bad[i] };
		assert_int_equal(cookie_build(arena, &cookie, &header, NULL), ERROR_INVALID_VALUE);
		cookie = (struct cookie_out){ .name = bad[i] };
		assert_int_equal(cookie_build(arena, &cookie, &header, NULL), ERROR_INVALID_VALUE);
	}
	cookie = (struct cookie_out){ .name = STR("A"), .path = STR("/;Domain=evil") };
	assert_int_equal(cookie_build(arena, &cookie, &header, NULL), ERROR_INVALID_VALUE);
	cookie = (struct cookie_out){ .name = STR("A"), .same_site = SAME_SITE_NONE };
	assert_int_equal(cookie_build(arena, &cookie, &header, NULL), ERROR_INVALID_VALUE);
}

static void headers_cannot_be_broken(void **state)
{
	(void)state;
	struct http_response response;
	http_response_init(&response, arena);
	assert_int_equal(http_add_header(&response, "X-A", STR("one"), NULL), OK);
	assert_int_equal(http_add_header(&response, "X-A", STR("two"), NULL), OK);
	assert_int_equal(http_add_header(&response, "X-B", STR("a\r\nEvil: 1"), NULL), ERROR_INVALID_VALUE);
	assert_int_equal(http_add_header(&response, "X-B", STR("a\0b"), NULL), ERROR_INVALID_VALUE);
	assert_int_equal(http_add_header(&response, "X B", STR("a"), NULL), ERROR_INVALID_VALUE);
	assert_int_equal(http_set_header(&response, "x-a", STR("bad\n"), NULL), ERROR_INVALID_VALUE);
	assert_str(http_response_header(&response, "X-A"), "one");
	assert_int_equal(http_set_header(&response, "x-a", STR("three"), NULL), OK);
	size_t named = 0;
	for (size_t i = 0; i < response.n_headers; i++)
		named += response.headers[i].name.n > 0;
	assert_int_equal(named, 1);
	assert_str(http_response_header(&response, "X-A"), "three");
	/* Many after a replacement: the array still grows where it must. */
	for (int i = 0; i < 20; i++)
		assert_int_equal(http_add_header(&response, "Set-Cookie", STR("c"), NULL), OK);
}

static void redirects_go_to_uris_only(void **state)
{
	(void)state;
	struct http_response response;
	http_response_init(&response, arena);
	static const struct str bad[] = { STR_INIT(""), STR_INIT("https://a/\r\nX: y"), STR_INIT("https://a/ b"),
					  STR_INIT("https://a/\"x"), STR_INIT("https://a/\xc3\xa9"),
					  STR_INIT("https:\\\\a"), STR_INIT("https://a/<s>") };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(http_respond_redirect(&response, 302, bad[i], NULL), ERROR_INVALID_VALUE);
	assert_int_equal(response.status, 0);
	assert_int_equal(http_respond_redirect(&response, 302, STR("https://a/?state={x}"), NULL), OK);
	assert_int_equal(response.status, 302);
	assert_str(http_response_header(&response, "Location"), "https://a/?state={x}");
}

static void errors_are_json_whatever_they_hold(void **state)
{
	(void)state;
	struct http_response response;
	http_response_init(&response, arena);
	http_respond_error(&response, 400, STR("a\"b\\"), STR("line\n\x01 h\xc3\xa9"));
	assert_str(response.body,
		   "{\"error\":\"a\\\"b\\\\\",\"error_description\":\"line\\u000a\\u0001 h\xc3\xa9\"}");
	http_respond_error(&response, 403, STR("Invalid origin"), STR(""));
	assert_str(response.body, "{\"error\":\"Invalid origin\"}");
	http_respond_error(&response, 400, STR("\xff"), STR(""));
	assert_str(response.body, "{\"error\":\"?\"}");
}

static void every_response_has_its_headers(void **state)
{
	(void)state;
	struct http_request request;
	struct http_response response;
	http_request_init(&request, arena);
	http_response_init(&response, arena);
	http_response_finish(&request, &response);
	assert_int_equal(response.status, 500);
	assert_str(http_response_header(&response, "X-Request-Id"), "0000000000000000");
	assert_str(http_response_header(&response, "Referrer-Policy"), "no-referrer");
	assert_str(http_response_header(&response, "X-Content-Type-Options"), "nosniff");
	assert_str(http_response_header(&response, "X-Frame-Options"), "SAMEORIGIN");
	assert_null(http_response_header(&response, "Strict-Transport-Security").p);
	request.scheme = STR("https");
	http_response_clear(&response);
	http_respond_html(&response, 200, STR("<p>"));
	http_set_header_z(&response, "Referrer-Policy", "origin");
	http_response_finish(&request, &response);
	assert_str(http_response_header(&response, "Strict-Transport-Security"),
		   "max-age=31536000; includeSubDomains");
	assert_str(http_response_header(&response, "Referrer-Policy"), "origin");
	assert_str(http_response_header(&response, "X-Frame-Options"), "DENY");
	assert_str(http_response_header(&response, "Content-Type"), "text/html;charset=utf-8");
}

static void origins_are_compared_as_origins(void **state)
{
	(void)state;
	static const struct str allowed[] = { STR_INIT("https://app.example"), STR_INIT("http://127.0.0.1:9") };
	static const struct {
		struct str origin;
		enum cors_verdict verdict;
	} cases[] = {
		{ { NULL, 0 }, CORS_NONE },
		{ STR_INIT("http://sso.example"), CORS_SAME },
		{ STR_INIT("http://SSO.example:80"), CORS_SAME },
		{ STR_INIT("https://app.example"), CORS_ALLOWED },
		{ STR_INIT("https://APP.example:443"), CORS_ALLOWED },
		{ STR_INIT("http://127.0.0.1:9"), CORS_ALLOWED },
		{ STR_INIT("http://127.0.0.1:90"), CORS_REFUSED },
		{ STR_INIT("http://app.example"), CORS_REFUSED },
		{ STR_INIT("https://app.example.evil.test"), CORS_REFUSED },
		{ STR_INIT("https://app.example@evil.test"), CORS_REFUSED },
		{ STR_INIT("https://app.example/"), CORS_REFUSED },
		{ STR_INIT("null"), CORS_REFUSED },
		{ STR_INIT(""), CORS_REFUSED },
		{ STR_INIT("https://app.example:"), CORS_REFUSED },
		{ STR_INIT("https://app.example:99999"), CORS_REFUSED },
		{ STR_INIT("https://"), CORS_REFUSED },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_int_equal(cors_judge(cases[i].origin, STR("http://sso.example"), allowed, 2),
				 cases[i].verdict);
	static const struct str any[] = { STR_INIT("*") };
	assert_int_equal(cors_judge(STR("http://evil.example"), STR(""), any, 1), CORS_ALLOWED);
	assert_int_equal(cors_judge(STR("null"), STR(""), any, 1), CORS_REFUSED);
}

/* As recorded: cors.token.preflight.*, userinfo.cors */
static void cors_answers_are_the_recorded_ones(void **state)
{
	(void)state;
	struct http_header headers[] = {
		{ STR("Origin"), STR("http://127.0.0.1:9") },
		{ STR("Access-Control-Request-Method"), STR("POST") },
	};
	struct http_request request;
	struct http_response response;
	http_request_init(&request, arena);
	http_response_init(&response, arena);
	request.headers = headers;
	request.n_headers = 2;
	assert_false(cors_is_preflight(&request));
	request.method = HTTP_OPTIONS;
	assert_true(cors_is_preflight(&request));
	cors_preflight(&request, HTTP_POST | HTTP_OPTIONS, &response);
	assert_int_equal(response.status, 200);
	assert_str(http_response_header(&response, "access-control-allow-origin"), "http://127.0.0.1:9");
	assert_str(http_response_header(&response, "access-control-allow-methods"), "POST, OPTIONS");
	assert_str(http_response_header(&response, "access-control-allow-credentials"), "true");
	assert_str(http_response_header(&response, "access-control-max-age"), "3600");
	assert_str(http_response_header(&response, "access-control-allow-headers"),
		   "Origin, Accept, X-Requested-With, Access-Control-Request-Method, "
		   "Access-Control-Request-Headers, DPoP, Content-Type, Authorization");
	static const struct str allowed[] = { STR_INIT("http://127.0.0.1:9") };
	http_response_clear(&response);
	assert_int_equal(cors_apply(&request, allowed, 1, true, &response), CORS_ALLOWED);
	assert_str(http_response_header(&response, "access-control-expose-headers"),
		   "Access-Control-Allow-Methods");
	http_response_clear(&response);
	assert_int_equal(cors_apply(&request, NULL, 0, true, &response), CORS_REFUSED);
	assert_int_equal(response.n_headers, 0);
}

static void no_handler(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	(void)response;
}

static const struct http_route ROUTES[] = {
	{ .methods = HTTP_GET, .pattern = "/", .handler = no_handler },
	{ .methods = HTTP_GET, .pattern = "/realms/{realm}", .handler = no_handler },
	{ .methods = HTTP_POST, .pattern = "/realms/{realm}/token", .handler = no_handler, .flags = HTTP_CORS },
	{ .methods = HTTP_GET | HTTP_PUT, .pattern = "/admin/realms/{realm}/users/{id}", .handler = no_handler },
	{ .methods = HTTP_DELETE, .pattern = "/admin/realms/{realm}/users/{user}", .handler = no_handler },
	{ .methods = HTTP_GET, .pattern = "/admin/realms/{realm}/users/count", .handler = no_handler },
	{ .methods = HTTP_GET, .pattern = "/admin/realms/{realm}/group-by-path/{path...}", .handler = no_handler },
};

static enum error_code match(const struct http_router *router, enum http_method method, const char *path,
			     struct http_request *request, struct http_match *ret_match)
{
	http_request_init(request, arena);
	request->method = method;
	request->raw_path = str_from(path);
	return router_match(router, request, ret_match, NULL);
}

static void routes_match_by_segments(void **state)
{
	(void)state;
	struct http_router *router = router_new(true);
	struct http_request request;
	struct http_match m;
	int context;
	router_add(router, ROUTES, ARRAY_LENGTH(ROUTES), &context);
	assert_int_equal(match(router, HTTP_GET, "/realms/a%20b", &request, &m), OK);
	assert_ptr_equal(m.context, &context);
	assert_str(http_route_value(&request, "realm"), "a b");
	assert_null(http_route_value(&request, "id").p);
	assert_str(request.path, "/realms/a b");
	assert_int_equal(match(router, HTTP_GET, "/", &request, &m), OK);
	assert_int_equal(match(router, HTTP_GET, "/admin/realms/r/users/count", &request, &m), OK);
	assert_ptr_equal(m.route, &ROUTES[5]);
	assert_int_equal(match(router, HTTP_PUT, "/admin/realms/r/users/7/", &request, &m), OK);
	assert_str(http_route_value(&request, "id"), "7");
	assert_int_equal(match(router, HTTP_DELETE, "/admin/realms/r/users/7", &request, &m), OK);
	assert_str(http_route_value(&request, "user"), "7");
	assert_int_equal(match(router, HTTP_GET, "/admin/realms/r/group-by-path/a/b%20c", &request, &m), OK);
	assert_str(http_route_value(&request, "path"), "a/b c");
	assert_int_equal(match(router, HTTP_GET, "/admin/realms/r/group-by-path", &request, &m), OK);
	assert_str(http_route_value(&request, "path"), "");
	static const char *const none[] = { "/realms", "/realms/", "/realms//token", "//realms/a", "/realms/a/b",
					    "/REALMS/a", "/realms/a/token/x", "/auth", "/auth/x", "/realms/a//" };
	for (size_t i = 0; i < ARRAY_LENGTH(none); i++)
		assert_int_equal(match(router, HTTP_GET, none[i], &request, &m), ERROR_NOT_FOUND);
	router_free(router);
}

static void the_old_prefix_is_taken_off(void **state)
{
	(void)state;
	struct http_router *router = router_new(true), *plain = router_new(false);
	struct http_request request;
	struct http_match m;
	router_add(router, ROUTES, ARRAY_LENGTH(ROUTES), NULL);
	router_add(plain, ROUTES, ARRAY_LENGTH(ROUTES), NULL);
	assert_int_equal(match(router, HTTP_GET, "/auth/realms/x", &request, &m), OK);
	assert_true(request.under_auth);
	assert_str(request.path, "/realms/x");
	assert_str(request.raw_path, "/auth/realms/x");
	assert_int_equal(match(router, HTTP_GET, "/realms/auth", &request, &m), OK);
	assert_false(request.under_auth);
	assert_int_equal(match(router, HTTP_GET, "/auth/auth/realms/x", &request, &m), ERROR_NOT_FOUND);
	assert_int_equal(match(plain, HTTP_GET, "/auth/realms/x", &request, &m), ERROR_NOT_FOUND);
	router_free(router);
	router_free(plain);
}

static void paths_that_mean_two_things_are_refused(void **state)
{
	(void)state;
	struct http_router *router = router_new(true);
	struct http_request request;
	struct http_match m;
	router_add(router, ROUTES, ARRAY_LENGTH(ROUTES), NULL);
	static const char *const bad[] = { "/realms/a%2Fb", "/realms/%00", "/realms/..", "/realms/%2e%2E/x", "/./realms/a",
					   "/realms/%0d%0a", "/realms/%7f", "/realms/%", "/realms/%4", "", "realms/a", "*" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(match(router, HTTP_GET, bad[i], &request, &m), ERROR_INVALID_REQUEST);
	assert_int_equal(match(router, HTTP_GET, "/realms/%ff", &request, &m), ERROR_INVALID_NOT_UTF8);
	/* Decoded once, not twice. */
	assert_int_equal(match(router, HTTP_GET, "/realms/%252F", &request, &m), OK);
	assert_str(http_route_value(&request, "realm"), "%2F");
	router_free(router);
}

static void methods_are_told(void **state)
{
	(void)state;
	struct http_router *router = router_new(true);
	struct http_request request;
	struct http_match m;
	router_add(router, ROUTES, ARRAY_LENGTH(ROUTES), NULL);
	assert_int_equal(match(router, HTTP_HEAD, "/realms/a", &request, &m), OK);
	assert_true(request.is_head);
	assert_int_equal(request.method, HTTP_GET);
	assert_int_equal(match(router, HTTP_POST, "/realms/a", &request, &m), ERROR_METHOD_NOT_ALLOWED);
	assert_str(http_method_list(arena, m.methods), "GET, HEAD, OPTIONS");
	assert_int_equal(match(router, HTTP_OPTIONS, "/realms/a/token", &request, &m), ERROR_METHOD_NOT_ALLOWED);
	assert_str(http_method_list(arena, m.methods), "POST, OPTIONS");
	assert_true(m.cors);
	assert_int_equal(match(router, HTTP_HEAD, "/realms/a/token", &request, &m), ERROR_METHOD_NOT_ALLOWED);
	assert_int_equal(match(router, (enum http_method)0, "/realms/a", &request, &m), ERROR_METHOD_NOT_ALLOWED);
	router_free(router);
}

static struct http_request from_peer(const char *peer, struct http_header *headers, size_t n)
{
	struct http_request request;
	http_request_init(&request, arena);
	request.peer = str_from(peer);
	request.host = STR("inner:8080");
	request.headers = headers;
	request.n_headers = n;
	return request;
}

static struct proxy_rules rules_of(enum proxy_kind kind)
{
	struct proxy_rules rules;
	assert_int_equal(proxy_rules_parse(arena, kind, STR("10.0.0.0/8, ::1 192.0.2.7,2001:db8:1::/48"), &rules, NULL), OK);
	return rules;
}

static void networks_are_parsed_and_compared_by_bits(void **state)
{
	(void)state;
	struct proxy_rules rules = rules_of(PROXY_X_FORWARDED);
	assert_int_equal(rules.n, 4);
	static const struct {
		const char *address;
		bool trusted;
	} cases[] = { { "10.255.0.1", true }, { "11.0.0.1", false }, { "::1", true }, { "::2", false },
		      { "192.0.2.7", true }, { "192.0.2.6", false }, { "2001:db8:1:ffff::1", true },
		      { "2001:db8:2::1", false }, { "::ffff:10.1.1.1", true } };
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint8_t address[16];
		assert_true(proxy_address(str_from(cases[i].address), address));
		assert_int_equal(proxy_is_trusted(&rules, address), cases[i].trusted);
	}
	static const char *const bad[] = { "proxy.example", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "10.0.0", "*" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(proxy_rules_parse(arena, PROXY_FORWARDED, str_from(bad[i]), &rules, NULL),
				 ERROR_INVALID_VALUE);
	assert_int_equal(proxy_rules_parse(arena, PROXY_FORWARDED, STR("0.0.0.0/0"), &rules, NULL), OK);
	uint8_t v6[16];
	assert_true(proxy_address(STR("2001:db8::1"), v6));
	assert_false(proxy_is_trusted(&rules, v6));
}

static void strangers_are_not_believed(void **state)
{
	(void)state;
	struct http_header headers[] = { { STR("X-Forwarded-For"), STR("1.2.3.4") },
					 { STR("X-Forwarded-Proto"), STR("https") },
					 { STR("X-Forwarded-Host"), STR("evil.example") },
					 { STR("Forwarded"), STR("for=1.2.3.4;proto=https;host=evil.example") } };
	struct proxy_rules rules = rules_of(PROXY_X_FORWARDED);
	struct http_request request = from_peer("203.0.113.5", headers, 4);
	assert_int_equal(proxy_apply(&rules, &request, NULL), OK);
	assert_str(request.client, "203.0.113.5");
	assert_str(request.scheme, "http");
	assert_str(request.host, "inner:8080");
	assert_false(request.trusted_proxy);
	/* A trusted proxy, but none is configured to forward. */
	rules = rules_of(PROXY_NONE);
	request = from_peer("10.0.0.1", headers, 4);
	assert_int_equal(proxy_apply(&rules, &request, NULL), OK);
	assert_str(request.client, "10.0.0.1");
	/* Only the configured kind counts. */
	rules = rules_of(PROXY_FORWARDED);
	request = from_peer("10.0.0.1", headers, 3);
	assert_int_equal(proxy_apply(&rules, &request, NULL), OK);
	assert_str(request.client, "10.0.0.1");
	assert_str(request.scheme, "http");
	request = from_peer("unix", headers, 4);
	assert_int_equal(proxy_apply(&rules, &request, NULL), OK);
	assert_str(request.client, "unix");
}

static void the_client_is_the_first_stranger_from_the_right(void **state)
{
	(void)state;
	static const struct {
		struct str header;
		const char *client;
	} cases[] = {
		{ STR_INIT("198.51.100.1"), "198.51.100.1" },
		{ STR_INIT("6.6.6.6, 198.51.100.1, 10.0.0.9"), "198.51.100.1" },
		{ STR_INIT("10.0.0.8, 10.0.0.9"), "10.0.0.8" },
		{ STR_INIT("6.6.6.6, unknown, 10.0.0.9"), "10.0.0.9" },
		{ STR_INIT("evil.example"), "10.0.0.1" },
		{ STR_INIT(",,,"), "10.0.0.1" },
		{ STR_INIT("198.51.100.1:4711"), "198.51.100.1" },
		{ STR_INIT("[2001:DB8:9::1]:4711"), "2001:db8:9::1" },
		{ STR_INIT("2001:db8:9::1"), "2001:db8:9::1" },
		{ STR_INIT("::ffff:198.51.100.1"), "198.51.100.1" },
	};
	struct proxy_rules rules = rules_of(PROXY_X_FORWARDED);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct http_header header = { STR("x-forwarded-for"), cases[i].header };
		struct http_request request = from_peer("10.0.0.1", &header, 1);
		assert_int_equal(proxy_apply(&rules, &request, NULL), OK);
		assert_str(request.client, cases[i].client);
		assert_true(request.trusted_proxy);
	}
	/* Several headers of the name are one list. */
	struct http_header two[] = { { STR("x-forwarded-for"), STR("6.6.6.6") },
				     { STR("X-Forwarded-For"), STR("198.51.100.1") } };
	struct http_request request = from_peer("10.0.0.1", two, 2);
	assert_int_equal(proxy_apply(&rules, &request, NULL), OK);
	assert_str(request.client, "198.51.100.1");
}

static void scheme_host_and_port_come_from_the_proxy(void **state)
{
	(void)state;
	static const struct {
		const char *proto, *host, *port, *want_scheme, *want_host;
	} cases[] = {
		{ "https", "sso.example", NULL, "https", "sso.example" },
		{ "https", "SSO.example", "443", "https", "sso.example" },
		{ "https", "sso.example", "8443", "https", "sso.example:8443" },
		{ "https", "sso.example:1", "8443", "https", "sso.example:1" },
		{ "https", NULL, "8443", "https", "inner:8443" },
		{ "https", NULL, "443", "https", "inner" },
		{ NULL, "[::1]", "81", "http", "[::1]:81" },
		{ "http, https", "attacker.example, sso.example", NULL, "https", "sso.example" },
		{ NULL, NULL, NULL, "http", "inner:8080" },
	};
	struct proxy_rules rules = rules_of(PROXY_X_FORWARDED);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct http_header headers[3];
		size_t n = 0;
		if (cases[i].proto)
			headers[n++] = (struct http_header){ STR("X-Forwarded-Proto"), str_from(cases[i].proto) };
		if (cases[i].host)
			headers[n++] = (struct http_header){ STR("X-Forwarded-Host"), str_from(cases[i].host) };
		if (cases[i].port)
			headers[n++] = (struct http_header){ STR("X-Forwarded-Port"), str_from(cases[i].port) };
		struct http_request request = from_peer("10.0.0.1", headers, n);
		assert_int_equal(proxy_apply(&rules, &request, NULL), OK);
		assert_str(request.scheme, cases[i].want_scheme);
		assert_str(request.host, cases[i].want_host);
	}
	static const struct http_header bad[] = { { STR_INIT("X-Forwarded-Proto"), STR_INIT("gopher") },
						  { STR_INIT("X-Forwarded-Host"), STR_INIT("a/b") },
						  { STR_INIT("X-Forwarded-Host"), STR_INIT("a@b") },
						  { STR_INIT("X-Forwarded-Port"), STR_INIT("80; x") } };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct http_header header = bad[i];
		struct http_request request = from_peer("10.0.0.1", &header, 1);
		assert_int_equal(proxy_apply(&rules, &request, NULL), ERROR_INVALID_REQUEST);
	}
}

static void forwarded_is_read_as_rfc_7239_says(void **state)
{
	(void)state;
	struct http_header header = { STR("Forwarded"),
				      STR("for=6.6.6.6;proto=http;host=a.example, For=\"[2001:db8:9::1]:47\";Proto=HTTPS;"
					  "host=\"sso.example:8443\" , for=10.1.1.1;host=\"x,y\"") };
	struct proxy_rules rules = rules_of(PROXY_FORWARDED);
	struct http_request request = from_peer("10.0.0.1", &header, 1);
	assert_int_equal(proxy_apply(&rules, &request, NULL), OK);
	assert_str(request.client, "2001:db8:9::1");
	assert_str(request.scheme, "https");
	assert_str(request.host, "sso.example:8443");
	static const char *const odd[] = { "for=_hidden", "for=\"unknown\"", "", ";;;", "=", "for", "\"", "for=\"1.2.3.4" };
	for (size_t i = 0; i < ARRAY_LENGTH(odd); i++) {
		header.value = str_from(odd[i]);
		request = from_peer("10.0.0.1", &header, 1);
		assert_int_equal(proxy_apply(&rules, &request, NULL), OK);
		assert_str(request.client, "10.0.0.1");
	}
}

static void hosts_are_names_or_addresses(void **state)
{
	(void)state;
	struct str host;
	static const char *const good[] = { "localhost", "a.b-c_d:1", "127.0.0.1:65535", "[::1]", "[2001:db8::1]:80" };
	static const char *const bad[] = { "", ":80", "a:", "a:0", "a:65536", "a:-1", "a b", "a/b", "a@b", "[::1", "[]", "[::1]x",
					   "a:80:80", "::1", "[1.2.3]", "\xc3\xa9", "a%41", "[:", "[a]:" };
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(proxy_host(arena, str_from(good[i]), &host));
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(proxy_host(arena, str_from(bad[i]), &host));
}

static enum error_code head_of(const char *lines, bool is_1_0, struct head_facts *facts)
{
	struct http_request request;
	http_request_init(&request, arena);
	struct str rest = str_from(lines), line;
	while (str_next(&rest, '\n', &line)) {
		size_t colon = str_index(line, ':');
		struct http_header *header = arena_push(arena, &request.headers, &request.n_headers, sizeof *header);
		*header = (struct http_header){ str_take(line, colon), str_drop(line, colon + 1) };
	}
	return head_check(&request, is_1_0, facts, NULL);
}

static void framing_must_have_one_meaning(void **state)
{
	(void)state;
	struct head_facts facts;
	assert_int_equal(head_of("Host:a\nContent-Length:5", false, &facts), OK);
	assert_true(facts.has_body && facts.content_length == 5 && !facts.chunked);
	assert_int_equal(head_of("Host:a\nTransfer-Encoding:Chunked\nExpect:100-continue", false, &facts), OK);
	assert_true(facts.has_body && facts.chunked && facts.expects_continue);
	assert_int_equal(head_of("X:y", true, &facts), OK);
	assert_false(facts.has_body);
	static const char *const bad[] = {
		"Host:a\nContent-Length:5\nTransfer-Encoding:chunked", "Host:a\nContent-Length:5\ncontent-length:5",
		"Host:a\nContent-Length:-1", "Host:a\nContent-Length:+1", "Host:a\nContent-Length:", "Host:a\nContent-Length:5,5",
		"Host:a\nContent-Length:0x5", "Host:a\nContent-Length:99999999999999999999", "Host:a\nContent-Length:5 ",
		"Host:a\nTransfer-Encoding:chunked\nTransfer-Encoding:chunked", "Host:a\nTransfer-Encoding:gzip, chunked",
		"Host:a\nTransfer-Encoding:identity", "Host:a\nTransfer-Encoding:xchunked", "Host:a\nTransfer-Encoding:chunked ",
		"Host:a\nHost:a", "X:y", "Host:a\nX y:z", "Host:a\nX:a\rb", "Host:a\nX:\x7f", "Host:a\n:b", "Host:a\nX\t:b",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(head_of(bad[i], false, &facts), ERROR_HTTP_BROKEN);
	assert_int_equal(head_of("Host:a\nTransfer-Encoding:chunked", true, &facts), ERROR_HTTP_BROKEN);
}

static void targets_are_absolute_paths(void **state)
{
	(void)state;
	struct http_request request;
	http_request_init(&request, arena);
	assert_int_equal(head_target(&request, STR("/a%20b?c=d?e"), NULL), OK);
	assert_str(request.raw_path, "/a%20b");
	assert_str(request.raw_query, "c=d?e");
	static const struct str bad[] = { STR_INIT(""), STR_INIT("*"), STR_INIT("http://a/"), STR_INIT("a:80"), STR_INIT("/a b"),
					  STR_INIT("/a\tb"), STR_INIT("/a#b"), STR_INIT("/\x7f"), STR_INIT("/\0") };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(head_target(&request, bad[i], NULL), ERROR_HTTP_BROKEN);
}

static void forms_need_their_type(void **state)
{
	(void)state;
	struct http_header type = { STR("content-type"), STR("Application/X-WWW-Form-Urlencoded; charset=UTF-8") };
	struct http_request request;
	const struct params *params;
	http_request_init(&request, arena);
	request.headers = &type;
	request.n_headers = 1;
	request.body = STR("a=b");
	assert_int_equal(http_form(&request, &params, NULL), OK);
	assert_str(params_value(params, "a"), "b");
	type.value = STR("application/json");
	assert_int_equal(http_form(&request, &params, NULL), ERROR_UNSUPPORTED_MEDIA_TYPE);
	request.n_headers = 0;
	assert_int_equal(http_form(&request, &params, NULL), ERROR_UNSUPPORTED_MEDIA_TYPE);
	request.body = STR("");
	request.form_params = NULL;
	assert_int_equal(http_form(&request, &params, NULL), OK);
	assert_int_equal(params->n, 0);
}

static void bearer_tokens_are_found_in_any_case(void **state)
{
	(void)state;
	struct http_header header = { STR("Authorization"), STR("bearer  abc") };
	struct http_request request;
	http_request_init(&request, arena);
	assert_null(http_bearer(&request).p);
	request.headers = &header;
	request.n_headers = 1;
	assert_str(http_bearer(&request), "abc");
	header.value = STR("Basic abc");
	assert_null(http_bearer(&request).p);
	header.value = STR("Bearer");
	assert_null(http_bearer(&request).p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(params_keep_order_and_decode_once),
		TEST(params_refuse_garbage),
		TEST(params_stop_at_the_limits),
		TEST(duplicates_are_refused_but_for_the_list),
		TEST(cookies_of_one_name_are_all_visible),
		TEST(cookies_are_built_or_refused),
		TEST(headers_cannot_be_broken),
		TEST(redirects_go_to_uris_only),
		TEST(errors_are_json_whatever_they_hold),
		TEST(every_response_has_its_headers),
		TEST(origins_are_compared_as_origins),
		TEST(cors_answers_are_the_recorded_ones),
		TEST(routes_match_by_segments),
		TEST(the_old_prefix_is_taken_off),
		TEST(paths_that_mean_two_things_are_refused),
		TEST(methods_are_told),
		TEST(networks_are_parsed_and_compared_by_bits),
		TEST(strangers_are_not_believed),
		TEST(the_client_is_the_first_stranger_from_the_right),
		TEST(scheme_host_and_port_come_from_the_proxy),
		TEST(forwarded_is_read_as_rfc_7239_says),
		TEST(hosts_are_names_or_addresses),
		TEST(framing_must_have_one_meaning),
		TEST(targets_are_absolute_paths),
		TEST(forms_need_their_type),
		TEST(bearer_tokens_are_found_in_any_case),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

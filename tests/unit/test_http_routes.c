/* http/: routes, proxies, the rules for heads, addresses. Without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "base/limits.h"
#include "base/tables.h"
#include "http/addresses.h"
#include "http/head.h"
#include "http/proxy.h"
#include "http/router.h"

#define assert_str(s, z)                                              \
	do {                                                          \
		struct str assert_str_s = (s);                        \
		assert_string_equal(arena_z(arena, assert_str_s), z); \
	} while (0)

static void no_handler(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	(void)response;
}

static const struct http_route ROUTES[] = {
	{ .methods = HTTP_GET, .pattern = "/", .handler = no_handler },
	{ .methods = HTTP_GET, .pattern = "/realms/{realm}", .handler = no_handler },
	{ .methods = HTTP_POST,
		.pattern = "/realms/{realm}/token",
		.handler = no_handler,
		.flags = HTTP_CORS },
	{ .methods = HTTP_GET | HTTP_PUT,
		.pattern = "/admin/realms/{realm}/users/{id}",
		.handler = no_handler },
	{ .methods = HTTP_DELETE,
		.pattern = "/admin/realms/{realm}/users/{user}",
		.handler = no_handler },
	{ .methods = HTTP_GET,
		.pattern = "/admin/realms/{realm}/users/count",
		.handler = no_handler },
	{ .methods = HTTP_GET,
		.pattern = "/admin/realms/{realm}/group-by-path/{path...}",
		.handler = no_handler },
	{ .methods = HTTP_GET,
		.pattern = "/admin/realms/{realm}/roles/{role}/users",
		.handler = no_handler,
		.flags = HTTP_SLASHES },
};

static enum error_code match(const struct http_router *router, enum http_method method,
	const char *path, struct http_request *request, struct http_match *ret_match)
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
	assert_int_equal(
		match(router, HTTP_GET, "/admin/realms/r/group-by-path/a/b%20c", &request, &m), OK);
	assert_str(http_route_value(&request, "path"), "a/b c");
	assert_int_equal(
		match(router, HTTP_GET, "/admin/realms/r/group-by-path", &request, &m), OK);
	assert_str(http_route_value(&request, "path"), "");
	static const char *const none[] = { "/realms", "/realms/", "/realms//token", "//realms/a",
		"/realms/a/b", "/REALMS/a", "/realms/a/token/x", "/auth/x",
		"/realms/a//" };
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
	assert_int_equal(
		match(router, HTTP_GET, "/auth/auth/realms/x", &request, &m), ERROR_NOT_FOUND);
	assert_int_equal(match(plain, HTTP_GET, "/auth/realms/x", &request, &m), ERROR_NOT_FOUND);
	assert_int_equal(match(router, HTTP_GET, "/auth/", &request, &m), OK);
	assert_true(request.under_auth);
	assert_str(request.path, "/");
	assert_int_equal(match(plain, HTTP_GET, "/auth", &request, &m), ERROR_NOT_FOUND);
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
	static const char *const bad[] = { "/realms/a%2Fb", "/realms/%00", "/realms/..",
		"/realms/%2e%2E/x", "/./realms/a", "/realms/%0d%0a", "/realms/%7f", "/realms/%",
		"/realms/%4", "", "realms/a", "*" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(
			match(router, HTTP_GET, bad[i], &request, &m), ERROR_INVALID_REQUEST);
	assert_int_equal(
		match(router, HTTP_GET, "/realms/%ff", &request, &m), ERROR_INVALID_NOT_UTF8);
	/* Decoded once, not twice. */
	assert_int_equal(match(router, HTTP_GET, "/realms/%252F", &request, &m), OK);
	assert_str(http_route_value(&request, "realm"), "%2F");
	router_free(router);
}

static void names_may_hold_slashes_where_the_route_says_so(void **state)
{
	(void)state;
	struct http_router *router = router_new(true);
	struct http_request request;
	struct http_match m;
	router_add(router, ROUTES, ARRAY_LENGTH(ROUTES), NULL);
	assert_int_equal(
		match(router, HTTP_GET, "/admin/realms/x/roles/a%2F..%2fb/users", &request, &m), OK);
	assert_str(http_route_value(&request, "role"), "a/../b");
	static const char *const bad[] = { "/admin/realms/x/roles%2Fa/users",
		"/admin/realms/x/group-by-path/a%2Fb", "/admin/realms/x/roles/%2e%2e/users",
		"/admin/realms/x/roles/a%2F%00/users", "/admin%2Frealms/x/roles/a/users" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(
			match(router, HTTP_GET, bad[i], &request, &m), ERROR_INVALID_REQUEST);
	assert_int_equal(match(router, HTTP_PUT, "/admin/realms/x/roles/a%2Fb/users", &request, &m),
		ERROR_METHOD_NOT_ALLOWED);
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
	assert_int_equal(
		match(router, HTTP_POST, "/realms/a", &request, &m), ERROR_METHOD_NOT_ALLOWED);
	assert_str(http_method_list(arena, m.methods), "GET, HEAD, OPTIONS");
	assert_int_equal(match(router, HTTP_OPTIONS, "/realms/a/token", &request, &m),
		ERROR_METHOD_NOT_ALLOWED);
	assert_str(http_method_list(arena, m.methods), "POST, OPTIONS");
	assert_true(m.cors);
	assert_int_equal(match(router, HTTP_HEAD, "/realms/a/token", &request, &m),
		ERROR_METHOD_NOT_ALLOWED);
	assert_int_equal(match(router, (enum http_method)0, "/realms/a", &request, &m),
		ERROR_METHOD_NOT_ALLOWED);
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
	assert_int_equal(proxy_rules_parse(arena, kind,
				 STR("10.0.0.0/8, ::1 192.0.2.7,2001:db8:1::/48"), &rules, NULL),
		OK);
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
	} cases[] = { { "10.255.0.1", true }, { "11.0.0.1", false }, { "::1", true },
		{ "::2", false }, { "192.0.2.7", true }, { "192.0.2.6", false },
		{ "2001:db8:1:ffff::1", true }, { "2001:db8:2::1", false },
		{ "::ffff:10.1.1.1", true } };
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint8_t address[16];
		assert_true(proxy_address(str_from(cases[i].address), address));
		assert_int_equal(proxy_is_trusted(&rules, address), cases[i].trusted);
	}
	static const char *const bad[] = { "proxy.example", "10.0.0.0/33", "::/129", "10.0.0.0/-1",
		"10.0.0.0/", "10.0.0", "*" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(
			proxy_rules_parse(arena, PROXY_FORWARDED, str_from(bad[i]), &rules, NULL),
			ERROR_INVALID_VALUE);
	assert_int_equal(
		proxy_rules_parse(arena, PROXY_FORWARDED, STR("0.0.0.0/0"), &rules, NULL), OK);
	uint8_t v6[16];
	assert_true(proxy_address(STR("2001:db8::1"), v6));
	assert_false(proxy_is_trusted(&rules, v6));
}

/* B2.24 */
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
			headers[n++] = (struct http_header){ STR("X-Forwarded-Proto"),
				str_from(cases[i].proto) };
		if (cases[i].host)
			headers[n++] = (struct http_header){ STR("X-Forwarded-Host"),
				str_from(cases[i].host) };
		if (cases[i].port)
			headers[n++] = (struct http_header){ STR("X-Forwarded-Port"),
				str_from(cases[i].port) };
		struct http_request request = from_peer("10.0.0.1", headers, n);
		assert_int_equal(proxy_apply(&rules, &request, NULL), OK);
		assert_str(request.scheme, cases[i].want_scheme);
		assert_str(request.host, cases[i].want_host);
	}
	static const struct http_header bad[] = { { STR_INIT("X-Forwarded-Proto"),
							  STR_INIT("gopher") },
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
	static const char *const odd[] = { "for=_hidden", "for=\"unknown\"", "", ";;;", "=", "for",
		"\"", "for=\"1.2.3.4" };
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
	static const char *const good[] = { "localhost", "a.b-c_d:1", "127.0.0.1:65535", "[::1]",
		"[2001:db8::1]:80" };
	static const char *const bad[] = { "", ":80", "a:", "a:0", "a:65536", "a:-1", "a b", "a/b",
		"a@b", "[::1", "[]", "[::1]x", "a:80:80", "::1", "[1.2.3]", "\xc3\xa9", "a%41",
		"[:", "[a]:" };
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
		struct http_header *header =
			arena_push(arena, &request.headers, &request.n_headers, sizeof *header);
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
	assert_int_equal(
		head_of("Host:a\nTransfer-Encoding:Chunked\nExpect:100-continue", false, &facts),
		OK);
	assert_true(facts.has_body && facts.chunked && facts.expects_continue);
	assert_int_equal(head_of("X:y", true, &facts), OK);
	assert_false(facts.has_body);
	static const char *const bad[] = {
		"Host:a\nContent-Length:5\nTransfer-Encoding:chunked",
		"Host:a\nContent-Length:5\ncontent-length:5",
		"Host:a\nContent-Length:-1",
		"Host:a\nContent-Length:+1",
		"Host:a\nContent-Length:",
		"Host:a\nContent-Length:5,5",
		"Host:a\nContent-Length:0x5",
		"Host:a\nContent-Length:99999999999999999999",
		"Host:a\nContent-Length:5 ",
		"Host:a\nTransfer-Encoding:chunked\nTransfer-Encoding:chunked",
		"Host:a\nTransfer-Encoding:gzip, chunked",
		"Host:a\nTransfer-Encoding:identity",
		"Host:a\nTransfer-Encoding:xchunked",
		"Host:a\nTransfer-Encoding:chunked ",
		"Host:a\nHost:a",
		"X:y",
		"Host:a\nX y:z",
		"Host:a\nX:a\rb",
		"Host:a\nX:\x7f",
		"Host:a\n:b",
		"Host:a\nX\t:b",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(head_of(bad[i], false, &facts), ERROR_HTTP_BROKEN);
	assert_int_equal(
		head_of("Host:a\nTransfer-Encoding:chunked", true, &facts), ERROR_HTTP_BROKEN);
}

static void targets_are_absolute_paths(void **state)
{
	(void)state;
	struct http_request request;
	http_request_init(&request, arena);
	assert_int_equal(head_target(&request, STR("/a%20b?c=d?e"), NULL), OK);
	assert_str(request.raw_path, "/a%20b");
	assert_str(request.raw_query, "c=d?e");
	static const struct str bad[] = { STR_INIT(""), STR_INIT("*"), STR_INIT("http://a/"),
		STR_INIT("a:80"), STR_INIT("/a b"), STR_INIT("/a\tb"), STR_INIT("/a#b"),
		STR_INIT("/\x7f"), STR_INIT("/\0") };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(head_target(&request, bad[i], NULL), ERROR_HTTP_BROKEN);
}

static void addresses_are_counted_by_network(void **state)
{
	(void)state;
	struct addresses *addresses = addresses_new(1);
	uint8_t a[16], b[16], c[16], d[16];
	assert_true(proxy_address(STR("192.0.2.1"), a) && proxy_address(STR("192.0.2.2"), b));
	assert_true(proxy_address(STR("2001:db8::1"), c) && proxy_address(STR("2001:db8::2"), d));
	for (int i = 0; i < 3; i++) {
		assert_true(addresses_has_room(addresses, a, 3));
		addresses_enter(addresses, a);
		addresses_enter(addresses, c);
	}
	assert_false(addresses_has_room(addresses, a, 3));
	assert_true(addresses_has_room(addresses, b, 3));
	/* One /64 is one stranger. */
	assert_false(addresses_has_room(addresses, d, 3));
	addresses_leave(addresses, a);
	addresses_leave(addresses, d);
	assert_true(addresses_has_room(addresses, a, 3));
	assert_true(addresses_has_room(addresses, c, 3));
	for (int i = 0; i < 10000; i++) {
		a[15] = (uint8_t)i;
		a[14] = (uint8_t)(i >> 8);
		addresses_enter(addresses, a);
		addresses_leave(addresses, a);
	}
	addresses_free(addresses);
}


int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(routes_match_by_segments),
		IN_ARENA(the_old_prefix_is_taken_off),
		IN_ARENA(paths_that_mean_two_things_are_refused),
		IN_ARENA(names_may_hold_slashes_where_the_route_says_so),
		IN_ARENA(methods_are_told),
		IN_ARENA(networks_are_parsed_and_compared_by_bits),
		IN_ARENA(strangers_are_not_believed),
		IN_ARENA(the_client_is_the_first_stranger_from_the_right),
		IN_ARENA(scheme_host_and_port_come_from_the_proxy),
		IN_ARENA(forwarded_is_read_as_rfc_7239_says),
		IN_ARENA(hosts_are_names_or_addresses),
		IN_ARENA(framing_must_have_one_meaning),
		IN_ARENA(targets_are_absolute_paths),
		IN_ARENA(addresses_are_counted_by_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

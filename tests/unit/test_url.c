/* base/url: what is a URL, what is not, and whose origin it has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tables.h"
#include "base/url.h"

static struct url parsed(const char *text)
{
	struct url url = { .port = -7 };
	struct why why = { "" };
	if (url_parse(str_from(text), &url, &why))
		fail_msg("%s: %s", text, why.text);
	return url;
}

static void url_parse_gives_the_parts_as_written(void **state)
{
	(void)state;
	struct url url = parsed("HTTPS://Ada:pw%40@App.Example.org:8443/a;b=c/%2e%2E/?x=1&y=/?#part?");
	assert_true(str_eq_z(url.scheme, "HTTPS") && url.is_https && !url.is_http);
	assert_true(url.has_userinfo && str_eq_z(url.userinfo, "Ada:pw%40"));
	assert_true(str_eq_z(url.host, "App.Example.org") && !url.is_ipv4 && !url.is_ipv6);
	assert_true(url.has_port && url.port == 8443);
	assert_true(str_eq_z(url.path, "/a;b=c/%2e%2E/"));
	assert_true(url.has_query && str_eq_z(url.query, "x=1&y=/?"));
	assert_true(url.has_fragment && str_eq_z(url.fragment, "part?"));
}

static void url_parse_tells_empty_parts_from_none(void **state)
{
	(void)state;
	struct url url = parsed("http://@app?#");
	assert_true(url.has_userinfo && url.userinfo.n == 0);
	assert_true(url.has_query && url.query.n == 0 && url.has_fragment && url.fragment.n == 0);
	assert_true(url.path.n == 0 && url.port == 80 && !url.has_port);
	url = parsed("http://app");
	assert_false(url.has_userinfo || url.has_query || url.has_fragment);
}

static void url_parse_takes_what_native_apps_use(void **state)
{
	(void)state;
	struct url url = parsed("com.example.app:/callback");
	assert_true(!url.has_authority && str_eq_z(url.path, "/callback") && url.port == URL_NO_PORT);
	url = parsed("urn:ietf:wg:oauth:2.0:oob");
	assert_true(str_eq_z(url.path, "ietf:wg:oauth:2.0:oob"));
	url = parsed("myapp://callback");
	assert_true(url.has_authority && str_eq_z(url.host, "callback"));
	url = parsed("http://[::1]:5000/x");
	assert_true(url.is_ipv6 && str_eq_z(url.host, "::1") && url.port == 5000);
	url = parsed("http://127.0.0.1/");
	assert_true(url.is_ipv4);
	parsed("https://app.example.org/a/*");
	parsed("https://docker_service.example.org./");
	parsed("https://xn--bcher-kva.example/");
}

static const char *const refused[] = {
	"", "app", "/path", "//app/path", "://app", "1http://app", ":", "ht tp://app", "http",
	"http:", "http:/app", "http:///path", "http:app", "http://", "http://?q", "http://@/",
	"http://app:/", "http://app:0/", "http://app:65536/", "http://app:080808/", "http://app:8o/",
	"http://app:-1/", "http://app:80:80/", "http://app: 80/",
	"http://app\\@evil/", "http://app/\\evil", "http:\\\\evil", "http://app/a b", " http://app",
	"http://app/ ", "http://app/\t", "http://app/\r\nX: y", "http://a\npp/", "http://app/\x7f",
	"http://app/%", "http://app/%2", "http://app/%zz", "http://app/?%g0", "http://app/#%0",
	"http://app/{x}", "http://app/|", "http://app/^", "http://app/`", "http://app/<",
	"http://app/\"", "http://app/?\"", "http://app/a[0]", "http://app/#a#b",
	"http://app/\xc3\xa9", "http://b\xc3\xbc" "cher/", "http://app/\xff",
	"http://ex%61mple.org/", "http://*.example.org/", "http://a..b/", "http://.a/", "http://a,b/",
	"http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
	"http://0177.0.0.1/", "http://127.0.0.01/", "http://1.2.3.4.5/", "http://127.0.0.1./",
	"http://256.0.0.1/", "http://a.0x/",
	"http://[::1/", "http://[::1]x/", "http://[fe80::1%25eth0]/", "http://[v1.x]/", "http://[]/",
	"http://[127.0.0.1]/", "http://a[::1]/", "http://[::1]:/",
	"http://a@b@c\xff/", "http://[@app/", "myapp://a|b", "urn:\x01",
};

static void url_parse_refuses_what_is_not_rfc_3986(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		struct url url = { .port = -7 };
		struct why why = { "" };
		enum error_code code = url_parse(str_from(refused[i]), &url, &why);
		if (code != ERROR_INVALID_VALUE || url.port != -7 || !why.text[0])
			fail_msg("accepted: %s", refused[i]);
	}
	struct url url;
	assert_int_equal(url_parse(STR("http://app/\0x"), &url, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(url_parse(STR("ht\0tp://app/"), &url, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(url_parse(STR("http://app\0/"), &url, NULL), ERROR_INVALID_VALUE);
}

static void url_parse_is_bounded(void **state)
{
	(void)state;
	char text[URL_LIMIT + 1];
	memset(text, 'a', sizeof text);
	memcpy(text, "http://app/", 11);
	struct url url;
	assert_int_equal(url_parse(str_of(text, URL_LIMIT), &url, NULL), OK);
	assert_int_equal(url_parse(str_of(text, URL_LIMIT + 1), &url, NULL), ERROR_INVALID_VALUE);
	memcpy(text, "http://aaaa", 11);
	assert_int_equal(url_parse(str_of(text, 7 + 64), &url, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(url_parse(str_of(text, 7 + 63), &url, NULL), OK);
}

static void url_parse_sees_through_userinfo(void **state)
{
	(void)state;
	/* The host is what follows the last "@": what browsers connect to. */
	struct url url = parsed("http://app.example.org:80@evil.test/");
	assert_true(url.has_userinfo && str_eq_z(url.host, "evil.test"));
	/* A raw "@" is no part of userinfo (RFC 3986 section 3.2.1). */
	assert_int_equal(url_parse(STR("http://a@b@evil.test/"), &url, NULL), ERROR_INVALID_VALUE);
}

static void url_origin_is_what_browsers_write(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	static const char *const pairs[][2] = {
		{ "HTTPS://App.Example.ORG/x?y#z", "https://app.example.org" },
		{ "https://app:443/", "https://app" }, { "http://app:443/", "http://app:443" },
		{ "http://app:00080/", "http://app" }, { "https://app:80/", "https://app:80" },
		{ "http://u:p@app:8080", "http://app:8080" },
		{ "http://[0:0::1]:81/", "http://[::1]:81" }, { "http://[2001:DB8::A]/", "http://[2001:db8::a]" },
		{ "com.example:/x", "" }, { "null", "" }, { "", "" }, { "http://a b/", "" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++)
		assert_string_equal(arena_z(arena, url_origin_of_text(arena, str_from(pairs[i][0]))), pairs[i][1]);
}

static void url_same_origin_compares_scheme_host_and_port(void **state)
{
	(void)state;
	static const struct { const char *a, *b; bool same; } rows[] = {
		{ "http://APP/x", "HTTP://app:80/y", true }, { "https://app", "https://app:443/", true },
		{ "http://app", "https://app", false }, { "http://app", "http://app:8080", false },
		{ "http://app", "http://app.", false }, { "http://[::1]", "http://[0::1]/", true },
		{ "http://[::1]", "http://127.0.0.1", false }, { "myapp://a", "myapp://a", false },
		{ "http://app.example.org", "http://app.example.org.evil.test", false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct url a = parsed(rows[i].a), b = parsed(rows[i].b);
		assert_int_equal(url_same_origin(&a, &b), rows[i].same);
	}
}

static void url_tells_loopback_climbing_and_active(void **state)
{
	(void)state;
	static const struct { const char *url; bool loopback, climbs, active; } rows[] = {
		{ "http://localhost/", true, false, false },
		{ "http://LOCALHOST:80/a.b/..c", true, false, false },
		{ "http://127.8.9.1/", true, false, false },
		{ "http://[0::1]/", true, false, false },
		{ "http://localhost.evil.test/", false, false, false },
		{ "http://128.0.0.1/", false, false, false },
		{ "http://app/a/../b", false, true, false },
		{ "http://app/a/.", false, true, false },
		{ "http://app/%2E./b", false, true, false },
		{ "http://app/.%2e;x/b", false, true, false },
		{ "http://app/..;/b", false, true, false },
		{ "http://app/a%2fb", false, true, false },
		{ "http://app/a%5Cb", false, true, false },
		{ "http://app/.../a;..", false, false, false },
		{ "javascript:alert(1)", false, false, true },
		{ "JaVaScRiPt://x/", false, false, true },
		{ "DATA:text/html,x", false, false, true },
		{ "com.example.data:/x", false, false, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct url url = parsed(rows[i].url);
		if (url_host_is_loopback(&url) != rows[i].loopback ||
		    url_path_climbs(&url) != rows[i].climbs || url_scheme_is_active(&url) != rows[i].active)
			fail_msg("%s", rows[i].url);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url_parse_gives_the_parts_as_written),
		cmocka_unit_test(url_parse_tells_empty_parts_from_none),
		cmocka_unit_test(url_parse_takes_what_native_apps_use),
		cmocka_unit_test(url_parse_refuses_what_is_not_rfc_3986),
		cmocka_unit_test(url_parse_is_bounded),
		cmocka_unit_test(url_parse_sees_through_userinfo),
		cmocka_unit_test(url_origin_is_what_browsers_write),
		cmocka_unit_test(url_same_origin_compares_scheme_host_and_port),
		cmocka_unit_test(url_tells_loopback_climbing_and_active),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

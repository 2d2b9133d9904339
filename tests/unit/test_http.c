/* http/: parameters, cookies, forms, responses, CORS. Without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "base/limits.h"
#include "base/tables.h"
#include "base/text.h"
#include "http/cors.h"

#define assert_str(s, z)                                              \
	do {                                                          \
		struct str assert_str_s = (s);                        \
		assert_string_equal(arena_z(arena, assert_str_s), z); \
	} while (0)

static void params_keep_order_and_decode_once(void **state)
{
	(void)state;
	struct params params;
	assert_int_equal(params_parse(arena, STR("a=1&b=x+y%2Bz&&c&a=%2541&d=h%c3%a9=&=v"), 0,
				 &params, NULL),
		OK);
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
		{ STR_INIT("a=%"), ERROR_INVALID_REQUEST },
		{ STR_INIT("a=%4"), ERROR_INVALID_REQUEST },
		{ STR_INIT("a=%zz"), ERROR_INVALID_REQUEST },
		{ STR_INIT("%g0=1"), ERROR_INVALID_REQUEST },
		{ STR_INIT("a=%00b"), ERROR_INVALID_REQUEST },
		{ STR_INIT("a=\0b"), ERROR_INVALID_REQUEST },
		{ STR_INIT("a=%ff"), ERROR_INVALID_NOT_UTF8 },
		{ STR_INIT("a=%c0%80"), ERROR_INVALID_NOT_UTF8 },
		{ STR_INIT("%ed%a0%80=1"), ERROR_INVALID_NOT_UTF8 },
		{ STR_INIT("a=% 41"), ERROR_INVALID_REQUEST },
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
	assert_int_equal(
		params_parse(arena, text_str(&text), 0, &params, NULL), ERROR_INVALID_REQUEST);
	assert_int_equal(params_parse(arena, STR("a=1234"), 5, &params, NULL), ERROR_TOO_LARGE);
}

/* B2.25 */
static void duplicates_are_refused_but_for_the_list(void **state)
{
	(void)state;
	static const char *const except[] = { "resource", "audience", NULL };
	struct params params;
	struct str name = STR("-");
	assert_int_equal(
		params_parse(arena, STR("resource=a&resource=b&scope=c&x=&audience=1&audience=1"),
			0, &params, NULL),
		OK);
	assert_int_equal(params_refuse_duplicates(&params, except, &name, NULL), OK);
	assert_str(name, "-");
	assert_int_equal(
		params_refuse_duplicates(&params, NULL, &name, NULL), ERROR_DUPLICATE_PARAMETER);
	assert_str(name, "resource");
	/* Encoded in two ways it is one name still. */
	assert_int_equal(params_parse(arena, STR("scope=a&sc%6fpe=b"), 0, &params, NULL), OK);
	assert_int_equal(
		params_refuse_duplicates(&params, except, NULL, NULL), ERROR_DUPLICATE_PARAMETER);
}

static void cookies_of_one_name_are_all_visible(void **state)
{
	(void)state;
	struct cookies cookies = { 0 };
	cookies_parse(arena, STR("S=one; junk; bad name=2; q=\"quoted\";S=two;v={\"a\":1}; e="),
		&cookies);
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
	struct cookie_out cookie = { .name = STR("SESSION"),
		.value = STR("abc"),
		.max_age_s = COOKIE_SESSION,
		.secure = true,
		.same_site = SAME_SITE_NONE };
	struct str header;
	assert_int_equal(cookie_build(arena, &cookie, &header, NULL), OK);
	assert_str(header, "SESSION=abc;Path=/;Secure;HttpOnly;SameSite=None");
	cookie = (struct cookie_out){ .name = STR("A"), .max_age_s = 0, .script_may_read = true };
	assert_int_equal(cookie_build(arena, &cookie, &header, NULL), OK);
	assert_str(header, "A=;Path=/;Max-Age=0;Expires=Thu, 01 Jan 1970 00:00:00 GMT");
	static const struct str bad[] = { STR_INIT("a;b"), STR_INIT("a b"),
		STR_INIT("a\r\nSet-Cookie: x=y"), STR_INIT("\0"), STR_INIT("\xc3\xa9"),
		STR_INIT("a,b") };
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

/* CVE-2024-11734 */
static void headers_cannot_be_broken(void **state)
{
	(void)state;
	struct http_response response;
	http_response_init(&response, arena);
	assert_int_equal(http_add_header(&response, "X-A", STR("one"), NULL), OK);
	assert_int_equal(http_add_header(&response, "X-A", STR("two"), NULL), OK);
	assert_int_equal(
		http_add_header(&response, "X-B", STR("a\r\nEvil: 1"), NULL), ERROR_INVALID_VALUE);
	assert_int_equal(http_add_header(&response, "X-B", STR("a\0b"), NULL), ERROR_INVALID_VALUE);
	assert_int_equal(http_add_header(&response, "X B", STR("a"), NULL), ERROR_INVALID_VALUE);
	assert_int_equal(
		http_set_header(&response, "x-a", STR("bad\n"), NULL), ERROR_INVALID_VALUE);
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
	static const struct str bad[] = { STR_INIT(""), STR_INIT("https://a/\r\nX: y"),
		STR_INIT("https://a/ b"), STR_INIT("https://a/\"x"), STR_INIT("https://a/\xc3\xa9"),
		STR_INIT("https:\\\\a"), STR_INIT("https://a/<s>") };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(
			http_respond_redirect(&response, 302, bad[i], NULL), ERROR_INVALID_VALUE);
	assert_int_equal(response.status, 0);
	assert_int_equal(
		http_respond_redirect(&response, 302, STR("https://a/?state={x}"), NULL), OK);
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

/* A realm's snapshot, which a body is part of, may be freed before the answer is sent. */
static void a_body_of_somebody_elses_is_copied(void **state)
{
	(void)state;
	struct http_response response;
	http_response_init(&response, arena);
	char *foreign = strdup("{\"keys\":[]}");
	assert_non_null(foreign);
	http_respond_json(&response, 200, str_from(foreign));
	memset(foreign, 'x', strlen(foreign));
	free(foreign);
	assert_str(response.body, "{\"keys\":[]}");
	struct str own = arena_str(arena, STR("[]"));
	http_respond_json(&response, 200, own);
	assert_ptr_equal(response.body.p, own.p);
}

/* B2.12 */
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
	static const struct str allowed[] = { STR_INIT("https://app.example"),
		STR_INIT("http://127.0.0.1:9"), STR_INIT("capacitor://localhost") };
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
		{ STR_INIT("capacitor://localhost"), CORS_ALLOWED },
		{ STR_INIT("ionic://localhost"), CORS_REFUSED },
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
		assert_int_equal(cors_judge(cases[i].origin, STR("http://sso.example"), allowed, 3),
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
	assert_str(http_response_header(&response, "access-control-allow-origin"),
		"http://127.0.0.1:9");
	assert_str(
		http_response_header(&response, "access-control-allow-methods"), "POST, OPTIONS");
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

static void forms_need_their_type(void **state)
{
	(void)state;
	struct http_header type = { STR("content-type"),
		STR("Application/X-WWW-Form-Urlencoded; charset=UTF-8") };
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


int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(params_keep_order_and_decode_once),
		IN_ARENA(params_refuse_garbage),
		IN_ARENA(params_stop_at_the_limits),
		IN_ARENA(duplicates_are_refused_but_for_the_list),
		IN_ARENA(cookies_of_one_name_are_all_visible),
		IN_ARENA(cookies_are_built_or_refused),
		IN_ARENA(headers_cannot_be_broken),
		IN_ARENA(redirects_go_to_uris_only),
		IN_ARENA(errors_are_json_whatever_they_hold),
		IN_ARENA(a_body_of_somebody_elses_is_copied),
		IN_ARENA(every_response_has_its_headers),
		IN_ARENA(origins_are_compared_as_origins),
		IN_ARENA(cors_answers_are_the_recorded_ones),
		IN_ARENA(forms_need_their_type),
		IN_ARENA(bearer_tokens_are_found_in_any_case),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* An HTTP response; see response.h. */
#include "http/response.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

void http_response_init(struct http_response *response, struct arena *arena)
{
	*response = (struct http_response){ .arena = arena, .body_fd = -1 };
}

void http_response_clear(struct http_response *response)
{
	if (response->body_fd >= 0)
		close(response->body_fd);
	http_response_init(response, response->arena);
}

/* Header names are our own literals; values may hold UTF-8 (some settings do). */
static bool is_name(const char *name)
{
	const char *p = name;
	for (; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			    (*p >= '0' && *p <= '9') || *p == '-'))
			return false;
	return p != name;
}

enum error_code http_add_header(
	struct http_response *response, const char *name, struct str value, struct why *reterr_why)
{
	if (!is_name(name))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "header name '%.80s'", name);
	if (str_has_control(value))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"header %s: control bytes in its value", name);
	struct http_header *header = arena_push(
		response->arena, &response->headers, &response->n_headers, sizeof *header);
	*header = (struct http_header){ arena_str(response->arena, str_from(name)),
		arena_str(response->arena, value) };
	return OK;
}

/* Further headers of the name of header i become nameless, which the server leaves out: the
 * count must not shrink, because arena_push knows the capacity by it. */
static void drop_headers_after(struct http_response *response, size_t i)
{
	struct str name = response->headers[i].name;
	for (size_t j = i + 1; j < response->n_headers; j++)
		if (str_eq_nocase(response->headers[j].name, name))
			response->headers[j].name = (struct str){ 0 };
}

enum error_code http_set_header(
	struct http_response *response, const char *name, struct str value, struct why *reterr_why)
{
	for (size_t i = 0; i < response->n_headers; i++) {
		if (!str_eq_nocase(response->headers[i].name, str_from(name)))
			continue;
		if (!is_name(name) || str_has_control(value))
			break;
		response->headers[i].value = arena_str(response->arena, value);
		drop_headers_after(response, i);
		return OK;
	}
	return http_add_header(response, name, value, reterr_why);
}

void http_set_header_z(struct http_response *response, const char *name, const char *value)
{
	if (http_set_header(response, name, str_from(value), NULL)) {
		fprintf(stderr, "curfew: header %s of our own is malformed\n", name);
		abort();
	}
}

struct str http_response_header(const struct http_response *response, const char *name)
{
	for (size_t i = 0; i < response->n_headers; i++)
		if (str_eq_nocase(response->headers[i].name, str_from(name)))
			return response->headers[i].value;
	return (struct str){ 0 };
}

enum error_code http_set_cookie(
	struct http_response *response, const struct cookie_out *cookie, struct why *reterr_why)
{
	struct str header;
	enum error_code code = cookie_build(response->arena, cookie, &header, reterr_why);
	return code ? code : http_add_header(response, "Set-Cookie", header, reterr_why);
}

void http_respond_bytes(
	struct http_response *response, int status, const char *content_type, struct str body)
{
	response->status = status;
	/* What belongs to somebody else (a realm's snapshot) may be gone before it is sent. */
	response->body = arena_owns(response->arena, body.p) ? body : arena_str(response->arena, body);
	http_set_header_z(response, "Content-Type", content_type);
}

void http_respond_json(struct http_response *response, int status, struct str body)
{
	http_respond_bytes(response, status, "application/json", body);
}

void http_respond_html(struct http_response *response, int status, struct str body)
{
	http_respond_bytes(response, status, "text/html;charset=utf-8", body);
	http_set_header_z(response, "Content-Security-Policy", HTTP_HTML_POLICY);
	http_set_header_z(response, "X-Frame-Options", "DENY");
	http_set_header_z(response, "X-Robots-Tag", "none");
}

void http_respond_text(struct http_response *response, int status, struct str body)
{
	http_respond_bytes(response, status, "text/plain;charset=utf-8", body);
}

void http_respond_empty(struct http_response *response, int status)
{
	response->status = status;
	response->body = (struct str){ 0 };
}

enum error_code http_respond_redirect(
	struct http_response *response, int status, struct str location, struct why *reterr_why)
{
	for (size_t i = 0; i < location.n; i++) {
		unsigned char c = (unsigned char)location.p[i];
		if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\", c))
			return error_because(reterr_why, ERROR_INVALID_VALUE,
				"location: byte 0x%02x at %zu belongs to no URI", c, i);
	}
	if (!location.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "location is empty");
	enum error_code code = http_set_header(response, "Location", location, reterr_why);
	if (!code)
		http_respond_empty(response, status);
	return code;
}

/* A JSON string of text that is UTF-8, or not: then what is no ASCII becomes '?'. */
static void add_json(struct text *text, struct str s)
{
	bool utf8 = str_is_utf8(s);
	text_add_char(text, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\') {
			text_add_char(text, '\\');
			text_add_char(text, (char)c);
		} else if (c < 0x20 || c == 0x7f) {
			text_addf(text, "\\u%04x", c);
		} else {
			text_add_char(text, c >= 0x80 && !utf8 ? '?' : (char)c);
		}
	}
	text_add_char(text, '"');
}

void http_respond_error(
	struct http_response *response, int status, struct str error, struct str description)
{
	struct text text = text_new(response->arena, 0);
	text_add_z(&text, "{\"error\":");
	add_json(&text, error);
	if (description.n) {
		text_add_z(&text, ",\"error_description\":");
		add_json(&text, description);
	}
	text_add_char(&text, '}');
	http_respond_json(response, status, text_str(&text));
}

void http_respond_error_code(struct http_response *response, enum error_code code)
{
	http_respond_error(response, error_http_status(code), str_from(error_oauth(code)),
		str_from(error_text(code)));
}

void http_no_store(struct http_response *response)
{
	http_set_header_z(response, "Cache-Control", "no-store");
	http_set_header_z(response, "Pragma", "no-cache");
}

void http_no_store_page(struct http_response *response)
{
	http_set_header_z(response, "Cache-Control", "no-store, must-revalidate, max-age=0");
}

void http_no_cache(struct http_response *response)
{
	http_set_header_z(response, "Cache-Control", "no-cache");
}

static void add_default(struct http_response *response, const char *name, const char *value)
{
	if (!http_response_header(response, name).p)
		http_set_header_z(response, name, value);
}

void http_response_finish(const struct http_request *request, struct http_response *response)
{
	if (response->status < 200 || response->status > 599) {
		http_response_clear(response);
		http_respond_error_code(response, ERROR_INTERNAL);
	}
	if (http_set_header(response, "X-Request-Id", request->id, NULL))
		http_set_header_z(response, "X-Request-Id", "-");
	add_default(response, "Referrer-Policy", "no-referrer");
	add_default(response, "X-Content-Type-Options", "nosniff");
	if (!response->framable && (response->body.n || response->body_fd >= 0))
		add_default(response, "X-Frame-Options", "SAMEORIGIN");
	if (str_eq_z(request->scheme, "https"))
		add_default(response, "Strict-Transport-Security",
			"max-age=31536000; includeSubDomains");
}

/* One HTTP request; see request.h. */
#include "http/request.h"

#include <string.h>

#include "base/limits.h"
#include "base/tables.h"
#include "base/text.h"
#include "http/router.h"

static const struct {
	enum http_method method;
	const char *name;
} METHODS[] = {
	{ HTTP_GET, "GET" },
	{ HTTP_HEAD, "HEAD" },
	{ HTTP_POST, "POST" },
	{ HTTP_PUT, "PUT" },
	{ HTTP_PATCH, "PATCH" },
	{ HTTP_DELETE, "DELETE" },
	{ HTTP_OPTIONS, "OPTIONS" },
};

void http_request_init(struct http_request *request, struct arena *arena)
{
	*request = (struct http_request){
		.method = HTTP_GET,
		.raw_path = STR("/"),
		.path = STR("/"),
		.body_fd = -1,
		.peer = STR("127.0.0.1"),
		.client = STR("127.0.0.1"),
		.scheme = STR("http"),
		.host = STR("localhost"),
		.id = STR("0000000000000000"),
		.arena = arena,
	};
}

const char *http_method_name(enum http_method method)
{
	for (size_t i = 0; i < ARRAY_LENGTH(METHODS); i++)
		if (METHODS[i].method == method)
			return METHODS[i].name;
	return "OTHER";
}

struct str http_method_list(struct arena *arena, unsigned methods)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < ARRAY_LENGTH(METHODS); i++) {
		if (!(methods & METHODS[i].method))
			continue;
		if (text.n)
			text_add_z(&text, ", ");
		text_add_z(&text, METHODS[i].name);
	}
	return text_str(&text);
}

struct str http_header(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (str_eq_nocase(request->headers[i].name, str_from(name)))
			return request->headers[i].value;
	return (struct str){ 0 };
}

size_t http_header_count(const struct http_request *request, const char *name)
{
	size_t n = 0;
	for (size_t i = 0; i < request->n_headers; i++)
		n += str_eq_nocase(request->headers[i].name, str_from(name));
	return n;
}

/* The values are kept in the order of the pattern's {names}. */
struct str http_route_value(const struct http_request *request, const char *name)
{
	struct str rest = str_from(request->route ? request->route->pattern : ""), piece;
	size_t i = 0;
	while (str_next(&rest, '/', &piece)) {
		if (piece.n < 3 || piece.p[0] != '{')
			continue;
		struct str known = str_of(piece.p + 1, piece.n - 2);
		if (str_ends(known, STR("...")))
			known.n -= 3;
		if (str_eq_z(known, name))
			return request->route_values[i];
		i++;
	}
	return (struct str){ 0 };
}

struct str http_content_type(const struct http_request *request)
{
	struct str type = http_header(request, "content-type");
	type = str_trim(str_take(type, str_index(type, ';')));
	char *p = arena_z(request->arena, type);
	for (size_t i = 0; i < type.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] - 'A' + 'a');
	return str_of(p, type.n);
}

static enum error_code parsed_once(struct http_request *request, struct str raw, size_t limit,
	struct params **cache, const struct params **ret_params, struct why *reterr_why)
{
	if (!*cache) {
		struct params params;
		enum error_code code =
			params_parse(request->arena, raw, limit, &params, reterr_why);
		if (code)
			return code;
		*cache = arena_alloc(request->arena, sizeof **cache);
		**cache = params;
	}
	*ret_params = *cache;
	return OK;
}

enum error_code http_query(
	struct http_request *request, const struct params **ret_params, struct why *reterr_why)
{
	return parsed_once(request, request->raw_query, LIMIT_REQUEST_LINE, &request->query_params,
		ret_params, reterr_why);
}

enum error_code http_form(
	struct http_request *request, const struct params **ret_params, struct why *reterr_why)
{
	if (request->body.n &&
		!str_eq_z(http_content_type(request), "application/x-www-form-urlencoded"))
		return error_because(reterr_why, ERROR_UNSUPPORTED_MEDIA_TYPE,
			"content type '%.*s' where a form is wanted",
			STR_ARG(str_take(http_content_type(request), 100)));
	return parsed_once(
		request, request->body, LIMIT_FORM, &request->form_params, ret_params, reterr_why);
}

static const struct cookies *all_cookies(struct http_request *request)
{
	if (!request->cookies) {
		request->cookies = arena_alloc(request->arena, sizeof *request->cookies);
		for (size_t i = 0; i < request->n_headers; i++)
			if (str_eq_nocase(request->headers[i].name, STR("cookie")))
				cookies_parse(request->arena, request->headers[i].value,
					request->cookies);
	}
	return request->cookies;
}

struct str http_cookie(struct http_request *request, const char *name)
{
	return cookies_value(all_cookies(request), str_from(name));
}

size_t http_cookie_values(
	struct http_request *request, const char *name, struct str *values, size_t max)
{
	return cookies_values(all_cookies(request), str_from(name), values, max);
}

struct str http_bearer(const struct http_request *request)
{
	struct str value = http_header(request, "authorization");
	size_t space = str_index(value, ' ');
	if (space == value.n || !str_eq_nocase(str_take(value, space), STR("bearer")))
		return (struct str){ 0 };
	return str_trim(str_drop(value, space));
}

struct str http_own_origin(const struct http_request *request)
{
	return arena_join(request->arena, request->scheme, STR("://"), request->host);
}

void http_hand_over(
	struct http_request *request, enum http_queue queue, http_handler *handler, void *context)
{
	request->next_queue = queue;
	request->next_handler = handler;
	request->next_context = context;
}

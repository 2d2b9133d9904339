/* Cross-origin resource sharing; see cors.h. */
#include "http/cors.h"

#include <string.h>

struct origin {
	struct str scheme, host;
	int64_t port;
};

/* scheme "://" host [ ":" port ] and nothing else; false for "null" and the rest. */
static bool origin_parse(struct str text, struct origin *ret_origin)
{
	size_t colon = str_index(text, ':');
	struct origin origin = { .scheme = str_take(text, colon) };
	struct str rest = str_drop(text, colon);
	if (str_eq_nocase(origin.scheme, STR("http")))
		origin.port = 80;
	else if (str_eq_nocase(origin.scheme, STR("https")))
		origin.port = 443;
	if (!colon || !str_starts(rest, STR("://")))
		return false;
	rest = str_drop(rest, 3);
	for (size_t i = 0; i < rest.n; i++) {
		unsigned char c = (unsigned char)rest.p[i];
		if (c <= 0x20 || c >= 0x7f || strchr("/?#@\\*\"<>", c))
			return false;
	}
	size_t last = str_last_index(rest, ':');
	bool has_port = last < rest.n && !str_ends(rest, STR("]"));
	if (has_port && (!str_to_int64(str_drop(rest, last + 1), &origin.port) ||
			 origin.port < 1 || origin.port > 65535))
		return false;
	origin.host = has_port ? str_take(rest, last) : rest;
	if (!origin.host.n)
		return false;
	*ret_origin = origin;
	return true;
}

static bool origin_eq(const struct origin *a, struct str text)
{
	struct origin b;
	return origin_parse(text, &b) && str_eq_nocase(a->scheme, b.scheme) &&
	       str_eq_nocase(a->host, b.host) && a->port == b.port;
}

enum cors_verdict cors_judge(struct str origin, struct str own_origin, const struct str *allowed,
			     size_t n_allowed)
{
	if (!origin.p)
		return CORS_NONE;
	struct origin asked;
	if (!origin_parse(origin, &asked))
		return CORS_REFUSED;
	if (origin_eq(&asked, own_origin))
		return CORS_SAME;
	for (size_t i = 0; i < n_allowed; i++)
		if (str_eq_z(allowed[i], "*") || origin_eq(&asked, allowed[i]))
			return CORS_ALLOWED;
	return CORS_REFUSED;
}

static bool reflect(struct http_response *response, struct str origin)
{
	if (http_set_header(response, "Access-Control-Allow-Origin", origin, NULL))
		return false;
	http_set_header_z(response, "Access-Control-Allow-Credentials", "true");
	http_set_header_z(response, "Vary", "Origin");
	return true;
}

void cors_allow(struct http_response *response, struct str origin, bool expose)
{
	if (reflect(response, origin) && expose)
		http_set_header_z(response, "Access-Control-Expose-Headers",
				  "Access-Control-Allow-Methods");
}

enum cors_verdict cors_apply(const struct http_request *request, const struct str *allowed,
			     size_t n_allowed, bool expose, struct http_response *response)
{
	struct str origin = http_header(request, "origin");
	enum cors_verdict verdict =
		cors_judge(origin, http_own_origin(request), allowed, n_allowed);
	if (verdict == CORS_ALLOWED)
		cors_allow(response, origin, expose);
	return verdict;
}

bool cors_is_preflight(const struct http_request *request)
{
	return request->method == HTTP_OPTIONS && http_header(request, "origin").n &&
	       http_header(request, "access-control-request-method").n;
}

void cors_preflight(const struct http_request *request, unsigned methods,
		    struct http_response *response)
{
	http_respond_empty(response, 200);
	struct str list = http_method_list(response->arena, methods);
	if (!reflect(response, http_header(request, "origin")))
		return;
	http_set_header_z(response, "Access-Control-Allow-Methods", list.p);
	http_set_header_z(response, "Access-Control-Allow-Headers",
			  "Origin, Accept, X-Requested-With, Access-Control-Request-Method, "
			  "Access-Control-Request-Headers, DPoP, Content-Type, Authorization");
	http_set_header_z(response, "Access-Control-Max-Age", "3600");
}

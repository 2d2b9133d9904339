/* Cross-origin resource sharing; see cors.h. */
#include "http/cors.h"

#include "base/url.h"

/* scheme://host[:port] and nothing else: not "null", no path, not even "/". */
static bool is_origin(const struct url *url)
{
	return url->has_authority && url->host.n && !url->has_userinfo && !url->path.n &&
		!url->has_query && !url->has_fragment;
}

/* Origins of other schemes (capacitor://localhost) have no default port: their texts agree. */
static bool same_origin(const struct url *asked, struct str text)
{
	struct url url;
	if (str_eq_nocase(asked->text, text))
		return true;
	return !url_parse(text, &url, NULL) && is_origin(&url) && url_same_origin(asked, &url);
}

enum cors_verdict cors_judge(
	struct str origin, struct str own_origin, const struct str *allowed, size_t n_allowed)
{
	if (!origin.p)
		return CORS_NONE;
	struct url asked;
	if (url_parse(origin, &asked, NULL) || !is_origin(&asked))
		return CORS_REFUSED;
	if (same_origin(&asked, own_origin))
		return CORS_SAME;
	for (size_t i = 0; i < n_allowed; i++)
		if (str_eq_z(allowed[i], "*") || same_origin(&asked, allowed[i]))
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
		http_set_header_z(
			response, "Access-Control-Expose-Headers", "Access-Control-Allow-Methods");
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

void cors_preflight(
	const struct http_request *request, unsigned methods, struct http_response *response)
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

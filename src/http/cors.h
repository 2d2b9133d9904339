/* Cross-origin resource sharing (Fetch standard, "CORS protocol"), answered as recorded
 * from Keycloak: an Origin is reflected, never '*', with credentials allowed. Pure. */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

#include "http/response.h"

enum cors_verdict {
	CORS_NONE,    /* no Origin header: not a cross-origin request of a browser */
	CORS_SAME,    /* our own origin */
	CORS_ALLOWED, /* in the list */
	CORS_REFUSED, /* the token endpoint answers 403 {"error":"Invalid origin"} */
};

/* `origin`: the header's value. `allowed`: scheme://host[:port] texts, or "*" for every
 * origin ("+", the origins of the redirect URIs, is expanded by the caller). Compared with
 * scheme and host in any case; a default port counts as absent. "null" and what is no
 * origin are refused even by "*". */
enum cors_verdict cors_judge(
	struct str origin, struct str own_origin, const struct str *allowed, size_t n_allowed);

/* Adds the headers for an allowed origin: Access-Control-Allow-Origin (reflected),
 * -Allow-Credentials: true, Vary: Origin, and with `expose`
 * Access-Control-Expose-Headers: Access-Control-Allow-Methods (token, userinfo, logout). */
void cors_allow(struct http_response *response, struct str origin, bool expose);

/* Judges, and adds the headers when allowed; returns the verdict. */
enum cors_verdict cors_apply(const struct http_request *request, const struct str *allowed,
	size_t n_allowed, bool expose, struct http_response *response);

/* True when the request is a preflight: OPTIONS, Origin, Access-Control-Request-Method. */
bool cors_is_preflight(const struct http_request *request);
/* 200 for a preflight, whatever the origin (it tells nothing of the client, which is not
 * known yet). `methods`: mask of enum http_method. */
void cors_preflight(
	const struct http_request *request, unsigned methods, struct http_response *response);

#endif

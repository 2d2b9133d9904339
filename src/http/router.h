/* Routes: tables of method, path pattern and handler, and the match of a request.
 *
 * Patterns: "/realms/{realm}/protocol/openid-connect/token"; {name} takes one non-empty
 * segment, {name...} as the last one takes the rest ("a/b/c", may be empty). A literal
 * segment goes before a {name}. One trailing slash of a request is ignored. */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "base/limits.h"
#include "http/request.h"

/* Bits of http_route.flags */
enum {
	HTTP_INLINE = 0,      /* runs on the I/O thread: must not wait */
	HTTP_WORKER = 1,      /* handed to the workers */
	HTTP_GATE = 2,        /* handed to the password gate */
	HTTP_STREAM_BODY = 4, /* the body is spooled to an unlinked file: request->body_fd */
	HTTP_CORS = 8,        /* preflights are answered for this path */
	HTTP_CSRF = 16,       /* a form of ours: Origin and Sec-Fetch-Site must not name another
				 site (403); the form's token is the handler's affair */
	HTTP_SLASHES = 32,    /* its {names} may hold slashes, sent as %2F: they are no paths */
};

struct http_route {
	unsigned methods;    /* mask of enum http_method; GET serves HEAD too */
	const char *pattern; /* static */
	http_handler *handler;
	unsigned flags;
	size_t body_limit; /* bytes; 0: LIMIT_FORM */
	int permission;    /* meaning is the table owner's (admin permission id) */
	const void *extra; /* likewise */
	/* Called with the head alone, on the I/O thread, before any byte of the body is taken
	 * (NULL: none). Setting a status refuses the request with that response: a large
	 * upload by somebody who may not do it costs nothing. */
	http_handler *early;
};

struct http_router;

/* auth_prefix: /auth, /auth/realms, /auth/admin, /auth/resources and /auth/js are the same as
 * without /auth. */
struct http_router *router_new(bool auth_prefix);
void router_free(struct http_router *router);
/* Adds a table, which is borrowed; `context` is passed to its handlers. Aborts on a pattern
 * that cannot be read and on two routes for one method and pattern: both are mistakes in our
 * own tables. Not while a server uses the router. */
void router_add(
	struct http_router *router, const struct http_route *routes, size_t n, void *context);

struct http_match {
	const struct http_route *route; /* NULL when the method is not served */
	void *context;
	unsigned methods; /* all that the path serves, with HEAD and OPTIONS */
	bool cors;        /* some route of the path has HTTP_CORS */
};

/* Splits and decodes request->raw_path (fills path, segments, under_auth) and finds the route
 * for request->method (fills route, route_values).
 * Errors: INVALID_REQUEST (bad percent sequence; NUL or a control byte; a "." or ".." segment; an
 * encoded slash where the route has not HTTP_SLASHES), INVALID_NOT_UTF8, NOT_FOUND,
 * METHOD_NOT_ALLOWED (*ret_match is filled: methods, cors; so it is for an OPTIONS request that no route takes itself). */
enum error_code router_match(const struct http_router *router, struct http_request *request,
	struct http_match *ret_match, struct why *reterr_why) MUST_USE;

#endif

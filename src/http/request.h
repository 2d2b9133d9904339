/* One HTTP request as handlers see it: plain data and look-ups, no socket.
 *
 * The server has checked it already: framing, size limits, Host, percent-encoding of the
 * path. Everything in it lives in `arena` and ends with the request. Tests may fill a
 * request by hand (http_request_init). */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/arena.h"
#include "base/errors.h"
#include "http/cookie.h"
#include "http/params.h"

struct http_response;
struct http_route;
struct http_request;

/* Bits, so that a route's methods are a mask. */
enum http_method {
	HTTP_GET = 1,
	HTTP_HEAD = 2,
	HTTP_POST = 4,
	HTTP_PUT = 8,
	HTTP_PATCH = 16,
	HTTP_DELETE = 32,
	HTTP_OPTIONS = 64,
};

enum { HTTP_ROUTE_PARAMETERS = 8 }; /* at most so many {names} in one pattern */

/* Where a handler runs, or hands over to. */
enum http_queue {
	HTTP_QUEUE_NONE,
	HTTP_QUEUE_WORKER, /* waits for commits, networks */
	HTTP_QUEUE_GATE,   /* password hashing, key generation */
};

/* Fills `response` (status 0 counts as 500). Runs on one thread at a time; may call
 * http_hand_over instead of answering. */
typedef void http_handler(
	void *context, struct http_request *request, struct http_response *response);

struct http_header {
	struct str name, value;
};

struct http_request {
	enum http_method method; /* HEAD is shown as GET, with is_head set */
	bool is_head;
	bool under_auth;    /* came with the old /auth prefix, which `path` does not have */
	bool local;         /* came through the unix socket: whoever may open the data folder */
	bool trusted_proxy; /* the peer is one of the trusted proxies */

	struct str raw_path;  /* as sent, with /auth, percent-encoded */
	struct str raw_query; /* after '?', as sent; empty when none */
	struct str path;      /* decoded, without /auth: "/realms/a b/account" */
	struct str *segments; /* decoded pieces of `path` */
	size_t n_segments;
	struct str route_values[HTTP_ROUTE_PARAMETERS]; /* see http_route_value */
	const struct http_route *route;                 /* matched; NULL before */

	struct http_header *headers; /* in the order sent; names as sent */
	size_t n_headers;

	struct str body; /* whole; empty when it was spooled */
	int body_fd; /* HTTP_STREAM_BODY: an unlinked file at offset 0, closed with the request; else -1 */
	uint64_t body_n; /* bytes of the body, spooled or not */

	struct str peer;   /* address of the connection, "192.0.2.1", "2001:db8::1", "unix" */
	struct str client; /* the same after the trusted-proxy rules: for logs, lockout, events */
	struct str scheme; /* "http" or "https", after the trusted-proxy rules */
	struct str host;   /* authority: name[:port], lower case, after the trusted-proxy rules */

	struct str id; /* request id: header X-Request-Id, log, error page */
	struct arena *arena;

	/* Set by http_hand_over, obeyed by the server. */
	enum http_queue next_queue;
	http_handler *next_handler;
	void *next_context;

	/* Parsed when first asked for. */
	struct params *query_params, *form_params;
	struct cookies *cookies;
};

/* An empty GET of "/" by "127.0.0.1" on http://localhost, for tests and for the server. */
void http_request_init(struct http_request *request, struct arena *arena);

/* The method's name, "GET". */
const char *http_method_name(enum http_method method);
/* "GET, HEAD, OPTIONS" of a mask, in that fixed order. */
struct str http_method_list(struct arena *arena, unsigned methods);

/* The first header of that name in any case; p is NULL when absent. */
struct str http_header(const struct http_request *request, const char *name);
size_t http_header_count(const struct http_request *request, const char *name);
/* The parameter {name} of the route's pattern, decoded, never empty; p NULL when the
 * pattern has none of that name. */
struct str http_route_value(const struct http_request *request, const char *name);

/* The query's parameters, parsed once. The error (as params_parse) comes at each call. */
enum error_code http_query(struct http_request *request, const struct params **ret_params,
	struct why *reterr_why) MUST_USE;
/* The form's parameters (at most LIMIT_FORM). An empty body gives no parameters. Another
 * content type than application/x-www-form-urlencoded with a body:
 * UNSUPPORTED_MEDIA_TYPE. */
enum error_code http_form(struct http_request *request, const struct params **ret_params,
	struct why *reterr_why) MUST_USE;
/* The Content-Type without parameters, lower case; empty when absent. */
struct str http_content_type(const struct http_request *request);

/* The first cookie of that name; p NULL when absent. */
struct str http_cookie(struct http_request *request, const char *name);
/* All values of that name, at most `max`; returns how many. */
size_t http_cookie_values(
	struct http_request *request, const char *name, struct str *values, size_t max);

/* The token of "Authorization: Bearer x" (RFC 6750 section 2.1); p NULL when absent. */
struct str http_bearer(const struct http_request *request);
/* "scheme://host", what a browser on our own pages sends as Origin. */
struct str http_own_origin(const struct http_request *request);

/* The handler returns without an answer and `handler` runs next in that queue, with the
 * same request and response. When the queue is full the client gets 503 with
 * Retry-After. `context` must live as long as the request (its arena, or longer). */
void http_hand_over(
	struct http_request *request, enum http_queue queue, http_handler *handler, void *context);

#endif

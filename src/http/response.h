/* An HTTP response as handlers build it: status, headers, body in the request's arena.
 *
 * Headers that every response gets (X-Request-Id, Referrer-Policy, X-Content-Type-Options,
 * on https Strict-Transport-Security, and X-Frame-Options where there is a body) are added by
 * http_response_finish, which the server calls; what a handler has set itself stays. */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "http/request.h"

struct http_response {
	struct arena *arena;         /* the request's */
	int status;                  /* 0: no answer yet */
	struct http_header *headers; /* one with an empty name was replaced: skip it */
	size_t n_headers;
	struct str body;    /* in `arena` */
	int body_fd;        /* >= 0: the body is this file from offset 0, `body` is ignored; the
			    server closes it */
	uint64_t body_fd_n; /* bytes of body_fd */
	bool close;         /* close the connection after it */
	bool framable;      /* other sites may frame it: no X-Frame-Options */
};

void http_response_init(struct http_response *response, struct arena *arena);
/* Forgets all that was set (not the arena); closes body_fd. */
void http_response_clear(struct http_response *response);

/* Adds a header; several of one name are allowed (Set-Cookie). The value is copied.
 * INVALID_VALUE, and nothing is added, when the name is not a token or the value holds
 * CR, LF, NUL or another control byte: a setting that reaches a header breaks no
 * response. */
enum error_code http_add_header(struct http_response *response, const char *name, struct str value,
	struct why *reterr_why) MUST_USE;
/* Replaces the headers of that name by one. The same errors. */
enum error_code http_set_header(struct http_response *response, const char *name, struct str value,
	struct why *reterr_why) MUST_USE;
/* The same with a value that we wrote ourselves; a bad one aborts the process. */
void http_set_header_z(struct http_response *response, const char *name, const char *value);
/* The first header of that name; p NULL when absent. */
struct str http_response_header(const struct http_response *response, const char *name);

/* Set-Cookie, as cookie_build. */
enum error_code http_set_cookie(struct http_response *response, const struct cookie_out *cookie,
	struct why *reterr_why) MUST_USE;

/* Answers: each sets status and Content-Type as recorded from Keycloak; a `body` that is not
 * in the response's arena is copied into it. */
void http_respond_json(struct http_response *response, int status, struct str body);
/* text/html;charset=utf-8 with HTTP_HTML_POLICY and X-Frame-Options DENY; a page that
 * frames others or may be framed sets its own Content-Security-Policy afterwards. */
void http_respond_html(struct http_response *response, int status, struct str body);
/* text/plain;charset=utf-8 */
void http_respond_text(struct http_response *response, int status, struct str body);
/* No body: 204, 201 with a Location added by the caller, ... */
void http_respond_empty(struct http_response *response, int status);
/* Any other type, e.g. "application/jwt". */
void http_respond_bytes(
	struct http_response *response, int status, const char *content_type, struct str body);
/* 302 (or 303) with Location. The caller has checked where it goes; a location with bytes
 * that no URI has (controls, space, quotes, <, >, \, non-ASCII) is INVALID_VALUE and the
 * response stays as it was. */
enum error_code http_respond_redirect(struct http_response *response, int status,
	struct str location, struct why *reterr_why) MUST_USE;
/* {"error": ..., "error_description": ...}; both are escaped here. description may be
 * empty: then it is left out. */
void http_respond_error(
	struct http_response *response, int status, struct str error, struct str description);
/* The same from the error table (error_oauth, error_text), with its HTTP status. */
void http_respond_error_code(struct http_response *response, enum error_code code);

/* Cache-Control as recorded: token endpoint "no-store" with Pragma: no-cache; login pages
 * "no-store, must-revalidate, max-age=0"; discovery and certs "no-cache". */
void http_no_store(struct http_response *response);
void http_no_store_page(struct http_response *response);
void http_no_cache(struct http_response *response);

#define HTTP_HTML_POLICY                                                                \
	"default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; " \
	"frame-src 'self'; frame-ancestors 'none'; object-src 'none';"

/* Adds what every response has; status 0 becomes a 500. Called once, by the server. */
void http_response_finish(const struct http_request *request, struct http_response *response);

#endif

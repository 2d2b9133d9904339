/* The rules for a request's head that keep its framing unambiguous (RFC 9112 sections 3.2,
 * 5 and 6; RFC 9110 section 5.5). Pure: it sees target and headers, not the wire. */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include "http/request.h"

struct head_facts {
	bool has_body; /* chunked, or a Content-Length above 0 */
	bool chunked;
	uint64_t content_length; /* 0 when absent */
	bool expects_continue;
};

/* Judges request->headers. `is_1_0`: the version is HTTP/1.0, which needs no Host.
 * INVALID_REQUEST: a name that is no token, a control byte (tab aside) in a value, two or
 * malformed Content-Length, Transfer-Encoding that is not "chunked" alone or comes with
 * Content-Length or HTTP/1.0, none or two Host. */
enum error_code head_check(const struct http_request *request, bool is_1_0,
	struct head_facts *ret_facts, struct why *reterr_why) MUST_USE;

/* Splits an origin-form target ("/path?query") into raw_path and raw_query. INVALID_REQUEST
 * for another form, spaces, control bytes and '#'. */
enum error_code head_target(
	struct http_request *request, struct str target, struct why *reterr_why) MUST_USE;

/* A token of RFC 9110 section 5.6.2: the name of a header or a cookie. Not empty. */
bool head_is_token(struct str s);
/* The method of that exact name, or 0. */
unsigned head_method(const char *name);

#endif

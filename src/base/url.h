/* Absolute URIs, parsed strictly as RFC 3986 writes them, and their origins.
 *
 * Strict, because what two parsers read differently is how redirect checks are fooled:
 * control bytes, spaces, backslashes, non-ASCII bytes, braces and stray percent signs are
 * errors, never repaired. Nothing is percent-decoded and nothing is normalised; comparing
 * redirect URIs is comparing texts. Pure, and without any network library. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/arena.h"
#include "base/errors.h"

enum {
	URL_LIMIT = 8 << 10, /* bytes; a longer text is not a URL to us */
	URL_NO_PORT = -1,
};

/* A parsed URI; every text borrows from the one that was parsed, as written there. */
struct url {
	struct str text;     /* the whole */
	struct str scheme;   /* "https"; letters in the case they were written in */
	struct str userinfo; /* without "@"; has_userinfo tells "" from none */
	struct str host;     /* "app.example.org", "192.0.2.1", "::1" (without its brackets) */
	struct str path;     /* "" or what stands before "?" and "#"; "/a;b=c/..%2f" as written */
	struct str query;    /* without "?" */
	struct str fragment; /* without "#" */
	int port;            /* as written, else the scheme's (80, 443), else URL_NO_PORT */
	bool has_authority;  /* "//" follows the scheme; always so for http and https */
	bool has_userinfo, has_port, has_query, has_fragment;
	bool is_http, is_https; /* the scheme, letters folded; at most one is true */
	bool is_ipv4, is_ipv6;  /* the host is such a literal */
};

/* Parses an absolute URI (RFC 3986 section 4.3, with an optional fragment; custom schemes and
 * "urn:..." too). ERROR_INVALID_VALUE with the offending byte or part in the reason.
 *
 * Beyond the RFC, for every scheme: at most URL_LIMIT bytes; a port is 1 to 65535 and not
 * empty; a bracketed host is an IPv6 address without zone. For http and https: the
 * authority is there, the host is not empty and is an IP literal or labels of letters,
 * digits, "-" and "_" (no percent signs, no "*", no empty label but a trailing dot); a
 * host whose last label is a number must be four plain decimals, since browsers read
 * "127.1" and "0x7f000001" as addresses. Userinfo and fragment are flagged, not refused:
 * callers that take URLs from strangers refuse both. */
enum error_code url_parse(struct str text, struct url *ret_url, struct why *reterr_why) MUST_USE;

/* The origin as browsers write it (RFC 6454 section 6.2): "scheme://host[:port]" in
 * lower case, the default port left out, IPv6 in its canonical form and brackets. Empty
 * unless the scheme is http or https. In the arena. */
struct str url_origin(struct arena *arena, const struct url *url);
/* url_origin of a text; empty when it does not parse or has no origin. Fit for Referer, Origin
 * and redirect URIs ("null" gives empty). */
struct str url_origin_of_text(struct arena *arena, struct str text);
/* True when both are http(s) and scheme, host (letters folded) and port agree. */
bool url_same_origin(const struct url *a, const struct url *b);

/* True for "localhost" (letters folded), 127.0.0.0/8 and ::1 (RFC 8252 section 7.3). */
bool url_host_is_loopback(const struct url *url);
/* True when the path has a segment that some server or browser takes for "." or "..":
 * those two, with any dot written %2e, with ";..." behind, or a percent-encoded slash or
 * backslash anywhere. A wildcard at the end of a registered path must not match these. */
bool url_path_climbs(const struct url *url);
/* True for a scheme that runs code in a page when it is followed: javascript, data,
 * vbscript, blob, filesystem, about, view-source (letters folded). Never a redirect target. */
bool url_scheme_is_active(const struct url *url);

#endif

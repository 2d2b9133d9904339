/* Cookies: reading the Cookie header, writing Set-Cookie (RFC 6265).
 *
 * Pieces of a Cookie header that do not follow the grammar are skipped: other sites on
 * the same host may set such, and must not lock their user out. Cookies of one name that
 * come twice are all visible; it is for the caller to believe none blindly. */
#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include "base/arena.h"
#include "base/errors.h"

struct cookie {
	struct str name, value; /* borrowed from the header; quotes around a value removed */
};

struct cookies {
	struct cookie *list; /* in the order sent */
	size_t n;
};

enum { COOKIES_MAX = 300 }; /* what comes after them is not looked at */

/* Appends the pairs of one Cookie header's value (several headers: call again). */
void cookies_parse(struct arena *arena, struct str header, struct cookies *cookies);
/* The first of that name, else the empty text with p NULL. */
struct str cookies_value(const struct cookies *cookies, struct str name);
/* The values of that name, at most `max`; returns how many were written. */
size_t cookies_values(
	const struct cookies *cookies, struct str name, struct str *values, size_t max);

enum cookie_same_site { SAME_SITE_UNSET, SAME_SITE_NONE, SAME_SITE_LAX, SAME_SITE_STRICT };

enum { COOKIE_SESSION = -1 }; /* max_age_s: ends with the browser's session */

struct cookie_out {
	struct str name;   /* a token (RFC 6265 section 4.1.1) */
	struct str value;  /* cookie-octets; may be empty */
	struct str path;   /* empty: "/" */
	int64_t max_age_s; /* COOKIE_SESSION, 0 (delete now) or seconds */
	bool secure;
	bool script_may_read; /* false: HttpOnly */
	enum cookie_same_site same_site;
};

/* The value of a Set-Cookie header. INVALID_VALUE when name, value or path hold bytes
 * that the grammar does not allow, or when SameSite=None comes without Secure (browsers
 * drop such a cookie). */
enum error_code cookie_build(struct arena *arena, const struct cookie_out *cookie,
	struct str *ret_header, struct why *reterr_why) MUST_USE;

#endif

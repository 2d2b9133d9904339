/* Query strings and application/x-www-form-urlencoded bodies, from raw bytes.
 *
 * One parser for both (WHATWG URL, "application/x-www-form-urlencoded parsing", made
 * strict): '&' separates, '+' is a space, %XX is decoded once. Refused, not repaired:
 * a '%' without two hexadecimal digits, NUL, a name or value that is not UTF-8, more
 * parameters than the limit. Knows nothing of requests. */
#ifndef HTTP_PARAMS_H
#define HTTP_PARAMS_H

#include "base/arena.h"
#include "base/errors.h"

struct param {
	struct str name, value; /* decoded */
};

struct params {
	struct param *list; /* in the order of the text, duplicates included */
	size_t n;
};

/* Parses `raw`. A piece without '=' is a name with an empty value; empty pieces ("a&&b")
 * are skipped. Names and values live in `arena`. At most `limit_bytes` of text (0: no
 * limit) and LIMIT_PARAMETERS parameters.
 * Errors: INVALID_REQUEST (percent sequence, NUL, count), INVALID_NOT_UTF8, TOO_LARGE. */
enum error_code params_parse(struct arena *arena, struct str raw, size_t limit_bytes,
	struct params *ret_params, struct why *reterr_why) MUST_USE;

/* Decodes one percent-encoded text (plus_is_space: also '+'). Same refusals. */
enum error_code params_decode(struct arena *arena, struct str raw, bool plus_is_space,
	struct str *ret_text, struct why *reterr_why) MUST_USE;

/* The first value of that name. False (untouched) when there is none: an empty value and
 * an absent one are told apart. */
bool params_get(const struct params *params, const char *name, struct str *ret_value);
/* The first value; the empty text (p NULL) when absent. */
struct str params_value(const struct params *params, const char *name);
size_t params_count(const struct params *params, const char *name);

/* Protocol endpoints (RFC 6749 section 3.1: parameters must not be included more than
 * once): DUPLICATE_PARAMETER when a name that is not in `except` (NULL-terminated, may be
 * NULL) comes twice; *ret_name (may be NULL) is that name, borrowed from params. */
enum error_code params_refuse_duplicates(const struct params *params, const char *const *except,
	struct str *ret_name, struct why *reterr_why) MUST_USE;

#endif

/* Error codes, and the reason that goes with one to the log.
 *
 * A function that can fail returns `enum error_code`; OK is 0. The result must be used.
 * What the user sees comes from errors.def; the last parameter `reterr_why` (which may
 * be NULL) gets the reason in words with field, value and client, for the log. */
#ifndef BASE_ERRORS_H
#define BASE_ERRORS_H

#include "base/str.h"

enum error_code {
	OK = 0,
#define E(name, http_status, oauth_error, event_error, text) ERROR_##name,
#include "base/errors.def"
#undef E
	ERROR_COUNT
};

#define MUST_USE __attribute__((warn_unused_result))

/* The reason of a failure. Set by the function that found it; never holds a secret. */
struct why {
	char text[400]; /* NUL-terminated, cut when longer */
};

/* Writes the reason (when `why` is not NULL) and returns `code`:
 *     return error_because(reterr_why, ERROR_INVALID_VALUE, "field %s: ...", name); */
enum error_code error_because(struct why *why, enum error_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The columns of errors.def. Static storage. */
const char *error_name(enum error_code code);
int error_http_status(enum error_code code);
const char *error_oauth(enum error_code code);
const char *error_event(enum error_code code);
const char *error_text(enum error_code code);

#endif

/* Bodies of multipart/form-data (RFC 7578): forms with files. Pure. */
#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

#include "base/arena.h"
#include "base/errors.h"

enum { MULTIPART_PARTS_MAX = 50, MULTIPART_BOUNDARY_MAX = 70 /* RFC 2046 section 5.1.1 */ };

struct multipart_part {
	struct str name;    /* of the form's field */
	struct str content; /* any bytes */
};

struct multipart {
	struct multipart_part parts[MULTIPART_PARTS_MAX];
	size_t n;
};

/* Reads a body by its Content-Type header. Texts borrow from `body`; file names and types of parts
 * are not looked at. UNSUPPORTED_MEDIA_TYPE: another type. INVALID_REQUEST: no boundary, a part
 * without a name, the end is missing, too many parts. */
MUST_USE enum error_code multipart_parse(struct str content_type, struct str body, struct multipart *ret_form,
	struct why *reterr_why);
/* The content of the first part of that name; p NULL when there is none. */
struct str multipart_value(const struct multipart *form, const char *name);

#endif

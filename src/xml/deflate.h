/* Raw DEFLATE (RFC 1951), as the Redirect binding has it (SAML bindings section 3.4.4.1). */
#ifndef XML_DEFLATE_H
#define XML_DEFLATE_H

#include "base/arena.h"
#include "base/errors.h"

/* The bytes that `deflated` stands for, at most `limit` of them (ERROR_TOO_LARGE as soon as
 * there would be more, whatever is still to come). ERROR_BAD_XML for a broken or unfinished
 * stream, and for bytes behind its end. */
enum error_code xml_inflate(struct arena *arena, struct str deflated, size_t limit,
	struct str *ret_bytes, struct why *reterr_why) MUST_USE;
/* The other way. ERROR_INTERNAL when memory is gone. */
enum error_code xml_deflate(struct arena *arena, struct str bytes, struct str *ret_deflated,
	struct why *reterr_why) MUST_USE;

#endif

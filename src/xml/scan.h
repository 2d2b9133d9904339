/* Characters and names of XML 1.0, and the decoding of text. Not for other folders. */
#ifndef XML_SCAN_H
#define XML_SCAN_H

#include "base/str.h"

/* XML's white space. */
bool xml_scan_is_blank(char c);
/* True when all of s are characters that XML 1.0 (section 2.2) lets in; s is UTF-8. Otherwise
 * *ret_at is the place of the first that is none. */
bool xml_scan_is_text(struct str s, size_t *ret_at);
/* Bytes of the NCName that s starts with; 0 when there is none. */
size_t xml_scan_name(struct str s);

enum xml_scan_kind {
	XML_SCAN_TEXT,      /* references become characters, line ends LF */
	XML_SCAN_ATTRIBUTE, /* the same, and blanks become spaces */
	XML_SCAN_VERBATIM,  /* CDATA, comments: line ends alone */
};
/* Decodes n bytes at p in place; what comes out is never longer. Returns NULL and writes
 * *ret_n, or what is wrong. */
const char *xml_scan_decode(char *p, size_t n, enum xml_scan_kind kind, size_t *ret_n);

#endif

/* The strict scanner of RFC 8259 that json/read, tree, write and cutter share; private to
 * json/. It keeps no stack but one bit a level, so that depth costs nothing, and enforces
 * the limits that json/read.h promises (duplicates are its callers' to find). */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include "base/errors.h"
#include "base/limits.h"

enum scan_kind {
	SCAN_DONE, /* the one value was complete and nothing follows */
	SCAN_OBJECT_BEGIN,
	SCAN_OBJECT_END,
	SCAN_ARRAY_BEGIN,
	SCAN_ARRAY_END,
	SCAN_NAME,
	SCAN_TEXT,
	SCAN_INT,
	SCAN_REAL, /* a number with a fraction or an exponent */
	SCAN_TRUE,
	SCAN_FALSE,
	SCAN_NULL,
};

struct scan_token {
	enum scan_kind kind;
	struct str raw;  /* NAME, TEXT: between the quotes; else the token's text */
	bool escaped;    /* NAME, TEXT: raw has escapes */
	int64_t integer; /* INT */
};

struct scan {
	struct str text;
	size_t at;         /* the next byte; after a fault, the byte at fault */
	unsigned depth;    /* open objects and arrays */
	uint64_t objects;  /* bit d: level d is an object */
	int state;         /* what may come; see scan.c */
	const char *fault; /* static text once something was wrong */
};

_Static_assert(LIMIT_JSON_DEPTH <= 64, "one bit a level");

/* At the beginning of `text`, which must hold one value. */
struct scan scan_new(struct str text);
/* The next token. False when the text is faulty: `fault` and `at` tell, and scan_because
 * puts them in words. */
bool scan_next(struct scan *scan, struct scan_token *ret_token);
/* ERROR_BAD_JSON with line, column and the fault. */
enum error_code scan_because(const struct scan *scan, struct why *reterr_why);
/* Decodes a NAME's or TEXT's raw bytes to `to`, which has room for raw.n bytes and may be
 * raw.p itself. Returns the decoded length, which is never larger. */
size_t scan_unescape(char *to, struct str raw);

#endif

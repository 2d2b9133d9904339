/* A text builder that grows in an arena. Errors stick: after one, additions are
 * ignored and text_str gives the empty text, so that callers check once at the end. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"

struct text {
	struct arena *arena;
	char *p;
	size_t n, capacity;
	size_t limit; /* bytes; longer fails */
	bool failed;
};

/* Empty, growing in `arena` up to `limit` bytes (0: 64 MiB). */
struct text text_new(struct arena *arena, size_t limit);
void text_add(struct text *text, struct str s);
void text_add_z(struct text *text, const char *z);
void text_add_char(struct text *text, char c);
void text_add_int(struct text *text, int64_t value);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Percent-encoding of RFC 3986: everything but unreserved characters. */
void text_add_percent(struct text *text, struct str s);
/* For HTML text and double-quoted attributes: & < > " ' become entities. */
void text_add_html(struct text *text, struct str s);
/* For a log line: control bytes, DEL, `"` and `\` become \xNN or \" and \\. */
void text_add_quoted(struct text *text, struct str s);
/* For a person's eyes: control characters (C0, DEL, C1) and bytes that are not UTF-8 become "?"; at
 * most `limit` bytes of s are taken, no sequence is cut. */
void text_add_clean(struct text *text, struct str s, size_t limit);
/* What was built, NUL-terminated beyond n; empty when it failed. Borrowed from the
 * arena; further additions may move it. */
struct str text_str(struct text *text);

#endif

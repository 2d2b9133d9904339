/* Borrowed text: a pointer and a length, never owned, not NUL-terminated.
 *
 * Whoever hands out a `struct str` says what it borrows from (an arena, a static
 * table, a request). Nothing here allocates. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	const char *p; /* may be NULL only when n is 0 */
	size_t n;      /* bytes */
};

/* A `struct str` of a string literal; embedded NULs count. */
#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
/* The same as an initializer of static data. */
#define STR_INIT(literal) { "" literal, sizeof(literal) - 1 }
/* For "%.*s": printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

/* Borrows a NUL-terminated string; NULL gives the empty text. */
struct str str_from(const char *z);
/* Borrows n bytes at p. */
struct str str_of(const void *p, size_t n);

bool str_is_empty(struct str s);
/* Byte-wise equality. Not for secrets: those go through crypto/secret.h. */
bool str_eq(struct str a, struct str b);
bool str_eq_z(struct str a, const char *z);
/* Equality with ASCII letters folded. */
bool str_eq_nocase(struct str a, struct str b);
/* memcmp order, the shorter first when one is a prefix; <0, 0, >0. */
int str_compare(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_contains(struct str s, struct str part);
/* Index of the first `c`, or s.n when there is none. */
size_t str_index(struct str s, char c);
/* Index of the last `c`, or s.n when there is none. */
size_t str_last_index(struct str s, char c);
/* From byte `from` (clamped) to the end; str_take keeps the first n. */
struct str str_drop(struct str s, size_t from);
struct str str_take(struct str s, size_t n);
/* Without ASCII spaces and tabs at both ends. */
struct str str_trim(struct str s);

/* Takes the next piece up to `separator` off *rest. False when *rest was used up
 * (rest->p is NULL then). "a,,b" gives "a", "", "b"; the empty text gives none. */
bool str_next(struct str *rest, char separator, struct str *ret_piece);

/* Strict decimal: optional '-', digits only, no overflow, nothing around it. */
bool str_to_int64(struct str s, int64_t *ret_value);
/* Valid UTF-8 (RFC 3629: no overlong forms, surrogates or values above U+10FFFF). */
bool str_is_utf8(struct str s);
/* Bytes of the valid UTF-8 sequence that s starts with; 0 when there is none or s is empty. */
size_t str_utf8_step(struct str s);
/* True when a byte below 0x20 or 0x7f is in it. */
bool str_has_control(struct str s);
bool str_has_nul(struct str s);
/* Edits (a byte added, removed or changed) that turn one into the other, for "did you mean";
 * SIZE_MAX when one is longer than 63 bytes. */
size_t str_distance(struct str a, struct str b);
/* Hash for tables of trusted keys; for keys that strangers choose use tables.h,
 * which seeds it. */
uint64_t str_hash(struct str s, uint64_t seed);

#endif

/* One arena a request: memory that is freed as a whole.
 *
 * A function that takes a `struct arena *` returns memory that lives as long as that
 * arena. The arena aborts the process when the system has no memory left; every
 * caller may therefore rely on a non-NULL result. Not thread-safe: one arena, one
 * thread at a time. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

struct arena;

/* A new arena; first_bytes is a hint for its first chunk (0: a default). */
struct arena *arena_new(size_t first_bytes);
/* Frees it and all that was taken from it. NULL is fine. Wipes nothing: secrets use
 * crypto/secret.h. */
void arena_free(struct arena *arena);
/* Forgets all allocations and keeps the first chunk for reuse. */
void arena_reset(struct arena *arena);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *arena);
/* True when p points into memory of this arena. */
bool arena_owns(const struct arena *arena, const void *p);

/* n zeroed bytes, aligned for any type. n may be 0. */
void *arena_alloc(struct arena *arena, size_t n);
/* count zeroed elements of `size` bytes, with the room that arena_push expects; aborts on
 * overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* Copies; the copy is followed by a NUL that is not counted in n. */
struct str arena_str(struct arena *arena, struct str s);
/* NUL-terminated copy, for libraries that want one. The caller has made sure that s
 * holds no NUL (http/ and json/ refuse them at the door). */
char *arena_z(struct arena *arena, struct str s);
/* printf into the arena. */
struct str arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* a, b and c after one another. */
struct str arena_join(struct arena *arena, struct str a, struct str b, struct str c);

/* Appends one zeroed element to a counted array in the arena and returns it:
 *     struct role *r = arena_push(arena, &list, &n, sizeof *list);
 * `list` is the address of the array pointer. Grows by doubling; the array must come from
 * arena_push or arena_array, since its room is known from its count. */
void *arena_push(struct arena *arena, void *list, size_t *n, size_t size);

/* arena_new whose arena is freed when the variable goes out of scope. */
void arena_free_at(struct arena **arena);
#define ARENA_SCOPED __attribute__((cleanup(arena_free_at))) struct arena *

#endif

/* A hash table from text to pointer, built in an arena and then only read (or only
 * used by one thread). Keys are borrowed. Seeded per process, so that keys which
 * strangers choose cannot be made to collide. */
#ifndef BASE_TABLES_H
#define BASE_TABLES_H

#include "base/arena.h"

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct table {
	struct arena *arena;
	struct table_slot *slots;
	size_t n, capacity; /* capacity is 0 or a power of two */
};

/* Empty, growing in `arena`; expected is a hint. */
struct table table_new(struct arena *arena, size_t expected);
/* Adds or replaces. `value` must not be NULL. Returns the value that stood there before,
 * or NULL. */
void *table_put(struct table *table, struct str key, const void *value);
/* The value, or NULL. */
void *table_get(const struct table *table, struct str key);

/* Sets the seed; main calls it once, before any table exists, with random bytes. */
void table_set_seed(uint64_t seed);

#endif

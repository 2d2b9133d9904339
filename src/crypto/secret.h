/* Secrets: bytes that are wiped when they are let go, and comparison that takes the same
 * time wherever two texts differ. */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include "base/str.h"

/* Owned bytes; {NULL, 0} is the empty secret and needs no free. Never copied into an
 * arena unless the arena lives as long as the secret is meant to. */
struct secret {
	unsigned char *p; /* followed by a NUL that is not counted */
	size_t n;         /* bytes */
};

/* n zeroed bytes. Aborts when the system has no memory left. */
struct secret secret_new(size_t n);
struct secret secret_copy(struct str bytes);
/* Wipes and frees, leaves the empty secret. NULL is fine. */
void secret_free(struct secret *secret);
#define SECRET_SCOPED __attribute__((cleanup(secret_free))) struct secret
/* Borrowed: lives as long as the secret. */
struct str secret_str(const struct secret *secret);

/* Overwrites n bytes; the compiler cannot leave it out. */
void secret_wipe(void *p, size_t n);
/* Equality in constant time for texts of equal length; only the lengths can leak. */
bool secret_equal(struct str a, struct str b);

#endif

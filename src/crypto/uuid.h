/* Universally unique identifiers (RFC 9562) of given bytes. Pure: fresh ones come from
 * crypto/random.h. */
#ifndef CRYPTO_UUID_H
#define CRYPTO_UUID_H

#include "base/arena.h"

/* The version 4 UUID of 16 random bytes, 36 lower-case characters; version and variant bits
 * are set here. */
struct str uuid_of(struct arena *arena, const unsigned char bytes[16]);

#endif

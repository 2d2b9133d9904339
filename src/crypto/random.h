/* Random bytes from the kernel, and the texts made of them. None of it can fail: the
 * process aborts when the kernel gives no randomness.
 *
 * Pure code does not call random_*: it is handed bytes, and turns them into text with
 * uuid_of and base64url_encode. */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include "base/arena.h"

enum { RANDOM_TOKEN_MIN = 16 }; /* bytes: 128 bits */

void random_bytes(void *ret_bytes, size_t n);
/* An unguessable text: base64url of `bytes` random bytes (at least RANDOM_TOKEN_MIN are
 * taken). 18 bytes give the 24 characters of Keycloak's session ids. */
struct str random_token(struct arena *arena, size_t bytes);
/* `n` random letters and digits of ASCII: secrets that people copy. */
struct str random_letters(struct arena *arena, size_t n);
/* A new UUID, version 4 (RFC 9562), 36 lower-case characters. */
struct str random_uuid(struct arena *arena);

#endif

/* Hashes and HMAC of bytes in memory. They cannot fail (the process aborts when the system
 * has no memory left). SHA-1 is here for thumbprints,
 * and for the XML of clients whose row names it. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/arena.h"

enum hash_kind { HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_KINDS };

enum { HASH_MAX = 64 }; /* bytes of the longest hash */

/* Bytes of this hash. */
size_t hash_size(enum hash_kind kind);
/* Writes hash_size(kind) bytes and returns that number. */
size_t hash_bytes(enum hash_kind kind, struct str data, unsigned char ret_hash[HASH_MAX]);
size_t hash_hmac(
	enum hash_kind kind, struct str key, struct str data, unsigned char ret_hash[HASH_MAX]);
/* base64url of the hash: how codes, cookies and opaque tokens are kept. */
struct str hash_base64url(struct arena *arena, enum hash_kind kind, struct str data);
/* A UUID of version 3 made of the bytes alone (RFC 9562 section 5.3, without a name space), as
 * Java's UUID.nameUUIDFromBytes. MD5 is here for it and nothing else; empty where the system's
 * OpenSSL forbids it. */
struct str hash_name_uuid(struct arena *arena, struct str data);
/* Lower-case hexadecimal. */
struct str hash_hex(struct arena *arena, struct str bytes);

#endif

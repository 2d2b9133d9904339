/* PKCS#12 archives (RFC 7292): a key and its certificate under a name and a password. Java's own
 * formats, JKS and BCFKS, are not known here. */
#ifndef CRYPTO_KEYSTORE_H
#define CRYPTO_KEYSTORE_H

#include "base/arena.h"
#include "base/errors.h"

enum { KEYSTORE_BYTES_MAX = 256 << 10, KEYSTORE_PASSWORD_MAX = 255, KEYSTORE_NAME_MAX = 255 };

struct keystore_entry {
	struct str name;
	struct str key;         /* a private key as sign_key_private_text has it; empty: none */
	struct str certificate; /* base64 DER */
};

/* The entry of that name, in any case of ASCII letters, as Java compares them. INVALID_VALUE: no
 * archive, another password, ciphers that are out of use, a password that is to be hashed more than
 * two million times; a key that is weak (sign_key.h). NAME_NOT_FOUND: no such entry. Slow: passwords are hashed. */
MUST_USE enum error_code keystore_read(struct arena *arena, struct str bytes, struct str password, struct str name,
	struct keystore_entry *ret_entry, struct why *reterr_why);

/* An archive of an entry, and of a certificate beside it (`other` NULL: none). INVALID_VALUE for a
 * key or certificate that cannot be read; names and passwords that are too long or have NULs. */
MUST_USE enum error_code keystore_write(struct arena *arena, const struct keystore_entry *entry,
	const struct keystore_entry *other, struct str password, struct str *ret_bytes, struct why *reterr_why);

#endif

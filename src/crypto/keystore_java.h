/* JKS, Java's own key store: a key and its certificate under a name and passwords. Its ciphers are
 * of 1996 (SHA-1 of the password, once): it is here for applications that read nothing else;
 * keystore.h has what is better. */
#ifndef CRYPTO_KEYSTORE_JAVA_H
#define CRYPTO_KEYSTORE_JAVA_H

#include "crypto/keystore.h"

/* What guards the store, and what guards the key within it. */
struct keystore_passwords {
	struct str store, key;
};

/* The entry of that name, in any case of ASCII letters; without its key when that has another
 * password. INVALID_VALUE: no such store, another password. NAME_NOT_FOUND: no such entry. */
MUST_USE enum error_code keystore_java_read(struct arena *arena, struct str bytes,
	const struct keystore_passwords *passwords, struct str name, struct keystore_entry *ret_entry,
	struct why *reterr_why);

/* A store of an entry, and of a certificate beside it (`other` NULL: none), that says it was made at
 * `now_ms`. Names are written in lower case, as Java does. Errors as keystore_write. */
MUST_USE enum error_code keystore_java_write(struct arena *arena, const struct keystore_entry *entry,
	const struct keystore_entry *other, const struct keystore_passwords *passwords, int64_t now_ms,
	struct str *ret_bytes, struct why *reterr_why);

#endif

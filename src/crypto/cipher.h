/* Symmetric encryption of messages with a key of the caller's: AES-GCM, and AES-CBC for those
 * who know nothing newer. For the store's secrets there is seal.h. */
#ifndef CRYPTO_CIPHER_H
#define CRYPTO_CIPHER_H

#include "base/arena.h"
#include "base/errors.h"
#include "crypto/secret.h"

enum cipher_kind {
	CIPHER_AES_128_GCM,
	CIPHER_AES_192_GCM,
	CIPHER_AES_256_GCM,
	CIPHER_AES_128_CBC, /* not authenticated */
	CIPHER_AES_192_CBC,
	CIPHER_AES_256_CBC,
	CIPHER_KINDS
};

/* Bytes of a key. */
size_t cipher_key_size(enum cipher_kind kind);

/* A random nonce (GCM: 12 bytes) or IV (CBC: 16 bytes), the ciphertext, and the tag of GCM (16
 * bytes), after one another, as XML Encryption 1.1 section 5.2 has it. CBC pads as PKCS#7 does:
 * each byte that is added is their number. `key` has the kind's size. */
enum error_code cipher_encrypt(struct arena *arena, enum cipher_kind kind, struct str key,
	struct str plain, struct str *ret_bytes, struct why *reterr_why) MUST_USE;
/* The same for GCM with `beside`, which the tag covers, too, and which is not encrypted. */
enum error_code cipher_encrypt_beside(struct arena *arena, enum cipher_kind kind, struct str key,
	struct str beside, struct str plain, struct str *ret_bytes, struct why *reterr_why) MUST_USE;
/* The other way. ERROR_INVALID_VALUE for whatever is wrong, always with the same reason. */
enum error_code cipher_decrypt(struct arena *arena, enum cipher_kind kind, struct str key,
	struct str bytes, struct str *ret_plain, struct why *reterr_why) MUST_USE;
/* The same for GCM with what is `beside`. */
enum error_code cipher_decrypt_beside(struct arena *arena, enum cipher_kind kind, struct str key,
	struct str beside, struct str bytes, struct str *ret_plain, struct why *reterr_why) MUST_USE;

#endif

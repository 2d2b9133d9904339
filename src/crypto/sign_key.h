/* Keys: one opaque object for a private key, a public key or a shared secret.
 *
 * A key is made once and then only read, from as many threads as one likes. What is weak
 * never becomes a key: RSA below 2048 or above 8192 bits, an even or tiny exponent, a point
 * that is not on its curve, a private part that does not belong to its public part. */
#ifndef CRYPTO_SIGN_KEY_H
#define CRYPTO_SIGN_KEY_H

#include "base/arena.h"
#include "base/errors.h"
#include "crypto/secret.h"

struct sign_key;

enum sign_key_kind {
	SIGN_KEY_RSA,
	SIGN_KEY_P256,
	SIGN_KEY_P384,
	SIGN_KEY_P521,
	SIGN_KEY_ED25519,
	SIGN_KEY_SECRET, /* for HMAC, or an AES key */
};

enum {
	SIGN_KEY_RSA_BITS_MIN = 2048,
	SIGN_KEY_RSA_BITS_MAX = 8192,
	SIGN_KEY_TEXT_MAX = 32 << 10, /* bytes of a key or certificate in text form */
	SIGN_KEY_SECRET_MAX = 4 << 10,
};

/* A private key, from PEM or from base64 DER without a header, as Keycloak stores it;
 * PKCS#1 (RSA), SEC 1 (EC) or PKCS#8. Line breaks and blanks in the base64 are fine.
 * ERROR_INVALID_VALUE with the reason. The caller frees with sign_key_free. */
enum error_code sign_key_from_private(
	struct str text, struct sign_key **ret_key, struct why *reterr_why) MUST_USE;
/* A public key: SubjectPublicKeyInfo or an X.509 certificate, PEM or base64 DER. */
enum error_code sign_key_from_public(
	struct str text, struct sign_key **ret_key, struct why *reterr_why) MUST_USE;
enum error_code sign_key_from_certificate(
	struct str text, struct sign_key **ret_key, struct why *reterr_why) MUST_USE;
/* A shared secret of 1 to SIGN_KEY_SECRET_MAX bytes; how long it must be is judged where it
 * is used (sign.h). Copied. */
enum error_code sign_key_from_secret(
	struct str bytes, struct sign_key **ret_key, struct why *reterr_why) MUST_USE;

/* The numbers of a public key, big-endian bytes, as a JWK has them (RFC 7518 section 6,
 * RFC 8037): n and e for RSA; x and y, full length of the curve, for EC; x for Ed25519. */
struct sign_key_numbers {
	enum sign_key_kind kind;
	struct str n, e, x, y;
};
enum error_code sign_key_from_numbers(const struct sign_key_numbers *numbers,
	struct sign_key **ret_key, struct why *reterr_why) MUST_USE;
/* ERROR_INVALID_VALUE for a secret. */
enum error_code sign_key_numbers(struct arena *arena, const struct sign_key *key,
	struct sign_key_numbers *ret_numbers, struct why *reterr_why) MUST_USE;

/* A new key. `bits` counts for RSA (2048 to 4096) and for a secret (128 to 4096, whole
 * bytes) and is ignored for the others. RSA takes tenths of seconds. */
enum error_code sign_key_generate(enum sign_key_kind kind, int bits, struct sign_key **ret_key,
	struct why *reterr_why) MUST_USE;
/* Wipes. NULL is fine. */
void sign_key_free(struct sign_key *key);

enum sign_key_kind sign_key_kind(const struct sign_key *key);
/* Size of the modulus, of the curve, or of the secret, in bits. */
int sign_key_bits(const struct sign_key *key);
/* True when it can sign: a private key or a secret. */
bool sign_key_is_private(const struct sign_key *key);
/* True when both have the same public part (or the same secret). */
bool sign_key_same(const struct sign_key *a, const struct sign_key *b);

/* The private key as Keycloak stores it: base64 DER, PKCS#1 for RSA, else PKCS#8; of a
 * secret base64url of its bytes. ERROR_INVALID_VALUE for a public key. */
enum error_code sign_key_private_text(
	const struct sign_key *key, struct secret *ret_text, struct why *reterr_why) MUST_USE;
/* base64 DER SubjectPublicKeyInfo. ERROR_INVALID_VALUE for a secret. */
enum error_code sign_key_public_text(struct arena *arena, const struct sign_key *key,
	struct str *ret_text, struct why *reterr_why) MUST_USE;
/* Keycloak's kid of a generated or imported asymmetric key: base64url of the SHA-256 of its
 * SubjectPublicKeyInfo in DER. ERROR_INVALID_VALUE for a secret (Keycloak gives it a UUID). */
enum error_code sign_key_kid(struct arena *arena, const struct sign_key *key, struct str *ret_kid,
	struct why *reterr_why) MUST_USE;
/* The bytes of a secret, borrowed from the key; empty for other kinds. */
struct str sign_key_secret(const struct sign_key *key);

#endif

/* Signatures and MACs in the forms of JWA (RFC 7518 section 3, RFC 8037), which are those of
 * XML Signature too, and the one that only XML knows.
 *
 * There is no algorithm "none". May be called from any thread; a key may sign in several
 * threads at once. */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "crypto/hash.h"
#include "crypto/sign_key.h"

enum sign_algorithm {
	SIGN_RS256, /* RS: RSASSA-PKCS1-v1_5 */
	SIGN_RS384,
	SIGN_RS512,
	SIGN_PS256, /* PS: RSASSA-PSS, salt as long as the hash */
	SIGN_PS384,
	SIGN_PS512,
	SIGN_ES256, /* ES: ECDSA, r and s after one another */
	SIGN_ES384,
	SIGN_ES512,
	SIGN_HS256, /* HS: HMAC; the secret at least as long as the hash */
	SIGN_HS384,
	SIGN_HS512,
	SIGN_EDDSA, /* Ed25519 */
	SIGN_JWA_ALGORITHMS,
	/* RSASSA-PKCS1-v1_5 with SHA-1: no JWA, and only where a SAML client's row names it. */
	SIGN_RSA_SHA1 = SIGN_JWA_ALGORITHMS,
	SIGN_ALGORITHMS
};

/* Those of JWA: "RS256" ... "EdDSA"; exact case. False, and nothing written, for all other names. */
bool sign_algorithm_of(struct str name, enum sign_algorithm *ret_algorithm);
/* Static storage. */
const char *sign_algorithm_name(enum sign_algorithm algorithm);
/* The hash inside, which at_hash and c_hash use too (SHA-512 for EdDSA). */
enum hash_kind sign_algorithm_hash(enum sign_algorithm algorithm);
/* True when a key of this kind and size may be used with it; otherwise the reason. */
bool sign_algorithm_fits(
	enum sign_algorithm algorithm, const struct sign_key *key, struct why *reterr_why);

/* The signature of data, in the arena. ERROR_UNSUPPORTED_ALGORITHM when the key does not
 * fit, ERROR_NO_KEY when it has no private part. */
enum error_code sign_bytes(struct arena *arena, const struct sign_key *key,
	enum sign_algorithm algorithm, struct str data, struct str *ret_signature,
	struct why *reterr_why) MUST_USE;

#endif

/* A short secret under somebody's RSA key: RSAES-OAEP (RFC 8017 section 7.1), with an empty
 * label; of others also RSAES-PKCS1-v1_5 (section 7.2). */
#ifndef CRYPTO_KEY_TRANSPORT_H
#define CRYPTO_KEY_TRANSPORT_H

#include "crypto/hash.h"
#include "crypto/sign_key.h"

struct key_transport {
	enum hash_kind digest; /* of the label */
	enum hash_kind mask;   /* of MGF1 */
};

/* ERROR_UNSUPPORTED_ALGORITHM when the key is not RSA or too short for the secret. */
enum error_code key_transport_wrap(struct arena *arena, const struct sign_key *key,
	const struct key_transport *how, struct str secret, struct str *ret_wrapped,
	struct why *reterr_why) MUST_USE;
/* The secret, which must have `size` bytes; the caller frees. ERROR_INVALID_VALUE for whatever
 * is wrong, always with the same reason. */
enum error_code key_transport_unwrap(const struct sign_key *key, const struct key_transport *how,
	struct str wrapped, size_t size, struct secret *ret_secret,
	struct why *reterr_why) MUST_USE;
/* A secret under PKCS #1 v1.5, as long as `otherwise`, which comes in its place when the padding or
 * the length is wrong, by the same path and in the same time: nobody learns which (RFC 7516 section
 * 11.5). The caller frees. ERROR_INVALID_VALUE for what everybody sees: a key that is not a private
 * one of RSA, or bytes that are not as many as its modulus, or above it. */
enum error_code key_transport_unwrap_old(const struct sign_key *key, struct str wrapped,
	struct str otherwise, struct secret *ret_secret, struct why *reterr_why) MUST_USE;

#endif

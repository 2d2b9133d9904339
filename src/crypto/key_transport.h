/* A short secret under somebody's RSA key: RSAES-OAEP (RFC 8017 section 7.1), with an empty
 * label. */
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

#endif

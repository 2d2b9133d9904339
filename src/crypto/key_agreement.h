/* A secret shared with the holder of an elliptic curve key (RFC 7518 section 4.6), and a key
 * under a key (RFC 3394). */
#ifndef CRYPTO_KEY_AGREEMENT_H
#define CRYPTO_KEY_AGREEMENT_H

#include "crypto/sign_key.h"

/* Diffie-Hellman with a key made for this one time: the shared secret, as long as the curve's
 * numbers, and the public numbers of that key. The caller frees the secret.
 * ERROR_UNSUPPORTED_ALGORITHM when `theirs` is not on P-256, P-384 or P-521. */
enum error_code key_agreement_make(struct arena *arena, const struct sign_key *theirs,
	struct secret *ret_shared, struct sign_key_numbers *ret_ours,
	struct why *reterr_why) MUST_USE;
/* AES Key Wrap with the default initial value: `wrapping` has 16, 24 or 32 bytes, `secret` a
 * multiple of 8, at least 16; the result has 8 more. ERROR_INVALID_VALUE for other sizes. */
enum error_code key_agreement_wrap(struct arena *arena, struct str wrapping, struct str secret,
	struct str *ret_wrapped, struct why *reterr_why) MUST_USE;

/* The other side: the secret shared by our private key and the public one that came. The caller
 * frees. ERROR_INVALID_VALUE unless they are on the same of those curves. */
enum error_code key_agreement_join(const struct sign_key *ours, const struct sign_key *theirs,
	struct secret *ret_shared, struct why *reterr_why) MUST_USE;
/* The secret, which must have `size` bytes; the caller frees. ERROR_INVALID_VALUE for whatever is
 * wrong, always with the same reason. */
enum error_code key_agreement_unwrap(struct str wrapping, struct str wrapped, size_t size,
	struct secret *ret_secret, struct why *reterr_why) MUST_USE;

#endif

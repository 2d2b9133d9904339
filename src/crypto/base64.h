/* base64 (RFC 4648 section 4, padded) and base64url (section 5, unpadded). Decoding is
 * strict: no whitespace, no foreign characters, exact padding, and the bits that do not
 * belong to a whole byte must be zero, so that every byte string has one text. */
#ifndef CRYPTO_BASE64_H
#define CRYPTO_BASE64_H

#include "base/arena.h"
#include "base/errors.h"
#include "crypto/secret.h"

struct str base64_encode(struct arena *arena, struct str bytes);
struct str base64url_encode(struct arena *arena, struct str bytes);
/* ERROR_INVALID_VALUE, with the position in `why`. */
enum error_code base64_decode(struct arena *arena, struct str text, struct str *ret_bytes,
	struct why *reterr_why) MUST_USE;
enum error_code base64url_decode(struct arena *arena, struct str text, struct str *ret_bytes,
	struct why *reterr_why) MUST_USE;
/* The same into a secret that the caller frees. */
enum error_code base64_decode_secret(
	struct str text, struct secret *ret_bytes, struct why *reterr_why) MUST_USE;
enum error_code base64url_decode_secret(
	struct str text, struct secret *ret_bytes, struct why *reterr_why) MUST_USE;

#endif

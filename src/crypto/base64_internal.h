/* What base64.c and base64url.c share. Not for other folders. */
#ifndef CRYPTO_BASE64_INTERNAL_H
#define CRYPTO_BASE64_INTERNAL_H

#include "crypto/base64.h"

/* The functions of base64.h; `for_url` chooses the alphabet and leaves the padding out. */
struct str base64_encode_as(struct arena *arena, struct str bytes, bool for_url);
enum error_code base64_decode_as(struct arena *arena, struct str text, bool for_url,
	struct str *ret_bytes, struct why *why) MUST_USE;
enum error_code base64_decode_secret_as(
	struct str text, bool for_url, struct secret *ret_bytes, struct why *why) MUST_USE;

#endif

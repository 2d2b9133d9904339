/* base64url; see base64.h. */
#include "crypto/base64_internal.h"

struct str base64url_encode(struct arena *arena, struct str bytes)
{
	return base64_encode_as(arena, bytes, true);
}

enum error_code base64url_decode(
	struct arena *arena, struct str text, struct str *ret_bytes, struct why *reterr_why)
{
	return base64_decode_as(arena, text, true, ret_bytes, reterr_why);
}

enum error_code base64url_decode_secret(
	struct str text, struct secret *ret_bytes, struct why *reterr_why)
{
	return base64_decode_secret_as(text, true, ret_bytes, reterr_why);
}

/* base64 and base64url: what decodes is the one text of its bytes. */
#include <stdlib.h>

#include "crypto/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = str_of(data, n), bytes = { 0 };
	struct why why;
	ARENA_SCOPED arena = arena_new(0);
	if (base64_decode(arena, text, &bytes, &why) == OK &&
		!str_eq(base64_encode(arena, bytes), text))
		abort();
	if (base64url_decode(arena, text, &bytes, &why) == OK &&
		!str_eq(base64url_encode(arena, bytes), text))
		abort();
	/* And any bytes come back. */
	if (base64_decode(arena, base64_encode(arena, text), &bytes, &why) != OK ||
		!str_eq(bytes, text) ||
		base64url_decode(arena, base64url_encode(arena, text), &bytes, &why) != OK ||
		!str_eq(bytes, text))
		abort();
	return 0;
}

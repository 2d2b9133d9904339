/* DEFLATE from outside: never more than the limit, and what comes out goes round. */
#include <stdlib.h>

#include "xml/deflate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	enum { LIMIT = 256 << 10 };
	ARENA_SCOPED arena = arena_new(0);
	struct str bytes = { 0 }, deflated = { 0 }, again = { 0 };
	struct why why;
	if (xml_inflate(arena, str_of(data, n), LIMIT, &bytes, &why) != OK)
		return 0;
	if (bytes.n > LIMIT || xml_deflate(arena, bytes, &deflated, &why) != OK ||
		xml_inflate(arena, deflated, LIMIT, &again, &why) != OK || !str_eq(bytes, again))
		abort();
	return 0;
}

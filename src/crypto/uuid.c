/* UUIDs as text; see uuid.h. */
#include "crypto/uuid.h"

#include <string.h>

struct str uuid_of(struct arena *arena, const unsigned char bytes[16])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char b[16];
	memcpy(b, bytes, sizeof b);
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	char *text = arena_alloc(arena, 37);
	size_t n = 0;
	for (size_t i = 0; i < sizeof b; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[n++] = '-';
		text[n++] = digits[b[i] >> 4];
		text[n++] = digits[b[i] & 15];
	}
	return str_of(text, n);
}

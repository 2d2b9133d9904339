/* Random bytes by getrandom(2); see random.h. */
#include "crypto/random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "crypto/base64.h"

void random_bytes(void *ret_bytes, size_t n)
{
	unsigned char *p = ret_bytes;
	while (n) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0) {
			if (errno == EINTR)
				continue;
			abort(); /* nothing that follows would be safe */
		}
		p += got;
		n -= (size_t)got;
	}
}

struct str random_token(struct arena *arena, size_t bytes)
{
	if (bytes < RANDOM_TOKEN_MIN)
		bytes = RANDOM_TOKEN_MIN;
	unsigned char *p = arena_alloc(arena, bytes);
	random_bytes(p, bytes);
	struct str token = base64url_encode(arena, str_of(p, bytes));
	secret_wipe(p, bytes);
	return token;
}

struct str uuid_text(struct arena *arena, const unsigned char bytes[16])
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

struct str random_uuid(struct arena *arena)
{
	unsigned char bytes[16];
	random_bytes(bytes, sizeof bytes);
	return uuid_text(arena, bytes);
}

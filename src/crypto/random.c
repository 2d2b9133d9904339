/* Random bytes by getrandom(2); see random.h. */
#include "crypto/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "crypto/base64.h"
#include "crypto/uuid.h"

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

struct str random_letters(struct arena *arena, size_t n)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	char *text = arena_alloc(arena, n + 1);
	for (size_t i = 0; i < n;) {
		unsigned char byte;
		random_bytes(&byte, 1);
		/* The last 8 values would favour some letters. */
		if (byte < 248)
			text[i++] = letters[byte % 62];
	}
	return str_of(text, n);
}

struct str random_uuid(struct arena *arena)
{
	unsigned char bytes[16];
	random_bytes(bytes, sizeof bytes);
	return uuid_of(arena, bytes);
}

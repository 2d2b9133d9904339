/* Owned secrets; see secret.h. */
#include "crypto/secret.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

struct secret secret_new(size_t n)
{
	unsigned char *p = n < SIZE_MAX ? calloc(1, n + 1) : NULL;
	if (!p)
		abort();
	return (struct secret){ .p = p, .n = n };
}

struct secret secret_copy(struct str bytes)
{
	struct secret secret = secret_new(bytes.n);
	if (bytes.n)
		memcpy(secret.p, bytes.p, bytes.n);
	return secret;
}

void secret_free(struct secret *secret)
{
	if (!secret || !secret->p)
		return;
	secret_wipe(secret->p, secret->n);
	free(secret->p);
	*secret = (struct secret){ 0 };
}

struct str secret_str(const struct secret *secret)
{
	return str_of(secret->p, secret->n);
}

void secret_wipe(void *p, size_t n)
{
	if (n)
		OPENSSL_cleanse(p, n);
}

bool secret_equal(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	return a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}

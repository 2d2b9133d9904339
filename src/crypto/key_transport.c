/* See key_transport.h. */
#include "crypto/key_transport.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypto/internal.h"

enum { RSA_BYTES_MAX = SIGN_KEY_RSA_BITS_MAX / 8 };

static EVP_PKEY_CTX *context(
	const struct sign_key *key, const struct key_transport *how, int init(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	if (ctx && init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
		EVP_PKEY_CTX_set_rsa_oaep_md(ctx, crypto_md(how->digest)) == 1 &&
		EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, crypto_md(how->mask)) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

enum error_code key_transport_wrap(struct arena *arena, const struct sign_key *key,
	const struct key_transport *how, struct str secret, struct str *ret_wrapped,
	struct why *reterr_why)
{
	unsigned char wrapped[RSA_BYTES_MAX];
	size_t n = sizeof wrapped;
	if (key->kind != SIGN_KEY_RSA ||
		(size_t)key->bits / 8 < secret.n + 2 * hash_size(how->digest) + 2)
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"RSA-OAEP needs an RSA key that is long enough; this one has %d bits",
			key->bits);
	EVP_PKEY_CTX *ctx = context(key, how, EVP_PKEY_encrypt_init);
	bool good = ctx &&
		EVP_PKEY_encrypt(ctx, wrapped, &n, (const unsigned char *)secret.p, secret.n) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!good)
		return crypto_failed(reterr_why, "wrapping a key");
	*ret_wrapped = arena_str(arena, str_of(wrapped, n));
	return OK;
}

enum error_code key_transport_unwrap(const struct sign_key *key, const struct key_transport *how,
	struct str wrapped, size_t size, struct secret *ret_secret, struct why *reterr_why)
{
	unsigned char secret[RSA_BYTES_MAX];
	size_t n = sizeof secret;
	EVP_PKEY_CTX *ctx = key->kind == SIGN_KEY_RSA && key->is_private
		? context(key, how, EVP_PKEY_decrypt_init)
		: NULL;
	bool good = ctx &&
		EVP_PKEY_decrypt(ctx, secret, &n, (const unsigned char *)wrapped.p, wrapped.n) ==
			1 &&
		n == size;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	if (good)
		*ret_secret = secret_copy(str_of(secret, n));
	secret_wipe(secret, sizeof secret);
	return good ? OK
		    : error_because(reterr_why, ERROR_INVALID_VALUE, "the key cannot be unwrapped");
}

/* 1 for 0, else 0, without a branch; bytes alone. */
static unsigned is_zero(unsigned byte)
{
	return (byte - 1) >> 31;
}

/* 00 02, at least eight bytes that are not 0, 00, the secret (RFC 8017 section 7.2.2): as long as
 * `secret`, which holds what comes otherwise, and keeps it then. Looks at every byte. */
static void take_padded(const unsigned char *block, size_t n, struct secret *secret)
{
	size_t start = n - secret->n;
	unsigned wrong = block[0] | (block[1] ^ 2u) | block[start - 1];
	for (size_t i = 2; i < start - 1; i++)
		wrong |= is_zero(block[i]);
	unsigned mask = 0u - is_zero(wrong);
	for (size_t i = 0; i < secret->n; i++)
		secret->p[i] = (unsigned char)((block[start + i] & mask) | (secret->p[i] & ~mask));
}

enum error_code key_transport_unwrap_old(const struct sign_key *key, struct str wrapped,
	struct str otherwise, struct secret *ret_secret, struct why *reterr_why)
{
	enum { PADDING = 11 }; /* bytes of it, at least */
	unsigned char block[RSA_BYTES_MAX];
	size_t n = sizeof block;
	EVP_PKEY_CTX *ctx = NULL;
	if (key->kind == SIGN_KEY_RSA && key->is_private && wrapped.n == (size_t)EVP_PKEY_get_size(key->pkey) &&
		wrapped.n >= otherwise.n + PADDING)
		ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	bool good = ctx && EVP_PKEY_decrypt_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
		EVP_PKEY_decrypt(ctx, block, &n, (const unsigned char *)wrapped.p, wrapped.n) == 1 &&
		n == wrapped.n;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	if (good) {
		struct secret secret = secret_copy(otherwise);
		take_padded(block, n, &secret);
		*ret_secret = secret;
	}
	secret_wipe(block, sizeof block);
	return good ? OK
		    : error_because(reterr_why, ERROR_INVALID_VALUE, "the key cannot be unwrapped");
}

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

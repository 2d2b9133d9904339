/* See key_agreement.h. */
#include "crypto/key_agreement.h"

#include <openssl/err.h>

#include "crypto/internal.h"

enum {
	SHARED_MAX = 66, /* bytes of a number of P-521 */
	WRAP_SECRET_MIN = 16,
	WRAP_SECRET_MAX = 64,
	WRAP_MORE = 8, /* bytes that wrapping adds */
};

static bool derive(
	const struct sign_key *ours, const struct sign_key *theirs, struct secret *ret_shared)
{
	unsigned char shared[SHARED_MAX];
	size_t n = sizeof shared;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ours->pkey, NULL);
	bool good = ctx && EVP_PKEY_derive_init(ctx) == 1 &&
		EVP_PKEY_derive_set_peer(ctx, theirs->pkey) == 1 &&
		EVP_PKEY_derive(ctx, shared, &n) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (good)
		*ret_shared = secret_copy(str_of(shared, n));
	secret_wipe(shared, sizeof shared);
	return good;
}

static bool is_on_curve(const struct sign_key *key)
{
	return key->kind == SIGN_KEY_P256 || key->kind == SIGN_KEY_P384 || key->kind == SIGN_KEY_P521;
}

enum error_code key_agreement_make(struct arena *arena, const struct sign_key *theirs,
	struct secret *ret_shared, struct sign_key_numbers *ret_ours, struct why *reterr_why)
{
	struct sign_key *ours = NULL;
	struct sign_key_numbers numbers;
	if (!is_on_curve(theirs))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"ECDH-ES needs a key on P-256, P-384 or P-521");
	enum error_code error = sign_key_generate(theirs->kind, 0, &ours, reterr_why);
	if (error)
		return error;
	error = sign_key_numbers(arena, ours, &numbers, reterr_why);
	if (!error && !derive(ours, theirs, ret_shared))
		error = crypto_failed(reterr_why, "agreeing on a key");
	if (!error)
		*ret_ours = numbers;
	sign_key_free(ours);
	return error;
}

enum error_code key_agreement_join(const struct sign_key *ours, const struct sign_key *theirs,
	struct secret *ret_shared, struct why *reterr_why)
{
	bool good = is_on_curve(ours) && ours->is_private && theirs->kind == ours->kind &&
		derive(ours, theirs, ret_shared);
	ERR_clear_error();
	return good ? OK : error_because(reterr_why, ERROR_INVALID_VALUE, "no key can be agreed on");
}

static const EVP_CIPHER *wrap_cipher(size_t key_bytes)
{
	switch (key_bytes) {
	case 16:
		return EVP_aes_128_wrap();
	case 24:
		return EVP_aes_192_wrap();
	case 32:
		return EVP_aes_256_wrap();
	default:
		return NULL;
	}
}

enum error_code key_agreement_wrap(struct arena *arena, struct str wrapping, struct str secret,
	struct str *ret_wrapped, struct why *reterr_why)
{
	unsigned char out[WRAP_SECRET_MAX + WRAP_MORE];
	int n = 0, rest = 0;
	const EVP_CIPHER *cipher = wrap_cipher(wrapping.n);
	if (!cipher || secret.n < WRAP_SECRET_MIN || secret.n > WRAP_SECRET_MAX || secret.n % 8)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"a key of %zu bytes under one of %zu", secret.n, wrapping.n);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	if (ctx)
		EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	bool good = ctx &&
		EVP_EncryptInit_ex(ctx, cipher, NULL, (const unsigned char *)wrapping.p, NULL) ==
			1 &&
		EVP_EncryptUpdate(
			ctx, out, &n, (const unsigned char *)secret.p, (int)secret.n) == 1 &&
		EVP_EncryptFinal_ex(ctx, out + n, &rest) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!good)
		return crypto_failed(reterr_why, "wrapping a key");
	*ret_wrapped = arena_str(arena, str_of(out, (size_t)(n + rest)));
	return OK;
}

enum error_code key_agreement_unwrap(struct str wrapping, struct str wrapped, size_t size,
	struct secret *ret_secret, struct why *reterr_why)
{
	unsigned char out[WRAP_SECRET_MAX + WRAP_MORE];
	int n = 0, rest = 0;
	const EVP_CIPHER *cipher = wrap_cipher(wrapping.n);
	bool fits = cipher && size >= WRAP_SECRET_MIN && size <= WRAP_SECRET_MAX && size % 8 == 0 &&
		wrapped.n == size + WRAP_MORE;
	EVP_CIPHER_CTX *ctx = fits ? EVP_CIPHER_CTX_new() : NULL;
	if (ctx)
		EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	bool good = ctx &&
		EVP_DecryptInit_ex(ctx, cipher, NULL, (const unsigned char *)wrapping.p, NULL) == 1 &&
		EVP_DecryptUpdate(
			ctx, out, &n, (const unsigned char *)wrapped.p, (int)wrapped.n) == 1 &&
		EVP_DecryptFinal_ex(ctx, out + n, &rest) == 1 && (size_t)(n + rest) == size;
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	if (good)
		*ret_secret = secret_copy(str_of(out, size));
	secret_wipe(out, sizeof out);
	return good ? OK
		    : error_because(reterr_why, ERROR_INVALID_VALUE, "the key cannot be unwrapped");
}

/* See cipher.h. */
#include "crypto/cipher.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>

#include "crypto/internal.h"
#include "crypto/random.h"

enum { BLOCK = 16, NONCE = 12, TAG = 16 }; /* bytes */

static const struct cipher {
	const EVP_CIPHER *(*evp)(void);
	size_t key;
	bool is_gcm;
} ciphers[CIPHER_KINDS] = {
	[CIPHER_AES_128_GCM] = { EVP_aes_128_gcm, 16, true },
	[CIPHER_AES_192_GCM] = { EVP_aes_192_gcm, 24, true },
	[CIPHER_AES_256_GCM] = { EVP_aes_256_gcm, 32, true },
	[CIPHER_AES_128_CBC] = { EVP_aes_128_cbc, 16, false },
	[CIPHER_AES_192_CBC] = { EVP_aes_192_cbc, 24, false },
	[CIPHER_AES_256_CBC] = { EVP_aes_256_cbc, 32, false },
};

size_t cipher_key_size(enum cipher_kind kind)
{
	return ciphers[kind].key;
}

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)s.p;
}

/* n bytes from `in` to `out`; CBC takes whole blocks alone. */
static bool run(EVP_CIPHER_CTX *ctx, unsigned char *out, struct str in)
{
	int n = 0, rest = 0;
	return (in.n == 0 || EVP_CipherUpdate(ctx, out, &n, bytes_of(in), (int)in.n) == 1) &&
		EVP_CipherFinal_ex(ctx, out + n, &rest) == 1 && (size_t)(n + rest) == in.n;
}

/* What is authenticated beside the text. */
static bool take_beside(EVP_CIPHER_CTX *ctx, struct str beside)
{
	int n = 0;
	return beside.n == 0 ||
		EVP_CipherUpdate(ctx, NULL, &n, bytes_of(beside), (int)beside.n) == 1;
}

static bool seal(const struct cipher *c, struct str key, struct str beside, struct str plain,
	unsigned char *out)
{
	size_t iv = c->is_gcm ? NONCE : BLOCK;
	random_bytes(out, iv);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool good = ctx &&
		EVP_EncryptInit_ex(ctx, c->evp(), NULL, bytes_of(key), out) == 1 &&
		EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 && take_beside(ctx, beside) &&
		run(ctx, out + iv, plain) &&
		(!c->is_gcm ||
			EVP_CIPHER_CTX_ctrl(
				ctx, EVP_CTRL_AEAD_GET_TAG, TAG, out + iv + plain.n) == 1);
	EVP_CIPHER_CTX_free(ctx);
	return good;
}

enum error_code cipher_encrypt_beside(struct arena *arena, enum cipher_kind kind, struct str key,
	struct str beside, struct str plain, struct str *ret_bytes, struct why *reterr_why)
{
	const struct cipher *c = &ciphers[kind];
	if (key.n != c->key || plain.n > INT_MAX - 2 * BLOCK || beside.n > INT_MAX ||
		(beside.n && !c->is_gcm))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"encrypting %zu bytes with a key of %zu, which should have %zu", plain.n,
			key.n, c->key);
	size_t iv = c->is_gcm ? NONCE : BLOCK, tag = c->is_gcm ? TAG : 0;
	size_t padding = c->is_gcm ? 0 : BLOCK - plain.n % BLOCK;
	char *padded = arena_alloc(arena, plain.n + padding);
	unsigned char *out = arena_alloc(arena, iv + plain.n + padding + tag);
	if (plain.n)
		memcpy(padded, plain.p, plain.n);
	memset(padded + plain.n, (int)padding, padding);
	if (!seal(c, key, beside, str_of(padded, plain.n + padding), out))
		return crypto_failed(reterr_why, "encrypting");
	*ret_bytes = str_of(out, iv + plain.n + padding + tag);
	return OK;
}

enum error_code cipher_encrypt(struct arena *arena, enum cipher_kind kind, struct str key,
	struct str plain, struct str *ret_bytes, struct why *reterr_why)
{
	return cipher_encrypt_beside(arena, kind, key, STR(""), plain, ret_bytes, reterr_why);
}

static bool open_sealed(const struct cipher *c, struct str key, struct str beside, struct str iv,
	struct str sealed, struct str tag, unsigned char *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool good = ctx &&
		EVP_DecryptInit_ex(ctx, c->evp(), NULL, bytes_of(key), bytes_of(iv)) == 1 &&
		EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
		(!c->is_gcm ||
			EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, (void *)tag.p) == 1) &&
		take_beside(ctx, beside) && run(ctx, out, sealed);
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

enum error_code cipher_decrypt_beside(struct arena *arena, enum cipher_kind kind, struct str key,
	struct str beside, struct str bytes, struct str *ret_plain, struct why *reterr_why)
{
	const struct cipher *c = &ciphers[kind];
	size_t iv = c->is_gcm ? NONCE : BLOCK, tag = c->is_gcm ? TAG : 0;
	size_t n = bytes.n < iv + tag ? 0 : bytes.n - iv - tag;
	bool whole = bytes.n >= iv + tag && bytes.n <= INT_MAX && (c->is_gcm || (n && n % BLOCK == 0));
	unsigned char *out = arena_alloc(arena, n + 1);
	bool good = whole && key.n == c->key && beside.n <= INT_MAX && (c->is_gcm || !beside.n) &&
		open_sealed(c, key, beside, str_take(bytes, iv), str_take(str_drop(bytes, iv), n),
			str_drop(bytes, iv + n), out);
	size_t padding = good && !c->is_gcm ? out[n - 1] : 0;
	if (!good || (!c->is_gcm && (padding < 1 || padding > BLOCK)))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "cannot be decrypted");
	*ret_plain = str_of(out, n - padding);
	return OK;
}

enum error_code cipher_decrypt(struct arena *arena, enum cipher_kind kind, struct str key,
	struct str bytes, struct str *ret_plain, struct why *reterr_why)
{
	return cipher_decrypt_beside(arena, kind, key, STR(""), bytes, ret_plain, reterr_why);
}

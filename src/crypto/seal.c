/* AES-256-GCM sealing; see seal.h. */
#include "crypto/seal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "crypto/base64.h"
#include "crypto/internal.h"
#include "crypto/random.h"

enum { ID_BYTES = 4, NONCE_BYTES = 12, TAG_BYTES = 16, PLAIN_MAX = 1 << 20 };
enum { FRAME = ID_BYTES + NONCE_BYTES + TAG_BYTES };

static const struct str prefix = STR_INIT("s1.");

struct seal_key {
	unsigned char bytes[SEAL_KEY_BYTES];
	unsigned char id[ID_BYTES];
};

enum error_code seal_key_from_text(
	struct str text, struct seal_key **ret_key, struct why *reterr_why)
{
	SECRET_SCOPED bytes = { 0 };
	enum error_code error = base64url_decode_secret(text, &bytes, reterr_why);
	if (error)
		return error;
	if (bytes.n != SEAL_KEY_BYTES)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"sealing key of %zu bytes, wanted %d in base64url", bytes.n,
			SEAL_KEY_BYTES);
	struct seal_key *key = calloc(1, sizeof *key);
	if (!key)
		abort();
	memcpy(key->bytes, bytes.p, SEAL_KEY_BYTES);
	unsigned char digest[HASH_MAX];
	hash_hmac(HASH_SHA256, secret_str(&bytes), STR("id of a sealing key"), digest);
	memcpy(key->id, digest, ID_BYTES);
	*ret_key = key;
	return OK;
}

void seal_key_free(struct seal_key *key)
{
	if (!key)
		return;
	secret_wipe(key, sizeof *key);
	free(key);
}

bool seal_is_sealed(struct str text)
{
	return str_starts(text, prefix);
}

/* id | nonce | ciphertext | tag from plain; out has FRAME + plain.n bytes, id and nonce are
 * in place. */
static bool encrypt(
	const struct seal_key *key, struct str what, struct str plain, unsigned char *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char *body = out + ID_BYTES + NONCE_BYTES;
	int n = 0;
	bool good = ctx &&
		EVP_EncryptInit_ex2(ctx, crypto_aes_256_gcm(), key->bytes, out + ID_BYTES, NULL) &&
		EVP_EncryptUpdate(ctx, NULL, &n, (const unsigned char *)what.p, (int)what.n) &&
		EVP_EncryptUpdate(ctx, body, &n, (const unsigned char *)plain.p, (int)plain.n) &&
		EVP_EncryptFinal_ex(ctx, body + plain.n, &n) &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, body + plain.n);
	EVP_CIPHER_CTX_free(ctx);
	return good;
}

enum error_code seal_text(struct arena *arena, const struct seal_key *key, struct str what,
	struct str plain, struct str *ret_sealed, struct why *reterr_why)
{
	if (plain.n > PLAIN_MAX || what.n == 0 || what.n > PLAIN_MAX)
		return error_because(
			reterr_why, ERROR_INVALID_VALUE, "%zu bytes are too much to seal", plain.n);
	size_t n = FRAME + plain.n;
	unsigned char *frame = arena_alloc(arena, n);
	memcpy(frame, key->id, ID_BYTES);
	random_bytes(frame + ID_BYTES, NONCE_BYTES);
	if (!encrypt(key, what, plain, frame))
		return crypto_failed(reterr_why, "sealing");
	*ret_sealed = arena_join(
		arena, prefix, base64url_encode(arena, str_of(frame, n)), (struct str){ NULL, 0 });
	return OK;
}

static bool decrypt(const struct seal_key *key, struct str what, const unsigned char *frame,
	unsigned char *plain, size_t plain_n)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const unsigned char *body = frame + ID_BYTES + NONCE_BYTES;
	int n = 0;
	bool good = ctx &&
		EVP_DecryptInit_ex2(
			ctx, crypto_aes_256_gcm(), key->bytes, frame + ID_BYTES, NULL) &&
		EVP_DecryptUpdate(ctx, NULL, &n, (const unsigned char *)what.p, (int)what.n) &&
		EVP_DecryptUpdate(ctx, plain, &n, body, (int)plain_n) &&
		EVP_CIPHER_CTX_ctrl(
			ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, (void *)(body + plain_n)) &&
		EVP_DecryptFinal_ex(ctx, plain + plain_n, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

enum error_code seal_open(const struct seal_key *key, struct str what, struct str sealed,
	struct secret *ret_plain, struct why *reterr_why)
{
	SECRET_SCOPED frame = { 0 };
	if (!seal_is_sealed(sealed))
		return error_because(
			reterr_why, ERROR_CORRUPT, "%.*s: not a sealed value", STR_ARG(what));
	if (base64url_decode_secret(str_drop(sealed, prefix.n), &frame, NULL) || frame.n < FRAME ||
		frame.n > FRAME + PLAIN_MAX)
		return error_because(reterr_why, ERROR_CORRUPT, "%.*s: the sealed value is damaged",
			STR_ARG(what));
	if (memcmp(frame.p, key->id, ID_BYTES) != 0)
		return error_because(reterr_why, ERROR_CORRUPT,
			"%.*s: sealed with another sealing key", STR_ARG(what));
	struct secret plain = secret_new(frame.n - FRAME);
	if (!decrypt(key, what, frame.p, plain.p, plain.n)) {
		secret_free(&plain);
		return error_because(reterr_why, ERROR_CORRUPT,
			"%.*s: the sealed value is damaged or belongs elsewhere", STR_ARG(what));
	}
	*ret_plain = plain;
	return OK;
}

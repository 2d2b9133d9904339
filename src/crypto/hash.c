/* Hashes and HMAC; see hash.h. */
#include "crypto/hash.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>

#include "crypto/base64.h"
#include "crypto/internal.h"

static const struct {
	const char *name;
	size_t size;
} kinds[HASH_KINDS] = {
	[HASH_SHA1] = { "SHA1", 20 },
	[HASH_SHA256] = { "SHA256", 32 },
	[HASH_SHA384] = { "SHA384", 48 },
	[HASH_SHA512] = { "SHA512", 64 },
};

static struct {
	pthread_once_t once;
	EVP_MD *md[HASH_KINDS];
	EVP_MD *md5; /* NULL where it is forbidden */
	EVP_CIPHER *gcm;
	EVP_MAC *hmac;
	EVP_MAC_CTX *hmac_of[HASH_KINDS]; /* never used themselves, only copied */
} fetched = { .once = PTHREAD_ONCE_INIT };

/* Without these nothing works at all, so a broken installation ends here. */
static void fetch(void)
{
	for (size_t i = 0; i < HASH_KINDS; i++)
		if (!(fetched.md[i] = EVP_MD_fetch(NULL, kinds[i].name, NULL)))
			abort();
	fetched.md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	ERR_clear_error();
	fetched.gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	fetched.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (!fetched.gcm || !fetched.hmac)
		abort();
	for (size_t i = 0; i < HASH_KINDS; i++) {
		char name[16];
		size_t n = strlen(kinds[i].name) + 1;
		memcpy(name, kinds[i].name, n);
		const OSSL_PARAM params[] = {
			OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, n),
			OSSL_PARAM_construct_end()
		};
		fetched.hmac_of[i] = EVP_MAC_CTX_new(fetched.hmac);
		if (!fetched.hmac_of[i] || !EVP_MAC_CTX_set_params(fetched.hmac_of[i], params))
			abort();
	}
}

const EVP_MD *crypto_md(enum hash_kind kind)
{
	pthread_once(&fetched.once, fetch);
	return fetched.md[kind];
}

const EVP_CIPHER *crypto_aes_256_gcm(void)
{
	pthread_once(&fetched.once, fetch);
	return fetched.gcm;
}

enum error_code crypto_refused(struct why *why, enum error_code code, const char *what)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(error);
	ERR_clear_error();
	return error_because(why, code, "%s: %s", what, reason ? reason : "refused by OpenSSL");
}

enum error_code crypto_failed(struct why *why, const char *what)
{
	return crypto_refused(why, ERROR_CRYPTO_FAILED, what);
}

size_t hash_size(enum hash_kind kind)
{
	return kinds[kind].size;
}

size_t hash_bytes(enum hash_kind kind, struct str data, unsigned char ret_hash[HASH_MAX])
{
	if (!EVP_Digest(data.p, data.n, ret_hash, NULL, crypto_md(kind), NULL))
		abort(); /* no memory */
	return kinds[kind].size;
}

size_t hash_hmac(
	enum hash_kind kind, struct str key, struct str data, unsigned char ret_hash[HASH_MAX])
{
	pthread_once(&fetched.once, fetch);
	/* A NULL key would mean "the one from before" to OpenSSL. */
	const unsigned char *bytes = (const unsigned char *)(key.n ? key.p : "");
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_dup(fetched.hmac_of[kind]);
	if (!ctx || !EVP_MAC_init(ctx, bytes, key.n, NULL) ||
		!EVP_MAC_update(ctx, (const unsigned char *)data.p, data.n) ||
		!EVP_MAC_final(ctx, ret_hash, NULL, HASH_MAX))
		abort(); /* no memory */
	EVP_MAC_CTX_free(ctx);
	return kinds[kind].size;
}

struct str hash_base64url(struct arena *arena, enum hash_kind kind, struct str data)
{
	unsigned char hash[HASH_MAX];
	size_t n = hash_bytes(kind, data, hash);
	return base64url_encode(arena, str_of(hash, n));
}

struct str hash_hex(struct arena *arena, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc(arena, bytes.n * 2 + 1);
	for (size_t i = 0; i < bytes.n; i++) {
		text[2 * i] = digits[(unsigned char)bytes.p[i] >> 4];
		text[2 * i + 1] = digits[(unsigned char)bytes.p[i] & 15];
	}
	return str_of(text, bytes.n * 2);
}

struct str hash_name_uuid(struct arena *arena, struct str data)
{
	unsigned char hash[HASH_MAX];
	pthread_once(&fetched.once, fetch);
	if (!fetched.md5)
		return (struct str){ NULL, 0 };
	if (!EVP_Digest(data.p, data.n, hash, NULL, fetched.md5, NULL))
		abort(); /* no memory */
	hash[6] = (hash[6] & 0x0f) | 0x30;
	hash[8] = (hash[8] & 0x3f) | 0x80;
	struct str hex = hash_hex(arena, str_of(hash, 16));
	return arena_format(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex.p, hex.p + 8, hex.p + 12, hex.p + 16,
			    hex.p + 20);
}

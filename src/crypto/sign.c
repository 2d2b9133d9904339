/* Signing; see sign.h. The table of algorithms serves verify.c too. */
#include "crypto/sign.h"

#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "crypto/algorithm.h"
#include "crypto/internal.h"

static const struct algorithm algorithms[SIGN_ALGORITHMS] = {
	[SIGN_RS256] = { "RS256", FAMILY_RSA, SIGN_KEY_RSA, HASH_SHA256 },
	[SIGN_RS384] = { "RS384", FAMILY_RSA, SIGN_KEY_RSA, HASH_SHA384 },
	[SIGN_RS512] = { "RS512", FAMILY_RSA, SIGN_KEY_RSA, HASH_SHA512 },
	[SIGN_PS256] = { "PS256", FAMILY_PSS, SIGN_KEY_RSA, HASH_SHA256 },
	[SIGN_PS384] = { "PS384", FAMILY_PSS, SIGN_KEY_RSA, HASH_SHA384 },
	[SIGN_PS512] = { "PS512", FAMILY_PSS, SIGN_KEY_RSA, HASH_SHA512 },
	[SIGN_ES256] = { "ES256", FAMILY_ECDSA, SIGN_KEY_P256, HASH_SHA256, 32 },
	[SIGN_ES384] = { "ES384", FAMILY_ECDSA, SIGN_KEY_P384, HASH_SHA384, 48 },
	[SIGN_ES512] = { "ES512", FAMILY_ECDSA, SIGN_KEY_P521, HASH_SHA512, 66 },
	[SIGN_HS256] = { "HS256", FAMILY_HMAC, SIGN_KEY_SECRET, HASH_SHA256 },
	[SIGN_HS384] = { "HS384", FAMILY_HMAC, SIGN_KEY_SECRET, HASH_SHA384 },
	[SIGN_HS512] = { "HS512", FAMILY_HMAC, SIGN_KEY_SECRET, HASH_SHA512 },
	[SIGN_EDDSA] = { "EdDSA", FAMILY_EDDSA, SIGN_KEY_ED25519, HASH_SHA512 },
	[SIGN_RSA_SHA1] = { "RSA-SHA1", FAMILY_RSA, SIGN_KEY_RSA, HASH_SHA1 },
};

const struct algorithm *sign_algorithm_row(enum sign_algorithm algorithm)
{
	return &algorithms[algorithm];
}

bool sign_algorithm_of(struct str name, enum sign_algorithm *ret_algorithm)
{
	for (size_t i = 0; i < SIGN_JWA_ALGORITHMS; i++)
		if (str_eq_z(name, algorithms[i].name)) {
			*ret_algorithm = (enum sign_algorithm)i;
			return true;
		}
	return false;
}

const char *sign_algorithm_name(enum sign_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

enum hash_kind sign_algorithm_hash(enum sign_algorithm algorithm)
{
	return algorithms[algorithm].hash;
}

bool sign_algorithm_fits(
	enum sign_algorithm algorithm, const struct sign_key *key, struct why *reterr_why)
{
	const struct algorithm *a = &algorithms[algorithm];
	if (a->key != key->kind) {
		error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"algorithm %s does not go with this kind of key", a->name);
		return false;
	}
	if (a->family == FAMILY_HMAC && key->secret.n < hash_size(a->hash)) {
		error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"algorithm %s needs a secret of %zu bytes, this one has %zu", a->name,
			hash_size(a->hash), key->secret.n);
		return false;
	}
	return true;
}

static EVP_MD_CTX *make_ready(const struct algorithm *a, const struct sign_key *key, bool signing)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	const EVP_MD *md = a->family == FAMILY_EDDSA ? NULL : crypto_md(a->hash);
	int good = ctx &&
		(signing ? EVP_DigestSignInit(ctx, &pctx, md, NULL, key->pkey)
			 : EVP_DigestVerifyInit(ctx, &pctx, md, NULL, key->pkey)) == 1;
	if (good && a->family == FAMILY_PSS)
		good = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	if (good)
		return ctx;
	EVP_MD_CTX_free(ctx);
	return NULL;
}

/* Threads that come at the same time may each make one; the first stays. */
static const EVP_MD_CTX *ready_context(
	const struct algorithm *a, const struct sign_key *key, bool signing)
{
	_Atomic(EVP_MD_CTX *) *place =
		&(signing ? key->ready->sign : key->ready->verify)[a - algorithms];
	EVP_MD_CTX *ready = atomic_load(place);
	if (ready)
		return ready;
	EVP_MD_CTX *fresh = make_ready(a, key, signing);
	if (!fresh || atomic_compare_exchange_strong(place, &ready, fresh))
		return fresh;
	EVP_MD_CTX_free(fresh);
	return ready;
}

EVP_MD_CTX *sign_context(const struct algorithm *a, const struct sign_key *key, bool signing)
{
	const EVP_MD_CTX *ready = ready_context(a, key, signing);
	EVP_MD_CTX *ctx = ready ? EVP_MD_CTX_new() : NULL;
	if (ctx && EVP_MD_CTX_copy_ex(ctx, ready) == 1) {
		/* For one use: the final step need not work on a copy of its own. */
		EVP_MD_CTX_set_flags(ctx, EVP_MD_CTX_FLAG_FINALISE);
		return ctx;
	}
	EVP_MD_CTX_free(ctx);
	return NULL;
}

/* DER of an ECDSA signature to r and s after one another; false when it is none. */
static bool raw_of_der(
	const unsigned char *der, size_t n, unsigned char *ret_raw, size_t coordinate)
{
	const unsigned char *p = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	int size = (int)coordinate;
	bool good = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret_raw, size) == size &&
		BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret_raw + size, size) == size;
	ECDSA_SIG_free(sig);
	return good;
}

enum error_code sign_bytes(struct arena *arena, const struct sign_key *key,
	enum sign_algorithm algorithm, struct str data, struct str *ret_signature,
	struct why *reterr_why)
{
	const struct algorithm *a = &algorithms[algorithm];
	if (!sign_algorithm_fits(algorithm, key, reterr_why))
		return ERROR_UNSUPPORTED_ALGORITHM;
	if (!key->is_private)
		return error_because(reterr_why, ERROR_NO_KEY, "the key has no private part");
	unsigned char bytes[SIGN_KEY_RSA_BITS_MAX / 8], raw[2 * 66];
	size_t n = sizeof bytes;
	if (a->family == FAMILY_HMAC) {
		n = hash_hmac(a->hash, secret_str(&key->secret), data, bytes);
		*ret_signature = arena_str(arena, str_of(bytes, n));
		return OK;
	}
	EVP_MD_CTX *ctx = sign_context(a, key, true);
	bool good =
		ctx && EVP_DigestSign(ctx, bytes, &n, (const unsigned char *)data.p, data.n) == 1;
	EVP_MD_CTX_free(ctx);
	if (good && a->family == FAMILY_ECDSA)
		good = raw_of_der(bytes, n, raw, a->coordinate);
	if (!good)
		return crypto_failed(reterr_why, "signing");
	*ret_signature = arena_str(arena,
		a->family == FAMILY_ECDSA ? str_of(raw, 2 * a->coordinate) : str_of(bytes, n));
	return OK;
}

/* The key object: what is let in, what it says of itself; see sign_key.h. */
#include "crypto/sign_key.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "crypto/base64.h"
#include "crypto/internal.h"
#include "crypto/random.h"
#include "crypto/verify.h"

static const struct curve {
	enum sign_key_kind kind;
	const char *group; /* OpenSSL's name */
	size_t coordinate; /* bytes */
	int bits;
} curves[] = {
	{ SIGN_KEY_P256, "prime256v1", 32, 256 },
	{ SIGN_KEY_P384, "secp384r1", 48, 384 },
	{ SIGN_KEY_P521, "secp521r1", 66, 521 },
};

static const struct curve *curve_of(enum sign_key_kind kind)
{
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (curves[i].kind == kind)
			return &curves[i];
	return NULL;
}

static struct sign_key *key_new(enum sign_key_kind kind, int bits)
{
	struct sign_key *key = calloc(1, sizeof *key);
	struct sign_ready *ready = calloc(1, sizeof *ready);
	if (!key || !ready)
		abort();
	key->ready = ready;
	key->kind = kind;
	key->bits = bits;
	return key;
}

void sign_key_free(struct sign_key *key)
{
	if (!key)
		return;
	for (size_t i = 0; i < SIGN_ALGORITHMS; i++) {
		EVP_MD_CTX_free(key->ready->verify[i]);
		EVP_MD_CTX_free(key->ready->sign[i]);
	}
	free(key->ready);
	EVP_PKEY_free(key->pkey);
	secret_free(&key->secret);
	free(key);
}

static enum error_code check_rsa(EVP_PKEY *pkey, int bits, struct why *why)
{
	if (bits < SIGN_KEY_RSA_BITS_MIN || bits > SIGN_KEY_RSA_BITS_MAX)
		return error_because(why, ERROR_INVALID_VALUE,
			"RSA key of %d bits, allowed %d to %d", bits, SIGN_KEY_RSA_BITS_MIN,
			SIGN_KEY_RSA_BITS_MAX);
	BIGNUM *n = NULL, *e = NULL;
	bool good = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) &&
		EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) && BN_is_odd(n) &&
		BN_is_odd(e) && !BN_is_one(e) && BN_num_bits(e) <= 64;
	BN_free(n);
	BN_free(e);
	if (!good)
		return error_because(why, ERROR_INVALID_VALUE,
			"RSA key with a modulus or exponent that is not safe");
	return OK;
}

static enum error_code check_curve(EVP_PKEY *pkey, enum sign_key_kind *ret_kind, struct why *why)
{
	char group[64] = "";
	if (!EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL))
		return crypto_refused(why, ERROR_INVALID_VALUE, "EC key without a named curve");
	const struct curve *curve = NULL;
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (strcmp(curves[i].group, group) == 0)
			curve = &curves[i];
	if (!curve)
		return error_because(why, ERROR_INVALID_VALUE,
			"EC key on curve %s, allowed P-256, P-384, P-521", group);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	int good = ctx && EVP_PKEY_public_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!good)
		return crypto_refused(why, ERROR_INVALID_VALUE, "EC key");
	*ret_kind = curve->kind;
	return OK;
}

static enum error_code judge(EVP_PKEY *pkey, enum sign_key_kind *ret_kind, struct why *why)
{
	if (EVP_PKEY_is_a(pkey, "RSA")) {
		*ret_kind = SIGN_KEY_RSA;
		return check_rsa(pkey, EVP_PKEY_get_bits(pkey), why);
	}
	if (EVP_PKEY_is_a(pkey, "EC"))
		return check_curve(pkey, ret_kind, why);
	if (EVP_PKEY_is_a(pkey, "ED25519")) {
		*ret_kind = SIGN_KEY_ED25519;
		return OK;
	}
	const char *name = EVP_PKEY_get0_type_name(pkey);
	return error_because(why, ERROR_INVALID_VALUE,
		"key of type %s, allowed RSA, EC and Ed25519", name ? name : "unknown");
}

/* A private part that does not belong to the public part shows in a signature that does
 * not verify: a thousandth of the cost of testing the primes. */
static enum error_code check_pair(const struct sign_key *key, struct why *why)
{
	static const enum sign_algorithm algorithms[] = {
		[SIGN_KEY_RSA] = SIGN_RS256,
		[SIGN_KEY_P256] = SIGN_ES256,
		[SIGN_KEY_P384] = SIGN_ES384,
		[SIGN_KEY_P521] = SIGN_ES512,
		[SIGN_KEY_ED25519] = SIGN_EDDSA,
	};
	ARENA_SCOPED arena = arena_new(0);
	struct str signature = { 0 };
	enum sign_algorithm algorithm = algorithms[key->kind];
	if (sign_bytes(arena, key, algorithm, STR("pair"), &signature, NULL) ||
		verify_bytes(key, algorithm, STR("pair"), signature, NULL))
		return error_because(
			why, ERROR_INVALID_VALUE, "private key does not belong to its public part");
	return OK;
}

enum error_code crypto_wrap_key(
	EVP_PKEY *pkey, bool is_private, struct sign_key **ret_key, struct why *why)
{
	enum sign_key_kind kind = SIGN_KEY_RSA;
	enum error_code error = judge(pkey, &kind, why);
	ERR_clear_error();
	if (error) {
		EVP_PKEY_free(pkey);
		return error;
	}
	const struct curve *curve = curve_of(kind);
	struct sign_key *key = key_new(kind, curve ? curve->bits : EVP_PKEY_get_bits(pkey));
	key->pkey = pkey;
	key->is_private = is_private;
	error = is_private ? check_pair(key, why) : OK;
	if (error)
		sign_key_free(key);
	else
		*ret_key = key;
	return error;
}

enum error_code sign_key_from_secret(
	struct str bytes, struct sign_key **ret_key, struct why *reterr_why)
{
	if (bytes.n == 0 || bytes.n > SIGN_KEY_SECRET_MAX)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"secret of %zu bytes, allowed 1 to %d", bytes.n, SIGN_KEY_SECRET_MAX);
	struct sign_key *key = key_new(SIGN_KEY_SECRET, (int)bytes.n * 8);
	key->is_private = true;
	key->secret = secret_copy(bytes);
	*ret_key = key;
	return OK;
}

/* ---- numbers ---- */

static bool push_number(OSSL_PARAM_BLD *build, const char *name, struct str bytes, BIGNUM **ret_bn)
{
	*ret_bn = BN_bin2bn((const unsigned char *)bytes.p, (int)bytes.n, NULL);
	return *ret_bn && OSSL_PARAM_BLD_push_BN(build, name, *ret_bn);
}

/* Bounds on what OpenSSL is given at all; judge() decides afterwards. */
static enum error_code check_lengths(const struct sign_key_numbers *numbers, struct why *why)
{
	const struct curve *curve = curve_of(numbers->kind);
	bool good = false;
	if (numbers->kind == SIGN_KEY_RSA)
		good = numbers->n.n <= SIGN_KEY_RSA_BITS_MAX / 8 + 1 && numbers->n.n > 0 &&
			numbers->e.n > 0 && numbers->e.n <= 8;
	else if (numbers->kind == SIGN_KEY_ED25519)
		good = numbers->x.n == 32;
	else if (curve)
		good = numbers->x.n == curve->coordinate && numbers->y.n == curve->coordinate;
	if (!good)
		return error_because(
			why, ERROR_INVALID_VALUE, "key's numbers have the wrong length");
	return OK;
}

static bool push_numbers(OSSL_PARAM_BLD *build, const struct sign_key_numbers *numbers,
	BIGNUM *bn[2], unsigned char point[1 + 2 * 66])
{
	if (numbers->kind == SIGN_KEY_RSA)
		return push_number(build, OSSL_PKEY_PARAM_RSA_N, numbers->n, &bn[0]) &&
			push_number(build, OSSL_PKEY_PARAM_RSA_E, numbers->e, &bn[1]);
	const struct curve *curve = curve_of(numbers->kind);
	size_t n = curve->coordinate;
	point[0] = 4; /* uncompressed */
	memcpy(point + 1, numbers->x.p, n);
	memcpy(point + 1 + n, numbers->y.p, n);
	return OSSL_PARAM_BLD_push_utf8_string(
		       build, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) &&
		OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * n);
}

static EVP_PKEY *pkey_from_numbers(const struct sign_key_numbers *numbers)
{
	if (numbers->kind == SIGN_KEY_ED25519)
		return EVP_PKEY_new_raw_public_key_ex(
			NULL, "ED25519", NULL, (const unsigned char *)numbers->x.p, numbers->x.n);
	EVP_PKEY *pkey = NULL;
	BIGNUM *bn[2] = { NULL, NULL };
	unsigned char point[1 + 2 * 66];
	OSSL_PARAM *params = NULL;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(
		NULL, numbers->kind == SIGN_KEY_RSA ? "RSA" : "EC", NULL);
	if (build && ctx && push_numbers(build, numbers, bn, point) &&
		(params = OSSL_PARAM_BLD_to_param(build)) && EVP_PKEY_fromdata_init(ctx) == 1 &&
		EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_free(bn[0]);
	BN_free(bn[1]);
	return pkey;
}

enum error_code sign_key_from_numbers(
	const struct sign_key_numbers *numbers, struct sign_key **ret_key, struct why *reterr_why)
{
	enum error_code error = check_lengths(numbers, reterr_why);
	if (error)
		return error;
	EVP_PKEY *pkey = pkey_from_numbers(numbers);
	if (!pkey)
		return crypto_refused(reterr_why, ERROR_INVALID_VALUE, "public key");
	return crypto_wrap_key(pkey, false, ret_key, reterr_why);
}

/* The number in `width` bytes, or in as few as it needs when width is 0. */
static bool get_number(struct arena *arena, const EVP_PKEY *pkey, const char *name, size_t width,
	struct str *ret_bytes)
{
	BIGNUM *bn = NULL;
	if (!EVP_PKEY_get_bn_param(pkey, name, &bn))
		return false;
	size_t n = width ? width : (size_t)BN_num_bytes(bn);
	unsigned char *bytes = arena_alloc(arena, n);
	bool good = BN_bn2binpad(bn, bytes, (int)n) == (int)n;
	BN_free(bn);
	if (good)
		*ret_bytes = str_of(bytes, n);
	return good;
}

enum error_code sign_key_numbers(struct arena *arena, const struct sign_key *key,
	struct sign_key_numbers *ret_numbers, struct why *reterr_why)
{
	struct sign_key_numbers out = { .kind = key->kind };
	bool good = false;
	const struct curve *curve = curve_of(key->kind);
	if (key->kind == SIGN_KEY_SECRET)
		return error_because(
			reterr_why, ERROR_INVALID_VALUE, "a secret has no public numbers");
	if (key->kind == SIGN_KEY_RSA) {
		good = get_number(arena, key->pkey, OSSL_PKEY_PARAM_RSA_N, 0, &out.n) &&
			get_number(arena, key->pkey, OSSL_PKEY_PARAM_RSA_E, 0, &out.e);
	} else if (curve) {
		size_t n = curve->coordinate;
		good = get_number(arena, key->pkey, OSSL_PKEY_PARAM_EC_PUB_X, n, &out.x) &&
			get_number(arena, key->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, n, &out.y);
	} else {
		size_t n = 32;
		unsigned char *bytes = arena_alloc(arena, n);
		good = EVP_PKEY_get_raw_public_key(key->pkey, bytes, &n) == 1;
		out.x = str_of(bytes, n);
	}
	if (!good)
		return crypto_failed(reterr_why, "reading a public key");
	*ret_numbers = out;
	return OK;
}

/* ---- generation ---- */

static enum error_code generate_secret(int bits, struct sign_key **ret_key, struct why *why)
{
	if (bits < 128 || bits > 4096 || bits % 8)
		return error_because(why, ERROR_INVALID_VALUE,
			"secret of %d bits, allowed whole bytes, 128 to 4096", bits);
	SECRET_SCOPED bytes = secret_new((size_t)bits / 8);
	random_bytes(bytes.p, bytes.n);
	return sign_key_from_secret(secret_str(&bytes), ret_key, why);
}

enum error_code sign_key_generate(
	enum sign_key_kind kind, int bits, struct sign_key **ret_key, struct why *reterr_why)
{
	if (kind == SIGN_KEY_SECRET)
		return generate_secret(bits, ret_key, reterr_why);
	if (kind == SIGN_KEY_RSA && (bits < SIGN_KEY_RSA_BITS_MIN || bits > 4096))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"RSA key of %d bits, allowed %d to 4096", bits, SIGN_KEY_RSA_BITS_MIN);
	const struct curve *curve = curve_of(kind);
	EVP_PKEY *pkey;
	if (kind == SIGN_KEY_RSA)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
	else if (curve)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve->group);
	else
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (!pkey)
		return crypto_failed(reterr_why, "generating a key");
	return crypto_wrap_key(pkey, true, ret_key, reterr_why);
}

/* ---- what a key says of itself ---- */

enum sign_key_kind sign_key_kind(const struct sign_key *key)
{
	return key->kind;
}

int sign_key_bits(const struct sign_key *key)
{
	return key->bits;
}

bool sign_key_is_private(const struct sign_key *key)
{
	return key->is_private;
}

bool sign_key_same(const struct sign_key *a, const struct sign_key *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == SIGN_KEY_SECRET)
		return secret_equal(secret_str(&a->secret), secret_str(&b->secret));
	return EVP_PKEY_eq(a->pkey, b->pkey) == 1;
}

struct str sign_key_secret(const struct sign_key *key)
{
	return secret_str(&key->secret);
}

static int pkcs8_der(const EVP_PKEY *pkey, unsigned char **ret_der)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	int n = info ? i2d_PKCS8_PRIV_KEY_INFO(info, ret_der) : -1;
	PKCS8_PRIV_KEY_INFO_free(info);
	return n;
}

enum error_code sign_key_private_text(
	const struct sign_key *key, struct secret *ret_text, struct why *reterr_why)
{
	if (!key->is_private)
		return error_because(
			reterr_why, ERROR_INVALID_VALUE, "the key has no private part");
	ARENA_SCOPED arena = arena_new(0);
	struct str text;
	if (key->kind == SIGN_KEY_SECRET) {
		text = base64url_encode(arena, secret_str(&key->secret));
	} else {
		unsigned char *der = NULL;
		int n = key->kind == SIGN_KEY_RSA ? i2d_PrivateKey(key->pkey, &der)
						  : pkcs8_der(key->pkey, &der);
		if (n <= 0)
			return crypto_failed(reterr_why, "encoding a private key");
		text = base64_encode(arena, str_of(der, (size_t)n));
		OPENSSL_clear_free(der, (size_t)n);
	}
	*ret_text = secret_copy(text);
	secret_wipe((char *)text.p, text.n);
	return OK;
}

static enum error_code public_der(
	struct arena *arena, const struct sign_key *key, struct str *ret_der, struct why *why)
{
	if (key->kind == SIGN_KEY_SECRET)
		return error_because(why, ERROR_INVALID_VALUE, "a secret has no public part");
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key->pkey, &der);
	if (n <= 0)
		return crypto_failed(why, "encoding a public key");
	*ret_der = arena_str(arena, str_of(der, (size_t)n));
	OPENSSL_free(der);
	return OK;
}

enum error_code sign_key_public_text(struct arena *arena, const struct sign_key *key,
	struct str *ret_text, struct why *reterr_why)
{
	struct str der = { 0 };
	enum error_code error = public_der(arena, key, &der, reterr_why);
	if (!error)
		*ret_text = base64_encode(arena, der);
	return error;
}

enum error_code sign_key_kid(struct arena *arena, const struct sign_key *key, struct str *ret_kid,
	struct why *reterr_why)
{
	struct str der = { 0 };
	enum error_code error = public_der(arena, key, &der, reterr_why);
	if (!error)
		*ret_kid = hash_base64url(arena, HASH_SHA256, der);
	return error;
}

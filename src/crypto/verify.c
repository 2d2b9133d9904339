/* Verifying; see verify.h. */
#include "crypto/verify.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>

#include "crypto/algorithm.h"
#include "crypto/internal.h"

/* r and s after one another to DER. The length of the whole is checked before; r and s of
 * zero are refused here and by OpenSSL again. */
static int der_of_raw(struct str raw, unsigned char **ret_der)
{
	int half = (int)(raw.n / 2);
	const unsigned char *p = (const unsigned char *)raw.p;
	BIGNUM *r = BN_bin2bn(p, half, NULL), *s = BN_bin2bn(p + half, half, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	if (!r || !s || !sig || BN_is_zero(r) || BN_is_zero(s) || !ECDSA_SIG_set0(sig, r, s)) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(sig);
		return -1;
	}
	int n = i2d_ECDSA_SIG(sig, ret_der);
	ECDSA_SIG_free(sig);
	return n;
}

static bool mac_is(const struct algorithm *a, const struct sign_key *key, struct str data,
	struct str signature)
{
	unsigned char mac[HASH_MAX];
	size_t n = hash_hmac(a->hash, secret_str(&key->secret), data, mac);
	bool same = secret_equal(str_of(mac, n), signature);
	secret_wipe(mac, sizeof mac);
	return same;
}

static bool signature_is(const struct algorithm *a, const struct sign_key *key, struct str data,
	struct str signature)
{
	unsigned char *der = NULL;
	if (a->family == FAMILY_ECDSA) {
		int n = signature.n == 2 * a->coordinate ? der_of_raw(signature, &der) : -1;
		if (n <= 0)
			return false;
		signature = str_of(der, (size_t)n);
	}
	EVP_MD_CTX *ctx = sign_context(a, key, false);
	bool good = ctx &&
		EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
			(const unsigned char *)data.p, data.n) == 1;
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
	ERR_clear_error();
	return good;
}

enum error_code verify_bytes(const struct sign_key *key, enum sign_algorithm algorithm,
	struct str data, struct str signature, struct why *reterr_why)
{
	const struct algorithm *a = sign_algorithm_row(algorithm);
	if (!sign_algorithm_fits(algorithm, key, reterr_why))
		return ERROR_UNSUPPORTED_ALGORITHM;
	if (signature.n &&
		(a->family == FAMILY_HMAC ? mac_is(a, key, data, signature)
					  : signature_is(a, key, data, signature)))
		return OK;
	return error_because(reterr_why, ERROR_INVALID_SIGNATURE,
		"%s signature of %zu bytes is wrong", a->name, signature.n);
}

/* The one table of signature algorithms, for sign.c and verify.c. Not for other folders. */
#ifndef CRYPTO_ALGORITHM_H
#define CRYPTO_ALGORITHM_H

#include <openssl/evp.h>

#include "crypto/sign.h"

enum algorithm_family { FAMILY_RSA, FAMILY_PSS, FAMILY_ECDSA, FAMILY_HMAC, FAMILY_EDDSA };

struct algorithm {
	const char *name;
	enum algorithm_family family;
	enum sign_key_kind key;
	enum hash_kind hash;
	size_t coordinate; /* ECDSA: bytes of r and of s */
};

const struct algorithm *sign_algorithm_row(enum sign_algorithm algorithm);
/* A context set up for one operation, or NULL; the caller frees. Not for HMAC. */
EVP_MD_CTX *sign_context(const struct algorithm *a, const struct sign_key *key, bool signing);

#endif

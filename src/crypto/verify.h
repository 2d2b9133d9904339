/* Verifying what sign.h makes. */
#ifndef CRYPTO_VERIFY_H
#define CRYPTO_VERIFY_H

#include "crypto/sign.h"

/* OK when `signature` is the key's signature of data. ERROR_INVALID_SIGNATURE otherwise
 * (wrong length, DER in place of r and s, zero r or s, foreign key),
 * ERROR_UNSUPPORTED_ALGORITHM when the key does not fit. MACs are compared in constant
 * time. Private keys verify as well. */
enum error_code verify_bytes(const struct sign_key *key, enum sign_algorithm algorithm,
	struct str data, struct str signature, struct why *reterr_why) MUST_USE;

#endif

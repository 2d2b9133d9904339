/* What the files of this folder share: the key's inside, OpenSSL's algorithms fetched once,
 * and its error queue turned into a reason. Not for other folders. */
#ifndef CRYPTO_INTERNAL_H
#define CRYPTO_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <stdatomic.h>

#include "crypto/hash.h"
#include "crypto/sign.h"

/* Contexts made ready for a key, one for each algorithm that it was used with, and never
 * used themselves: making one ready costs as much as two copies and a hash. */
struct sign_ready {
	_Atomic(EVP_MD_CTX *) verify[SIGN_ALGORITHMS], sign[SIGN_ALGORITHMS];
};

struct sign_key {
	enum sign_key_kind kind;
	int bits;
	bool is_private;
	EVP_PKEY *pkey;       /* NULL for a secret */
	struct secret secret; /* SIGN_KEY_SECRET alone */
	struct sign_ready *ready;
};

/* Fetched once for the whole process: fetching costs more than hashing a token. */
const EVP_MD *crypto_md(enum hash_kind kind);
const EVP_CIPHER *crypto_aes_256_gcm(void);

/* ERROR_CRYPTO_FAILED with OpenSSL's own reason; empties its error queue, which libcurl
 * would otherwise find on this thread. `what` like "signing". */
enum error_code crypto_failed(struct why *why, const char *what);
/* The same with a code of the caller's. */
enum error_code crypto_refused(struct why *why, enum error_code code, const char *what);

/* Judges the key (see sign_key.h) and wraps it; takes over the pkey also when it fails. */
enum error_code crypto_wrap_key(
	EVP_PKEY *pkey, bool is_private, struct sign_key **ret_key, struct why *why);
/* The DER of a text: base64, whose blanks and line breaks are skipped, or the first block of
 * a PEM. The caller frees. */
enum error_code crypto_der_of(struct str text, struct secret *ret_der, struct why *why);
/* The certificate of a text, never NULL on OK; the caller frees. */
enum error_code crypto_certificate_of(struct str text, X509 **ret_certificate, struct why *why);

#endif

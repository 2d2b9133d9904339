/* JSON Web Encryption, compact form (RFC 7516), for those whom we send to: a signed token, or
 * claims, that only the holder of a key can read. Nobody sends such things to us.
 *
 * Not here: RSA1_5 (RFC 8017 section 7.2 invites oracles), PBES2 and shared keys, `zip`. */
#ifndef JOSE_JWE_H
#define JOSE_JWE_H

#include "jose/jwk.h"

/* JWA names, in the order in which they are advertised; NULL at the end. Static storage. */
extern const char *const jwe_algorithms[], *const jwe_encodings[];

struct jwe_wish {
	struct str algorithm;    /* `alg`: how the key of the content travels */
	struct str encoding;     /* `enc`: how the content is encrypted; empty: A128CBC-HS256 */
	struct str content_type; /* `cty`; empty: left out */
};

/* The first key of a set for encryption by this algorithm: its `use` is "enc", its `alg` the
 * algorithm or absent, its kind the algorithm's. NULL: none. */
const struct jwk *jwe_find(const struct jwk_set *set, struct str algorithm);
/* A token in the arena. ERROR_UNSUPPORTED_ALGORITHM when the algorithm or encoding is unknown
 * here, or does not fit the key. */
enum error_code jwe_encrypt(struct arena *arena, const struct jwk *key,
	const struct jwe_wish *wish, struct str content, struct str *ret_token,
	struct why *reterr_why) MUST_USE;

#endif

/* JSON Web Encryption, compact form (RFC 7516): a signed token, or claims, that only the holder of
 * a key can read, for those whom we send to, and from clients, under a realm's key.
 *
 * Which algorithm may be is the caller's to say, by its own rows. RSA1_5 is read alone, never
 * written. Not here: PBES2 and shared keys; `zip`, which makes a little much (RFC 8725 section 3.6). */
#ifndef JOSE_JWE_H
#define JOSE_JWE_H

#include "jose/jwk.h"

#define JWE_RSA1_5 "RSA1_5"

/* JWA names, in the order in which they are advertised; NULL at the end. Static storage. What is
 * read can be JWE_RSA1_5 besides. */
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

struct jwe_header {
	struct str algorithm, encoding; /* as sent; may be unknown to us */
	struct str kid;                 /* empty when absent; at most 255 bytes, no control bytes */
};

struct jwe_parsed;

/* True for five parts, which a JWS has never: to be read by jwe_parse. */
bool jwe_is_one(struct str token);
/* Takes a token apart: at most LIMIT_TOKEN bytes, five parts of strict base64url, a header that is one
 * JSON object without duplicate members, `crit` and `zip`. Borrows from `token`. ERROR_INVALID_TOKEN
 * for everything else. */
enum error_code jwe_parse(struct arena *arena, struct str token, const struct jwe_parsed **ret_parsed,
	struct why *reterr_why) MUST_USE;
/* The header, not to be believed. Borrowed. */
const struct jwe_header *jwe_header(const struct jwe_parsed *parsed);
/* True when this algorithm is for keys of this kind. */
bool jwe_fits(struct str algorithm, const struct sign_key *key);
/* What is in it, by a private key. ERROR_UNSUPPORTED_ALGORITHM when header and key do not fit.
 * ERROR_INVALID_TOKEN for all else, with the same reason and by the same path, whatever is wrong: what is
 * told of it must not tell what the key made of it. */
enum error_code jwe_decrypt(struct arena *arena, const struct jwe_parsed *parsed, const struct sign_key *key,
	struct str *ret_content, struct why *reterr_why) MUST_USE;

#endif

/* JSON Web Signature, compact form (RFC 7515), under the rules of RFC 8725.
 *
 * Reading goes in two steps, so that nobody can use what is not verified: jws_parse shows
 * the header alone (a hint for finding the key), jws_verify gives the payload. Which
 * algorithms may be is the caller's to say, from the client's or the key's row; what the
 * header says can only fail to match. Keys that a header carries or points at (jwk, jku,
 * x5c, x5u) are never looked at. */
#ifndef JOSE_JWS_H
#define JOSE_JWS_H

#include "crypto/sign.h"

struct jws_header {
	struct str algorithm; /* as sent; may be unknown to us */
	struct str type;      /* `typ`; empty when absent */
	struct str kid;       /* empty when absent; at most 255 bytes, no control bytes */
};

struct jws_parsed;

/* A set of algorithms: JWS_ALLOW(SIGN_RS256) | JWS_ALLOW(SIGN_ES256). */
#define JWS_ALLOW(algorithm) (1u << (algorithm))
#define JWS_ALLOW_BY_SECRET (JWS_ALLOW(SIGN_HS256) | JWS_ALLOW(SIGN_HS384) | JWS_ALLOW(SIGN_HS512))
#define JWS_ALLOW_ASYMMETRIC (((1u << SIGN_JWA_ALGORITHMS) - 1) & ~JWS_ALLOW_BY_SECRET)

/* A token in the arena: header {"alg","typ","kid"} in that order (typ and kid left out when
 * empty), `claims` as they are (one JSON object, compact). Types: "JWT", "logout+jwt",
 * "at+jwt". ERROR_UNSUPPORTED_ALGORITHM, ERROR_NO_KEY, as crypto/sign.h. */
enum error_code jws_sign(struct arena *arena, const struct sign_key *key,
	enum sign_algorithm algorithm, struct str type, struct str kid, struct str claims,
	struct str *ret_token, struct why *reterr_why) MUST_USE;

/* Takes a token apart: at most LIMIT_TOKEN bytes, three non-empty parts of strict base64url,
 * a header that is one JSON object without duplicate members and without `crit`. Borrows
 * from `token`. ERROR_INVALID_TOKEN for everything else. */
enum error_code jws_parse(struct arena *arena, struct str token,
	const struct jws_parsed **ret_parsed, struct why *reterr_why) MUST_USE;
/* The same of a token without a signature (algorithm "none", RFC 7518 section 3.6): nothing in it is proved.
 * For those alone whose row says that theirs are so. */
enum error_code jws_read_unsigned(struct arena *arena, struct str token, struct jws_header *ret_header,
	struct str *ret_payload, struct why *reterr_why) MUST_USE;
/* The header, not verified. Borrowed. */
const struct jws_header *jws_header(const struct jws_parsed *parsed);

/* The payload, not verified: only to find out whose key it wants to be checked with. Borrowed. */
struct str jws_unverified_payload(const struct jws_parsed *parsed);

/* The payload, when the header's algorithm is one of `allowed`, fits the key, and the
 * signature is the key's. ERROR_UNSUPPORTED_ALGORITHM, ERROR_INVALID_SIGNATURE. */
enum error_code jws_verify(const struct jws_parsed *parsed, const struct sign_key *key,
	unsigned allowed, struct str *ret_payload, struct why *reterr_why) MUST_USE;

#endif

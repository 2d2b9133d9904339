/* JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037): our public keys as Keycloak's
 * `certs` shows them, and reading the keys of others. Private and secret JWKs do not exist
 * here: what carries a private member is refused. */
#ifndef JOSE_JWK_H
#define JOSE_JWK_H

#include "crypto/sign_key.h"

enum {
	JWK_SET_BYTES_MAX = 256 << 10,
	JWK_SET_KEYS_MAX = 100,
	JWK_KID_MAX = 255, /* bytes */
};

struct jwk_facts {
	struct str kid;
	struct str algorithm;   /* JWA name, e.g. "RS256", "RSA-OAEP" */
	bool encryption;        /* `use` is "enc", else "sig" */
	struct str certificate; /* base64 DER; empty: no x5c and thumbprints */
};

/* One public key, compact, members in Keycloak's order: kid, kty, alg, use, x5c, x5t,
 * x5t#S256, then n and e, or crv, x and y. ERROR_INVALID_VALUE for a secret or a broken
 * certificate. */
enum error_code jwk_text(struct arena *arena, const struct sign_key *key,
	const struct jwk_facts *facts, struct str *ret_json, struct why *reterr_why) MUST_USE;
/* {"keys":[...]} of n texts that jwk_text made. */
struct str jwk_set_text(struct arena *arena, const struct str *jwks, size_t n);

/* A key of somebody else's. */
struct jwk {
	struct str kid, algorithm, use; /* empty when absent */
	struct sign_key *key;           /* public; owned by the set */
};

struct jwk_set {
	struct jwk *keys;
	size_t n;
	size_t skipped; /* keys of unknown kind, or weak, or broken */
};

/* One JWK. Texts live in the arena; the key is the caller's to free. ERROR_INVALID_VALUE:
 * unknown kty or crv, members missing or malformed, weak numbers (crypto/sign_key.h), a private
 * member. ERROR_BAD_JSON. */
enum error_code jwk_parse(
	struct arena *arena, struct str json, struct jwk *ret_jwk, struct why *reterr_why) MUST_USE;
/* A set. A key that cannot be used is skipped and counted, as RFC 7517 section 5 has it (`why`
 * then tells of the first one even though the result is OK); the set itself must be well
 * formed and within the limits above. The caller frees with jwk_set_free. */
enum error_code jwk_set_parse(struct arena *arena, struct str json, struct jwk_set *ret_set,
	struct why *reterr_why) MUST_USE;
/* The keys of a set that may verify a token with this `kid` (empty: any) and `algorithm`, at most `max` of
 * them. Others are not even made, which is what costs; they are not counted as skipped. */
enum error_code jwk_set_parse_for(struct arena *arena, struct str json, struct str kid, struct str algorithm,
	size_t max, struct jwk_set *ret_set, struct why *reterr_why) MUST_USE;
void jwk_set_free(struct jwk_set *set);
/* The next key after `after` (NULL: the first) that may verify a token with this kid; NULL
 * when there is no more. An empty kid matches every key. Keys for encryption never match. */
const struct jwk *jwk_set_find(const struct jwk_set *set, struct str kid, const struct jwk *after);

#endif

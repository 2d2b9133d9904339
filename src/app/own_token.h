/* Tokens of ours that come back: the signature checked with the realm's own keys, by the
 * algorithm of the key's row. */
#ifndef APP_OWN_TOKEN_H
#define APP_OWN_TOKEN_H

#include "app/visit.h"
#include "jose/jwt.h"

/* OK: authentic, and the issuer is this realm's; nothing is said of its time or kind.
 * ERROR_INVALID_TOKEN otherwise, with the reason. */
MUST_USE enum error_code own_token_open(struct visit *visit, struct str token, struct jwt_claims *ret_claims,
					struct why *reterr_why);

/* Signs claims with the realm's active key for `algorithm` ("RS256", "HS512" ...); `type` is
 * the header's typ. ERROR_NO_KEY when the realm has none. */
MUST_USE enum error_code own_token_sign(struct arena *arena, const struct realm *realm, struct str algorithm,
					struct str type, struct str claims, struct str *ret_token,
					struct why *reterr_why);

#endif

/* A password credential, between the two JSON texts that Keycloak keeps of it and the
 * numbers of crypto/password.h; and the part of a realm's password policy that says how new
 * passwords are hashed. Pure. */
#ifndef MODEL_CREDENTIAL_H
#define MODEL_CREDENTIAL_H

#include "crypto/password.h"
#include "model/user.h"

/* The hash that a credential of type "password" holds, its texts in `arena`.
 * INVALID_VALUE: not Keycloak's form, an unknown algorithm, or beyond the bounds of
 * crypto/password.h; `why` says which, and never shows the hash. */
MUST_USE enum error_code credential_password(struct arena *arena, const struct credential *credential,
					     struct password_hash *ret_hash, struct why *reterr_why);
/* Fills type, secret_data and credential_data as Keycloak writes them; the rest is the
 * caller's (id, created_ms). */
void credential_from_password(struct arena *arena, const struct password_hash *hash,
			      struct credential *ret_credential);

/* How the realm wants new passwords hashed: `hashAlgorithm(x)` and `hashIterations(n)` of its
 * policy ("length(8) and hashAlgorithm(pbkdf2-sha512)"), Keycloak's defaults for what is
 * not said; an unknown algorithm counts as not said. */
struct password_cost credential_cost(struct str password_policy);

#endif

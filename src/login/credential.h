/* Password credentials in Keycloak's form: two JSON texts, secretData (value, salt) and
 * credentialData (algorithm, hashIterations, additionalParameters). Pure. */
#ifndef LOGIN_CREDENTIAL_H
#define LOGIN_CREDENTIAL_H

#include "crypto/password.h"
#include "model/user.h"

/* Reads a stored password. ERROR_CORRUPT with field and value (never the hash). */
MUST_USE enum error_code credential_read(struct arena *arena, const struct credential *credential,
					 struct password_hash *ret_hash, struct why *reterr_why);
/* Writes secret_data and credential_data. */
void credential_write(struct arena *arena, const struct password_hash *hash, struct credential *ret_credential);
/* The user's password credential (needs USER_CREDENTIALS); NULL: none. */
const struct credential *credential_password(const struct user *user);
/* What the realm's password policy wants new hashes to cost (hashAlgorithm, hashIterations). */
struct password_cost credential_cost(const struct realm_settings *realm);
/* True when a stored hash is not what the policy wants and should be made anew at login. */
bool credential_is_old(const struct password_cost *stored, const struct password_cost *wanted);

#endif

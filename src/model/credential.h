/* Password credentials in Keycloak's form: two JSON texts, secretData (value, salt) and
 * credentialData (algorithm, hashIterations, additionalParameters); and the text of a
 * realm's password policy, which says how new ones are hashed. Pure. */
#ifndef MODEL_CREDENTIAL_H
#define MODEL_CREDENTIAL_H

#include "crypto/password.h"
#include "model/user.h"

struct json_writer; /* json/write.h */

/* Reads a stored password. ERROR_CORRUPT with field and value (never the hash). */
MUST_USE enum error_code credential_read(struct arena *arena, const struct credential *credential,
					 struct password_hash *ret_hash, struct why *reterr_why);
/* Writes secret_data and credential_data. */
void credential_write(struct arena *arena, const struct password_hash *hash, struct credential *ret_credential);
/* The members that may be shown: "id", "type", "userLabel", "createdDate", "credentialData". */
void credential_write_public(struct json_writer *w, const struct credential *credential);
/* The user's password credential (needs USER_CREDENTIALS); NULL: none. */
const struct credential *credential_password(const struct user *user);
/* What the realm's password policy wants new hashes to cost (hashAlgorithm, hashIterations). */
struct password_cost credential_cost(const struct realm_settings *realm);
/* True when a stored hash is not what the policy wants and should be made anew at login. */
bool credential_is_old(const struct password_cost *stored, const struct password_cost *wanted);

/* Takes the next item off a policy text, "length(8) and notUsername": its name and argument
 * ("" when it has none). False at the end. */
bool policy_next(struct str *rest, struct str *ret_name, struct str *ret_argument);
/* The argument of one item ("8" of length(8), "" of notUsername); p NULL when the policy
 * does not have it. */
struct str policy_value(struct str policy, struct str item);

#endif

/* A realm's password policy: "length(8) and digits(1) and notUsername". Pure. */
#ifndef LOGIN_POLICY_H
#define LOGIN_POLICY_H

#include "base/errors.h"
#include "model/credential.h"

/* Whether a new password meets the policy. ERROR_INVALID_PASSWORD: *ret_text says what is
 * missing, in Keycloak's words. An item that this server does not know is not met, so that
 * nobody gets a weaker password than the realm asks for. */
MUST_USE enum error_code policy_check(struct arena *arena, struct str policy, struct str password,
				      struct str username, struct str email, struct str *ret_text);

/* Whether a realm may have the policy: items with names that Keycloak knows, though we may not check all of them
 * ourselves, and arguments that are numbers where they have to be. ERROR_INVALID_VALUE, in Keycloak's words. */
MUST_USE enum error_code policy_read(struct str policy, struct why *reterr_why);

#endif

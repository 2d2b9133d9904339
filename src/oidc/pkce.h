/* Proof Key for Code Exchange (RFC 7636). Pure. */
#ifndef OIDC_PKCE_H
#define OIDC_PKCE_H

#include "base/arena.h"
#include "base/errors.h"
#include "model/realm.h"

/* Checks code_challenge and code_challenge_method of an authorization request against
 * the client's attribute pkce.code.challenge.method: absent, PKCE is optional, and a
 * challenge that is sent must be S256 (RFC 9700 section 2.1.1); `plain`, and with it a
 * challenge without a method, is for clients whose row demands plain. On failure *ret_text
 * is the error_description, in Keycloak's words. */
MUST_USE enum error_code pkce_check_request(const struct client *client, struct str challenge,
					    struct str method, struct str *ret_text);
/* Checks the token request's code_verifier against what the code holds. A verifier
 * without a challenge is refused (downgrade, RFC 9700 section 4.8.2). */
MUST_USE enum error_code pkce_check_verifier(struct arena *arena, struct str challenge,
					     struct str method, struct str verifier,
					     struct str *ret_text);

#endif

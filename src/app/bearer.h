/* Requests with an access token of ours (userinfo, introspection, the admin API): the token
 * verified, and the rows that say whether it still lives. */
#ifndef APP_BEARER_H
#define APP_BEARER_H

#include "app/own_token.h"
#include "model/user.h"
#include "oidc/claims.h"

struct bearer {
	struct jwt_claims claims;
	const struct client *client; /* azp */
	struct user *user;           /* with roles and groups; NULL: none */
	struct session *session;     /* with clients; NULL: none */
};

/* OK: the token is alive. INVALID_TOKEN: not, *ret_dead says why in Keycloak's words (static);
 * *ret_bearer is filled as far as it went. Others: the store failed. */
MUST_USE enum error_code bearer_open(struct visit *visit, struct str token, struct bearer *ret_bearer,
				     const char **ret_dead, struct why *reterr_why);

/* What mappers need to say of the bearer of a live token: with the scopes that the token was given
 * for, as the client has them now. `ret_grant` is borrowed by the result. */
struct claims_input bearer_claims(struct visit *visit, const struct bearer *bearer, struct scope_grant *ret_grant);

#endif

/* Access tokens presented to us; see bearer.h. */
#include "app/bearer.h"

#include "oidc/token.h"

/* The session is of the token's own kind: an offline session has the sid of the one it grew
 * from, and does not keep that one's tokens alive. */
static enum error_code load(struct visit *visit, struct bearer *bearer, bool *ret_revoked, struct why *reterr_why)
{
	const struct jwt_claims *claims = &bearer->claims;
	struct token_rows rows;
	enum error_code code = store_find_token_rows(visit->app->store, visit->arena, visit->realm->settings.id,
		claims->sub, claims->sid, token_is_offline(claims), claims->jti, &rows, reterr_why);
	if (code != OK)
		return code;
	bearer->user = rows.user;
	bearer->session = rows.session;
	*ret_revoked = rows.revoked;
	return OK;
}

enum error_code bearer_open(struct visit *visit, struct str token, struct bearer *ret_bearer,
			    const char **ret_dead, struct why *reterr_why)
{
	struct bearer bearer = { 0 };
	bool revoked = false;
	*ret_dead = "Token verification failed";
	enum error_code code = own_token_open(visit, token, &bearer.claims, reterr_why);
	if (code != OK)
		return ERROR_INVALID_TOKEN;
	bearer.client = realm_client_by_client_id(visit->realm, bearer.claims.azp);
	*ret_bearer = bearer;
	code = load(visit, &bearer, &revoked, reterr_why);
	if (code != OK)
		return code;
	*ret_bearer = bearer;
	const char *dead = token_access_dead(visit->realm, bearer.client, bearer.user, bearer.session, &bearer.claims,
					     visit->now_ms);
	if (revoked)
		dead = "Token was revoked";
	*ret_dead = dead;
	return dead ? error_because(reterr_why, ERROR_INVALID_TOKEN, "%s", dead) : OK;
}

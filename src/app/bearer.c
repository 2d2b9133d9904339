/* Access tokens presented to us; see bearer.h. */
#include "app/bearer.h"

#include "oidc/token.h"

static enum error_code load_user(struct visit *visit, struct bearer *bearer, struct why *reterr_why)
{
	enum error_code code = store_find_user(visit->app->store, visit->arena, visit->realm->settings.id,
		bearer->claims.sub, USER_ROLES | USER_GROUPS, &bearer->user, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND)
		bearer->user = NULL;
	return code == ERROR_NAME_NOT_FOUND ? OK : code;
}

/* Of the token's own kind: an offline session has the sid of the one it grew from, and does not
 * keep that one's tokens alive. */
static enum error_code load_session(struct visit *visit, struct bearer *bearer, struct why *reterr_why)
{
	if (!bearer->claims.sid.n)
		return OK;
	struct session *session = arena_alloc(visit->arena, sizeof *session);
	enum error_code code = store_find_session(visit->app->store, visit->arena, visit->realm->settings.id,
		bearer->claims.sid, token_is_offline(&bearer->claims), session, reterr_why);
	if (code == OK)
		bearer->session = session;
	return code == ERROR_NAME_NOT_FOUND ? OK : code;
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
	code = load_user(visit, &bearer, reterr_why);
	if (code == OK)
		code = load_session(visit, &bearer, reterr_why);
	if (code == OK)
		code = store_token_revoked(visit->app->store, visit->realm->settings.id, bearer.claims.jti, &revoked, reterr_why);
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

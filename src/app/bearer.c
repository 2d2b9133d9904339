/* Access tokens presented to us; see bearer.h. */
#include "app/bearer.h"

#include "app/part_notes.h"
#include "app/token_answer.h"
#include "oidc/token.h"

/* Whose the token is, by its subject where that is a user's id: of a service account the token may
 * say no subject, of users the session does. */
static enum error_code owner(struct visit *visit, const struct bearer *bearer, struct str *ret_user_id,
			     struct why *reterr_why)
{
	const struct jwt_claims *claims = &bearer->claims;
	bool plain = claims->sub.n && (!bearer->client || !claims_own_subject(bearer->client));
	struct user *user;
	*ret_user_id = plain ? claims->sub : STR("");
	if (plain || claims->sid.n || !bearer->client)
		return OK;
	enum error_code code = store_find_service_account(visit->app->store, visit->arena,
		visit->realm->settings.id, bearer->client->id, 0, &user, reterr_why);
	if (code == OK)
		*ret_user_id = user->id;
	return code == ERROR_NAME_NOT_FOUND ? OK : code;
}

/* The session is of the token's own kind: an offline session has the sid of the one it grew
 * from, and does not keep that one's tokens alive. */
static enum error_code load(struct visit *visit, struct bearer *bearer, bool *ret_revoked, struct why *reterr_why)
{
	const struct jwt_claims *claims = &bearer->claims;
	struct token_rows rows;
	struct str user_id;
	enum error_code code = owner(visit, bearer, &user_id, reterr_why);
	if (code != OK)
		return code;
	code = store_find_token_rows(visit->app->store, visit->arena, visit->realm->settings.id,
		user_id, claims->sid, token_is_offline(claims), claims->jti, &rows, reterr_why);
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

struct claims_input bearer_claims(struct visit *visit, const struct bearer *bearer, struct scope_grant *ret_grant)
{
	struct arena *arena = visit->arena;
	const struct client_session *part =
		bearer->session ? token_answer_part(bearer->session, bearer->client) : NULL;
	struct part_notes notes = part_notes_read(arena, part);
	struct role_set held = roles_of_user(arena, visit->realm, bearer->user);
	scope_resolve_again(arena, bearer->client, bearer->claims.scope, ret_grant);
	scope_limit(arena, &held, ret_grant);
	return (struct claims_input){
		.realm = visit->realm,
		.client = bearer->client,
		.user = bearer->user,
		.session = bearer->session,
		.grant = ret_grant,
		.roles = roles_for_token(arena, bearer->client, ret_grant->scopes, ret_grant->n, &held),
		.acr = bearer->claims.acr.n ? bearer->claims.acr : notes.acr,
		.nonce = bearer->claims.nonce,
		.claims_request = notes.claims,
		.now_s = visit->now_ms / 1000,
	};
}

/* grant_type=client_credentials (RFC 6749 section 4.4): a client's own service account. No
 * session, no refresh token. */
#include "app/token_answer.h"

static enum error_code grant(struct client_request *r, struct token_grant *g, struct why *reterr_why)
{
	struct user *user;
	struct visit *visit = r->visit;
	enum error_code code = store_find_service_account(visit->app->store, visit->arena, visit->realm->settings.id,
		r->client->id, USER_ROLES | USER_GROUPS, &user, reterr_why);
	if (code != OK)
		return code;
	if (!user->enabled) {
		client_request_fail(r, ERROR_USER_DISABLED, STR(""), STR(""));
		return OK;
	}
	if (!token_answer_scope(r, user, &g->scope))
		return OK;
	g->user = user;
	struct token_answer answer;
	code = token_answer_make(r, g, &answer, reterr_why);
	if (code != OK)
		return code;
	struct event event = r->event;
	event.type = STR("CLIENT_LOGIN");
	event.user_id = user->id;
	event_detail(visit, &event, "token_id", answer.access_jti);
	event_detail(visit, &event, "scope", g->scope.text);
	event_detail(visit, &event, "username", user->username);
	event_emit(visit, &event);
	token_answer_send(r, &answer);
	return OK;
}

void token_by_client_credentials(struct client_request *r)
{
	struct str scope = client_request_value(r, "scope");
	struct token_grant g = { .acr = STR("1"), .client_address = r->visit->request->client };
	event_detail(r->visit, &r->event, "grant_type", STR("client_credentials"));
	if (r->client->public_client || !r->client->service_accounts_enabled) {
		client_request_fail(r, ERROR_INVALID_CLIENT_CREDENTIALS, r->client->public_client ?
			STR("Public client not allowed to retrieve service account") :
			STR("Client not enabled to retrieve service account"), STR(""));
		return;
	}
	if (!scope_resolve(r->visit->arena, r->client, scope, &g.scope)) {
		client_request_fail(r, ERROR_INVALID_SCOPE,
				    arena_join(r->visit->arena, STR("Invalid scopes: "), scope, STR("")), STR(""));
		return;
	}
	struct why why = { "" };
	enum error_code code = grant(r, &g, &why);
	if (code != OK)
		client_request_broken(r, code, &why);
}

/* grant_type=client_credentials (RFC 6749 section 4.4): a client's own service account. No
 * session, no refresh token, unless the client's row wants them. */
#include "app/token_session.h"

static struct event login_event(struct client_request *r, const struct token_grant *g,
				const struct token_answer *answer)
{
	struct event event = r->event;
	event.type = STR("CLIENT_LOGIN");
	event.user_id = g->user->id;
	event.session_id = g->session ? g->session->id : STR("");
	event_detail(r->visit, &event, "token_id", answer->access_jti);
	event_detail(r->visit, &event, "refresh_token_type", answer->refresh_jti.n ? STR("Refresh") : STR(""));
	event_detail(r->visit, &event, "scope", g->scope.text);
	event_detail(r->visit, &event, "refresh_token_id", answer->refresh_jti);
	event_detail(r->visit, &event, "username", g->user->username);
	return event;
}

static enum error_code answer_at_once(struct client_request *r, const struct token_grant *g, struct why *reterr_why)
{
	struct token_answer answer;
	enum error_code code = token_answer_make(r, g, &answer, reterr_why);
	if (code != OK)
		return code;
	struct event event = login_event(r, g, &answer);
	event_emit(r->visit, &event);
	token_answer_send(r, &answer);
	return OK;
}

/* client_credentials.use_refresh_token: a session of its own, and a refresh token. */
static enum error_code answer_with_session(struct client_request *r, struct token_grant *g, struct why *reterr_why)
{
	struct token_session made;
	struct token_answer answer;
	token_session_make(r, g, &made);
	enum error_code code = token_answer_make(r, g, &answer, reterr_why);
	if (code != OK)
		return code;
	struct effects effects = effects_new(r->visit->arena);
	effects_add(&effects, EFFECT_SESSION_MAY_BEGIN)->u.session = made.session;
	token_session_add(&made, &effects);
	struct event event = login_event(r, g, &answer);
	event_add(r->visit, &event, &effects);
	code = app_apply(r->visit->app, &effects, reterr_why);
	if (code != OK)
		return code;
	event_log(r->visit, &event);
	token_answer_send(r, &answer);
	return OK;
}

static enum error_code grant(struct client_request *r, struct token_grant *g, struct why *reterr_why)
{
	struct user *user;
	bool session = token_client_credentials_wait(r->client);
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
	return session ? answer_with_session(r, g, reterr_why) : answer_at_once(r, g, reterr_why);
}

bool token_client_credentials_wait(const struct client *client)
{
	return attributes_true(&client->attributes, STR("client_credentials.use_refresh_token"), false);
}

void token_by_client_credentials(struct client_request *r)
{
	struct str scope = client_request_value(r, "scope");
	struct token_grant g = { .acr = STR("1"), .client_address = r->visit->request->client };
	if (r->client->public_client || !r->client->service_accounts_enabled) {
		client_request_fail(r, ERROR_NO_SERVICE_ACCOUNT, r->client->public_client ?
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

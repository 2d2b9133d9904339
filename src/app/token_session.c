/* Sessions without a browser; see token_session.h. */
#include "app/token_session.h"

#include "crypto/random.h"

enum { SID_BYTES = 18 };

void token_session_make(struct client_request *r, struct token_grant *grant, struct token_session *ret_made)
{
	struct visit *visit = r->visit;
	struct session *session = &ret_made->session;
	*session = (struct session){
		.id = random_token(visit->arena, SID_BYTES),
		.offline = grant->scope.offline_access,
		.realm_id = visit->realm->settings.id,
		.user_id = grant->user->id,
		.username = grant->user->username,
		.ip_address = visit->request->client,
		.user_agent = str_take(http_header(visit->request, "User-Agent"), 255),
		.auth_method = STR("openid-connect"),
		.started_ms = visit->now_ms,
		.last_refresh_s = visit->now_ms / 1000,
	};
	ret_made->part = (struct client_session){
		.session_id = session->id,
		.offline = session->offline,
		.client_id = r->client->id,
		.issuer = visit->issuer,
		.started_ms = visit->now_ms,
		.last_refresh_s = visit->now_ms / 1000,
		.scope = grant->scope.refresh_text,
		.adapter_session_id = client_request_adapter_value(r, "client_session_state"),
		.adapter_host = client_request_adapter_value(r, "client_session_host"),
	};
	if (ret_made->part.adapter_session_id.n)
		ret_made->part.adapter_bound_ms = visit->now_ms;
	grant->session = session;
	grant->part = &ret_made->part;
	grant->refresh = token_answer_first(r, &ret_made->part);
}

void token_session_add(const struct token_session *made, struct effects *effects)
{
	effects_add(effects, EFFECT_SESSION_CREATE)->u.session = made->session;
	effects_add(effects, EFFECT_CLIENT_SESSION_PUT)->u.client_session =
		(struct effect_client_session){ made->part, made->session.version };
}

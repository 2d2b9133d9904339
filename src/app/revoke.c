/* POST /realms/{realm}/protocol/openid-connect/revoke (RFC 7009). A refresh token ends its
 * client's part of the session, and the client is told; an access token ends alone. */
#include "app/client_request.h"
#include "app/endpoints.h"
#include "app/own_token.h"
#include "app/signing_out.h"

static enum error_code revoke_access(struct client_request *r, const struct jwt_claims *claims, struct why *reterr_why)
{
	struct effects effects = effects_new(r->visit->arena);
	effects_add(&effects, EFFECT_TOKEN_REVOKE)->u.token_revoke = (struct effect_token_revoke){
		r->visit->realm->settings.id, claims->jti, claims->exp.set ? claims->exp.value : 0 };
	struct event event = r->event;
	event.type = STR("REVOKE_GRANT");
	event_detail(r->visit, &event, "token_id", claims->jti);
	event_add(r->visit, &event, &effects);
	enum error_code code = app_apply(r->visit->app, &effects, reterr_why);
	if (code == OK)
		event_log(r->visit, &event);
	return code;
}

static enum error_code revoke_refresh(struct client_request *r, const struct jwt_claims *claims, bool offline,
				      struct why *reterr_why)
{
	struct signout_order order =
		signing_out_order(r->visit, offline ? DOOR_OFFLINE_REVOCATION : DOOR_TOKEN_REVOCATION, r->client);
	struct signout_outcome outcome;
	return signing_out(r->visit, &order, claims->sid, offline, r->client->id, &outcome, reterr_why);
}

/* As recorded: a token that is none is told so, with status 200. */
static void unknown_token(struct client_request *r, struct str reason)
{
	event_emit_error(r->visit, &r->event, STR("invalid_token"), reason);
	http_respond_error(r->visit->response, 200, STR("invalid_token"), STR("Invalid token"));
	http_no_store(r->visit->response);
}

static void revoke(struct client_request *r)
{
	struct jwt_claims claims;
	enum jwt_kind kind;
	struct why why = { "" };
	if (!params_count(r->form, "token")) {
		client_request_fail(r, ERROR_INVALID_REQUEST, STR("Token not provided"), STR(""));
		return;
	}
	if (own_token_open(r->visit, client_request_value(r, "token"), &claims, &why) != OK) {
		unknown_token(r, str_from(why.text));
		return;
	}
	if (!jwt_kind_of(claims.typ, &kind) || (kind != JWT_ACCESS && kind != JWT_REFRESH && kind != JWT_OFFLINE)) {
		client_request_fail(r, ERROR_UNSUPPORTED_TOKEN_TYPE, STR("Unsupported token type"), STR(""));
		return;
	}
	if (!str_eq(claims.azp, r->client->client_id)) {
		client_request_fail(r, ERROR_INVALID_GRANT, STR("Unmatching clients"), STR(""));
		return;
	}
	r->event.user_id = claims.sub;
	r->event.session_id = claims.sid;
	enum error_code code = kind == JWT_ACCESS ? revoke_access(r, &claims, &why) :
						    revoke_refresh(r, &claims, kind == JWT_OFFLINE, &why);
	if (code != OK) {
		client_request_broken(r, code, &why);
		return;
	}
	http_respond_empty(r->visit->response, 200);
	http_no_store(r->visit->response);
}

void revoke_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	struct client_request r;
	if (!visit_open(&visit, context, request, response))
		return;
	if (client_request_open(&r, &visit, "REVOKE_GRANT_ERROR", true))
		revoke(&r);
	visit_close(&visit);
}

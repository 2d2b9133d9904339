/* POST .../logout with a refresh token (oVirt, python-keycloak and other servers): the answer is
 * 204 or JSON with error and error_description, never a page. */
#include "app/client_request.h"
#include "app/logout.h"
#include "app/own_token.h"
#include "app/signing_out.h"
#include "oidc/token.h"

bool logout_is_by_token(const struct http_request *request, const struct params *form)
{
	return params_count(form, "refresh_token") > 0 || params_count(form, "client_secret") > 0 ||
	       params_count(form, "client_assertion") > 0 ||
	       str_eq_nocase(str_take(http_header(request, "Authorization"), 6), STR("Basic "));
}

/* What is to end: the session of a refresh, offline or ID token. */
struct target {
	struct str session_id;
	bool offline;
};

/* Authentic is enough: an expired, rotated or revoked token still says whose session is to end. */
static bool judge_refresh(struct client_request *r, struct target *ret_target)
{
	struct visit *visit = r->visit;
	struct str token = client_request_value(r, "refresh_token");
	struct jwt_claims claims;
	struct why why = { "refresh_token is empty" };
	if (!token.n || own_token_open(visit, token, &claims, &why) != OK) {
		client_request_fail(r, ERROR_INVALID_GRANT, STR("Invalid refresh token"), str_from(why.text));
		return false;
	}
	r->event.session_id = claims.sid;
	const struct token_refresh_facts facts = { .realm = visit->realm, .client = r->client,
		.issuer = claims.iss, .issuer_auth = claims.iss, .now_ms = visit->now_ms };
	struct token_refusal refusal = token_check_refresh_kind(&facts, &claims);
	if (refusal.code != OK) {
		client_request_fail(r, refusal.code, refusal.text, STR(""));
		return false;
	}
	*ret_target = (struct target){ claims.sid, jwt_check_kind(&claims, JWT_OFFLINE, NULL) == OK };
	return true;
}

static bool judge_hint(struct client_request *r, struct target *ret_target)
{
	struct jwt_claims claims;
	struct why why = { "" };
	if (own_token_open(r->visit, client_request_value(r, "id_token_hint"), &claims, &why) != OK ||
	    jwt_check_kind(&claims, JWT_ID, &why) != OK || !str_eq(claims.azp, r->client->client_id)) {
		client_request_fail(r, ERROR_INVALID_REQUEST, STR("Invalid parameter: id_token_hint"), str_from(why.text));
		return false;
	}
	*ret_target = (struct target){ .session_id = claims.sid };
	return true;
}

static bool judge(struct client_request *r, struct target *ret_target)
{
	if (params_count(r->form, "refresh_token"))
		return judge_refresh(r, ret_target);
	if (client_request_value(r, "id_token_hint").n)
		return judge_hint(r, ret_target);
	client_request_fail(r, ERROR_INVALID_REQUEST, STR("Missing form parameter: refresh_token"), STR(""));
	return false;
}

void logout_by_token(struct visit *visit)
{
	struct client_request r;
	struct target target;
	if (!client_request_open(&r, visit, "LOGOUT_ERROR", false) || !judge(&r, &target))
		return;
	enum door door = target.offline ? DOOR_OFFLINE_TOKEN_LOGOUT : DOOR_REFRESH_TOKEN_LOGOUT;
	struct signout_order order = signing_out_order(visit, door, r.client);
	struct signout_outcome outcome;
	struct why why = { "" };
	enum error_code code =
		signing_out(visit, &order, target.session_id, target.offline, STR(""), &outcome, &why);
	if (code != OK) {
		client_request_broken(&r, code, &why);
		return;
	}
	http_respond_empty(visit->response, 204);
	http_no_store(visit->response);
}

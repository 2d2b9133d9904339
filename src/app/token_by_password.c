/* grant_type=password (RFC 6749 section 4.3), for clients that have directAccessGrantsEnabled:
 * command lines and scripts made for Keycloak rely on it. */
#include "app/attempt.h"
#include "app/session_limit.h"
#include "app/token_session.h"
#include "base/limits.h"
#include "login/required_action.h"

struct password_request {
	struct client_request r;
	struct visit visit;
	struct attempt attempt;
	struct str username;
	struct token_grant grant;
	struct token_session made;
};

static struct event login_event(struct password_request *p, const struct token_answer *answer)
{
	struct event event = p->r.event;
	event.type = STR("LOGIN");
	event.user_id = p->attempt.user->id;
	event.session_id = p->made.session.id;
	event_detail(&p->visit, &event, "token_id", answer->access_jti);
	event_detail(&p->visit, &event, "refresh_token_type", p->made.session.offline ? STR("Offline") : STR("Refresh"));
	event_detail(&p->visit, &event, "scope", p->grant.scope.text);
	event_detail(&p->visit, &event, "refresh_token_id", answer->refresh_jti);
	return event;
}

/* Offline sessions do not count, and are not counted. */
static enum error_code check_limit(struct password_request *p, struct session_limit *ret_limit,
				   struct why *reterr_why)
{
	*ret_limit = (struct session_limit){ .counted = -1 };
	if (p->made.session.offline)
		return OK;
	return session_limit_check(&p->visit, p->r.client, p->attempt.user, true, ret_limit, reterr_why);
}

static enum error_code refuse_another(struct password_request *p, const struct session_limit *limit,
				      struct why *reterr_why)
{
	struct effects effects = effects_new(p->visit.arena);
	enum error_code code = attempt_succeeded(&p->visit, &p->attempt, &effects, reterr_why);
	if (code == OK)
		code = app_apply(p->visit.app, &effects, reterr_why);
	if (code == OK)
		client_request_fail(&p->r, ERROR_TOO_MANY_SESSIONS, limit->message, STR(""));
	return code;
}

static enum error_code grant(struct password_request *p, struct why *reterr_why)
{
	struct token_answer answer;
	p->grant.user = p->attempt.user;
	p->grant.acr = STR("1");
	if (!token_answer_scope(&p->r, p->attempt.user, &p->grant.scope))
		return OK;
	token_session_make(&p->r, &p->grant, &p->made);
	struct session_limit limit;
	enum error_code code = check_limit(p, &limit, reterr_why);
	if (code == OK && limit.verdict.refused)
		return refuse_another(p, &limit, reterr_why);
	if (code == OK)
		code = token_answer_make(&p->r, &p->grant, &answer, reterr_why);
	if (code != OK)
		return code;
	struct effects effects = effects_new(p->visit.arena);
	effects_add(&effects, EFFECT_SESSION_MAY_BEGIN)->u.session = p->made.session;
	session_limit_add(&p->visit, &limit, &effects);
	code = attempt_succeeded(&p->visit, &p->attempt, &effects, reterr_why);
	if (code != OK)
		return code;
	token_session_add(&p->made, &effects);
	struct event event = login_event(p, &answer);
	event_add(&p->visit, &event, &effects);
	code = app_apply(p->visit.app, &effects, reterr_why);
	if (code != OK)
		return code;
	event_log(&p->visit, &event);
	token_answer_send(&p->r, &answer);
	return OK;
}

static enum error_code right(struct password_request *p, struct why *reterr_why)
{
	struct str text = STR("");
	if (!p->attempt.user->enabled) {
		client_request_fail(&p->r, ERROR_USER_DISABLED, STR(""), STR(""));
		return OK;
	}
	if (required_next(p->visit.arena, p->attempt.user, &text) != REQUIRED_NOTHING ||
	    required_password_is_old(p->visit.realm->settings.password_policy, p->attempt.user, p->visit.now_ms)) {
		client_request_fail(&p->r, ERROR_USER_NOT_SET_UP, STR("Account is not fully set up"), text);
		return OK;
	}
	enum error_code code = grant(p, reterr_why);
	for (int round = 1; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		bool lives;
		code = attempt_again(&p->visit, &p->attempt, &lives, reterr_why);
		if (code == OK && !lives)
			client_request_fail(&p->r, ERROR_USER_DISABLED, STR(""), STR(""));
		else if (code == OK)
			code = grant(p, reterr_why);
	}
	return code;
}

static enum error_code wrong(struct password_request *p, struct why *reterr_why)
{
	enum error_code code = attempt_failed(&p->visit, &p->attempt, reterr_why);
	if (code == OK)
		client_request_fail(&p->r, p->attempt.locked ? ERROR_USER_LOCKED : ERROR_INVALID_CREDENTIALS, STR(""),
				    p->attempt.user ? STR("") : STR("user_not_found"));
	return code;
}

static void check(void *context, struct http_request *request, struct http_response *response)
{
	(void)request;
	(void)response;
	struct password_request *p = context;
	struct why why = { "" };
	enum error_code code = attempt_check(&p->visit, &p->attempt, &why);
	if (code == OK)
		code = p->attempt.right ? right(p, &why) : wrong(p, &why);
	if (code != OK)
		client_request_broken(&p->r, code, &why);
	visit_close(&p->visit);
}

static bool begin(struct password_request *p)
{
	struct client_request *r = &p->r;
	struct why why = { "" };
	p->username = str_trim(client_request_value(r, "username"));
	event_detail(r->visit, &r->event, "auth_method", STR("openid-connect"));
	event_detail(r->visit, &r->event, "username", str_take(p->username, 255));
	struct str hinder = attempt_direct_hindrance(r->visit->realm, r->client);
	if (!r->client->direct_access_grants_enabled) {
		client_request_fail(r, ERROR_UNAUTHORIZED_CLIENT, STR("Client not allowed for direct access grants"), STR(""));
		return false;
	}
	if (r->client->consent_required) {
		client_request_fail(r, ERROR_CONSENT_DENIED, STR(""), STR(""));
		return false;
	}
	if (hinder.n) {
		client_request_fail(r, ERROR_INVALID_GRANT, STR("Account is not fully set up"), hinder);
		return false;
	}
	if (!p->username.n) {
		client_request_fail(r, ERROR_INVALID_REQUEST, STR("Missing parameter: username"), STR(""));
		return false;
	}
	struct str scope = client_request_value(r, "scope");
	if (!scope_resolve(r->visit->arena, r->client, scope, &p->grant.scope)) {
		client_request_fail(r, ERROR_INVALID_SCOPE,
				    arena_join(r->visit->arena, STR("Invalid scopes: "), scope, STR("")), STR(""));
		return false;
	}
	enum error_code code = attempt_begin(&p->visit, p->username, client_request_value(r, "password"), &p->attempt, &why);
	r->event.user_id = code == OK && p->attempt.user ? p->attempt.user->id : STR("");
	if (code != OK)
		client_request_broken(r, code, &why);
	return code == OK;
}

bool token_by_password(struct client_request *r)
{
	struct password_request *p = arena_alloc(r->visit->arena, sizeof *p);
	p->visit = *r->visit;
	p->r = *r;
	p->r.visit = &p->visit;
	if (!begin(p))
		return false;
	http_hand_over(p->visit.request, HTTP_QUEUE_GATE, check, p);
	return true;
}

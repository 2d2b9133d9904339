/* grant_type=urn:openid:params:grant-type:ciba (OpenID CIBA Core section 10.1): an application asks whether
 * its user has agreed, and gets a session and the tokens, once. */
#include "app/ciba.h"

#include "app/consenting.h"
#include "app/polling.h"
#include "app/session_limit.h"
#include "app/token_session.h"
#include "base/clock.h"
#include "login/consent.h"
#include "login/required_action.h"

/* False: answered. */
static bool check_user(struct client_request *r, const struct user *user)
{
	struct str text = STR("");
	if (!user || !user->enabled) {
		client_request_fail(r, ERROR_USER_DISABLED, STR("User disabled"), STR(""));
		return false;
	}
	if (required_next(r->visit->arena, user, &text) != REQUIRED_NOTHING) {
		client_request_fail(r, ERROR_USER_NOT_SET_UP, STR("Account is not fully set up"), text);
		return false;
	}
	return true;
}

/* The channel has asked for consent where the client wants it (is_consent_required): the yes is kept. */
static enum error_code add_consent(struct polling *p, const struct user *user, const struct scope_grant *scope,
				   struct effects *effects, struct why *reterr_why)
{
	struct visit *visit = p->r->visit;
	struct consent granted;
	struct consent_item *items;
	if (!p->r->client->consent_required)
		return OK;
	enum error_code code = consenting_load(visit, p->r->client, user->id, &granted, reterr_why);
	if (code != OK)
		return code;
	size_t n = consent_missing(visit->arena, p->r->client, scope->scopes, scope->n, &granted, CONSENT_ASK_MISSING, &items);
	if (n)
		effects_add(effects, EFFECT_CONSENT_PUT)->u.consent =
			consent_after(visit->arena, &granted, items, n, visit->now_ms);
	else if (granted.version)
		effects_add(effects, EFFECT_CONSENT_HOLDS)->u.consent = granted;
	return OK;
}

/* The session begins: with the limits of sign-ins without a browser. */
static enum error_code begin(struct polling *p, struct effects *effects, bool *ret_granted, struct why *reterr_why)
{
	struct client_request *r = p->r;
	struct redemption *d = &p->redemption;
	struct token_session made;
	struct session_limit limit = { .counted = -1 };
	token_session_make(r, &d->grant, &made);
	made.session.auth_time_s = r->visit->now_ms / 1000;
	d->session = made.session;
	d->part = arena_alloc(r->visit->arena, sizeof *d->part);
	*d->part = made.part;
	d->grant.session = &d->session;
	d->grant.part = d->part;
	enum error_code code = made.session.offline ? OK :
		session_limit_check(r->visit, r->client, d->user, true, &limit, reterr_why);
	if (code != OK)
		return code;
	if (limit.verdict.refused) {
		client_request_fail(r, ERROR_TOO_MANY_SESSIONS, limit.message, STR(""));
		return OK;
	}
	effects_add(effects, EFFECT_SESSION_MAY_BEGIN)->u.session = made.session;
	session_limit_add(r->visit, &limit, effects);
	token_session_add(&made, effects);
	code = app_apply(r->visit->app, effects, reterr_why);
	*ret_granted = code == OK;
	if (code == OK) {
		r->event.session_id = made.session.id;
		event_detail(r->visit, &r->event, "consent", STR("consent_granted"));
		event_detail(r->visit, &r->event, "username", d->user->username);
	}
	/* What is tried again begins later than what came between. */
	if (code == ERROR_STALE)
		r->visit->now_ms = clock_wall_ms();
	return code;
}

/* The user has agreed. */
static enum error_code redeem(struct polling *p, bool *ret_granted, struct why *reterr_why)
{
	struct client_request *r = p->r;
	struct visit *visit = r->visit;
	struct user *user = NULL;
	struct scope_grant scope;
	enum error_code code = store_find_user(visit->app->store, visit->arena, visit->realm->settings.id,
		p->grant.user_id, USER_ROLES | USER_GROUPS, &user, reterr_why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND)
		return code;
	r->event.user_id = p->grant.user_id;
	if (!check_user(r, user))
		return OK;
	scope_resolve_again(visit->arena, r->client, p->grant.scope, &scope);
	if (!token_answer_limit(r, user, &scope))
		return OK;
	p->redemption = (struct redemption){ .r = r, .acr = STR("1"), .event_type = "AUTHREQID_TO_TOKEN", .user = user };
	p->redemption.grant = (struct token_grant){ .user = user, .acr = STR("1"), .scope = scope };
	struct effects effects = effects_new(visit->arena);
	polling_used(p, &effects);
	code = add_consent(p, user, &scope, &effects, reterr_why);
	return code == OK ? begin(p, &effects, ret_granted, reterr_why) : code;
}

static const struct polling_rules rules = {
	.kind = PENDING_BACKCHANNEL, .parameter = "auth_req_id", .redeem = redeem,
	.unknown = "Invalid auth_req_id", .expired = "authentication timed out", .too_early = "too early to access",
	.denied = "not authorized",
	.open = "The authorization request is still pending as the end-user hasn't yet been authenticated.",
};

void token_by_ciba(struct client_request *r)
{
	struct polling p = { .r = r, .rules = &rules };
	if (ciba_is_allowed(r->client))
		polling_answer(&p);
	else
		client_request_fail(r, ERROR_GRANT_NOT_ALLOWED, STR("Client not allowed OIDC CIBA Grant"), STR(""));
}

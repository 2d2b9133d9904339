/* grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 section 3.4): a device asks whether
 * its user has answered, and fetches the tokens, once. */
#include "app/redemption.h"
#include "oidc/device.h"
#include "oidc/pkce.h"
#include "store/pending.h"

struct device_request {
	struct client_request *r;
	struct pending_grant grant;
	bool counted; /* as a question in time */
	struct redemption redemption;
};

/* No event: most questions are answered so. */
static void still_open(struct client_request *r)
{
	struct http_response *response = r->visit->response;
	http_respond_error(response, error_http_status(ERROR_PENDING_OPEN), str_from(error_oauth(ERROR_PENDING_OPEN)),
			   str_from(error_text(ERROR_PENDING_OPEN)));
	http_no_store(response);
}

static void add_change(struct device_request *d, enum pending_change_kind kind, struct effects *effects)
{
	struct pending_change *change = arena_alloc(d->r->visit->arena, sizeof *change);
	*change = (struct pending_change){ .kind = kind, .grant = d->grant, .now_ms = d->r->visit->now_ms };
	effects_add(effects, EFFECT_PENDING_CHANGE)->u.pending = change;
}

/* The device's next question may come an interval from now. */
static enum error_code count(struct device_request *d, struct why *reterr_why)
{
	struct effects effects = effects_new(d->r->visit->arena);
	add_change(d, PENDING_POLL, &effects);
	enum error_code code = app_apply(d->r->visit->app, &effects, reterr_why);
	d->counted = code == OK;
	return code;
}

/* The user has agreed. */
static enum error_code redeem(struct device_request *d, bool *ret_granted, struct why *reterr_why)
{
	struct client_request *r = d->r;
	struct visit *visit = r->visit;
	struct str text = STR("");
	if (pkce_check_verifier(visit->arena, d->grant.code_challenge, d->grant.code_challenge_method,
				client_request_value(r, "code_verifier"), &text) != OK) {
		client_request_fail(r, ERROR_PKCE_INVALID, text, STR(""));
		return OK;
	}
	r->event.user_id = d->grant.user_id;
	r->event.session_id = d->grant.session_id;
	d->redemption = (struct redemption){ .r = r, .session_id = d->grant.session_id, .acr = d->grant.acr,
		.nonce = d->grant.nonce, .event_type = "OAUTH2_DEVICE_CODE_TO_TOKEN" };
	bool alive;
	enum error_code code = redemption_load(&d->redemption, &alive, reterr_why);
	if (code != OK || !alive)
		return code;
	struct scope_grant scope;
	scope_resolve_again(visit->arena, r->client, d->grant.scope, &scope);
	struct effects effects = effects_new(visit->arena);
	add_change(d, PENDING_USE, &effects);
	return redemption_apply(&d->redemption, &scope, &effects, ret_granted, reterr_why);
}

/* One round of load, decide, apply. STALE: the session changed, or somebody else was quicker. */
static enum error_code round_trip(void *context, struct str hash, bool *ret_granted, struct why *reterr_why)
{
	struct device_request *d = context;
	struct client_request *r = d->r;
	struct visit *visit = r->visit;
	struct str text = STR("");
	enum error_code code = store_find_pending(visit->app->store, visit->arena, hash, &d->grant, reterr_why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND)
		return code;
	if (d->counted)
		d->grant.interval_ms = 0;
	enum error_code judged = code == OK ? device_judge_poll(&d->grant, visit->realm, r->client, visit->now_ms, &text) :
					      ERROR_PENDING_UNKNOWN;
	bool in_time = judged == OK || judged == ERROR_PENDING_OPEN || judged == ERROR_PENDING_DENIED;
	if (in_time && !d->counted) {
		code = count(d, reterr_why);
		if (code == ERROR_STALE)
			judged = ERROR_SLOW_DOWN;
		else if (code != OK)
			return code;
	}
	if (judged == OK)
		return redeem(d, ret_granted, reterr_why);
	if (judged == ERROR_PENDING_OPEN)
		still_open(r);
	else
		client_request_fail(r, judged, text, STR(""));
	return OK;
}

void token_by_device(struct client_request *r)
{
	struct device_request d = { .r = r };
	if (!device_is_allowed(r->client)) {
		client_request_fail(r, ERROR_GRANT_NOT_ALLOWED,
				    STR("Client not allowed OAuth 2.0 Device Authorization Grant"), STR(""));
		return;
	}
	redemption_run(r, "device_code", round_trip, &d, &d.redemption);
}

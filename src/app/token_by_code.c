/* grant_type=authorization_code (RFC 6749 section 4.1.3): a code, once, for tokens. */
#include "app/redemption.h"
#include "app/signing_out.h"
#include "oidc/pkce.h"

#define NOT_VALID STR("Code not valid")

struct code_request {
	struct client_request *r;
	struct code code;
	struct redemption redemption;
};

/* A code that comes again: what the first use gave ends, and the client is told so. */
static void replayed(struct code_request *d)
{
	event_detail(d->r->visit, &d->r->event, "code_id", d->code.session_id);
	struct signout_order order = signing_out_order(d->r->visit, DOOR_CODE_REPLAY, d->r->client);
	struct signout_outcome outcome;
	struct why why = { "" };
	enum error_code code = signing_out(d->r->visit, &order, d->code.session_id, false, d->code.client_id, &outcome, &why);
	if (code == OK && d->code.offline_asked)
		code = signing_out(d->r->visit, &order, d->code.session_id, true, d->code.client_id, &outcome, &why);
	if (code != OK)
		client_request_broken(d->r, code, &why);
	else
		client_request_fail(d->r, ERROR_INVALID_CODE, NOT_VALID, STR("the code was used before"));
}

/* The code's own conditions; false: answered. */
static bool check_code(struct code_request *d)
{
	struct client_request *r = d->r;
	struct str text = STR("");
	if (!str_eq(d->code.realm_id, r->visit->realm->settings.id) || !str_eq(d->code.client_id, r->client->id)) {
		client_request_fail(r, ERROR_INVALID_CODE, NOT_VALID, STR("the code was given to another client"));
		return false;
	}
	if (d->code.used_ms) {
		replayed(d);
		return false;
	}
	if (r->visit->now_ms >= d->code.expires_ms) {
		client_request_fail(r, ERROR_INVALID_CODE, STR("Code is expired"), STR(""));
		return false;
	}
	if (!str_eq(client_request_value(r, "redirect_uri"), d->code.redirect_uri)) {
		client_request_fail(r, ERROR_INVALID_CODE, STR("Incorrect redirect_uri"), STR(""));
		return false;
	}
	if (pkce_check_verifier(r->visit->arena, d->code.code_challenge, d->code.code_challenge_method,
				client_request_value(r, "code_verifier"), &text) != OK) {
		client_request_fail(r, ERROR_PKCE_INVALID, text, STR(""));
		return false;
	}
	return true;
}

/* One round of load, decide, apply. STALE: somebody used the code or ended the session. */
static enum error_code round_trip(void *context, struct str hash, bool *ret_granted, struct why *reterr_why)
{
	struct code_request *d = context;
	struct client_request *r = d->r;
	struct visit *visit = r->visit;
	enum error_code code = store_find_code(visit->app->store, visit->arena, hash, &d->code, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND) {
		client_request_fail(r, ERROR_INVALID_CODE, NOT_VALID, STR("unknown code"));
		return OK;
	}
	if (code != OK)
		return code;
	if (!check_code(d))
		return OK;
	r->event.user_id = d->code.user_id;
	r->event.session_id = d->code.session_id;
	d->redemption = (struct redemption){ .r = r, .session_id = d->code.session_id, .acr = d->code.acr,
		.nonce = d->code.nonce, .event_type = "CODE_TO_TOKEN" };
	bool alive;
	code = redemption_load(&d->redemption, &alive, reterr_why);
	if (code != OK || !alive)
		return code;
	struct scope_grant scope;
	if (!scope_resolve(visit->arena, r->client, d->code.scope, &scope)) {
		client_request_fail(r, ERROR_INVALID_SCOPE, STR(""), STR("the client's scopes changed meanwhile"));
		return OK;
	}
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_CODE_USE)->u.code_use = (struct effect_code_use){ d->code.hash, visit->now_ms };
	return redemption_apply(&d->redemption, &scope, &effects, ret_granted, reterr_why);
}

void token_by_code(struct client_request *r)
{
	struct code_request d = { .r = r };
	redemption_run(r, "code", round_trip, &d, &d.redemption);
}

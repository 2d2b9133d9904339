/* grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 section 3.4): a device asks whether
 * its user has answered, and fetches the tokens, once. */
#include "app/polling.h"
#include "oidc/device.h"
#include "oidc/pkce.h"

/* The user has agreed. */
static enum error_code redeem(struct polling *p, bool *ret_granted, struct why *reterr_why)
{
	struct client_request *r = p->r;
	struct visit *visit = r->visit;
	struct str text = STR("");
	if (pkce_check_verifier(visit->arena, p->grant.code_challenge, p->grant.code_challenge_method,
				client_request_value(r, "code_verifier"), &text) != OK) {
		client_request_fail(r, ERROR_PKCE_INVALID, text, STR(""));
		return OK;
	}
	r->event.user_id = p->grant.user_id;
	r->event.session_id = p->grant.session_id;
	p->redemption = (struct redemption){ .r = r, .session_id = p->grant.session_id, .acr = p->grant.acr,
		.nonce = p->grant.nonce, .event_type = "OAUTH2_DEVICE_CODE_TO_TOKEN" };
	bool alive;
	enum error_code code = redemption_load(&p->redemption, &alive, reterr_why);
	if (code != OK || !alive)
		return code;
	struct scope_grant scope;
	scope_resolve_again(visit->arena, r->client, p->grant.scope, &scope);
	struct effects effects = effects_new(visit->arena);
	polling_used(p, &effects);
	return redemption_apply(&p->redemption, &scope, &effects, ret_granted, reterr_why);
}

static const struct polling_rules rules = {
	.kind = PENDING_DEVICE, .parameter = "device_code", .redeem = redeem };

void token_by_device(struct client_request *r)
{
	struct polling p = { .r = r, .rules = &rules };
	if (!device_is_allowed(r->client)) {
		client_request_fail(r, ERROR_GRANT_NOT_ALLOWED,
				    STR("Client not allowed OAuth 2.0 Device Authorization Grant"), STR(""));
		return;
	}
	polling_answer(&p);
}

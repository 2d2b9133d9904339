/* Enhanced Client or Proxy (SAML profiles section 4.2): the client sends the provider's AuthnRequest
 * by SOAP with the user's name and password (HTTP Basic), and has the Response in the answer. Like the
 * password grant it knows no page: what only a page could do is refused. */
#include "app/saml.h"

#include "app/attempt.h"
#include "app/events.h"
#include "app/grant.h"
#include "app/login.h"
#include "base/limits.h"
#include "base/log.h"
#include "crypto/base64.h"
#include "login/required_action.h"

struct ecp {
	struct visit visit;
	struct entry entry;
	struct attempt attempt;
	struct str username;
};

static void refuse(struct ecp *e, int status, const char *event_error, struct str reason, struct str text)
{
	struct visit *visit = &e->visit;
	struct event event = event_new(visit, "LOGIN_ERROR");
	event.client_id = e->entry.plan.client->client_id;
	event.user_id = e->attempt.user ? e->attempt.user->id : STR("");
	event_detail(visit, &event, "auth_method", STR("saml"));
	event_detail(visit, &event, "username", str_take(e->username, 255));
	event_emit_error(visit, &event, str_from(event_error), reason);
	http_respond_bytes(visit->response, status, "text/xml;charset=utf-8", saml_soap_fault(visit->arena, true, text));
	if (status == 401)
		http_set_header_z(visit->response, "WWW-Authenticate", "Basic realm=\"curfew\", charset=\"UTF-8\"");
	http_no_cache(visit->response);
}

static bool read_password(struct ecp *e, struct str *ret_password)
{
	struct str header = http_header(e->visit.request, "Authorization"), plain;
	if (!str_eq_nocase(str_take(header, 6), STR("Basic ")) ||
	    base64_decode(e->visit.arena, str_trim(str_drop(header, 6)), &plain, NULL) != OK || str_has_nul(plain) ||
	    !str_is_utf8(plain))
		return false;
	size_t at = str_index(plain, ':');
	e->username = str_trim(str_take(plain, at));
	*ret_password = at < plain.n ? str_drop(plain, at + 1) : STR("");
	return at < plain.n && e->username.n;
}

static enum error_code round_trip(struct ecp *e, struct why *reterr_why)
{
	struct effects effects = effects_new(e->visit.arena);
	const struct grant grant = { .entry = &e->entry, .user = e->attempt.user, .fresh = true, .direct = true,
		.auth_time_s = e->visit.now_ms / 1000 };
	enum error_code code = attempt_succeeded(&e->visit, &e->attempt, &effects, reterr_why);
	return code == OK ? grant_enter(&e->visit, &grant, &effects, reterr_why) : code;
}

static enum error_code right(struct ecp *e, struct why *reterr_why)
{
	const struct user *user = e->attempt.user;
	struct str text = STR("");
	if (!user->enabled) {
		refuse(e, 403, "user_disabled", STR(""), STR("Account is disabled"));
		return OK;
	}
	if (required_next(e->visit.arena, user, &text) != REQUIRED_NOTHING ||
	    required_password_is_old(e->visit.realm->settings.password_policy, user, e->visit.now_ms)) {
		refuse(e, 403, "resolve_required_actions", text, STR("Account is not fully set up"));
		return OK;
	}
	enum error_code code = round_trip(e, reterr_why);
	for (int round = 1; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		bool lives;
		code = attempt_again(&e->visit, &e->attempt, &lives, reterr_why);
		if (code == OK && !lives)
			refuse(e, 403, "user_disabled", STR(""), STR("Account is disabled"));
		else if (code == OK)
			code = round_trip(e, reterr_why);
	}
	return code;
}

static enum error_code wrong(struct ecp *e, struct why *reterr_why)
{
	enum error_code code = attempt_failed(&e->visit, &e->attempt, reterr_why);
	if (code != OK)
		return code;
	const char *error = e->attempt.locked ? "user_temporarily_disabled" : "invalid_user_credentials";
	refuse(e, 401, e->attempt.user ? error : "user_not_found", STR(""), STR("Invalid user credentials"));
	return OK;
}

static void check(void *context, struct http_request *request, struct http_response *response)
{
	(void)request;
	(void)response;
	struct ecp *e = context;
	struct why why = { "" };
	enum error_code code = attempt_check(&e->visit, &e->attempt, &why);
	if (code == OK)
		code = e->attempt.right ? right(e, &why) : wrong(e, &why);
	if (code != OK)
		login_failed(&e->visit, code, &why);
	visit_close(&e->visit);
}

/* False: answered. */
static bool begin(struct ecp *e, const struct saml_client *client)
{
	struct why why = { "" };
	struct str password;
	struct str hinder = attempt_direct_hindrance(e->visit.realm, client->client);
	if (!client->allow_ecp || client->client->consent_required || hinder.n) {
		refuse(e, 403, "not_allowed", hinder, STR("Client is not allowed to use the ECP profile"));
		return false;
	}
	if (!read_password(e, &password)) {
		refuse(e, 401, "invalid_user_credentials", STR("no HTTP Basic credentials"), STR("Invalid user credentials"));
		return false;
	}
	enum error_code code = attempt_begin(&e->visit, e->username, password, &e->attempt, &why);
	if (code != OK)
		login_failed(&e->visit, code, &why);
	return code == OK;
}

bool saml_ecp(struct visit *visit, const struct saml_client *client, const struct entry *entry)
{
	struct ecp *e = arena_alloc(visit->arena, sizeof *e);
	*e = (struct ecp){ .visit = *visit, .entry = *entry };
	if (!begin(e, client))
		return false;
	http_hand_over(e->visit.request, HTTP_QUEUE_GATE, check, e);
	return true;
}

/* What is the same for every protocol; see entry.h. */
#include "app/entry.h"

#include "app/browser.h"
#include "app/consenting.h"
#include "app/events.h"
#include "app/login.h"
#include "app/owed.h"
#include "app/page.h"
#include "base/limits.h"

const struct entry_protocol *entry_protocol_of(const struct ticket *ticket)
{
	if (str_eq_z(ticket->protocol, ENTRY_DEVICE))
		return &entry_device;
	return str_eq(ticket->protocol, entry_saml.name) ? &entry_saml : &entry_openid;
}

bool entry_open(struct visit *visit, const struct ticket *ticket, struct entry *ret_entry,
		struct authorize_verdict *ret_verdict)
{
	return entry_protocol_of(ticket)->open(visit, ticket, ret_entry, ret_verdict);
}

struct ticket entry_ticket(const struct entry *entry)
{
	struct ticket ticket = { 0 };
	entry->protocol->keep(entry, &ticket);
	return ticket;
}

struct str entry_restart_url(const struct visit *visit, const struct ticket *ticket)
{
	return entry_protocol_of(ticket)->restart_url(visit, ticket);
}

/* ---- from the request to its answer ---- */

void entry_refuse(struct visit *visit, const struct entry *entry, const struct authorize_verdict *verdict)
{
	const struct authorize_request *request = &entry->request;
	struct event event = event_new(visit, "LOGIN_ERROR");
	event.client_id = str_take(request->client_id, 255);
	event_detail(visit, &event, "redirect_uri", str_take(request->redirect_uri, 512));
	event_detail(visit, &event, "response_type", request->response_type);
	if (entry->plan.mode_settled)
		event_detail(visit, &event, "response_mode", response_mode_name(entry->plan.mode));
	event_emit_error(visit, &event, verdict->event_error, verdict->reason.n ? verdict->reason : verdict->text);
	if (verdict->kind == AUTHORIZE_PAGE) {
		page_error(visit, verdict->status, verdict->text, STR(""));
		return;
	}
	entry->protocol->refuse(visit, entry, verdict->error, verdict->text);
}

/* An administrator asked the signed-in user for something: the password once more, and then
 * that, before any further application is entered. */
static struct authorize_verdict action_pending(const struct authorize_plan *plan)
{
	if (!plan->prompt_none)
		return (struct authorize_verdict){ .kind = AUTHORIZE_LOGIN, .again = true };
	return (struct authorize_verdict){ .kind = AUTHORIZE_REDIRECT, .error = STR("interaction_required"),
		.event_error = STR("interaction_required") };
}

/* One round of load, decide, apply. */
static enum error_code round_trip(struct visit *visit, const struct entry *entry, struct why *reterr_why)
{
	bool alive;
	struct session session;
	struct user *user;
	enum error_code code = browser_session(visit, &alive, &session, &user, reterr_why);
	if (code != OK)
		return code;
	if (!alive && !entry->after_debts && owed_comes_first(visit, entry))
		return OK;
	struct authorize_verdict verdict = authorize_decide(&entry->plan, alive ? &session : NULL, visit->now_ms);
	if (verdict.kind == AUTHORIZE_GRANT && user->required_actions.n)
		verdict = action_pending(&entry->plan);
	if (verdict.kind == AUTHORIZE_LOGIN) {
		login_show(visit, entry, verdict.again ? user : NULL);
		return OK;
	}
	if (verdict.kind != AUTHORIZE_GRANT) {
		entry_refuse(visit, entry, &verdict);
		return OK;
	}
	struct effects effects = effects_new(visit->arena);
	const struct grant grant = { .entry = entry, .user = user, .session = &session };
	return consenting_grant(visit, &grant, &effects, reterr_why);
}

void entry_proceed(struct visit *visit, const struct entry *entry)
{
	struct why why = { "" };
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = round_trip(visit, entry, &why);
	if (code != OK)
		login_failed(visit, code, &why);
}

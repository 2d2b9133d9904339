/* GET and POST /realms/{realm}/protocol/openid-connect/auth: the authorization endpoint
 * (OpenID Connect Core 1.0, section 3.1.2). */
#include "app/login.h"

#include "app/browser.h"
#include "app/consenting.h"
#include "app/events.h"
#include "app/page.h"
#include "base/limits.h"
#include "base/log.h"

struct binding {
	const char *name;
	size_t offset;
};

#define FIELD(member) { #member, offsetof(struct authorize_request, member) }

static const struct binding bindings[] = {
	FIELD(client_id), FIELD(redirect_uri), FIELD(response_type), FIELD(response_mode), FIELD(scope),
	FIELD(state), FIELD(nonce), FIELD(prompt), FIELD(max_age), FIELD(login_hint), FIELD(id_token_hint),
	FIELD(acr_values), FIELD(ui_locales), FIELD(code_challenge), FIELD(code_challenge_method),
	FIELD(request), FIELD(request_uri),
};

static enum error_code parse(struct visit *visit, struct authorize_request *ret_request, struct why *reterr_why)
{
	const struct params *params;
	bool post = visit->request->method == HTTP_POST;
	enum error_code code = post ? http_form(visit->request, &params, reterr_why) :
				      http_query(visit->request, &params, reterr_why);
	if (code != OK)
		return code;
	struct authorize_request request = { .own_base = visit->base };
	static const char *const repeatable[] = { "resource", NULL };
	if (params_refuse_duplicates(params, repeatable, &request.duplicate, NULL) != OK && !request.duplicate.n)
		request.duplicate = STR("?");
	for (size_t i = 0; i < ARRAY_LENGTH(bindings); i++) {
		struct str *field = (struct str *)(void *)((char *)&request + bindings[i].offset);
		*field = params_value(params, bindings[i].name);
	}
	/* Beyond 255 bytes a hint helps nobody. */
	if (request.login_hint.n > LIMIT_LOGIN_HINT)
		request.login_hint = STR("");
	*ret_request = request;
	return OK;
}

static void refuse(struct visit *visit, const struct authorize_request *request,
		   const struct authorize_plan *plan, const struct authorize_verdict *verdict)
{
	struct event event = event_new(visit, "LOGIN_ERROR");
	event.client_id = str_take(request->client_id, 255);
	event_detail(visit, &event, "redirect_uri", str_take(request->redirect_uri, 512));
	event_emit_error(visit, &event, verdict->event_error, verdict->text);
	if (verdict->kind == AUTHORIZE_PAGE) {
		page_error(visit, verdict->status, verdict->text, STR(""));
		return;
	}
	const struct authorize_parameter parameters[] = {
		{ STR("error"), verdict->error },
		{ STR("error_description"), verdict->text },
	};
	grant_answer(visit, request, plan, parameters, ARRAY_LENGTH(parameters));
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
static enum error_code round_trip(struct visit *visit, const struct authorize_request *request,
				  const struct authorize_plan *plan, struct why *reterr_why)
{
	bool alive;
	struct session session;
	struct user *user;
	enum error_code code = browser_session(visit, &alive, &session, &user, reterr_why);
	if (code != OK)
		return code;
	struct authorize_verdict verdict = authorize_decide(plan, alive ? &session : NULL, visit->now_ms);
	if (verdict.kind == AUTHORIZE_GRANT && user->required_actions.n)
		verdict = action_pending(plan);
	if (verdict.kind == AUTHORIZE_LOGIN) {
		login_show(visit, request, verdict.again ? user : NULL);
		return OK;
	}
	if (verdict.kind != AUTHORIZE_GRANT) {
		refuse(visit, request, plan, &verdict);
		return OK;
	}
	struct effects effects = effects_new(visit->arena);
	const struct grant grant = { .request = request, .plan = plan, .user = user, .session = &session };
	return consenting_grant(visit, &grant, &effects, reterr_why);
}

static void answer(struct visit *visit)
{
	struct why why = { "" };
	struct authorize_request request;
	enum error_code code = parse(visit, &request, &why);
	if (code != OK) {
		page_error(visit, error_http_status(code), STR("Invalid Request"), STR(""));
		return;
	}
	struct authorize_plan plan;
	struct authorize_verdict verdict;
	if (!authorize_check(visit->arena, visit->realm, &request, &plan, &verdict)) {
		refuse(visit, &request, &plan, &verdict);
		return;
	}
	code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = round_trip(visit, &request, &plan, &why);
	if (code != OK)
		login_failed(visit, code, &why);
}

/* A browser without a session gets the form at once: nothing is read or committed for it. */
void authorize_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	bool waits = browser_has_session(&visit);
	if (waits && request->next_handler != authorize_handle)
		http_hand_over(request, HTTP_QUEUE_WORKER, authorize_handle, context);
	else
		answer(&visit);
	visit_close(&visit);
}

/* /realms/{realm}/protocol/openid-connect/logout in the browser: RP-initiated logout, the
 * legacy request with redirect_uri, and the confirmation page. */
#include "app/logout.h"

#include "app/browser.h"
#include "app/events.h"
#include "app/language.h"
#include "app/own_token.h"
#include "app/owed.h"
#include "app/page.h"
#include "app/signing_out.h"
#include "app/ticket.h"
#include "base/log.h"
#include "base/url.h"
#include "oidc/end_session.h"

/* One request through the beats. */
struct end_session {
	struct visit *visit;
	struct end_session_request request;
	struct end_session_facts facts;
	struct session browser;
	struct user *browser_user;
};

static void read_request(struct end_session *e, const struct params *params)
{
	struct visit *visit = e->visit;
	struct end_session_request *r = &e->request;
	r->id_token_hint = params_value(params, "id_token_hint");
	r->client_id = params_value(params, "client_id");
	r->post_logout_redirect_uri = params_value(params, "post_logout_redirect_uri");
	r->redirect_uri = params_value(params, "redirect_uri");
	r->state = params_value(params, "state");
	r->ui_locales = params_value(params, "ui_locales");
	if (params_refuse_duplicates(params, NULL, &r->duplicate, NULL) != OK && !r->duplicate.n)
		r->duplicate = STR("?");
	r->fetch_mode = http_header(visit->request, "Sec-Fetch-Mode");
	r->fetch_dest = http_header(visit->request, "Sec-Fetch-Dest");
	struct str referer = http_header(visit->request, "Referer");
	r->referer_origin = url_origin_of_text(visit->arena, referer);
	/* A Referer that is no URL is nobody's we know. */
	if (referer.n && !r->referer_origin.n)
		r->referer_origin = referer;
	r->own_origin = http_own_origin(visit->request);
}

static void read_hint(struct end_session *e)
{
	struct jwt_claims claims;
	struct why why;
	if (!e->request.id_token_hint.n)
		return;
	e->facts.hint_given = true;
	if (own_token_open(e->visit, e->request.id_token_hint, &claims, &why) != OK ||
	    jwt_check_kind(&claims, JWT_ID, &why) != OK)
		return;
	e->facts.hint_valid = true;
	e->facts.hint_client_id = claims.azp;
	e->facts.hint_session_id = claims.sid;
}

static enum error_code load(struct end_session *e, struct why *reterr_why)
{
	bool alive;
	e->facts.realm = e->visit->realm;
	enum error_code code = browser_session(e->visit, &alive, &e->browser, &e->browser_user, reterr_why);
	if (code != OK)
		return code;
	e->facts.browser = alive ? &e->browser : NULL;
	read_hint(e);
	if (alive && str_eq(e->facts.hint_session_id, e->browser.id)) {
		e->facts.hinted = &e->browser;
		return OK;
	}
	return signing_out_find(e->visit, e->facts.hint_session_id, false, &e->facts.hinted, reterr_why);
}

static void show_error(struct end_session *e, const struct end_session_verdict *verdict)
{
	struct event event = event_new(e->visit, "LOGOUT_ERROR");
	event.client_id = str_take(e->request.client_id, 255);
	event_detail(e->visit, &event, "redirect_uri", str_take(e->request.redirect_uri.n ? e->request.redirect_uri :
		e->request.post_logout_redirect_uri, 512));
	event_emit_error(e->visit, &event, verdict->event_error, verdict->reason);
	page_error(e->visit, 400, verdict->text, STR(""));
}

/* `another`: the session that the hint named has just ended, this browser has one of its own. */
static void show_question(struct end_session *e, const struct end_session_verdict *verdict, bool another)
{
	struct visit *visit = e->visit;
	struct ticket ticket = { .kind = TICKET_LOGOUT, .redirect = verdict->redirect,
		.client_id = verdict->client ? verdict->client->client_id : STR("") };
	const struct template_value values[] = {
		{ .name = "action", .text = language_keep(visit, visit_url(visit,
			"/protocol/openid-connect/logout/logout-confirm")) },
		{ .name = "ticket", .text = ticket_seal(visit, &ticket) },
		{ .name = "question", .message = another ? "logoutConfirmOther" : "logoutConfirmHeader" },
		{ .name = "username", .text = e->browser.username },
		{ .name = "done", .message = another ? "logoutConfirmDone" : NULL },
		{ .name = "back", .text = another ? verdict->redirect : STR("") },
	};
	page_show(visit, 200, "logout_confirm", values, ARRAY_LENGTH(values));
}

void logout_finish(struct visit *visit, const struct logout_page *page)
{
	struct why why;
	bool straight = page->redirect.n && !page->frames && !(page->signout_id.n && logout_page_always(visit->realm));
	if (straight && http_respond_redirect(visit->response, 302, page->redirect, &why) == OK) {
		http_no_store_page(visit->response);
		return;
	}
	if (straight)
		log_write(LOG_WARN, "app", "redirect after logout: %s", why.text);
	logout_page_show(visit, page);
}

static struct logout_page page_of(const struct end_session_verdict *verdict)
{
	return (struct logout_page){ .client = verdict->client, .redirect = verdict->redirect };
}

static enum door door_of_verdict(const struct end_session *e, const struct end_session_verdict *verdict)
{
	if (verdict->legacy)
		return DOOR_LEGACY_LOGOUT;
	return e->request.confirmed ? DOOR_CONFIRMED_LOGOUT : DOOR_RP_LOGOUT;
}

static void end(struct end_session *e, const struct end_session_verdict *verdict)
{
	struct visit *visit = e->visit;
	struct signout_order order = signing_out_order(visit, door_of_verdict(e, verdict), verdict->client);
	/* Frames load on the page that ends it all, not beside a question. */
	order.browser = !verdict->ask_own;
	struct signout_outcome outcome;
	struct why why = { "" };
	enum error_code code = signing_out_known(visit, &order, verdict->session, NULL, &outcome, &why);
	if (code != OK) {
		log_write(LOG_ERROR, "app", "logout in realm %.*s: %s", STR_ARG(visit->realm->settings.name), why.text);
		page_error(visit, error_http_status(code), str_from(error_text(code)), STR(""));
		return;
	}
	struct logout_page page = page_of(verdict);
	page.signout_id = order.id;
	page.frames = outcome.frames_n > 0;
	if (verdict->ask_own) {
		show_question(e, verdict, true);
	} else if (outcome.browser_n) {
		owed_begin(visit, &page);
	} else {
		logout_finish(visit, &page);
		browser_clear_session_cookie(visit);
	}
}

static void decide(struct end_session *e)
{
	struct why why = { "" };
	enum error_code code = load(e, &why);
	if (code != OK) {
		log_write(LOG_ERROR, "app", "logout: %s", why.text);
		page_error(e->visit, error_http_status(code), str_from(error_text(code)), STR(""));
		return;
	}
	struct end_session_verdict verdict = end_session_decide(e->visit->arena, &e->request, &e->facts);
	struct logout_page nothing;
	switch (verdict.kind) {
	case END_SESSION_ERROR:
		show_error(e, &verdict);
		break;
	case END_SESSION_CONFIRM:
		show_question(e, &verdict, false);
		break;
	case END_SESSION_END:
		end(e, &verdict);
		break;
	case END_SESSION_REDIRECT:
	case END_SESSION_DONE:
		nothing = page_of(&verdict);
		logout_finish(e->visit, &nothing);
		break;
	}
}

static void answer(struct visit *visit)
{
	const struct params *params;
	struct why why;
	bool post = visit->request->method == HTTP_POST;
	enum error_code code = post ? http_form(visit->request, &params, &why) : http_query(visit->request, &params, &why);
	/* A form that cannot be read but names a token came from a server, which gets JSON. */
	bool by_token = code == OK ? logout_is_by_token(visit->request, params) :
		str_contains(visit->request->body, STR("refresh_token")) || http_header(visit->request, "Authorization").n;
	if (post && by_token) {
		logout_by_token(visit);
		return;
	}
	if (code != OK) {
		page_error(visit, error_http_status(code), STR("Invalid Request"), STR(""));
		return;
	}
	struct end_session e = { .visit = visit };
	read_request(&e, params);
	decide(&e);
}

void logout_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	answer(&visit);
	visit_close(&visit);
}

/* The button was pressed: whatever session the browser has now ends, also when the user
 * signed in anew while the page was open. */
static void confirm(struct visit *visit)
{
	const struct params *params;
	struct ticket ticket = { 0 };
	struct why why = { "" };
	enum error_code code = http_form(visit->request, &params, &why);
	if (code == OK)
		code = ticket_open(visit, params_value(params, "ticket"), TICKET_LOGOUT,
				   visit->realm->settings.access_code_lifespan_login_s, &ticket, &why);
	if (code != OK) {
		struct event event = event_new(visit, "LOGOUT_ERROR");
		event_emit_error(visit, &event, STR("logout_failed"), str_from(why.text));
		page_error(visit, 400, STR("Logout failed"), STR(""));
		return;
	}
	struct end_session e = { .visit = visit };
	e.request.confirmed = true;
	code = load(&e, &why);
	struct end_session_verdict verdict = { .session = e.facts.browser, .redirect = ticket.redirect,
		.client = ticket.client_id.n ? realm_client_by_client_id(visit->realm, ticket.client_id) : NULL };
	const struct logout_page nothing = page_of(&verdict);
	if (code != OK)
		page_error(visit, error_http_status(code), str_from(error_text(code)), STR(""));
	else if (verdict.session)
		end(&e, &verdict);
	else
		logout_finish(visit, &nothing);
}

void logout_confirm_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	confirm(&visit);
	visit_close(&visit);
}

/* POST /realms/{realm}/login-actions/authenticate: what the login form sends.
 *
 * Three stages: begin (worker: ticket, user, the attempt reserved), check (password gate:
 * the hash) and finish (the outcome in one transaction). */
#include "app/attempt.h"
#include "app/browser.h"
#include "app/consenting.h"
#include "app/events.h"
#include "app/login.h"
#include "app/login_page.h"
#include "app/page.h"
#include "base/limits.h"
#include "login/required_action.h"

/* What the stages hand on; in the request's arena. */
struct authentication {
	struct visit visit;
	struct ticket ticket;
	struct entry entry;
	struct attempt attempt;
	struct str username;
	bool remember_me;
};

static struct event new_event(struct authentication *a, const char *type)
{
	struct event event = event_new(&a->visit, type);
	event.client_id = a->ticket.client_id;
	event.user_id = a->attempt.user ? a->attempt.user->id : STR("");
	/* Of the ticket: the entry may not have opened. */
	const struct entry_protocol *protocol = entry_protocol_of(&a->ticket);
	event_detail(&a->visit, &event, "auth_method", protocol->name);
	if (protocol == &entry_openid)
		event_detail(&a->visit, &event, "auth_type", STR("code"));
	event_detail(&a->visit, &event, "redirect_uri", a->ticket.redirect_uri);
	event_detail(&a->visit, &event, "username", str_take(a->username, 255));
	return event;
}

/* The form again, with the reason for the user and the event for us. */
static void show_again(struct authentication *a, struct str text, struct str event_error)
{
	struct event event = new_event(a, "LOGIN_ERROR");
	event_emit_error(&a->visit, &event, event_error, STR(""));
	struct ticket ticket = a->ticket;
	const struct login_page page = {
		.error = text,
		.username = str_take(a->username, 255),
		.fixed_user = a->ticket.user_id.n ? a->username : STR(""),
		.remember_me = a->remember_me,
	};
	login_page_show(&a->visit, &ticket, &page);
}

static void refused(struct authentication *a, struct str text, struct str event_error)
{
	struct event event = new_event(a, "LOGIN_ERROR");
	event_emit_error(&a->visit, &event, event_error, text);
	page_error(&a->visit, 400, text, STR(""));
}

/* The browser may have signed in meanwhile, in another tab. */
static enum error_code finish_round(struct authentication *a, struct why *reterr_why)
{
	struct visit *visit = &a->visit;
	const struct user *user = a->attempt.user;
	bool alive;
	struct session session;
	struct user *owner;
	enum error_code code = browser_session(visit, &alive, &session, &owner, reterr_why);
	if (code != OK)
		return code;
	if (alive && !str_eq(session.user_id, user->id)) {
		refused(a, arena_format(visit->arena, "You are already authenticated as different user '%.*s' in this "
			"session. Please sign out first.", STR_ARG(owner->username)), STR("different_user_authenticated"));
		return OK;
	}
	struct effects effects = effects_new(visit->arena);
	code = attempt_succeeded(visit, &a->attempt, &effects, reterr_why);
	if (code != OK)
		return code;
	const struct grant grant = { .entry = &a->entry, .user = user,
		.session = alive ? &session : NULL, .fresh = true, .remember_me = a->remember_me,
		.auth_time_s = visit->now_ms / 1000 };
	return consenting_grant(visit, &grant, &effects, reterr_why);
}

static enum error_code ask_for_password(struct authentication *a, struct why *reterr_why)
{
	struct effects effects = effects_new(a->visit.arena);
	const struct user *user = a->attempt.user;
	enum error_code code = attempt_succeeded(&a->visit, &a->attempt, &effects, reterr_why);
	if (!str_list_has(&user->required_actions, STR("UPDATE_PASSWORD")))
		effects_add(&effects, EFFECT_REQUIRED_ACTION_ADD)->u.required_action = (struct effect_required_action){
			user->realm_id, user->id, STR("UPDATE_PASSWORD") };
	if (code == OK)
		code = app_apply(a->visit.app, &effects, reterr_why);
	if (code != OK)
		return code;
	a->ticket.user_id = a->attempt.user->id;
	a->ticket.remember_me = a->remember_me;
	a->ticket.auth_time_s = a->visit.now_ms / 1000;
	login_page_update_password(&a->visit, &a->ticket, a->attempt.user->username, STR(""));
	return OK;
}

#define DISABLED STR("Account is disabled, contact your administrator.")

/* The password was right: what else stands between the user and a session. */
static enum error_code finish_right(struct authentication *a, struct why *reterr_why)
{
	const struct user *user = a->attempt.user;
	if (!user->enabled) {
		show_again(a, DISABLED, STR("user_disabled"));
		return OK;
	}
	if (a->ticket.user_id.n && !str_eq(a->ticket.user_id, user->id)) {
		refused(a, STR("You have to sign in again as the user who is signed in."),
			STR("different_user_authenticated"));
		return OK;
	}
	struct str text = STR("");
	enum required_step step = required_next(a->visit.arena, user, &text);
	if (step == REQUIRED_NOTHING &&
	    required_password_is_old(a->visit.realm->settings.password_policy, user, a->visit.now_ms))
		step = REQUIRED_UPDATE_PASSWORD;
	switch (step) {
	case REQUIRED_NOT_POSSIBLE:
		refused(a, text, STR("resolve_required_actions"));
		return OK;
	case REQUIRED_UPDATE_PASSWORD:
		return ask_for_password(a, reterr_why);
	case REQUIRED_NOTHING:
		break;
	}
	enum error_code code = finish_round(a, reterr_why);
	for (int round = 1; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		bool lives;
		code = attempt_again(&a->visit, &a->attempt, &lives, reterr_why);
		if (code == OK && !lives)
			show_again(a, DISABLED, STR("user_disabled"));
		else if (code == OK)
			code = finish_round(a, reterr_why);
	}
	return code;
}

static enum error_code finish_wrong(struct authentication *a, struct why *reterr_why)
{
	enum error_code code = attempt_failed(&a->visit, &a->attempt, reterr_why);
	if (code != OK)
		return code;
	struct str error = a->attempt.locked ? STR("user_temporarily_disabled") :
			   a->attempt.user ? STR("invalid_user_credentials") : STR("user_not_found");
	show_again(a, STR("Invalid username or password."), error);
	return OK;
}

static void check(void *context, struct http_request *request, struct http_response *response)
{
	(void)request;
	(void)response;
	struct authentication *a = context;
	struct why why = { "" };
	enum error_code code = attempt_check(&a->visit, &a->attempt, &why);
	if (code == OK)
		code = a->attempt.right ? finish_right(a, &why) : finish_wrong(a, &why);
	if (code != OK)
		login_failed(&a->visit, code, &why);
	visit_close(&a->visit);
}

static struct str ticket_of_address(const struct authentication *a)
{
	const struct params *query;
	return http_query(a->visit.request, &query, NULL) == OK ? params_value(query, "session_code") : STR("");
}

static enum error_code read_form(struct authentication *a, struct str *ret_ticket, struct str *ret_password,
				 struct why *reterr_why)
{
	const struct params *params;
	enum error_code code = http_form(a->visit.request, &params, reterr_why);
	if (code != OK)
		return code;
	*ret_ticket = params_value(params, "ticket");
	if (!params_count(params, "ticket"))
		*ret_ticket = ticket_of_address(a);
	*ret_password = params_value(params, "password");
	a->username = str_trim(params_value(params, "username"));
	a->remember_me = a->visit.realm->settings.remember_me && params_count(params, "rememberMe") > 0;
	if (ret_password->n > LIMIT_PASSWORD)
		return error_because(reterr_why, ERROR_PASSWORD_TOO_LONG, "password of %zu bytes", ret_password->n);
	return OK;
}

/* False: answered. */
static bool open_ticket(struct authentication *a, struct str sealed)
{
	struct why why = { "" };
	int64_t life_s = a->visit.realm->settings.access_code_lifespan_login_s;
	enum error_code code = ticket_open(&a->visit, sealed, TICKET_LOGIN, life_s, &a->ticket, &why);
	if (code != OK) {
		login_page_bad_ticket(&a->visit, code, &a->ticket, &why);
		return false;
	}
	struct authorize_verdict verdict;
	if (entry_open(&a->visit, &a->ticket, &a->entry, &verdict))
		return true;
	/* The client was changed while the form was open. */
	refused(a, verdict.text, verdict.event_error);
	return false;
}

static bool begin(struct authentication *a)
{
	struct why why = { "" };
	struct str sealed, password;
	enum error_code code = read_form(a, &sealed, &password, &why);
	if (code != OK) {
		page_error(&a->visit, error_http_status(code), str_from(error_text(code)), STR(""));
		return false;
	}
	if (!open_ticket(a, sealed))
		return false;
	if (!a->username.n) {
		show_again(a, STR("Invalid username or password."), STR("user_not_found"));
		return false;
	}
	code = attempt_begin(&a->visit, a->username, password, &a->attempt, &why);
	if (code != OK)
		login_failed(&a->visit, code, &why);
	return code == OK;
}

void authenticate_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct authentication *a = arena_alloc(request->arena, sizeof *a);
	if (!visit_open(&a->visit, context, request, response))
		return;
	if (begin(a))
		http_hand_over(request, HTTP_QUEUE_GATE, check, a);
	else
		visit_close(&a->visit);
}

/* A reload or a bookmark of the form's address: there is nothing to go on with. */
void authenticate_restart(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	page_error(&visit, 400, STR("This page has no sign-in to go on with. Please go back to the application and "
				    "sign in from there."), STR(""));
	visit_close(&visit);
}

/* POST /realms/{realm}/login-actions/required-action?execution=UPDATE_PASSWORD: a user whose
 * password was right, and must be changed before a session begins. */
#include "app/browser.h"
#include "app/consenting.h"
#include "app/events.h"
#include "app/login.h"
#include "app/login_page.h"
#include "app/page.h"
#include "base/limits.h"
#include "crypto/password.h"
#include "model/credential.h"
#include "model/own_attributes.h"
#include "login/policy.h"
#include "login/required_action.h"

struct update {
	struct visit visit;
	struct ticket ticket;
	struct entry entry;
	struct str password, again;
	struct user *user;
	struct credential credential; /* the new one, hashed */
};

static enum error_code load_user(struct update *u, struct why *reterr_why)
{
	return store_find_user(u->visit.app->store, u->visit.arena, u->visit.realm->settings.id,
			       u->ticket.user_id, USER_CREDENTIALS | USER_ROLES | USER_GROUPS, &u->user, reterr_why);
}

static void add_change(struct update *u, struct effects *effects)
{
	struct effect_credential *change = &effects_add(effects, EFFECT_CREDENTIAL_REPLACE)->u.credential;
	change->realm_id = u->user->realm_id;
	change->user_id = u->user->id;
	change->credential = u->credential;
	effects_add(effects, EFFECT_REQUIRED_ACTION_REMOVE)->u.required_action = (struct effect_required_action){
		u->user->realm_id, u->user->id, STR("UPDATE_PASSWORD") };
}

static enum error_code round_trip(struct update *u, struct why *reterr_why)
{
	struct visit *visit = &u->visit;
	struct str text = STR("");
	enum error_code code = load_user(u, reterr_why);
	if (code != OK)
		return code;
	/* A form that was sent twice, whose user was disabled meanwhile or got another password than the
	 * one that was right, changes nothing. */
	const struct credential *present = credential_password(u->user);
	bool newer = present && present->created_ms > u->ticket.made_ms;
	if (!u->user->enabled || newer || required_next(visit->arena, u->user, &text) != REQUIRED_UPDATE_PASSWORD) {
		page_error(visit, 400, STR("Action expired. Please continue with login now."),
			   entry_restart_url(visit, &u->ticket));
		return OK;
	}
	bool alive;
	struct session session;
	struct user *owner;
	code = browser_session(visit, &alive, &session, &owner, reterr_why);
	if (code != OK)
		return code;
	if (alive && !str_eq(session.user_id, u->user->id)) {
		page_error(visit, 400, arena_format(visit->arena, "You are already authenticated as different user '%.*s' in "
			"this session. Please sign out first.", STR_ARG(owner->username)), STR(""));
		return OK;
	}
	struct effects effects = effects_new(visit->arena);
	add_change(u, &effects);
	struct event event = event_new(visit, "UPDATE_PASSWORD");
	event.client_id = u->ticket.client_id;
	event.user_id = u->user->id;
	event_add(visit, &event, &effects);
	const struct mass_order others = { .door = DOOR_PASSWORD_CHANGED, .initiator = u->ticket.client_id,
		.user = u->user };
	const struct grant grant = { .entry = &u->entry, .user = u->user,
		.ends_others = own_attribute_ends(visit->realm, OWN_ON_PASSWORD) ? &others : NULL,
		.session = alive ? &session : NULL, .fresh = true, .remember_me = u->ticket.remember_me,
		.auth_time_s = u->ticket.auth_time_s };
	return consenting_grant(visit, &grant, &effects, reterr_why);
}

static void hash_and_store(void *context, struct http_request *request, struct http_response *response)
{
	(void)request;
	(void)response;
	struct update *u = context;
	struct why why = { "" };
	struct password_cost cost = credential_cost(&u->visit.realm->settings);
	struct password_hash hash;
	enum error_code code = password_make(u->visit.arena, u->password, &cost, &hash, &why);
	if (code == OK) {
		u->credential.created_ms = u->visit.now_ms;
		credential_write(u->visit.arena, &hash, &u->credential);
		code = ERROR_STALE;
	}
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = round_trip(u, &why);
	if (code != OK)
		login_failed(&u->visit, code, &why);
	visit_close(&u->visit);
}

static enum error_code read_form(struct update *u, struct str *ret_ticket, struct why *reterr_why)
{
	const struct params *params;
	enum error_code code = http_form(u->visit.request, &params, reterr_why);
	if (code != OK)
		return code;
	*ret_ticket = params_value(params, "ticket");
	u->password = params_value(params, "password-new");
	u->again = params_value(params, "password-confirm");
	return OK;
}

static bool open_ticket(struct update *u, struct str sealed)
{
	struct why why = { "" };
	int64_t life_s = u->visit.realm->settings.access_code_lifespan_user_action_s;
	enum error_code code = ticket_open(&u->visit, sealed, TICKET_UPDATE_PASSWORD, life_s, &u->ticket, &why);
	if (code != OK) {
		login_page_bad_ticket(&u->visit, code, &u->ticket, &why);
		return false;
	}
	struct authorize_verdict verdict;
	if (entry_open(&u->visit, &u->ticket, &u->entry, &verdict))
		return true;
	page_error(&u->visit, 400, verdict.text, STR(""));
	return false;
}

bool update_password_fits(struct visit *visit, const struct user *user, struct str password, struct str again,
			  struct str *ret_error, struct str *ret_text)
{
	if (!str_eq(password, again)) {
		*ret_error = STR("password_confirm_error");
		*ret_text = STR("Passwords don't match.");
		return false;
	}
	*ret_error = STR("password_rejected");
	return policy_check(visit->arena, visit->realm->settings.password_policy, password, user->username,
			    user->email, ret_text) == OK;
}

/* The page again with what is wrong with the new password; true when nothing is. */
static bool check_password(struct update *u)
{
	struct str text, error;
	if (update_password_fits(&u->visit, u->user, u->password, u->again, &error, &text))
		return true;
	struct event event = event_new(&u->visit, "UPDATE_PASSWORD_ERROR");
	event.client_id = u->ticket.client_id;
	event.user_id = u->user->id;
	event_emit_error(&u->visit, &event, error, text);
	login_page_update_password(&u->visit, &u->ticket, u->user->username, text);
	return false;
}

static bool begin(struct update *u)
{
	struct why why = { "" };
	struct str sealed;
	enum error_code code = read_form(u, &sealed, &why);
	if (code != OK) {
		page_error(&u->visit, error_http_status(code), str_from(error_text(code)), STR(""));
		return false;
	}
	if (!open_ticket(u, sealed))
		return false;
	code = load_user(u, &why);
	if (code != OK) {
		login_failed(&u->visit, code, &why);
		return false;
	}
	return check_password(u);
}

void update_password_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct update *u = arena_alloc(request->arena, sizeof *u);
	if (!visit_open(&u->visit, context, request, response))
		return;
	if (begin(u))
		http_hand_over(request, HTTP_QUEUE_GATE, hash_and_store, u);
	else
		visit_close(&u->visit);
}

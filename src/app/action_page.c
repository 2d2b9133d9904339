/* /realms/{realm}/login-actions/action-token: what the link in a mail leads to.
 *
 * The link shows what is going to happen and does nothing, since mail programs open links too; a
 * button does it. The token travels in the pages' forms: nothing is kept for the visitor until the
 * last page's answer, whose transaction makes the changes and uses the token up. */
#include "app/account_applications.h"
#include "app/action_token.h"
#include "app/events.h"
#include "app/language.h"
#include "app/login.h"
#include "app/login_page.h"
#include "app/mass.h"
#include "app/page.h"
#include "app/words.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/password.h"
#include "model/credential.h"
#include "model/own_attributes.h"
#include "model/redirect.h"

#define UPDATE_PASSWORD STR("UPDATE_PASSWORD")
#define VERIFY_EMAIL STR("VERIFY_EMAIL")

enum { EVENTS_MAX = 4 };

struct action {
	struct visit visit;
	struct str key;
	struct action_token token;
	const struct client *client;
	struct user *user;
	bool sets_password; /* a new one was sent, and fits */
	struct str password;
	struct credential credential; /* the new one, hashed */
	struct event events[EVENTS_MAX]; /* of the transaction */
	size_t events_n;
};

static bool asks_for(const struct action *a, struct str alias)
{
	return a->token.kind == ACTION_TOKEN_EXECUTE && str_list_has(&a->token.actions, alias);
}

static bool verifies(const struct action *a)
{
	return a->token.kind == ACTION_TOKEN_VERIFY_EMAIL || asks_for(a, VERIFY_EMAIL);
}

static bool verified_already(const struct action *a)
{
	return a->token.kind == ACTION_TOKEN_VERIFY_EMAIL && a->user->email_verified;
}

/* ---- refusals ---- */

static struct event event_of(const struct action *a, const char *type)
{
	struct event event = event_new(&a->visit, type);
	event.client_id = a->token.client_id;
	event.user_id = a->token.user_id;
	if (a->token.jti.n) {
		event_detail(&a->visit, &event, "token_id", a->token.jti);
		event_detail(&a->visit, &event, "action", action_token_kind_name(a->token.kind));
	}
	return event;
}

/* Where somebody who cannot go on here can: the application. */
static struct str home(struct action *a)
{
	return a->client ? account_application_url(&a->visit, a->client) : STR("");
}

/* False: answered. */
static bool refuse_token(struct action *a, const char *error, struct str reason, struct str text)
{
	struct event event = event_of(a, "EXECUTE_ACTION_TOKEN_ERROR");
	event_emit_error(&a->visit, &event, str_from(error), reason);
	page_error(&a->visit, 400, text, home(a));
	return false;
}

static bool refuse(struct action *a, const char *error, const char *reason, struct str text)
{
	bool verify = a->token.kind == ACTION_TOKEN_VERIFY_EMAIL;
	struct event event = event_of(a, verify ? "VERIFY_EMAIL_ERROR" : "EXECUTE_ACTIONS_ERROR");
	event_emit_error(&a->visit, &event, str_from(error), str_from(reason));
	page_error(&a->visit, 400, text, home(a));
	return false;
}

static void failed(struct action *a, enum error_code code, const struct why *why)
{
	login_failed(&a->visit, code, why);
}

/* ---- what has to hold, at every step ---- */

static bool open_token(struct action *a)
{
	struct why why = { "" };
	if (!a->key.n)
		return refuse_token(a, "not_allowed", STR("invalidRequestMessage"), STR("Invalid Request"));
	enum error_code code = action_token_open(&a->visit, a->key, &a->token, &why);
	if (code == OK)
		return true;
	struct str reason = arena_str(a->visit.arena, str_from(why.text));
	if (code == ERROR_EXPIRED)
		return refuse_token(a, "expired_code", reason, STR("Action expired."));
	return refuse_token(a, code == ERROR_INVALID_SIGNATURE ? "not_allowed" : "invalid_code", reason,
			    STR("An error occurred, please login again through your application."));
}

static bool check_client(struct action *a)
{
	const struct client *client = realm_client_by_client_id(a->visit.realm, a->token.client_id);
	if (!client)
		return refuse(a, "client_not_found", "", STR("Unknown login requester"));
	if (!client->enabled)
		return refuse(a, "client_disabled", "", STR("Login requester not enabled"));
	a->client = client;
	struct client placed = redirect_place(a->visit.arena, client, a->visit.base);
	if (a->token.redirect_uri.n && !redirect_allowed(a->visit.arena, &placed, a->token.redirect_uri))
		return refuse(a, "invalid_redirect_uri", "invalidRedirectUriMessage", STR("Invalid redirect uri"));
	return true;
}

/* The user as it stands, and whether the token may still be used by it. False: answered. */
static bool check_user(struct action *a)
{
	struct visit *visit = &a->visit;
	struct str realm_id = visit->realm->settings.id;
	struct why why = { "" };
	bool used = false;
	enum error_code code = store_find_user(visit->app->store, visit->arena, realm_id, a->token.user_id,
					       USER_CREDENTIALS, &a->user, &why);
	if (code == ERROR_NAME_NOT_FOUND)
		return refuse(a, "user_not_found", "", STR("Invalid username or password."));
	if (code == OK)
		code = store_token_used(visit->app->store, realm_id, a->token.jti, &used, &why);
	if (code != OK) {
		failed(a, code, &why);
		return false;
	}
	bool verify = a->token.kind == ACTION_TOKEN_VERIFY_EMAIL;
	if (!a->user->enabled)
		return refuse(a, "user_disabled", "accountDisabledMessage",
			      STR("Account is disabled, contact your administrator."));
	if (used && !(verify && a->user->email_verified))
		return refuse(a, "expired_code", "expiredActionMessage",
			      STR("Action expired. Please continue with login now."));
	if (str_eq(a->user->email, a->token.email))
		return true;
	if (verify)
		return refuse(a, "invalid_email", "staleEmailVerificationLink",
			      STR("The link you clicked is an old stale link and is no longer valid. Maybe you have already "
				  "verified your email."));
	return refuse(a, "invalid_email", "invalidEmailMessage", STR("Invalid email address."));
}

/* ---- pages ---- */

static struct str own_url(struct action *a)
{
	return language_keep(&a->visit, visit_url(&a->visit, "/login-actions/action-token"));
}

/* What was asked for and is not carried out here, in words. */
static struct str left_over(const struct action *a, const struct messages *messages)
{
	struct text text = text_new(a->visit.arena, 0);
	for (size_t i = 0; i < a->token.actions.n; i++) {
		struct str alias = a->token.actions.items[i];
		if (str_eq(alias, UPDATE_PASSWORD) || str_eq(alias, VERIFY_EMAIL))
			continue;
		text_add(&text, text.n ? STR(", ") : STR(""));
		text_add(&text, words_action(messages, alias));
	}
	return text_str(&text);
}

static void show_info(struct action *a, const char *title, const char *message)
{
	const struct messages *messages = language_of(&a->visit);
	bool own = str_eq_z(a->token.client_id, "account");
	struct str back = a->token.redirect_uri.n ? a->token.redirect_uri : own ? STR("") : home(a);
	const struct template_value values[] = {
		{ .name = "title", .message = title },
		{ .name = "text", .message = message },
		{ .name = "left", .text = left_over(a, messages) },
		{ .name = "back", .text = back },
	};
	page_show(&a->visit, 200, "info", values, ARRAY_LENGTH(values));
}

static void show_verified_already(struct action *a)
{
	struct event event = event_of(a, "VERIFY_EMAIL_ERROR");
	event_detail(&a->visit, &event, "email", a->user->email);
	event_emit_error(&a->visit, &event, STR("email_already_verified"), STR(""));
	show_info(a, "emailVerifiedTitle", "emailVerifiedAlreadyMessage");
}

static void show_what_comes(struct action *a)
{
	struct arena *arena = a->visit.arena;
	const struct messages *messages = language_of(&a->visit);
	bool verify = a->token.kind == ACTION_TOKEN_VERIFY_EMAIL;
	size_t n = a->token.actions.n;
	struct template_scope *items = arena_array(arena, n, sizeof *items);
	for (size_t i = 0; i < n; i++) {
		struct template_value *value = arena_array(arena, 1, sizeof *value);
		*value = (struct template_value){ .name = "action",
			.text = words_action(messages, a->token.actions.items[i]) };
		items[i] = (struct template_scope){ value, 1 };
	}
	const struct template_value values[] = {
		{ .name = "title", .message = verify ? "confirmEmailTitle" : "executeActionsTitle" },
		{ .name = "text", .message = verify ? "confirmEmailMessage" : NULL },
		{ .name = "email", .text = a->user->email },
		{ .name = "listed", .text = n ? STR("1") : STR("") },
		{ .name = "actions", .items = items, .items_n = n },
		{ .name = "action", .text = own_url(a) },
		{ .name = "ticket", .text = a->key },
	};
	page_show(&a->visit, 200, "action_token", values, ARRAY_LENGTH(values));
}

/* ---- the changes ---- */

static void add_event(struct action *a, struct event event, struct effects *effects)
{
	event_add(&a->visit, &event, effects);
	a->events[a->events_n++] = event;
}

static void settle_action(const struct action *a, struct str alias, struct effects *effects)
{
	if (str_list_has(&a->user->required_actions, alias))
		effects_add(effects, EFFECT_REQUIRED_ACTION_REMOVE)->u.required_action =
			(struct effect_required_action){ a->user->realm_id, a->user->id, alias };
}

static void add_verified(struct action *a, struct effects *effects)
{
	if (!a->user->email_verified) {
		struct user *user = &effects_add(effects, EFFECT_USER_UPDATE)->u.user;
		*user = *a->user;
		user->email_verified = true;
	}
	settle_action(a, VERIFY_EMAIL, effects);
	bool verify = a->token.kind == ACTION_TOKEN_VERIFY_EMAIL;
	struct event event = event_of(a, verify ? "VERIFY_EMAIL" : "CUSTOM_REQUIRED_ACTION");
	event_detail(&a->visit, &event, verify ? "email" : "custom_required_action",
		     verify ? a->user->email : VERIFY_EMAIL);
	add_event(a, event, effects);
}

/* Returns whether the user's sessions end with it. */
static bool add_password(struct action *a, struct effects *effects)
{
	static const char *const types[] = { "UPDATE_PASSWORD", "UPDATE_CREDENTIAL" };
	struct effect_credential *change = &effects_add(effects, EFFECT_CREDENTIAL_REPLACE)->u.credential;
	change->realm_id = a->user->realm_id;
	change->user_id = a->user->id;
	change->credential = a->credential;
	settle_action(a, UPDATE_PASSWORD, effects);
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		struct event event = event_of(a, types[i]);
		event_detail(&a->visit, &event, "credential_type", STR("password"));
		add_event(a, event, effects);
	}
	if (!own_attribute_ends(a->visit.realm, OWN_ON_PASSWORD))
		return false;
	const struct mass_order order = { .door = DOOR_PASSWORD_CHANGED, .initiator = a->token.client_id,
		.user = a->user };
	(void)mass_add(&a->visit, &order, effects);
	return true;
}

static enum error_code perform_round(struct action *a, struct why *reterr_why)
{
	bool ends = false;
	struct effects effects = effects_new(a->visit.arena);
	a->events_n = 0;
	effects_add(&effects, EFFECT_TOKEN_USE)->u.token_revoke = (struct effect_token_revoke){
		.realm_id = a->visit.realm->settings.id, .jti = a->token.jti, .expires_s = a->token.expires_s + 1 };
	if (verifies(a))
		add_verified(a, &effects);
	if (a->sets_password)
		ends = add_password(a, &effects);
	if (a->token.kind == ACTION_TOKEN_EXECUTE)
		add_event(a, event_of(a, "EXECUTE_ACTIONS"), &effects);
	enum error_code code = app_apply(a->visit.app, &effects, reterr_why);
	if (code != OK)
		return code;
	if (ends)
		mass_committed(&a->visit);
	for (size_t i = 0; i < a->events_n; i++)
		event_log(&a->visit, &a->events[i]);
	return OK;
}

static void perform(struct action *a)
{
	struct why why = { "" };
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		if (!check_user(a))
			return;
		if (verified_already(a)) {
			show_verified_already(a);
			return;
		}
		code = perform_round(a, &why);
	}
	if (code != OK)
		failed(a, code, &why);
	else if (a->token.kind == ACTION_TOKEN_VERIFY_EMAIL)
		show_info(a, "emailVerifiedTitle", "emailVerifiedMessage");
	else
		show_info(a, "accountUpdatedTitle", "accountUpdatedMessage");
}

static void hash_and_perform(void *context, struct http_request *request, struct http_response *response)
{
	(void)request;
	(void)response;
	struct action *a = context;
	struct why why = { "" };
	struct password_cost cost = credential_cost(&a->visit.realm->settings);
	struct password_hash hash;
	enum error_code code = password_make(a->visit.arena, a->password, &cost, &hash, &why);
	if (code == OK) {
		a->credential.created_ms = a->visit.now_ms;
		credential_write(a->visit.arena, &hash, &a->credential);
		perform(a);
	} else {
		failed(a, code, &why);
	}
	visit_close(&a->visit);
}

/* The form for it, or what is wrong with the one that was sent. False: answered. */
static bool take_password(struct action *a, const struct params *params)
{
	struct str text, error;
	struct str again = params_value(params, "password-confirm");
	a->password = params_value(params, "password-new");
	if (!a->password.p && !again.p) {
		login_page_new_password(&a->visit, own_url(a), a->key, a->user->username, STR(""));
		return false;
	}
	if (update_password_fits(&a->visit, a->user, a->password, again, &error, &text)) {
		a->sets_password = true;
		return true;
	}
	struct event event = event_of(a, "UPDATE_PASSWORD_ERROR");
	event_detail(&a->visit, &event, "credential_type", STR("password"));
	event_emit_error(&a->visit, &event, error, text);
	login_page_new_password(&a->visit, own_url(a), a->key, a->user->username, text);
	return false;
}

/* ---- endpoints ---- */

static bool check(struct action *a)
{
	return open_token(a) && check_client(a) && check_user(a);
}

void action_token_show(void *context, struct http_request *request, struct http_response *response)
{
	struct action *a = arena_alloc(request->arena, sizeof *a);
	const struct params *params;
	if (!visit_open(&a->visit, context, request, response))
		return;
	if (http_query(request, &params, NULL) == OK)
		a->key = params_value(params, "key");
	if (!check(a)) {
		visit_close(&a->visit);
		return;
	}
	if (verified_already(a))
		show_verified_already(a);
	else
		show_what_comes(a);
	visit_close(&a->visit);
}

void action_token_perform(void *context, struct http_request *request, struct http_response *response)
{
	struct action *a = arena_alloc(request->arena, sizeof *a);
	const struct params *params;
	struct why why = { "" };
	if (!visit_open(&a->visit, context, request, response))
		return;
	enum error_code code = http_form(request, &params, &why);
	if (code != OK)
		page_error(&a->visit, error_http_status(code), str_from(error_text(code)), STR(""));
	else
		a->key = params_value(params, "ticket");
	if (code == OK && check(a)) {
		if (!asks_for(a, UPDATE_PASSWORD)) {
			perform(a);
		} else if (take_password(a, params)) {
			http_hand_over(request, HTTP_QUEUE_GATE, hash_and_perform, a);
			return;
		}
	}
	visit_close(&a->visit);
}

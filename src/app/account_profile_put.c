/* POST .../account: a user changes the own names and e-mail address. The fields are those of
 * Keycloak's default user profile; attributes are not changed here. */
#include "app/account.h"

#include "app/complaints.h"
#include "app/events.h"
#include "base/limits.h"
#include "json/read.h"
#include "model/representation.h"
#include "model/user_values.h"

enum { LENGTH_MAX = 255, USERNAME_MIN = 3 };

struct sent_profile {
	struct str username, email, first_name, last_name;
};
static const struct json_field sent_fields[] = {
	JSON_TEXT(struct sent_profile, username, "username", 0),
	JSON_TEXT(struct sent_profile, email, "email", 0),
	JSON_TEXT(struct sent_profile, first_name, "firstName", 0),
	JSON_TEXT(struct sent_profile, last_name, "lastName", 0),
};
static const char *const sent_known[] = { "id", "emailVerified", "attributes", "userProfileMetadata", NULL };
static const struct json_shape sent_shape = JSON_SHAPE(struct sent_profile, sent_fields, .known = sent_known);

/* ---- what is wrong */

static void complain(struct complaints *complaints, const char *field, const char *message, struct str more)
{
	struct str label = arena_format(complaints->arena, "${%s}", field);
	complaints_add(complaints, str_from(field), message, label, more);
}

/* One complaint is said twice: by itself and in the list. */
static void answer_complaints(struct account_call *call, struct complaints *complaints, int status)
{
	struct arena *arena = complaints->arena;
	struct str entries = text_str(&complaints->entries);
	struct str head = complaints->n == 1 ? arena_join(arena, str_take(entries, entries.n - 1), STR(","), STR("")) :
					       STR("{");
	struct str list = arena_join(arena, STR("\"errors\":["), entries, STR("]}"));
	http_respond_json(call->visit.response, status, arena_join(arena, head, list, STR("")));
}

static void check_length(struct complaints *complaints, const char *field, struct str value)
{
	if (user_value_characters(value) > LENGTH_MAX)
		complain(complaints, field, "error-invalid-length-too-long", STR(",null,\"255\""));
}

static void check_username(struct complaints *complaints, struct str value)
{
	int64_t n = user_value_characters(value);
	if (n < USERNAME_MIN || n > LENGTH_MAX)
		complain(complaints, "username", "error-invalid-length", STR(",\"3\",\"255\""));
	if (!user_value_is_username(value))
		complain(complaints, "username", "error-username-invalid-character", STR(""));
}

static void check_email(struct complaints *complaints, struct str value)
{
	if (value.p && !value.n)
		complain(complaints, "email", "missingEmailMessage", STR(""));
	if (!value.n) {
		complain(complaints, "email", "error-user-attribute-required", STR(""));
		return;
	}
	check_length(complaints, "email", value);
	if (!user_value_is_email(value)) {
		struct text more = text_new(complaints->arena, 0);
		text_add_char(&more, ',');
		json_add_text(&more, str_take(value, LENGTH_MAX));
		complain(complaints, "email", "error-invalid-email", text_str(&more));
	}
}

static void check_person(struct complaints *complaints, const char *field, struct str value)
{
	if (!value.n)
		complain(complaints, field, "error-user-attribute-required", STR(""));
	check_length(complaints, field, value);
	if (!user_value_is_person_name(value))
		complain(complaints, field, "error-person-name-invalid-character", STR(""));
}

/* ---- the change */

static bool is_renamed(const struct user *present, const struct sent_profile *sent)
{
	return sent->username.n && !str_eq_nocase(sent->username, present->username);
}

/* False: answered. */
static bool check(struct account_call *call, const struct user *present, const struct sent_profile *sent)
{
	const struct realm_settings *settings = &call->visit.realm->settings;
	struct complaints complaints = complaints_new(call->visit.arena);
	bool fixed = !settings->edit_username_allowed || settings->registration_email_as_username;
	bool renamed = is_renamed(present, sent);
	if (renamed && fixed)
		complain(&complaints, "username", "error-user-attribute-read-only", STR(""));
	if (renamed)
		check_username(&complaints, sent->username);
	check_email(&complaints, sent->email);
	check_person(&complaints, "firstName", sent->first_name);
	check_person(&complaints, "lastName", sent->last_name);
	if (renamed && fixed)
		complain(&complaints, "username", "readOnlyUsernameMessage", STR(""));
	if (complaints.n)
		answer_complaints(call, &complaints, 400);
	return !complaints.n;
}

static void detail_change(struct visit *visit, struct event *event, const char *field, struct str before, struct str after)
{
	if (str_eq(before, after))
		return;
	char *previous = arena_z(visit->arena, arena_format(visit->arena, "previous_%s", field));
	char *updated = arena_z(visit->arena, arena_format(visit->arena, "updated_%s", field));
	event_detail(visit, event, previous, before);
	event_detail(visit, event, updated, after);
}

static struct event event_of(struct account_call *call, const struct user *before, const struct user *after)
{
	struct event event = account_event(call, "UPDATE_PROFILE");
	event_detail(&call->visit, &event, "context", STR("ACCOUNT"));
	detail_change(&call->visit, &event, "first_name", before->first_name, after->first_name);
	detail_change(&call->visit, &event, "last_name", before->last_name, after->last_name);
	detail_change(&call->visit, &event, "email", before->email, after->email);
	detail_change(&call->visit, &event, "username", before->username, after->username);
	return event;
}

/* A new address is nobody's until it is verified. */
static struct user changed(struct account_call *call, const struct user *present, const struct sent_profile *sent)
{
	struct user user = *present;
	user.first_name = sent->first_name;
	user.last_name = sent->last_name;
	if (is_renamed(present, sent))
		user.username = sent->username;
	if (!str_eq_nocase(present->email, sent->email)) {
		user.email = sent->email;
		user.email_verified = false;
		if (call->visit.realm->settings.registration_email_as_username)
			user.username = sent->email;
	}
	return user;
}

static void refuse_taken(struct account_call *call, bool email)
{
	struct complaints complaints = complaints_new(call->visit.arena);
	complain(&complaints, email ? "email" : "username", email ? "emailExistsMessage" : "usernameExistsMessage", STR(""));
	answer_complaints(call, &complaints, 409);
}

/* Somebody signs in by it, be it an e-mail address: nobody's sign-in may become another's. */
static bool is_somebodys(struct account_call *call, const struct user *present, struct str login)
{
	struct visit *visit = &call->visit;
	struct user *other;
	struct why why = { "" };
	return store_find_user_by_login(visit->app->store, visit->arena, visit->realm->settings.id, login, true, USER_ROW,
					&other, &why) == OK &&
	       other && !str_eq(other->id, present->id);
}

static enum error_code put_round(struct account_call *call, const struct sent_profile *sent, bool *ret_answered,
				 struct why *reterr_why)
{
	struct visit *visit = &call->visit;
	struct user *present;
	enum error_code code = store_find_user(visit->app->store, visit->arena, visit->realm->settings.id, call->user->id,
					       USER_ROW, &present, reterr_why);
	if (code != OK)
		return code;
	*ret_answered = !check(call, present, sent);
	if (!*ret_answered && is_renamed(present, sent) && is_somebodys(call, present, sent->username)) {
		refuse_taken(call, false);
		*ret_answered = true;
	}
	if (*ret_answered)
		return OK;
	struct user user = changed(call, present, sent);
	struct event event = event_of(call, present, &user);
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_USER_UPDATE)->u.user = user;
	event_add(visit, &event, &effects);
	code = app_apply(visit->app, &effects, reterr_why);
	if (code == OK)
		event_log(visit, &event);
	return code;
}

static void put(struct account_call *call)
{
	struct http_request *request = call->visit.request;
	struct json_read_options options = representation_options("$");
	struct sent_profile sent = { 0 };
	struct why why = { "" };
	bool answered = false;
	if (!str_eq_z(http_content_type(request), "application/json")) {
		http_respond_error_code(call->visit.response, ERROR_UNSUPPORTED_MEDIA_TYPE);
		return;
	}
	enum error_code code = json_read(call->visit.arena, request->body, &sent_shape, &options, &sent, &why);
	if (code == OK)
		code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE && !answered; round++)
		code = put_round(call, &sent, &answered, &why);
	if (code == ERROR_EXISTS)
		refuse_taken(call, str_contains(str_from(why.text), STR("email")));
	else if (code != OK)
		account_fail(call, code, &why);
	else if (!answered)
		http_respond_empty(call->visit.response, 204);
}

ACCOUNT_HANDLER(account_profile_put, put)

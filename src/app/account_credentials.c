/* .../account/credentials: the user's password, which is changed at a sign-in and never taken away.
 * Whoever has a second factor cannot sign in, and has no token for this. */
#include "app/account.h"

#include "json/read.h"
#include "model/credential.h"
#include "model/representation.h"
#include "model/user_change.h"

static bool is_password(struct str type)
{
	return str_eq_z(type, "password");
}

static bool load(struct account_call *call, struct user **ret_user)
{
	struct visit *visit = &call->visit;
	struct why why = { "" };
	enum error_code code = store_find_user(visit->app->store, visit->arena, visit->realm->settings.id, call->user->id,
					       USER_CREDENTIALS, ret_user, &why);
	if (code != OK)
		account_fail(call, code, &why);
	return code == OK;
}

/* ---- the list */

static void write_credential(struct json_writer *w, const struct credential *credential)
{
	json_write_object_begin(w);
	json_member_object_begin(w, "credential");
	credential_write_public(w, credential);
	json_write_object_end(w);
	json_write_object_end(w);
}

/* What the account console shows of passwords; Keycloak's words. */
static void write_passwords(struct json_writer *w, const struct user *user, bool with_credentials)
{
	json_write_object_begin(w);
	json_member_text(w, "type", STR("password"));
	json_member_text(w, "category", STR("basic-authentication"));
	json_member_text(w, "displayName", STR("password-display-name"));
	json_member_text(w, "helptext", STR("password-help-text"));
	json_member_text(w, "iconCssClass", STR("kcAuthenticatorPasswordClass"));
	json_member_text(w, "updateAction", STR("UPDATE_PASSWORD"));
	json_member_bool(w, "removeable", false);
	if (with_credentials) {
		json_member_array_begin(w, "userCredentialMetadatas");
		for (size_t i = 0; i < user->credentials_n; i++)
			if (is_password(user->credentials[i].type))
				write_credential(w, &user->credentials[i]);
		json_write_array_end(w);
	}
	json_write_object_end(w);
}

static void list(struct account_call *call)
{
	struct user *user;
	struct str wanted = account_query(call, "type");
	bool with_credentials = !str_eq_nocase(account_query(call, "user-credentials"), STR("false"));
	if (!load(call, &user))
		return;
	struct text text = text_new(call->visit.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_array_begin(&w);
	if (!wanted.n || is_password(wanted))
		write_passwords(&w, user, with_credentials);
	json_write_array_end(&w);
	account_json(call, text_str(&text));
}

ACCOUNT_HANDLER(account_credentials_list, list)

/* ---- one of them */

static void answer_missing(struct account_call *call)
{
	http_respond_error(call->visit.response, 404, STR("Credential not found"), STR(""));
}

/* The route's; NULL: answered. */
static const struct credential *find(struct account_call *call)
{
	struct user *user;
	struct str id = http_route_value(call->visit.request, "credential");
	if (!load(call, &user))
		return NULL;
	for (size_t i = 0; i < user->credentials_n; i++)
		if (str_eq(user->credentials[i].id, id))
			return &user->credentials[i];
	answer_missing(call);
	return NULL;
}

static void write_label(struct account_call *call, const struct credential *credential, struct str label)
{
	struct visit *visit = &call->visit;
	struct why why = { "" };
	struct str id = credential->id;
	const struct user_change change = { .kind = USER_CREDENTIAL_LABEL, .realm_id = visit->realm->settings.id,
		.user_id = call->user->id, .ids = { &id, 1 }, .label = label };
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_USER_CHANGE)->u.user_part = &change;
	enum error_code code = app_apply(visit->app, &effects, &why);
	if (code == ERROR_STALE)
		answer_missing(call);
	else if (code != OK)
		account_fail(call, code, &why);
	else
		http_respond_empty(visit->response, 204);
}

/* The body is a text as JSON. */
static void put_label(struct account_call *call)
{
	struct label {
		struct str text;
	} label = { { NULL, 0 } };
	static const struct json_field field = JSON_TEXT(struct label, text, "", 0);
	struct json_read_options options = representation_options("$");
	struct why why = { "" };
	const struct credential *credential = find(call);
	if (!credential)
		return;
	enum error_code code = json_read_value(call->visit.arena, call->visit.request->body, &field, &options, &label,
					       sizeof label, &why);
	if (code != OK || label.text.n > REPRESENTATION_NAME_MAX || str_has_control(label.text)) {
		account_error(call, 400, STR("invalidRequestMessage"));
		return;
	}
	write_label(call, credential, label.text);
}

ACCOUNT_HANDLER(account_credential_label, put_label)

static void refuse_delete(struct account_call *call)
{
	if (find(call))
		http_respond_error(call->visit.response, 400, STR("Credential type cannot be removed"), STR(""));
}

ACCOUNT_HANDLER(account_credential_delete, refuse_delete)

/* /admin/realms/{realm}/users/{user}: get, put, delete, reset-password, logout. */
#include "admin/ending.h"
#include "admin/entity.h"
#include "admin/handlers.h"
#include "admin/serve.h"
#include "admin/user_parts.h"
#include "base/limits.h"
#include "model/own_attributes.h"

static struct str user_path(struct admin_call *call, const struct user *user, const char *tail)
{
	return arena_join(call->arena, STR("users/"), user->id, str_from(tail));
}

static void finish(struct admin_call *call, enum error_code code, const struct why *why)
{
	if (code == OK)
		admin_no_content(call);
	else if (code == ERROR_EXISTS)
		user_rep_conflict(call, why);
	else
		user_rep_refuse_credential(call, code, why);
}

/* The same with the order that was part of the change. */
static void finish_order(struct admin_call *call, enum error_code code, struct str signout_id, const struct why *why)
{
	finish(call, code, why);
	if (code == OK)
		ending_committed(call, signout_id);
}

static void user_get(struct admin_call *call)
{
	struct user *user;
	struct user_profile profile;
	if (user_rep_find(call, USER_CREDENTIALS | USER_IDENTITIES, &user) &&
	    user_identities_of_providers(call, user) && user_profile_load(call, &profile)) {
		const struct user_writer writer = { .profile = &profile, .form = USER_FORM_FULL,
			.metadata = admin_query_true(call, "userProfileMetadata", false) };
		struct json_writer *w = admin_json_begin(call);
		user_rep_write(call, w, user, &writer);
		admin_json_end(call, w);
	}
}

ADMIN_HANDLER(admin_user_get, user_get)

/* One round; what the body does not name stays as it is. */
static enum error_code put_round(struct admin_call *call, const struct user *present, bool *ret_answered,
				 struct str *ret_signout, struct why *reterr_why)
{
	struct user_rep rep = { .user = *present };
	if (!user_rep_read(call, present, &rep)) {
		*ret_answered = true;
		return OK;
	}
	struct user user = rep.user;
	for (size_t i = 0; i < rep.credentials_n; i++)
		if (rep.credentials[i].credential.temporary && !str_list_has(&user.required_actions, STR("UPDATE_PASSWORD")))
			*(struct str *)arena_push(call->arena, &user.required_actions.items, &user.required_actions.n,
						  sizeof *user.required_actions.items) = STR("UPDATE_PASSWORD");
	user.id = present->id;
	user.realm_id = present->realm_id;
	user.version = present->version;
	user.created_ms = present->created_ms;
	user.service_account_client_id = present->service_account_client_id;
	bool password = false;
	struct effects effects = effects_new(call->arena);
	effects_add(&effects, EFFECT_USER_UPDATE)->u.user = user;
	for (size_t i = 0; i < rep.credentials_n; i++) {
		struct credential credential;
		enum error_code code = user_rep_credential(call, &user, &rep.credentials[i], &credential, reterr_why);
		if (code != OK)
			return code;
		if (!str_eq_z(credential.type, "password"))
			continue;
		password = true;
		effects_add(&effects, EFFECT_CREDENTIAL_REPLACE)->u.credential =
			(struct effect_credential){ user.realm_id, user.id, credential, STR("") };
	}
	*ret_signout = ending_user_change(call, present, &user, password, &effects);
	admin_event_add(call, &effects, "UPDATE", "USER", user_path(call, &user, ""));
	return app_apply(call->app, &effects, reterr_why);
}

static void user_put(struct admin_call *call)
{
	struct user *user;
	struct why why = { "" };
	struct str signout_id = STR("");
	enum error_code code = ERROR_STALE;
	bool answered = false;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE && !answered; round++) {
		answered = !user_rep_find(call, USER_ROW, &user) || !entity_stands(call, call->realm->version);
		if (!answered)
			code = put_round(call, user, &answered, &signout_id, &why);
	}
	if (!answered)
		finish_order(call, code, signout_id, &why);
}

ADMIN_HANDLER(admin_user_put, user_put)

static void user_delete(struct admin_call *call)
{
	struct user *user;
	struct why why = { "" };
	if (user_rep_find(call, USER_ROW, &user)) {
		struct effects effects = effects_new(call->arena);
		struct str signout_id =
			ending_add(call, &(struct mass_order){ .door = DOOR_USER_DELETED, .user = user }, &effects);
		effects_add(&effects, EFFECT_USER_DELETE)->u.user = *user;
		admin_event_add(call, &effects, "DELETE", "USER", user_path(call, user, ""));
		finish_order(call, app_apply(call->app, &effects, &why), signout_id, &why);
	}
}

ADMIN_HANDLER(admin_user_delete, user_delete)

/* A temporary password has to be changed at the next sign-in; another one no longer. */
static void add_action(const struct user *user, bool temporary, struct effects *effects)
{
	if (temporary == str_list_has(&user->required_actions, STR("UPDATE_PASSWORD")))
		return;
	effects_add(effects, temporary ? EFFECT_REQUIRED_ACTION_ADD : EFFECT_REQUIRED_ACTION_REMOVE)->u.required_action =
		(struct effect_required_action){ user->realm_id, user->id, STR("UPDATE_PASSWORD") };
}

/* The body; false: answered. Keycloak takes no notice of the type. */
static bool read_password(struct admin_call *call, struct credential_rep *rep)
{
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	/* CredentialRepresentation: value, temporary, userLabel. */
	static const struct json_field fields[] = {
		JSON_TEXT(struct credential_rep, value, "value", JSON_SECRET),
		JSON_TEXT(struct credential_rep, credential.label, "userLabel", 0),
		JSON_BOOL(struct credential_rep, credential.temporary, "temporary", 0),
	};
	static const char *const known[] = { "id", "type", "createdDate", "priority", "secretData", "credentialData",
					     "device", "hashedSaltedValue", "salt", "hashIterations", "counter",
					     "algorithm", "digits", "period", "config", "federationLink", NULL };
	static const struct json_shape shape = JSON_SHAPE(struct credential_rep, fields, .known = known);
	enum error_code code = call->request->body.n ?
		json_read(call->arena, call->request->body, &shape, &options, rep, &why) : OK;
	if (code != OK)
		admin_refuse_body(call, code, &why);
	else if (!rep->value.n)
		http_respond_error(call->response, 400,
				   rep->value.p ? STR("Empty password not allowed") : STR("No password provided"), STR(""));
	return code == OK && rep->value.n;
}

/* A new password keeps the id and the label of the one before. */
static void keep_place(const struct user *user, struct credential *credential)
{
	for (size_t i = 0; i < user->credentials_n; i++) {
		if (!str_eq_z(user->credentials[i].type, "password"))
			continue;
		credential->id = user->credentials[i].id;
		credential->priority = user->credentials[i].priority;
		if (!credential->label.n)
			credential->label = user->credentials[i].label;
		return;
	}
}

static void reset_password(struct admin_call *call, const struct user *user)
{
	struct credential_rep rep = { 0 };
	struct credential credential = { 0 };
	struct why why = { "" };
	if (!read_password(call, &rep))
		return;
	enum error_code code = user_rep_credential(call, user, &rep, &credential, &why);
	keep_place(user, &credential);
	credential.type = STR("password");
	struct effects effects = effects_new(call->arena);
	effects_add(&effects, EFFECT_CREDENTIAL_REPLACE)->u.credential =
		(struct effect_credential){ user->realm_id, user->id, credential, STR("") };
	add_action(user, rep.credential.temporary, &effects);
	effects_add(&effects, EFFECT_FAILURE_CLEAR)->u.failure =
		(struct login_failure){ .realm_id = user->realm_id, .user_id = user->id };
	struct user after = *user;
	struct str update_password = STR("UPDATE_PASSWORD");
	if (rep.credential.temporary)
		after.required_actions = (struct str_list){ &update_password, 1 };
	struct str signout_id = ending_user_change(call, user, &after, true, &effects);
	admin_event_add(call, &effects, "ACTION", "USER", user_path(call, user, "/reset-password"));
	if (code == OK)
		code = app_apply(call->app, &effects, &why);
	finish_order(call, code, signout_id, &why);
}

static void user_reset_password(struct admin_call *call)
{
	struct user *user;
	if (user_rep_find(call, USER_CREDENTIALS, &user))
		reset_password(call, user);
}

ADMIN_HANDLER(admin_user_reset_password, user_reset_password)

static void user_logout(struct admin_call *call)
{
	struct user *user;
	struct why why = { "" };
	if (user_rep_find(call, USER_ROW, &user)) {
		struct effects effects = effects_new(call->arena);
		const struct mass_order order = { .door = DOOR_ADMIN_USER, .user = user,
			.not_before_s = call->visit.now_ms / 1000 };
		struct str signout_id = ending_add(call, &order, &effects);
		admin_event_add(call, &effects, "ACTION", "USER", user_path(call, user, "/logout"));
		finish_order(call, app_apply(call->app, &effects, &why), signout_id, &why);
	}
}

ADMIN_HANDLER(admin_user_logout, user_logout)

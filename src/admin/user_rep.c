/* Users in the admin API's form; see user_rep.h. */
#include "admin/user_rep.h"

#include "crypto/random.h"
#include "login/policy.h"
#include "model/credential.h"

bool user_rep_find(struct admin_call *call, unsigned parts, struct user **ret_user)
{
	struct why why = { "" };
	enum error_code code = store_find_user(call->app->store, call->arena, call->realm->settings.id,
		http_route_value(call->request, "user"), parts, ret_user, &why);
	if (code == ERROR_NAME_NOT_FOUND)
		admin_not_found(call, "User not found");
	else if (code != OK)
		admin_fail(call, code, &why);
	return code == OK;
}

static void write_access(struct json_writer *w, bool brief)
{
	json_member_object_begin(w, "access");
	if (!brief) {
		json_member_bool(w, "manageGroupMembership", true);
		json_member_bool(w, "resetPassword", true);
		json_member_bool(w, "view", true);
		json_member_bool(w, "mapRoles", true);
		json_member_bool(w, "impersonate", false);
	}
	json_member_bool(w, "manage", true);
	json_write_object_end(w);
}

static void write_attributes(struct json_writer *w, const struct user *user)
{
	if (!user->attributes_n)
		return;
	json_member_object_begin(w, "attributes");
	for (size_t i = 0; i < user->attributes_n; i++) {
		json_write_name(w, user->attributes[i].key);
		json_write_texts(w, user->attributes[i].values, user->attributes[i].n);
	}
	json_write_object_end(w);
}

void user_rep_write(struct admin_call *call, struct json_writer *w, const struct user *user, bool brief)
{
	(void)call;
	json_write_object_begin(w);
	json_member_text(w, "id", user->id);
	json_member_text(w, "username", user->username);
	if (user->first_name.n)
		json_member_text(w, "firstName", user->first_name);
	if (user->last_name.n)
		json_member_text(w, "lastName", user->last_name);
	if (user->email.n)
		json_member_text(w, "email", user->email);
	json_member_bool(w, "emailVerified", user->email_verified);
	write_attributes(w, user);
	json_member_bool(w, "enabled", user->enabled);
	json_member_int(w, "createdTimestamp", user->created_ms);
	json_member_bool(w, "totp", false);
	json_member_texts(w, "disableableCredentialTypes", NULL, 0);
	json_member_texts(w, "requiredActions", user->required_actions.items, user->required_actions.n);
	json_member_int(w, "notBefore", user->not_before_s);
	write_access(w, brief);
	json_write_object_end(w);
}

/* One @ with something on both sides, no blanks or control bytes: more is the mail server's
 * to judge. */
static bool is_email(struct str email)
{
	size_t at = str_index(email, '@');
	return at > 0 && at + 1 < email.n && str_index(str_drop(email, at + 1), '@') == email.n - at - 1 &&
	       !str_has_control(email) && str_index(email, ' ') == email.n && email.n <= REPRESENTATION_NAME_MAX;
}

/* The user profile's answer, as recorded. */
static void refuse_email(struct admin_call *call, struct str email)
{
	struct text text = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	const struct str params[] = { STR("email"), str_take(email, 80) };
	json_write_object_begin(&w);
	json_member_array_begin(&w, "errors");
	json_write_object_begin(&w);
	json_member_text(&w, "field", STR("email"));
	json_member_text(&w, "errorMessage", STR("error-invalid-email"));
	json_member_texts(&w, "params", params, ARRAY_LENGTH(params));
	json_write_object_end(&w);
	json_write_array_end(&w);
	json_write_object_end(&w);
	http_respond_json(call->response, 400, text_str(&text));
}

bool user_rep_read(struct admin_call *call, struct user_rep *rep)
{
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	enum error_code code = json_read(call->arena, call->request->body, &user_shape, &options, rep, &why);
	if (code == ERROR_BAD_JSON || code == ERROR_UNKNOWN_FIELD) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	if (code == OK && !rep->user.username.n) {
		admin_refuse(call, 400, STR("User name is missing"));
		return false;
	}
	if (code == OK && rep->user.email.n && !is_email(rep->user.email)) {
		refuse_email(call, rep->user.email);
		return false;
	}
	if (code == OK)
		code = user_check(rep, "$", &why);
	if (code != OK)
		admin_fail(call, code, &why);
	return code == OK;
}

void user_rep_conflict(struct admin_call *call, const struct why *why)
{
	bool email = str_contains(str_from(why->text), STR("email"));
	admin_refuse(call, 409, email ? STR("User exists with same email") : STR("User exists with same username"));
}

enum error_code user_rep_credential(struct admin_call *call, const struct credential_rep *rep,
				    struct credential *ret_credential, struct why *reterr_why)
{
	struct credential credential = rep->credential;
	struct str text = STR("");
	*ret_credential = (struct credential){ 0 };
	if (!rep->value.n && !credential.secret_data.n)
		return OK;
	credential.id = random_uuid(call->arena);
	credential.created_ms = call->visit.now_ms;
	if (!rep->value.n) {
		*ret_credential = credential;
		return OK;
	}
	/* The policy is Keycloak's answer 400 with its own words. */
	if (policy_check(call->arena, call->realm->settings.password_policy, rep->value, STR(""), STR(""), &text) != OK)
		return error_because(reterr_why, ERROR_INVALID_PASSWORD, "%.*s", STR_ARG(text));
	struct password_cost cost = credential_cost(&call->realm->settings);
	struct password_hash hash;
	enum error_code code = password_make(call->arena, rep->value, &cost, &hash, reterr_why);
	if (code != OK)
		return code;
	credential_write(call->arena, &hash, &credential);
	*ret_credential = credential;
	return OK;
}

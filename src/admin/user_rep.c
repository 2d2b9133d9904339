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

static void write_access(struct admin_call *call, struct json_writer *w, enum user_form form)
{
	bool manage = admin_may(call, PERMISSION_MANAGE_USERS);
	json_member_object_begin(w, "access");
	if (form == USER_FORM_FULL) {
		json_member_bool(w, "manageGroupMembership", manage);
		json_member_bool(w, "resetPassword", manage);
		json_member_bool(w, "view", true);
		json_member_bool(w, "mapRoles", manage);
		json_member_bool(w, "impersonate", admin_may(call, PERMISSION_IMPERSONATE));
	}
	json_member_bool(w, "manage", manage);
	json_write_object_end(w);
}

static void write_attributes(struct json_writer *w, const struct user *user, const struct user_profile *profile)
{
	bool begun = false;
	for (size_t i = 0; i < user->attributes_n; i++) {
		if (profile && !user_profile_shows(profile, user->attributes[i].key))
			continue;
		if (!begun)
			json_member_object_begin(w, "attributes");
		begun = true;
		json_write_name(w, user->attributes[i].key);
		json_write_texts(w, user->attributes[i].values, user->attributes[i].n);
	}
	if (begun)
		json_write_object_end(w);
}

/* What brief forms leave out. */
static void write_state(struct json_writer *w, const struct user *user)
{
	json_member_bool(w, "totp", user->otp);
	json_member_texts(w, "disableableCredentialTypes", NULL, 0);
	json_member_texts(w, "requiredActions", user->required_actions.items, user->required_actions.n);
	if (user->federation_link.n)
		json_member_text(w, "federationLink", user->federation_link);
	json_member_int(w, "notBefore", user->not_before_s);
}

static void write_identities(struct json_writer *w, const struct user *user)
{
	json_member_array_begin(w, "federatedIdentities");
	for (size_t i = 0; i < user->identities_n; i++)
		json_write_shape(w, &identity_shape, &user->identities[i]);
	json_write_array_end(w);
}

void user_rep_write(struct admin_call *call, struct json_writer *w, const struct user *user,
		    const struct user_writer *writer)
{
	bool member = writer->form == USER_FORM_MEMBER || writer->form == USER_FORM_MEMBER_BRIEF;
	bool brief = writer->form == USER_FORM_BRIEF || writer->form == USER_FORM_MEMBER_BRIEF;
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
	if (!brief)
		write_attributes(w, user, writer->profile);
	if (writer->metadata) {
		json_write_name(w, STR("userProfileMetadata"));
		user_profile_write_metadata(call, w, writer->profile, user);
	}
	json_member_bool(w, "enabled", user->enabled);
	json_member_int(w, "createdTimestamp", user->created_ms);
	if (!brief)
		write_state(w, user);
	if (writer->form == USER_FORM_FULL && user->identities_n)
		write_identities(w, user);
	if (!member)
		write_access(call, w, writer->form);
	json_write_object_end(w);
}

/* ---- in ---- */

static struct str first_value(const struct user *user, const char *name)
{
	for (size_t i = 0; i < user->attributes_n; i++)
		if (str_eq_z(user->attributes[i].key, name) && user->attributes[i].n)
			return user->attributes[i].values[0];
	return STR("");
}

/* Keycloak: a body with attributes says of the names of a person too, there or beside them; of the
 * e-mail address beside them alone. */
static void take_names(const struct user *before, struct user_rep *rep)
{
	struct user *user = &rep->user;
	if (before && JSON_SENT(&user_shape, rep, user.attributes)) {
		if (!JSON_SENT(&user_shape, rep, user.first_name))
			user->first_name = first_value(user, "firstName");
		if (!JSON_SENT(&user_shape, rep, user.last_name))
			user->last_name = first_value(user, "lastName");
		if (!JSON_SENT(&user_shape, rep, user.email))
			user->email = STR("");
	}
}

bool user_rep_action_known(struct str alias)
{
	static const char *const known[] = { "CONFIGURE_RECOVERY_AUTHN_CODES", "CONFIGURE_TOTP", "TERMS_AND_CONDITIONS",
		"UPDATE_EMAIL", "UPDATE_PASSWORD", "UPDATE_PROFILE", "VERIFY_EMAIL", "VERIFY_PROFILE", "delete_account",
		"delete_credential", "idp_link", "update_user_locale", "webauthn-register",
		"webauthn-register-passwordless" };
	for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
		if (str_eq_z(alias, known[i]))
			return true;
	return false;
}

/* Unknown ones are left out, as there. */
static void take_actions(struct admin_call *call, struct user *user)
{
	struct str_list kept = { 0 };
	for (size_t i = 0; i < user->required_actions.n; i++) {
		struct str alias = user->required_actions.items[i];
		if (user_rep_action_known(alias) && !str_list_has(&kept, alias))
			*(struct str *)arena_push(call->arena, &kept.items, &kept.n, sizeof *kept.items) = alias;
	}
	user->required_actions = kept;
}

static bool is_taken(struct admin_call *call, const struct user_query *query)
{
	struct user *others;
	struct why why = { "" };
	size_t n = 0;
	return store_list_users(call->app->store, call->arena, call->realm->settings.id, query, &others, &n, &why) == OK &&
	       n > 0;
}

/* Keycloak looks for others of that name before it looks at the profile. */
static void prefer_conflict(struct admin_call *call, const struct user *before, const struct user *user)
{
	bool renamed = !before || !str_eq_nocase(before->username, user->username);
	bool readdressed = user->email.n && (!before || !str_eq_nocase(before->email, user->email));
	const struct user_query same_name = { .username = user->username, .exact = true, .max = 1 };
	const struct user_query same_email = { .email = user->email, .exact = true, .max = 1 };
	if (renamed && is_taken(call, &same_name))
		admin_refuse(call, 409, STR("User exists with same username"));
	else if (readdressed && !call->realm->settings.duplicate_emails_allowed && is_taken(call, &same_email))
		admin_refuse(call, 409, STR("User exists with same email"));
}

bool user_rep_read(struct admin_call *call, const struct user *before, struct user_rep *rep)
{
	struct why why = { "" };
	struct user_profile profile;
	struct json_read_options options = representation_options("$");
	enum error_code code = json_read(call->arena, call->request->body, &user_shape, &options, rep, &why);
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	if (!user_profile_load(call, &profile))
		return false;
	struct user *user = &rep->user;
	if (call->realm->settings.registration_email_as_username && user->email.n)
		user->username = user->email;
	if (!str_trim(user->username).n) {
		admin_refuse(call, 400, STR("User name is missing"));
		return false;
	}
	take_names(before, rep);
	take_actions(call, user);
	if (!call->is_import)
		user_profile_filter(call->arena, &profile, before, user);
	if (!call->is_import && !user_profile_check(call, &profile, before, user)) {
		prefer_conflict(call, before, user);
		return false;
	}
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

enum error_code user_rep_credential(struct admin_call *call, const struct user *user,
				    const struct credential_rep *rep, struct credential *ret_credential,
				    struct why *reterr_why)
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
	if (policy_check(call->arena, call->realm->settings.password_policy, rep->value, user->username, user->email,
			 &text) != OK)
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

void user_rep_refuse_credential(struct admin_call *call, enum error_code code, const struct why *why)
{
	/* Keycloak's message keys, by what their English words have. */
	static const char *const keys[][2] = {
		{ "minimum length", "invalidPasswordMinLengthMessage" },
		{ "maximum length", "invalidPasswordMaxLengthMessage" },
		{ "numerical digits", "invalidPasswordMinDigitsMessage" },
		{ "lower case", "invalidPasswordMinLowerCaseCharsMessage" },
		{ "upper case", "invalidPasswordMinUpperCaseCharsMessage" },
		{ "special characters", "invalidPasswordMinSpecialCharsMessage" },
		{ "equal to the username", "invalidPasswordNotUsernameMessage" },
		{ "contain the username", "invalidPasswordNotContainsUsernameMessage" },
		{ "equal to the email", "invalidPasswordNotEmailMessage" },
	};
	if (code != ERROR_INVALID_PASSWORD) {
		admin_fail(call, code, why);
		return;
	}
	const char *key = "invalidPasswordMessage";
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		if (str_contains(str_from(why->text), str_from(keys[i][0])))
			key = keys[i][1];
	http_respond_error(call->response, 400, str_from(key), arena_str(call->arena, str_from(why->text)));
}

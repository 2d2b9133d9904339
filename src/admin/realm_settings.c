/* Settings of a realm that depend on each other; see realm_settings.h. */
#include "admin/realm_settings.h"

#include "admin/realm_row.h"
#include "json/tree.h"
#include "login/policy.h"
#include "mail/settings.h"

static bool says_true(const struct json_node *body, const char *name)
{
	const struct json_node *node = json_node_find(body, str_from(name));
	return node && ((node->kind == JSON_NODE_BOOL && node->boolean) ||
			(node->kind == JSON_NODE_TEXT && str_eq_z(node->text, "true")));
}

/* Whom an e-mail that two users have would sign in nobody can tell. */
static void agree_on_emails(const struct json_node *body, struct realm_settings *realm)
{
	if (says_true(body, "duplicateEmailsAllowed")) {
		realm->login_with_email_allowed = false;
		realm->registration_email_as_username = false;
	} else if (says_true(body, "loginWithEmailAllowed") || says_true(body, "registrationEmailAsUsername")) {
		realm->duplicate_emails_allowed = false;
	}
}

static const struct group *group_at(const struct realm *realm, struct str path)
{
	struct str wanted = str_starts(path, STR("/")) ? str_drop(path, 1) : path;
	for (size_t i = 0; i < realm->groups_n; i++)
		if (str_eq(str_drop(realm->groups[i].path, 1), wanted))
			return &realm->groups[i];
	return NULL;
}

static enum error_code agree_on_groups(struct admin_call *call, const struct json_node *body,
				       const struct realm_rep *before, struct realm_rep *realm, struct why *reterr_why)
{
	struct str_list paths = { 0 };
	if (!json_node_find(body, STR("defaultGroups"))) {
		realm->default_groups = before->default_groups;
		return OK;
	}
	for (size_t i = 0; i < realm->default_groups.n; i++) {
		struct str path = realm->default_groups.items[i];
		const struct group *group = group_at(call->realm, path);
		if (!group)
			return error_because(reterr_why, ERROR_INVALID_VALUE,
					     "$.defaultGroups[%zu] = \"%.*s\": there is no such group", i,
					     STR_ARG(str_take(path, 80)));
		*(struct str *)arena_push(call->arena, &paths.items, &paths.n, sizeof *paths.items) = group->path;
	}
	realm->default_groups = paths;
	return OK;
}

/* A setting as an attribute has it; NULL as text: the body does not name it. */
static struct str sent_text(struct arena *arena, const struct json_node *body, const char *name)
{
	const struct json_node *node = json_node_find(body, str_from(name));
	if (!node || node->kind == JSON_NODE_NULL)
		return (struct str){ NULL, 0 };
	return node->kind == JSON_NODE_TEXT ? node->text : json_tree_text(arena, node);
}

static void set_attribute(struct arena *arena, struct attributes *attributes, const char *name, struct str value)
{
	for (size_t i = 0; i < attributes->n; i++)
		if (str_eq_z(attributes->pairs[i].key, name))
			attributes->pairs[i].value = value;
	attributes_default(arena, attributes, str_from(name), value);
}

/* Settings that Keycloak writes as attributes, too, whatever they are, once a body names them. */
static void mirror_sent(struct admin_call *call, const struct json_node *body, struct attributes *attributes)
{
	static const char *const names[][2] = {
		{ "clientSessionIdleTimeout", "clientSessionIdleTimeout" },
		{ "clientSessionMaxLifespan", "clientSessionMaxLifespan" },
		{ "clientOfflineSessionIdleTimeout", "clientOfflineSessionIdleTimeout" },
		{ "clientOfflineSessionMaxLifespan", "clientOfflineSessionMaxLifespan" },
		{ "scimApiEnabled", "scimApiEnabled" },
		{ "otpPolicyCodeReusable", "realmReusableOtpCode" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		struct str value = sent_text(call->arena, body, names[i][0]);
		if (value.p)
			set_attribute(call->arena, attributes, names[i][1], value);
	}
}

static struct str kept_text(struct admin_call *call, const struct realm_rep *realm, const char *name,
			    const char *otherwise)
{
	const struct json_node *node = realm_row_kept(call, realm, name);
	if (!node)
		return str_from(otherwise);
	return node->kind == JSON_NODE_TEXT ? node->text : json_tree_text(call->arena, node);
}

/* The applications of users that know such codes. */
static void agree_on_codes(struct admin_call *call, const struct json_node *body, struct realm_rep *realm)
{
	if (!json_node_find(body, STR("otpPolicyType")))
		return;
	bool by_time = str_eq_z(kept_text(call, realm, "otpPolicyType", "totp"), "totp");
	bool usual = str_eq_z(kept_text(call, realm, "otpPolicyPeriod", "30"), "30");
	struct json_node *names = json_node_list(call->arena);
	json_node_add(names, json_node_text(call->arena, STR("totpAppFreeOTPName")));
	if (!by_time || usual)
		json_node_add(names, json_node_text(call->arena, STR("totpAppGoogleName")));
	if (by_time && usual && str_eq_z(kept_text(call, realm, "otpPolicyDigits", "6"), "6") &&
	    str_eq_z(kept_text(call, realm, "otpPolicyAlgorithm", "HmacSHA1"), "HmacSHA1"))
		json_node_add(names, json_node_text(call->arena, STR("totpAppMicrosoftAuthenticatorName")));
	realm_row_keep(call, realm, "otpSupportedApplications", names);
}

static int64_t longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool same_lifespans(const struct realm_settings *a, const struct realm_settings *b)
{
	return a->remember_me == b->remember_me &&
	       a->sso_session_idle_timeout_s == b->sso_session_idle_timeout_s &&
	       a->sso_session_max_lifespan_s == b->sso_session_max_lifespan_s &&
	       a->sso_session_idle_timeout_remember_me_s == b->sso_session_idle_timeout_remember_me_s &&
	       a->sso_session_max_lifespan_remember_me_s == b->sso_session_max_lifespan_remember_me_s &&
	       a->client_session_idle_timeout_s == b->client_session_idle_timeout_s &&
	       a->client_session_max_lifespan_s == b->client_session_max_lifespan_s;
}

static enum error_code check_lifespans(const struct realm_settings *realm, struct why *reterr_why)
{
	bool both = realm->remember_me;
	int64_t idle = longer(realm->sso_session_idle_timeout_s,
			      both ? realm->sso_session_idle_timeout_remember_me_s : 0);
	int64_t most = longer(realm->sso_session_max_lifespan_s,
			      both ? realm->sso_session_max_lifespan_remember_me_s : 0);
	if (realm->client_session_idle_timeout_s > idle)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "%s", both ?
			"Client session idle timeout cannot exceed realm SSO session idle timeout and RememberMe "
			"idle timeout." : "Client Session Idle Timeout cannot be greater than Realm SSO Idle Timeout.");
	if (realm->client_session_max_lifespan_s > most)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "%s", both ?
			"Client session max lifespan cannot exceed realm SSO session max lifespan and RememberMe "
			"Max span." : "Client session max lifespan cannot exceed realm SSO session max lifespan.");
	return OK;
}

static enum error_code check_mail(const struct attributes *server, struct why *reterr_why)
{
	struct str reply_to = attributes_get(server, STR("replyTo"));
	enum error_code code = OK;
	if (server->n)
		code = mail_address_check(attributes_get(server, STR("from")), "sender", reterr_why);
	return code == OK && reply_to.n ? mail_address_check(reply_to, "reply-to", reterr_why) : code;
}

enum error_code realm_settings_agree(struct admin_call *call, const struct realm_rep *before, struct realm_rep *realm,
				     struct why *reterr_why)
{
	struct json_node *body;
	enum error_code code = json_tree_read(call->arena, call->request->body, &body, reterr_why);
	if (code != OK)
		return code;
	agree_on_emails(body, &realm->settings);
	mirror_sent(call, body, &realm->settings.attributes);
	agree_on_codes(call, body, realm);
	code = agree_on_groups(call, body, before, realm, reterr_why);
	if (code == OK && !same_lifespans(&before->settings, &realm->settings))
		code = check_lifespans(&realm->settings, reterr_why);
	if (code == OK && json_node_find(body, STR("smtpServer")))
		code = check_mail(&realm->smtp_server, reterr_why);
	if (code == OK && !str_eq(realm->settings.password_policy, before->settings.password_policy))
		code = policy_read(realm->settings.password_policy, reterr_why);
	return code;
}

struct new_realm {
	struct str password_policy;
	struct attributes smtp_server;
};

enum error_code realm_settings_agree_new(struct arena *arena, struct str body, struct why *reterr_why)
{
	static const struct json_field fields[] = {
		JSON_TEXT(struct new_realm, password_policy, "passwordPolicy", 0),
		JSON_TEXT_MAP(struct new_realm, smtp_server.pairs, smtp_server.n, "smtpServer", 0),
	};
	static const struct json_shape shape = JSON_SHAPE(struct new_realm, fields);
	struct json_read_options options = representation_options("$");
	struct new_realm realm = { .password_policy = STR("") };
	options.unknown = JSON_UNKNOWN_IGNORED; /* users and all: nothing is kept of them here */
	if (json_read(arena, body, &shape, &options, &realm, NULL) != OK)
		return OK;
	enum error_code code = check_mail(&realm.smtp_server, reterr_why);
	return code == OK ? policy_read(realm.password_policy, reterr_why) : code;
}

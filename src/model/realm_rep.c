/* A realm's own settings in JSON; see representation.h. */
#include "base/tables.h"
#include "model/rep_check.h"

#define TEXT(member, name) JSON_TEXT(struct realm_rep, settings.member, name, 0)
#define FLAG(member, name) JSON_BOOL(struct realm_rep, settings.member, name, 0)
#define INT(member, name) JSON_INT(struct realm_rep, settings.member, name, 0)
#define TEXTS(member, name, flags) JSON_TEXTS(struct realm_rep, member.items, member.n, name, flags)
/* Members that import, export and the admin API deal with apart from the realm. */
#define APART(name) JSON_ANY(struct realm_rep, ignored, name, JSON_NOT_READ | JSON_NOT_WRITTEN)

static const char *const identity_provider_known[] = {
	"alias",
	"displayName",
	"internalId",
	"providerId",
	"enabled",
	"updateProfileFirstLogin",
	"updateProfileFirstLoginMode",
	"trustEmail",
	"storeToken",
	"addReadTokenRoleOnCreate",
	"authenticateByDefault",
	"linkOnly",
	"hideOnLogin",
	"firstBrokerLoginFlowAlias",
	"postBrokerLoginFlowAlias",
	"organizationId",
	"organizationLinks",
	"types",
	"config",
	NULL,
};
static const char *const identity_provider_mapper_known[] = {
	"id",
	"name",
	"identityProviderAlias",
	"identityProviderMapper",
	"config",
	NULL,
};
#define KEPT_SHAPE(names)                                          \
	{                                                          \
		.size = sizeof(struct kept_rep), .known = (names), \
		.kept = JSON_AT(struct kept_rep, kept, struct str) \
	}
static const struct json_shape identity_provider_shape = KEPT_SHAPE(identity_provider_known);
static const struct json_shape identity_provider_mapper_shape =
	KEPT_SHAPE(identity_provider_mapper_known);

#define SECRET_FIELDS                                                                    \
	JSON_TEXT_MAP(struct realm_rep, smtp_server.pairs, smtp_server.n, "smtpServer",  \
		JSON_ALWAYS | JSON_SECRET),                                              \
		JSON_STRUCTS(struct realm_rep, identity_providers, identity_providers_n, \
			"identityProviders", JSON_ALWAYS | JSON_SECRET, &identity_provider_shape)

static const struct json_field realm_fields[] = {
	TEXT(id, "id"),
	TEXT(name, "realm"),
	TEXT(display_name, "displayName"),
	TEXT(display_name_html, "displayNameHtml"),
	INT(not_before_s, "notBefore"),
	TEXT(default_signature_algorithm, "defaultSignatureAlgorithm"),
	FLAG(revoke_refresh_token, "revokeRefreshToken"),
	INT(refresh_token_max_reuse, "refreshTokenMaxReuse"),
	INT(access_token_lifespan_s, "accessTokenLifespan"),
	INT(access_token_lifespan_for_implicit_flow_s, "accessTokenLifespanForImplicitFlow"),
	INT(sso_session_idle_timeout_s, "ssoSessionIdleTimeout"),
	INT(sso_session_max_lifespan_s, "ssoSessionMaxLifespan"),
	INT(sso_session_idle_timeout_remember_me_s, "ssoSessionIdleTimeoutRememberMe"),
	INT(sso_session_max_lifespan_remember_me_s, "ssoSessionMaxLifespanRememberMe"),
	INT(offline_session_idle_timeout_s, "offlineSessionIdleTimeout"),
	FLAG(offline_session_max_lifespan_enabled, "offlineSessionMaxLifespanEnabled"),
	INT(offline_session_max_lifespan_s, "offlineSessionMaxLifespan"),
	INT(client_session_idle_timeout_s, "clientSessionIdleTimeout"),
	INT(client_session_max_lifespan_s, "clientSessionMaxLifespan"),
	INT(client_offline_session_idle_timeout_s, "clientOfflineSessionIdleTimeout"),
	INT(client_offline_session_max_lifespan_s, "clientOfflineSessionMaxLifespan"),
	INT(access_code_lifespan_s, "accessCodeLifespan"),
	INT(access_code_lifespan_user_action_s, "accessCodeLifespanUserAction"),
	INT(access_code_lifespan_login_s, "accessCodeLifespanLogin"),
	INT(device_code_lifespan_s, "oauth2DeviceCodeLifespan"),
	INT(device_polling_interval_s, "oauth2DevicePollingInterval"),
	FLAG(enabled, "enabled"),
	JSON_TEXT(struct realm_rep, ssl_required, "sslRequired", 0),
	FLAG(registration_allowed, "registrationAllowed"),
	FLAG(registration_email_as_username, "registrationEmailAsUsername"),
	FLAG(remember_me, "rememberMe"),
	FLAG(verify_email, "verifyEmail"),
	FLAG(login_with_email_allowed, "loginWithEmailAllowed"),
	FLAG(duplicate_emails_allowed, "duplicateEmailsAllowed"),
	FLAG(reset_password_allowed, "resetPasswordAllowed"),
	FLAG(edit_username_allowed, "editUsernameAllowed"),
	FLAG(brute_force_protected, "bruteForceProtected"),
	FLAG(permanent_lockout, "permanentLockout"),
	INT(max_temporary_lockouts, "maxTemporaryLockouts"),
	TEXT(brute_force_strategy, "bruteForceStrategy"),
	INT(max_failure_wait_s, "maxFailureWaitSeconds"),
	INT(minimum_quick_login_wait_s, "minimumQuickLoginWaitSeconds"),
	INT(wait_increment_s, "waitIncrementSeconds"),
	INT(quick_login_check_ms, "quickLoginCheckMilliSeconds"),
	INT(max_delta_time_s, "maxDeltaTimeSeconds"),
	INT(failure_factor, "failureFactor"),
	TEXTS(default_roles, "defaultRoles", 0),
	JSON_STRUCT_POINTER(struct realm_rep, default_role, "defaultRole", 0, &role_brief_shape),
	TEXTS(default_groups, "defaultGroups", 0),
	TEXT(password_policy, "passwordPolicy"),
	TEXTS(default_scopes, "defaultDefaultClientScopes", JSON_ALWAYS),
	TEXTS(optional_scopes, "defaultOptionalClientScopes", JSON_ALWAYS),
	JSON_TEXT_MAP(struct realm_rep, settings.browser_security_headers.pairs,
		settings.browser_security_headers.n, "browserSecurityHeaders", JSON_ALWAYS),
	SECRET_FIELDS,
	FLAG(events_enabled, "eventsEnabled"),
	JSON_INT(
		struct realm_rep, settings.events_expiration_s, "eventsExpiration", JSON_OMIT_ZERO),
	TEXTS(settings.enabled_event_types, "enabledEventTypes", JSON_ALWAYS),
	FLAG(admin_events_enabled, "adminEventsEnabled"),
	FLAG(admin_events_details_enabled, "adminEventsDetailsEnabled"),
	JSON_STRUCTS(struct realm_rep, identity_provider_mappers, identity_provider_mappers_n,
		"identityProviderMappers", JSON_ALWAYS, &identity_provider_mapper_shape),
	FLAG(internationalization_enabled, "internationalizationEnabled"),
	TEXTS(settings.supported_locales, "supportedLocales", 0),
	TEXT(default_locale, "defaultLocale"),
	JSON_STRUCTS(
		struct realm_rep, flows, flows_n, "authenticationFlows", JSON_ALWAYS, &flow_shape),
	JSON_STRUCTS(struct realm_rep, flow_configs, flow_configs_n, "authenticatorConfig",
		JSON_ALWAYS, &flow_config_shape),
	JSON_STRUCTS(struct realm_rep, required_actions, required_actions_n, "requiredActions",
		JSON_ALWAYS, &required_action_shape),
	TEXT(browser_flow, "browserFlow"),
	TEXT(direct_grant_flow, "directGrantFlow"),
	JSON_TEXT_MAP(struct realm_rep, settings.attributes.pairs, settings.attributes.n,
		"attributes", JSON_ALWAYS),
	TEXT(keycloak_version, "keycloakVersion"),
	APART("users"),
	APART("clients"),
	APART("clientScopes"),
	APART("roles"),
	APART("groups"),
	APART("scopeMappings"),
	APART("clientScopeMappings"),
	APART("components"),
	/* Deprecated, and a private key in clear. */
	APART("privateKey"),
	APART("publicKey"),
	APART("certificate"),
	APART("codeSecret"),
};

static const char *const realm_known[] = {
	"actionTokenGeneratedByAdminLifespan",
	"actionTokenGeneratedByUserLifespan",
	"passwordCredentialGrantAllowed",
	"userCacheEnabled",
	"realmCacheEnabled",
	"maxSecondaryAuthFailures",
	"requiredCredentials",
	"otpPolicyType",
	"otpPolicyAlgorithm",
	"otpPolicyInitialCounter",
	"otpPolicyDigits",
	"otpPolicyLookAheadWindow",
	"otpPolicyPeriod",
	"otpPolicyCodeReusable",
	"otpSupportedApplications",
	"localizationTexts",
	"webAuthnPolicyRpEntityName",
	"webAuthnPolicySignatureAlgorithms",
	"webAuthnPolicyRpId",
	"webAuthnPolicyAttestationConveyancePreference",
	"webAuthnPolicyAuthenticatorAttachment",
	"webAuthnPolicyRequireResidentKey",
	"webAuthnPolicyResidentKey",
	"webAuthnPolicyUserVerificationRequirement",
	"webAuthnPolicyCreateTimeout",
	"webAuthnPolicyAvoidSameAuthenticatorRegister",
	"webAuthnPolicyAcceptableAaguids",
	"webAuthnPolicyExtraOrigins",
	"webAuthnPolicyPasswordlessRpEntityName",
	"webAuthnPolicyPasswordlessSignatureAlgorithms",
	"webAuthnPolicyPasswordlessRpId",
	"webAuthnPolicyPasswordlessAttestationConveyancePreference",
	"webAuthnPolicyPasswordlessAuthenticatorAttachment",
	"webAuthnPolicyPasswordlessRequireResidentKey",
	"webAuthnPolicyPasswordlessResidentKey",
	"webAuthnPolicyPasswordlessUserVerificationRequirement",
	"webAuthnPolicyPasswordlessCreateTimeout",
	"webAuthnPolicyPasswordlessAvoidSameAuthenticatorRegister",
	"webAuthnPolicyPasswordlessAcceptableAaguids",
	"webAuthnPolicyPasswordlessExtraOrigins",
	"webAuthnPolicyPasswordlessPasskeysEnabled",
	"webAuthnPolicyPasswordlessMediation",
	"clientProfiles",
	"clientPolicies",
	"federatedUsers",
	"userFederationProviders",
	"userFederationMappers",
	"protocolMappers",
	"loginTheme",
	"accountTheme",
	"adminTheme",
	"emailTheme",
	"eventsListeners",
	"registrationFlow",
	"resetCredentialsFlow",
	"clientAuthenticationFlow",
	"dockerAuthenticationFlow",
	"firstBrokerLoginFlow",
	"userManagedAccessAllowed",
	"organizationsEnabled",
	"organizations",
	"verifiableCredentialsEnabled",
	"oid4VciEnabled",
	"adminPermissionsEnabled",
	"adminPermissionsClient",
	"scimApiEnabled",
	"workflows",
	"clientTypes",
	"social",
	"updateProfileOnInitialSocialLogin",
	"socialProviders",
	"applicationScopeMappings",
	"applications",
	"oauthClients",
	"clientTemplates",
	NULL,
};

const struct json_shape realm_shape = JSON_SHAPE(struct realm_rep, realm_fields,
	.known = realm_known, .kept = JSON_AT(struct realm_rep, kept, struct str),
	.sent = JSON_AT(struct realm_rep, sent, struct json_sent));

static const struct json_field realm_secret_fields[] = { SECRET_FIELDS };
const struct json_shape realm_secret_shape = JSON_SHAPE(struct realm_rep, realm_secret_fields);

void realm_forget_secrets(struct realm_rep *realm)
{
	realm->smtp_server = (struct attributes){ NULL, 0 };
	realm->identity_providers = NULL;
	realm->identity_providers_n = 0;
}

enum error_code realm_name_check(struct str name, const char *path, struct why *reterr_why)
{
	static const struct str reserved = STR_INIT(":/?#@!$&()*+,;=[]\\%\"'<>");
	enum error_code error = rep_name(name, true, path, "realm", reterr_why);
	if (error)
		return error;
	for (size_t i = 0; i < name.n; i++)
		if (str_index(reserved, name.p[i]) < reserved.n)
			return rep_refuse(reterr_why, path, "realm", name,
				"characters that URLs reserve are not allowed");
	if (str_eq(name, STR(".")) || str_eq(name, STR("..")))
		return rep_refuse(reterr_why, path, "realm", name, "not a name for URLs");
	return OK;
}

static enum error_code numbers_check(
	const struct realm_rep *realm, const char *path, struct why *reterr_why)
{
	enum error_code error = OK;
	/* The shape knows which fields are numbers. */
	for (size_t i = 0; !error && i < ARRAY_LENGTH(realm_fields); i++) {
		const struct json_field *field = &realm_fields[i];
		if (field->kind != JSON_KIND_INT)
			continue;
		const char *at = (const char *)realm + field->offset;
		error = rep_natural(
			*(const int64_t *)(const void *)at, path, field->name, reterr_why);
	}
	return error;
}

static enum error_code ssl_required_check(
	struct realm_rep *realm, const char *path, struct why *reterr_why)
{
	static const struct str words[] = { [SSL_NONE] = STR_INIT("none"),
		[SSL_EXTERNAL] = STR_INIT("external"),
		[SSL_ALL] = STR_INIT("all") };
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		if (!str_eq_nocase(realm->ssl_required, words[i]))
			continue;
		realm->ssl_required = words[i];
		realm->settings.ssl_required = (enum ssl_required)i;
		return OK;
	}
	return rep_refuse(reterr_why, path, "sslRequired", realm->ssl_required,
		"must be none, external or all");
}

static enum error_code headers_check(
	const struct attributes *headers, const char *path, struct why *reterr_why)
{
	enum error_code error = rep_attributes(headers, path, "browserSecurityHeaders", reterr_why);
	for (size_t i = 0; !error && i < headers->n; i++)
		error = rep_line(
			headers->pairs[i].value, path, "browserSecurityHeaders", reterr_why);
	return error;
}

/* Exports of Keycloak before 18 say "autheticatorFlow" alone. */
static void mark_flows(struct realm_rep *realm)
{
	for (size_t i = 0; i < realm->flows_n; i++)
		for (size_t j = 0; j < realm->flows[i].executions_n; j++)
			realm->flows[i].executions[j].is_flow |= realm->flows[i].executions[j].flow.n > 0;
}

enum error_code realm_check(struct realm_rep *realm, const char *path, struct why *reterr_why)
{
	const struct realm_settings *settings = &realm->settings;
	enum error_code error;
	mark_flows(realm);
	if ((error = rep_name(settings->id, false, path, "id", reterr_why)) ||
		(error = realm_name_check(settings->name, path, reterr_why)) ||
		(error = rep_line(settings->display_name, path, "displayName", reterr_why)) ||
		(error = rep_text(
			 settings->display_name_html, path, "displayNameHtml", reterr_why)) ||
		(error = rep_line(settings->password_policy, path, "passwordPolicy", reterr_why)) ||
		(error = rep_names(
			 &settings->supported_locales, path, "supportedLocales", reterr_why)) ||
		(error = rep_name(
			 settings->default_locale, false, path, "defaultLocale", reterr_why)) ||
		(error = rep_names(
			 &settings->enabled_event_types, path, "enabledEventTypes", reterr_why)) ||
		(error = headers_check(&settings->browser_security_headers, path, reterr_why)) ||
		(error = rep_attributes(&settings->attributes, path, "attributes", reterr_why)) ||
		(error = rep_url(attributes_get(&settings->attributes, STR("frontendUrl")), path,
			 "attributes[\"frontendUrl\"]", reterr_why)) ||
		(error = numbers_check(realm, path, reterr_why)) ||
		(error = ssl_required_check(realm, path, reterr_why)))
		return error;
	if (!str_eq_nocase(settings->brute_force_strategy, STR("MULTIPLE")) &&
		!str_eq_nocase(settings->brute_force_strategy, STR("LINEAR")))
		return rep_refuse(reterr_why, path, "bruteForceStrategy",
			settings->brute_force_strategy, "must be MULTIPLE or LINEAR");
	return OK;
}

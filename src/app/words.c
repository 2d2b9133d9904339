/* Names and texts of settings; see words.h. */
#include "app/words.h"

#include "app/language.h"

static const struct {
	const char *key, *message;
} known[] = {
	{ "addressScopeConsentText", "addressScopeConsentText" },
	{ "emailScopeConsentText", "emailScopeConsentText" },
	{ "offlineAccessScopeConsentText", "offlineAccessScopeConsentText" },
	{ "organizationScopeConsentText", "organizationScopeConsentText" },
	{ "phoneScopeConsentText", "phoneScopeConsentText" },
	{ "profileScopeConsentText", "profileScopeConsentText" },
	{ "rolesScopeConsentText", "rolesScopeConsentText" },
	{ "samlRoleListScopeConsentText", "samlRoleListScopeConsentText" },
	{ "client_account", "clientAccount" },
	{ "client_account-console", "clientAccountConsole" },
	{ "client_admin-cli", "clientAdminCli" },
	{ "client_broker", "clientBroker" },
	{ "client_realm-management", "clientRealmManagement" },
	{ "client_security-admin-console", "clientSecurityAdminConsole" },
};

struct str words_of(struct visit *visit, struct str text)
{
	if (!str_starts(text, STR("${")) || !str_ends(text, STR("}")))
		return text;
	struct str key = str_drop(str_take(text, text.n - 1), 2);
	const struct messages *messages = language_of(visit);
	struct str own = messages_own_text(messages, key);
	for (size_t i = 0; !own.n && i < ARRAY_LENGTH(known); i++)
		if (str_eq_z(key, known[i].key))
			return messages_plain(messages, str_from(known[i].message));
	return own.n ? own : key;
}

/* Messages of which the English text is what the code says. */
static const char *const errors[] = {
	"invalidRequestMessage", "pageExpiredMessage", "expiredActionMessage", "cookieNotFoundMessage",
	"enableCookiesMessage", "clientNotFoundMessage", "clientDisabledMessage", "bearerOnlyMessage",
	"wrongProtocolMessage", "invalidRedirectMessage", "invalidRedirectParameterMessage",
	"invalidHintMessage", "missingHintMessage", "logoutFailedMessage", "registrationNotAllowedMessage",
	"noSignInMessage", "notSignedInMessage", "noAccountPagesMessage", "noAccountPermissionMessage",
	"notPermittedMessage", "noOperatorMessage", "internalErrorMessage", "busyMessage",
	"storeFailedMessage", "failedResponseMessage", "deviceExpiredCode", "deviceNotAllowedMessage",
};

struct str words_of_error(struct visit *visit, struct str text)
{
	for (size_t i = 0; i < ARRAY_LENGTH(errors); i++)
		if (str_eq(text, messages_text(messages_default(), str_from(errors[i]))))
			return messages_text(language_of(visit), str_from(errors[i]));
	return text;
}

struct str words_client(struct visit *visit, const struct client *client)
{
	return client->name.n ? words_of(visit, client->name) : client->client_id;
}

struct str words_action(const struct messages *messages, struct str alias)
{
	if (str_eq_z(alias, "UPDATE_PASSWORD"))
		return messages_plain(messages, STR("actionUpdatePassword"));
	if (str_eq_z(alias, "VERIFY_EMAIL"))
		return messages_plain(messages, STR("actionVerifyEmail"));
	return alias;
}

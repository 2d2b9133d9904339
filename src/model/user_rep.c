/* Users and their credentials in JSON; see representation.h. */
#include "base/limits.h"
#include "model/rep_check.h"

static const struct json_field credential_fields[] = {
	JSON_TEXT(struct credential_rep, credential.id, "id", 0),
	JSON_TEXT(struct credential_rep, credential.type, "type", 0),
	JSON_TEXT(struct credential_rep, credential.label, "userLabel", 0),
	JSON_INT(struct credential_rep, credential.created_ms, "createdDate", JSON_OMIT_ZERO),
	JSON_TEXT(struct credential_rep, credential.secret_data, "secretData", JSON_SECRET),
	JSON_TEXT(struct credential_rep, credential.credential_data, "credentialData", 0),
	JSON_INT(struct credential_rep, credential.priority, "priority", JSON_OMIT_ZERO),
	JSON_TEXT(struct credential_rep, value, "value", JSON_SECRET | JSON_NOT_WRITTEN),
	JSON_BOOL(struct credential_rep, credential.temporary, "temporary", JSON_NOT_WRITTEN),
	JSON_TEXT(struct credential_rep, hashed_value, "hashedSaltedValue",
		JSON_SECRET | JSON_NOT_WRITTEN),
	JSON_TEXT(struct credential_rep, salt, "salt", JSON_SECRET | JSON_NOT_WRITTEN),
	JSON_TEXT(struct credential_rep, algorithm, "algorithm", JSON_NOT_WRITTEN),
	JSON_INT(struct credential_rep, iterations, "hashIterations", JSON_NOT_WRITTEN),
};
static const char *const credential_known[] = {
	"device",
	"counter",
	"digits",
	"period",
	"config",
	"federationLink",
	NULL,
};
static const struct json_shape credential_shape =
	JSON_SHAPE(struct credential_rep, credential_fields, .known = credential_known,
		.kept = JSON_AT(struct credential_rep, kept, struct str));

static const struct json_field consent_fields[] = {
	JSON_TEXT(struct consent_rep, client_id, "clientId", JSON_REQUIRED),
	JSON_TEXTS(struct consent_rep, scopes.items, scopes.n, "grantedClientScopes", JSON_ALWAYS),
	JSON_INT(struct consent_rep, created_ms, "createdDate", JSON_OMIT_ZERO),
	JSON_INT(struct consent_rep, updated_ms, "lastUpdatedDate", JSON_OMIT_ZERO),
};
/* Of Keycloak before 4. */
static const char *const consent_known[] = {
	"grantedProtocolMappers",
	"grantedRealmRoles",
	"grantedClientRoles",
	NULL,
};
const struct json_shape consent_shape = JSON_SHAPE(struct consent_rep, consent_fields,
	.known = consent_known, .kept = JSON_AT(struct consent_rep, kept, struct str));

static const struct json_field identity_fields[] = {
	JSON_TEXT(struct user_identity, provider, "identityProvider", 0),
	JSON_TEXT(struct user_identity, user_id, "userId", 0),
	JSON_TEXT(struct user_identity, user_name, "userName", 0),
};
const struct json_shape identity_shape = JSON_SHAPE(struct user_identity, identity_fields);

#define USER_ROW_FIELDS                                                                           \
	JSON_TEXT(struct user_rep, user.id, "id", 0),                                             \
		JSON_TEXT(struct user_rep, user.username, "username", 0),                         \
		JSON_TEXT(struct user_rep, user.first_name, "firstName", 0),                      \
		JSON_TEXT(struct user_rep, user.last_name, "lastName", 0),                        \
		JSON_TEXT(struct user_rep, user.email, "email", 0),                               \
		JSON_BOOL(struct user_rep, user.email_verified, "emailVerified", 0),              \
		JSON_TEXTS_MAP(struct user_rep, user.attributes, user.attributes_n, "attributes", \
			JSON_LONE),                                                               \
		JSON_BOOL(struct user_rep, user.enabled, "enabled", 0),                           \
		JSON_INT(struct user_rep, user.created_ms, "createdTimestamp", JSON_OMIT_ZERO),   \
		JSON_BOOL(struct user_rep, totp, "totp", JSON_NOT_READ),                          \
		JSON_TEXT(struct user_rep, user.federation_link, "federationLink", 0),            \
		JSON_TEXTS(struct user_rep, disableable_types.items, disableable_types.n,         \
			"disableableCredentialTypes", JSON_NOT_READ | JSON_ALWAYS),               \
		JSON_TEXTS(struct user_rep, user.required_actions.items, user.required_actions.n, \
			"requiredActions", JSON_ALWAYS),                                          \
		JSON_INT(struct user_rep, user.not_before_s, "notBefore", 0),                     \
		JSON_ANY(struct user_rep, user.kept, "access", JSON_NOT_READ | JSON_NOT_WRITTEN), \
		JSON_ANY(struct user_rep, user.kept, "userProfileMetadata",                       \
			JSON_NOT_READ | JSON_NOT_WRITTEN)

static const struct json_field user_fields[] = {
	USER_ROW_FIELDS,
	JSON_TEXT(struct user_rep, service_account_client, "serviceAccountClientId", 0),
	JSON_STRUCTS(struct user_rep, credentials, credentials_n, "credentials", JSON_ALWAYS,
		&credential_shape),
	JSON_TEXTS(struct user_rep, realm_roles.items, realm_roles.n, "realmRoles", 0),
	JSON_TEXTS_MAP(struct user_rep, client_roles, client_roles_n, "clientRoles", 0),
	JSON_TEXTS(struct user_rep, groups.items, groups.n, "groups", JSON_ALWAYS),
	JSON_STRUCTS(struct user_rep, consents, consents_n, "clientConsents", 0, &consent_shape),
	JSON_STRUCTS(struct user_rep, user.identities, user.identities_n, "federatedIdentities", 0,
		&identity_shape),
};
static const char *const user_known[] = {
	"self",
	"origin",
	"socialLinks",
	"applicationRoles",
	"verifiableCredentials",
	NULL,
};
const struct json_shape user_shape = JSON_SHAPE(struct user_rep, user_fields, .known = user_known,
	.kept = JSON_AT(struct user_rep, user.kept, struct str),
	.sent = JSON_AT(struct user_rep, sent, struct json_sent));

static const struct json_field user_admin_fields[] = {
	USER_ROW_FIELDS,
	JSON_TEXT(struct user_rep, service_account_client, "serviceAccountClientId",
		JSON_NOT_WRITTEN),
	JSON_STRUCTS(struct user_rep, credentials, credentials_n, "credentials", JSON_NOT_WRITTEN,
		&credential_shape),
	JSON_TEXTS(
		struct user_rep, realm_roles.items, realm_roles.n, "realmRoles", JSON_NOT_WRITTEN),
	JSON_TEXTS_MAP(
		struct user_rep, client_roles, client_roles_n, "clientRoles", JSON_NOT_WRITTEN),
	JSON_TEXTS(struct user_rep, groups.items, groups.n, "groups", JSON_NOT_WRITTEN),
	JSON_STRUCTS(struct user_rep, consents, consents_n, "clientConsents", JSON_NOT_WRITTEN,
		&consent_shape),
	JSON_STRUCTS(struct user_rep, user.identities, user.identities_n, "federatedIdentities",
		JSON_NOT_WRITTEN, &identity_shape),
};
const struct json_shape user_admin_shape = JSON_SHAPE(struct user_rep, user_admin_fields,
	.known = user_known, .kept = JSON_AT(struct user_rep, user.kept, struct str),
	.sent = JSON_AT(struct user_rep, sent, struct json_sent));

static enum error_code credential_check(
	const struct credential_rep *rep, const char *path, struct why *reterr_why)
{
	const struct credential *credential = &rep->credential;
	enum error_code error;
	if ((error = rep_name(credential->id, false, path, "id", reterr_why)) ||
		(error = rep_name(credential->type, false, path, "type", reterr_why)) ||
		(error = rep_name(credential->label, false, path, "userLabel", reterr_why)))
		return error;
	if (credential->secret_data.n > REPRESENTATION_ATTRIBUTE_MAX ||
		credential->credential_data.n > REPRESENTATION_ATTRIBUTE_MAX)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"%s: secretData or credentialData is too long", path);
	if (rep->value.n > LIMIT_PASSWORD)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"%s.value: the password is longer than %d bytes", path, LIMIT_PASSWORD);
	return OK;
}

static enum error_code consent_check(
	const struct consent_rep *rep, const char *path, struct why *reterr_why)
{
	enum error_code error = rep_name(rep->client_id, true, path, "clientId", reterr_why);
	if (!error)
		error = rep_names(&rep->scopes, path, "grantedClientScopes", reterr_why);
	if (!error)
		error = rep_moment(rep->created_ms, path, "createdDate", reterr_why);
	return error ? error : rep_moment(rep->updated_ms, path, "lastUpdatedDate", reterr_why);
}

enum error_code identity_check(
	const struct user_identity *identity, const char *path, struct why *reterr_why)
{
	enum error_code error =
		rep_name(identity->provider, true, path, "identityProvider", reterr_why);
	if (!error)
		error = rep_name(identity->user_id, false, path, "userId", reterr_why);
	return error ? error : rep_name(identity->user_name, false, path, "userName", reterr_why);
}

enum error_code user_check(const struct user_rep *rep, const char *path, struct why *reterr_why)
{
	const struct user *user = &rep->user;
	enum error_code error;
	struct rep_path at;
	if ((error = rep_name(user->id, false, path, "id", reterr_why)) ||
		(error = rep_name(user->username, true, path, "username", reterr_why)) ||
		(error = rep_name(user->email, false, path, "email", reterr_why)) ||
		(error = rep_name(user->first_name, false, path, "firstName", reterr_why)) ||
		(error = rep_name(user->last_name, false, path, "lastName", reterr_why)) ||
		(error = rep_name(
			 user->federation_link, false, path, "federationLink", reterr_why)) ||
		(error = rep_natural(user->not_before_s, path, "notBefore", reterr_why)) ||
		(error = rep_names(&user->required_actions, path, "requiredActions", reterr_why)) ||
		(error = rep_list_attributes(
			 user->attributes, user->attributes_n, path, "attributes", reterr_why)))
		return error;
	if (user->created_ms < 0)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"%s.createdTimestamp = %lld: must not be negative", path,
			(long long)user->created_ms);
	for (size_t i = 0; i < rep->credentials_n; i++)
		if ((error = credential_check(&rep->credentials[i],
			     rep_element(&at, path, "credentials", i), reterr_why)))
			return error;
	for (size_t i = 0; i < user->identities_n; i++)
		if ((error = identity_check(&user->identities[i],
			     rep_element(&at, path, "federatedIdentities", i), reterr_why)))
			return error;
	for (size_t i = 0; i < rep->consents_n; i++)
		if ((error = consent_check(&rep->consents[i],
			     rep_element(&at, path, "clientConsents", i), reterr_why)))
			return error;
	return OK;
}

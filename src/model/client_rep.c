/* Clients, client scopes and protocol mappers in JSON; see representation.h. */
#include "base/tables.h"
#include "base/url.h"
#include "model/rep_check.h"

static const struct json_field mapper_fields[] = {
	JSON_TEXT(struct mapper, id, "id", 0),
	JSON_TEXT(struct mapper, name, "name", JSON_REQUIRED),
	JSON_TEXT(struct mapper, protocol, "protocol", 0),
	JSON_TEXT(struct mapper, type, "protocolMapper", JSON_REQUIRED),
	JSON_TEXT_MAP(struct mapper, config.pairs, config.n, "config", JSON_ALWAYS),
};
static const char *const mapper_known[] = { "consentRequired", "consentText", NULL };
const struct json_shape mapper_shape = JSON_SHAPE(struct mapper, mapper_fields,
	.known = mapper_known, .kept = JSON_AT(struct mapper, kept, struct str));

static const struct json_field scope_fields[] = {
	JSON_TEXT(struct scope_rep, scope.id, "id", 0),
	JSON_TEXT(struct scope_rep, scope.name, "name", JSON_REQUIRED),
	JSON_TEXT(struct scope_rep, scope.description, "description", 0),
	JSON_TEXT(struct scope_rep, scope.protocol, "protocol", 0),
	JSON_TEXT_MAP(struct scope_rep, scope.attributes.pairs, scope.attributes.n, "attributes",
		JSON_ALWAYS),
	JSON_STRUCTS(struct scope_rep, scope.mappers, scope.mappers_n, "protocolMappers", 0,
		&mapper_shape),
};
static const char *const scope_known[] = { "type", NULL };
const struct json_shape scope_shape = JSON_SHAPE(struct scope_rep, scope_fields,
	.known = scope_known, .kept = JSON_AT(struct scope_rep, kept, struct str));

#define TEXT(member, name, flags) JSON_TEXT(struct client_rep, client.member, name, flags)
#define FLAG(member, name) JSON_BOOL(struct client_rep, client.member, name, 0)

static const struct json_field client_fields[] = {
	TEXT(id, "id", 0),
	TEXT(client_id, "clientId", 0),
	TEXT(name, "name", 0),
	TEXT(description, "description", 0),
	TEXT(root_url, "rootUrl", 0),
	TEXT(admin_url, "adminUrl", 0),
	TEXT(base_url, "baseUrl", 0),
	JSON_BOOL(struct client_rep, surrogate_auth_required, "surrogateAuthRequired", 0),
	FLAG(enabled, "enabled"),
	JSON_BOOL(struct client_rep, always_display_in_console, "alwaysDisplayInConsole", 0),
	TEXT(client_authenticator_type, "clientAuthenticatorType", 0),
	TEXT(secret, "secret", JSON_SECRET),
	JSON_TEXTS(struct client_rep, default_roles.items, default_roles.n, "defaultRoles", 0),
	JSON_TEXTS(struct client_rep, client.redirect_uris.items, client.redirect_uris.n,
		"redirectUris", JSON_ALWAYS),
	JSON_TEXTS(struct client_rep, client.web_origins.items, client.web_origins.n, "webOrigins",
		JSON_ALWAYS),
	JSON_INT(struct client_rep, client.not_before_s, "notBefore", 0),
	FLAG(bearer_only, "bearerOnly"),
	FLAG(consent_required, "consentRequired"),
	FLAG(standard_flow_enabled, "standardFlowEnabled"),
	FLAG(implicit_flow_enabled, "implicitFlowEnabled"),
	FLAG(direct_access_grants_enabled, "directAccessGrantsEnabled"),
	FLAG(service_accounts_enabled, "serviceAccountsEnabled"),
	FLAG(public_client, "publicClient"),
	FLAG(frontchannel_logout, "frontchannelLogout"),
	TEXT(protocol, "protocol", 0),
	JSON_TEXT_MAP(struct client_rep, client.attributes.pairs, client.attributes.n, "attributes",
		JSON_ALWAYS),
	JSON_TEXT_MAP(struct client_rep, client.flow_overrides.pairs, client.flow_overrides.n,
		"authenticationFlowBindingOverrides", JSON_ALWAYS),
	FLAG(full_scope_allowed, "fullScopeAllowed"),
	JSON_INT(struct client_rep, client.node_re_registration_timeout_s,
		"nodeReRegistrationTimeout", 0),
	JSON_ANY_MAP(struct client_rep, client.nodes, client.nodes_n, "registeredNodes", 0),
	JSON_STRUCTS(struct client_rep, client.mappers, client.mappers_n, "protocolMappers", 0,
		&mapper_shape),
	JSON_TEXTS(struct client_rep, default_scopes.items, default_scopes.n, "defaultClientScopes",
		JSON_ALWAYS),
	JSON_TEXTS(struct client_rep, optional_scopes.items, optional_scopes.n,
		"optionalClientScopes", JSON_ALWAYS),
	JSON_ANY(struct client_rep, authorization_settings, "authorizationSettings", 0),
	/* What an answer of the admin API has besides, and a request may send back. */
	JSON_ANY(struct client_rep, kept, "access", JSON_NOT_READ | JSON_NOT_WRITTEN),
	JSON_ANY(struct client_rep, kept, "registrationAccessToken",
		JSON_NOT_READ | JSON_NOT_WRITTEN),
};
static const char *const client_known[] = {
	"type",
	"origin",
	"directGrantsOnly",
	"authorizationServicesEnabled",
	"clientTemplate",
	"useTemplateConfig",
	"useTemplateScope",
	"useTemplateMappers",
	"proofKeyForCodeExchangeRequired",
	NULL,
};
const struct client_rep client_rep_default = {
	.client = {
		.protocol = STR_INIT("openid-connect"),
		.client_authenticator_type = STR_INIT("client-secret"),
		.enabled = true,
		.standard_flow_enabled = true,
		.full_scope_allowed = true,
		.node_re_registration_timeout_s = -1,
	},
};
const struct json_shape client_shape =
	JSON_SHAPE(struct client_rep, client_fields, .defaults = &client_rep_default,
		.known = client_known, .kept = JSON_AT(struct client_rep, kept, struct str),
		.sent = JSON_AT(struct client_rep, sent, struct json_sent));

enum error_code mapper_check(const struct mapper *mapper, const char *path, struct why *reterr_why)
{
	enum error_code error;
	if ((error = rep_name(mapper->id, false, path, "id", reterr_why)) ||
		(error = rep_name(mapper->name, true, path, "name", reterr_why)) ||
		(error = rep_name(mapper->protocol, false, path, "protocol", reterr_why)) ||
		(error = rep_name(mapper->type, true, path, "protocolMapper", reterr_why)))
		return error;
	return rep_attributes(&mapper->config, path, "config", reterr_why);
}

static enum error_code mappers_check(
	const struct mapper *mappers, size_t n, const char *path, struct why *reterr_why)
{
	enum error_code error = OK;
	struct rep_path at;
	for (size_t i = 0; !error && i < n; i++)
		error = mapper_check(
			&mappers[i], rep_element(&at, path, "protocolMappers", i), reterr_why);
	return error;
}

enum error_code scope_check(const struct scope_rep *rep, const char *path, struct why *reterr_why)
{
	const struct client_scope *scope = &rep->scope;
	enum error_code error;
	if ((error = rep_name(scope->id, false, path, "id", reterr_why)) ||
		(error = rep_name(scope->name, true, path, "name", reterr_why)) ||
		(error = rep_name(scope->protocol, false, path, "protocol", reterr_why)) ||
		(error = rep_text(scope->description, path, "description", reterr_why)) ||
		(error = rep_attributes(&scope->attributes, path, "attributes", reterr_why)))
		return error;
	/* It is a word of the `scope` parameter. */
	if (str_index(scope->name, ' ') < scope->name.n)
		return rep_refuse(reterr_why, path, "name", scope->name, "must not have blanks");
	return mappers_check(scope->mappers, scope->mappers_n, path, reterr_why);
}

bool redirect_uri_is_harmless(struct str uri)
{
	struct why why = { "" };
	return rep_url(uri, "$", "redirectUris", &why) == OK;
}

enum error_code redirect_uri_check(struct str uri, const char *path, struct why *reterr_why)
{
	enum error_code error = rep_url(uri, path, "redirectUris", reterr_why);
	if (error)
		return error;
	if (str_index(uri, ' ') < uri.n || str_index(uri, '#') < uri.n)
		return rep_refuse(
			reterr_why, path, "redirectUris", uri, "A redirect URI is not a valid URI");
	struct str fixed = str_ends(uri, STR("*")) ? str_take(uri, uri.n - 1) : uri;
	/* Any host: matches nothing here, and Keycloak's realms have it. Any port. */
	if (fixed.n < uri.n && (str_eq_z(fixed, "http://") || str_eq_z(fixed, "https://")))
		return OK;
	if (fixed.n < uri.n && str_ends(fixed, STR(":")))
		fixed.n--;
	for (size_t i = 0; i < fixed.n; i++)
		/* Patterns and hosts that a browser never sends as they are written: they
		 * match nothing, and cannot be parsed. */
		if (fixed.p[i] == '*' || (unsigned char)fixed.p[i] >= 0x80)
			return OK;
	if (!fixed.n || fixed.p[0] == '/')
		return OK;
	/* Without a scheme it matches nothing that a browser is sent to; Keycloak takes it. */
	if (str_index(fixed, ':') == fixed.n && str_index(fixed, '\\') == fixed.n)
		return OK;
	struct url url;
	struct why why = { "" };
	if (url_parse(fixed, &url, &why))
		return rep_refuse(
			reterr_why, path, "redirectUris", uri, "A redirect URI is not a valid URI");
	return OK;
}

/* Attributes that hold URLs; post.logout.redirect.uris has several, with "##" between. */
static const char *const url_attributes[] = {
	"backchannel.logout.url",
	"frontchannel.logout.url",
	"logoUri",
	"policyUri",
	"tosUri",
	"jwks.url",
	"request.uris",
	"post.logout.redirect.uris",
	"saml_assertion_consumer_url_post",
	"saml_assertion_consumer_url_redirect",
	"saml_single_logout_service_url_post",
	"saml_single_logout_service_url_redirect",
	"saml_single_logout_service_url_soap",
	"saml_single_logout_service_url_artifact",
	"saml_artifact_binding_url",
};

static enum error_code url_attributes_check(
	const struct attributes *attributes, const char *path, struct why *reterr_why)
{
	for (size_t i = 0; i < ARRAY_LENGTH(url_attributes); i++) {
		struct str piece, rest = attributes_get(attributes, str_from(url_attributes[i]));
		while (str_next(&rest, '#', &piece)) {
			enum error_code error = rep_url(piece, path, url_attributes[i], reterr_why);
			if (error)
				return error;
		}
	}
	return OK;
}

static enum error_code client_urls_check(
	const struct client *client, const char *path, struct why *reterr_why)
{
	enum error_code error;
	if ((error = rep_url(client->root_url, path, "rootUrl", reterr_why)) ||
		(error = rep_url(client->base_url, path, "baseUrl", reterr_why)) ||
		(error = rep_url(client->admin_url, path, "adminUrl", reterr_why)))
		return error;
	for (size_t i = 0; i < client->redirect_uris.n; i++)
		if ((error = redirect_uri_check(client->redirect_uris.items[i], path, reterr_why)))
			return error;
	for (size_t i = 0; i < client->web_origins.n; i++)
		if ((error = rep_url(client->web_origins.items[i], path, "webOrigins", reterr_why)))
			return error;
	return url_attributes_check(&client->attributes, path, reterr_why);
}

enum error_code client_check(const struct client_rep *rep, const char *path, struct why *reterr_why)
{
	const struct client *client = &rep->client;
	enum error_code error;
	if ((error = rep_name(client->id, false, path, "id", reterr_why)) ||
		(error = rep_name(client->client_id, true, path, "clientId", reterr_why)) ||
		(error = rep_name(client->name, false, path, "name", reterr_why)) ||
		(error = rep_text(client->description, path, "description", reterr_why)) ||
		(error = rep_name(client->protocol, false, path, "protocol", reterr_why)) ||
		(error = rep_name(client->client_authenticator_type, false, path,
			 "clientAuthenticatorType", reterr_why)) ||
		(error = rep_natural(client->not_before_s, path, "notBefore", reterr_why)) ||
		(error = rep_names(
			 &rep->default_scopes, path, "defaultClientScopes", reterr_why)) ||
		(error = rep_names(
			 &rep->optional_scopes, path, "optionalClientScopes", reterr_why)) ||
		(error = rep_attributes(&client->attributes, path, "attributes", reterr_why)) ||
		(error = rep_attributes(&client->flow_overrides, path,
			 "authenticationFlowBindingOverrides", reterr_why)) ||
		(error = client_urls_check(client, path, reterr_why)))
		return error;
	if (client->secret.n > REPRESENTATION_TEXT_MAX || str_has_control(client->secret))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"%s.secret: too long, or with control bytes", path);
	return mappers_check(client->mappers, client->mappers_n, path, reterr_why);
}

void client_derive_web_origins(struct arena *arena, struct client *client)
{
	for (size_t i = 0; i < client->redirect_uris.n; i++) {
		struct str uri = client->redirect_uris.items[i];
		if (str_ends(uri, STR("*")))
			uri = str_take(uri, uri.n - 1);
		struct str origin = url_origin_of_text(arena, uri);
		struct str_list *origins = &client->web_origins;
		if (origin.n && !str_list_has(origins, origin))
			*(struct str *)arena_push(
				arena, &origins->items, &origins->n, sizeof *origins->items) =
				origin;
	}
}

/* /identity-provider/import-config: settings of an identity provider from what it says of itself, by
 * OpenID Connect discovery or SAML metadata. The URL is an administrator's; client/ says where it may
 * lead. */
#include "admin/handlers_identity_providers.h"
#include "admin/identity_provider_rep.h"
#include "admin/serve.h"
#include "base/limits.h"
#include "client/client.h"
#include "http/multipart.h"
#include "json/tree.h"
#include "xml/parse.h"

enum { DOCUMENT_MAX = 1 << 20 }; /* bytes */

#define METADATA STR("urn:oasis:names:tc:SAML:2.0:metadata")
#define SIGNATURE STR("http://www.w3.org/2000/09/xmldsig#")
#define BINDING "urn:oasis:names:tc:SAML:2.0:bindings:"

static void put(struct json_node *settings, const char *name, struct str value)
{
	if (value.n)
		json_node_put(settings, str_from(name), json_node_text(settings->arena, value));
}

static void put_bool(struct json_node *settings, const char *name, bool value)
{
	put(settings, name, value ? STR("true") : STR("false"));
}

/* ---- OpenID Connect ---- */

static enum error_code read_discovery(struct arena *arena, struct str document, struct json_node *settings,
				      struct why *reterr_why)
{
	static const char *const members[][2] = {
		{ "issuer", "issuer" },
		{ "authorization_endpoint", "authorizationUrl" },
		{ "token_endpoint", "tokenUrl" },
		{ "userinfo_endpoint", "userInfoUrl" },
		{ "end_session_endpoint", "logoutUrl" },
		{ "introspection_endpoint", "tokenIntrospectionUrl" },
		{ "jwks_uri", "jwksUrl" },
	};
	struct json_node *found;
	enum error_code code = json_tree_read(arena, document, &found, reterr_why);
	if (code == OK && found->kind != JSON_NODE_OBJECT)
		code = error_because(reterr_why, ERROR_BAD_JSON, "the discovery document is no object");
	if (code != OK)
		return code;
	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		put(settings, members[i][1], json_tree_get_text(found, str_from(members[i][0])));
	if (json_tree_get_text(found, STR("jwks_uri")).n) {
		put_bool(settings, "validateSignature", true);
		put_bool(settings, "useJwksUrl", true);
	}
	return OK;
}

/* ---- SAML ---- */

/* Where the service of that name is by that binding; empty: nowhere. */
static struct str service_at(const struct xml_element *role, struct str name, struct str binding)
{
	for (const struct xml_element *e = xml_first(role, METADATA, name); e; e = xml_another(e))
		if (str_eq(xml_attribute(e, STR("Binding")), binding))
			return xml_attribute(e, STR("Location"));
	return STR("");
}

static struct str without_space(struct arena *arena, struct str base64)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < base64.n; i++)
		if (base64.p[i] > ' ')
			text_add_char(&text, base64.p[i]);
	return text_str(&text);
}

/* Certificates of one use, or of any, with commas between. */
static struct str certificates(struct arena *arena, const struct xml_element *role, struct str wanted)
{
	struct text text = text_new(arena, 0);
	for (const struct xml_element *key = xml_first(role, METADATA, STR("KeyDescriptor")); key; key = xml_another(key)) {
		struct str use = xml_attribute(key, STR("use"));
		const struct xml_element *info = xml_first(key, SIGNATURE, STR("KeyInfo"));
		const struct xml_element *data = info ? xml_first(info, SIGNATURE, STR("X509Data")) : NULL;
		const struct xml_element *certificate = data ? xml_first(data, SIGNATURE, STR("X509Certificate")) : NULL;
		if (!certificate || (use.n && !str_eq(use, wanted)))
			continue;
		if (text.n)
			text_add_char(&text, ',');
		text_add(&text, without_space(arena, xml_text(certificate)));
	}
	return text_str(&text);
}

/* The one entity, or the first of several that is an identity provider. */
static const struct xml_element *find_role(const struct xml_element *root, const struct xml_element **ret_entity)
{
	const struct xml_element *entity = xml_is(root, METADATA, STR("EntityDescriptor")) ? root :
		xml_first(root, METADATA, STR("EntityDescriptor"));
	for (; entity; entity = entity == root ? NULL : xml_another(entity)) {
		const struct xml_element *role = xml_first(entity, METADATA, STR("IDPSSODescriptor"));
		*ret_entity = entity;
		if (role)
			return role;
	}
	return NULL;
}

static void read_services(const struct xml_element *role, struct json_node *settings)
{
	struct str post = service_at(role, STR("SingleSignOnService"), STR(BINDING "HTTP-POST"));
	struct str redirect = service_at(role, STR("SingleSignOnService"), STR(BINDING "HTTP-Redirect"));
	struct str logout_post = service_at(role, STR("SingleLogoutService"), STR(BINDING "HTTP-POST"));
	struct str logout = service_at(role, STR("SingleLogoutService"), STR(BINDING "HTTP-Redirect"));
	put(settings, "singleSignOnServiceUrl", post.n ? post : redirect);
	put(settings, "singleLogoutServiceUrl", logout_post.n ? logout_post : logout);
	put(settings, "artifactResolutionServiceUrl", service_at(role, STR("ArtifactResolutionService"), STR(BINDING "SOAP")));
	put_bool(settings, "postBindingResponse", post.n > 0);
	put_bool(settings, "postBindingAuthnRequest", post.n > 0);
	put_bool(settings, "postBindingLogout", logout_post.n > 0);
	put_bool(settings, "artifactBindingResponse", false);
}

static enum error_code read_metadata(struct arena *arena, struct str document, struct json_node *settings,
				     struct why *reterr_why)
{
	const struct xml_element *root, *entity = NULL;
	enum error_code code = xml_parse(arena, document, &xml_limits_metadata, &root, reterr_why);
	if (code != OK)
		return code;
	const struct xml_element *role = find_role(root, &entity);
	if (!role)
		return error_because(reterr_why, ERROR_BAD_XML, "the document describes no identity provider");
	struct str signing = certificates(arena, role, STR("signing"));
	const struct xml_element *format = xml_first(role, METADATA, STR("NameIDFormat"));
	put(settings, "idpEntityId", xml_attribute(entity, STR("entityID")));
	read_services(role, settings);
	put(settings, "signingCertificate", signing);
	put_bool(settings, "validateSignature", signing.n > 0);
	put(settings, "nameIDPolicyFormat", format ? xml_text(format) : STR(""));
	put_bool(settings, "wantAuthnRequestsSigned", str_eq_z(xml_attribute(role, STR("WantAuthnRequestsSigned")), "true"));
	put_bool(settings, "loginHint", false);
	put_bool(settings, "addExtensionsElementWithKeyInfo", false);
	put_bool(settings, "enabledFromMetadata", true);
	return OK;
}

/* ---- the call ---- */

struct sent {
	struct str provider_id, url;
	struct str file; /* of a form */
};
static const struct json_field fields[] = {
	JSON_TEXT(struct sent, provider_id, "providerId", 0),
	JSON_TEXT(struct sent, url, "fromUrl", 0),
};
static const struct json_shape shape = JSON_SHAPE(struct sent, fields);

static enum error_code fetch(struct admin_call *call, struct str url, struct str *ret_document, struct why *reterr_why)
{
	struct client_result result;
	const struct client_request request = { .method = STR("GET"), .url = url, .max_body = DOCUMENT_MAX,
		.policy = CLIENT_POLICY_ADMIN };
	enum error_code code = client_send_wait(call->app->http, &request, call->arena, &result, reterr_why);
	if (code != OK)
		return code;
	if (result.outcome != CLIENT_ANSWERED || result.http_status != 200)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "%.*s", STR_ARG(result.reason));
	if (!result.body_complete)
		return error_because(reterr_why, ERROR_TOO_LARGE, "the document is longer than %d bytes, or was cut", DOCUMENT_MAX);
	*ret_document = result.body;
	return OK;
}

static enum error_code make(struct admin_call *call, const struct sent *sent, struct json_node *settings,
			    struct why *reterr_why)
{
	struct str document = sent->file;
	enum error_code code = document.n ? OK : fetch(call, sent->url, &document, reterr_why);
	put(settings, "metadataDescriptorUrl", sent->url);
	if (code != OK)
		return code;
	if (str_eq_z(sent->provider_id, "saml"))
		return read_metadata(call->arena, document, settings, reterr_why);
	if (str_eq_z(sent->provider_id, "oidc") || str_eq_z(sent->provider_id, "keycloak-oidc"))
		return read_discovery(call->arena, document, settings, reterr_why);
	return OK;
}

static enum error_code read_form(struct admin_call *call, struct sent *sent, struct why *reterr_why)
{
	struct multipart form;
	struct str type = http_header(call->request, "Content-Type");
	enum error_code code = multipart_parse(type, call->request->body, &form, reterr_why);
	if (code != OK)
		return code;
	sent->provider_id = str_trim(multipart_value(&form, "providerId"));
	sent->file = multipart_value(&form, "file");
	if (sent->file.n > DOCUMENT_MAX)
		return error_because(reterr_why, ERROR_TOO_LARGE, "the file is longer than %d bytes", DOCUMENT_MAX);
	return OK;
}

/* False: answered. */
static bool read_sent(struct admin_call *call, struct sent *sent)
{
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	struct str type = http_header(call->request, "Content-Type");
	options.unknown = JSON_UNKNOWN_IGNORED;
	if (str_eq_nocase(str_take(type, 10), STR("multipart/"))) {
		enum error_code code = read_form(call, sent, &why);
		if (code != OK)
			admin_fail(call, code, &why);
		return code == OK;
	}
	enum error_code code = json_read(call->arena, call->request->body, &shape, &options, sent, &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}

static void import(struct admin_call *call)
{
	struct sent sent = { .url = STR("") };
	struct why why = { "" };
	struct json_node *settings = json_node_object(call->arena);
	if (!read_sent(call, &sent))
		return;
	if (!sent.provider_id.n || (!sent.url.n && !sent.file.n)) {
		http_respond_error(call->response, 400, STR("HTTP 400 Bad Request"), STR(""));
		return;
	}
	if (!identity_provider_kind_of(sent.provider_id)) {
		admin_refuse(call, 400, arena_join(call->arena, STR("Invalid identity provider id ["), sent.provider_id, STR("]")));
		return;
	}
	enum error_code code = make(call, &sent, settings, &why);
	struct str from = sent.file.n ? STR("the file") : str_take(sent.url, 200);
	if (code == OK)
		admin_json(call, json_tree_text(call->arena, settings));
	else if (error_http_status(code) < 500)
		http_respond_error(call->response, 500, STR("unknown_error"),
			arena_format(call->arena, "nothing was imported from %.*s: %s", STR_ARG(from), why.text));
	else
		admin_fail(call, code, &why);
}

ADMIN_HANDLER(admin_identity_provider_import, import)

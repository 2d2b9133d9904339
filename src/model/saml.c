/* Service providers; see saml.h. */
#include "model/saml.h"

#include <string.h>

#include "base/text.h"
#include "base/url.h"
#include "model/redirect.h"

static const struct {
	struct str name, uri;
} bindings[SAML_BINDINGS] = {
	[SAML_BINDING_REDIRECT] = { STR_INIT("redirect"),
		STR_INIT("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect") },
	[SAML_BINDING_POST] = { STR_INIT("post"),
		STR_INIT("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST") },
	[SAML_BINDING_SOAP] = { STR_INIT("soap"), STR_INIT("urn:oasis:names:tc:SAML:2.0:bindings:SOAP") },
	[SAML_BINDING_ARTIFACT] = { STR_INIT("artifact"),
		STR_INIT("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact") },
};

struct str saml_binding_name(enum saml_binding binding)
{
	return bindings[binding].name;
}

struct str saml_binding_uri(enum saml_binding binding)
{
	return bindings[binding].uri;
}

bool saml_binding_of_name(struct str name, enum saml_binding *ret_binding)
{
	for (int i = 0; i < SAML_BINDINGS; i++)
		if (str_eq(name, bindings[i].name)) {
			*ret_binding = (enum saml_binding)i;
			return true;
		}
	return false;
}

bool saml_binding_of_uri(struct str uri, enum saml_binding *ret_binding)
{
	for (int i = 0; i < SAML_BINDINGS; i++)
		if (str_eq(uri, bindings[i].uri)) {
			*ret_binding = (enum saml_binding)i;
			return true;
		}
	return false;
}

/* ---- reading a client ---- */

#define ATTRIBUTE(client, name) str_trim(attributes_get(&(client)->attributes, STR(name)))
#define FLAG(client, name) attributes_true(&(client)->attributes, STR(name), false)

static struct str or_else(struct str value, struct str otherwise)
{
	return value.n ? value : otherwise;
}

static struct str name_id_format(struct str word)
{
	static const struct {
		struct str word, uri;
	} formats[] = {
		{ STR_INIT("email"), STR_INIT(SAML_FORMAT_EMAIL) },
		{ STR_INIT("persistent"), STR_INIT(SAML_FORMAT_PERSISTENT) },
		{ STR_INIT("transient"), STR_INIT(SAML_FORMAT_TRANSIENT) },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(formats); i++)
		if (str_eq(word, formats[i].word))
			return formats[i].uri;
	return word.n ? STR(SAML_FORMAT_UNSPECIFIED) : word;
}

static enum saml_key_name key_name(struct str word)
{
	if (str_eq_z(word, "NONE"))
		return SAML_KEY_NAME_NONE;
	return str_eq_z(word, "CERT_SUBJECT") ? SAML_KEY_NAME_CERT_SUBJECT : SAML_KEY_NAME_KEY_ID;
}

static bool is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
	       c == '/' || c == '=';
}

static void add_certificate(struct arena *arena, struct str_list *list, struct text *text)
{
	if (text->n)
		*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) = text_str(text);
	*text = text_new(arena, 0);
}

/* Certificates between commas, or PEM blocks after one another: what stands between dashes is a
 * label, not a part of one. */
static struct str_list certificates(struct arena *arena, struct str value)
{
	struct str_list list = { 0 };
	struct text text = text_new(arena, 0);
	while (value.n) {
		if (str_starts(value, STR("-----"))) {
			const char *end = memmem(value.p + 5, value.n - 5, "-----", 5);
			add_certificate(arena, &list, &text);
			value = end ? str_drop(value, (size_t)(end - value.p) + 5) : str_drop(value, value.n);
			continue;
		}
		if (value.p[0] == ',')
			add_certificate(arena, &list, &text);
		else if (is_base64(value.p[0]))
			text_add_char(&text, value.p[0]);
		value = str_drop(value, 1);
	}
	add_certificate(arena, &list, &text);
	return list;
}

static void read_endpoints(struct arena *arena, const struct client *client, struct saml_client *saml)
{
	const struct {
		struct str *place, value;
	} urls[] = {
		{ &saml->consumer[SAML_BINDING_POST], ATTRIBUTE(client, "saml_assertion_consumer_url_post") },
		{ &saml->consumer[SAML_BINDING_REDIRECT],
			ATTRIBUTE(client, "saml_assertion_consumer_url_redirect") },
		{ &saml->consumer[SAML_BINDING_ARTIFACT], ATTRIBUTE(client, "saml_artifact_binding_url") },
		{ &saml->logout[SAML_BINDING_POST], ATTRIBUTE(client, "saml_single_logout_service_url_post") },
		{ &saml->logout[SAML_BINDING_REDIRECT],
			ATTRIBUTE(client, "saml_single_logout_service_url_redirect") },
		{ &saml->logout[SAML_BINDING_SOAP], ATTRIBUTE(client, "saml_single_logout_service_url_soap") },
		{ &saml->logout[SAML_BINDING_ARTIFACT],
			ATTRIBUTE(client, "saml_single_logout_service_url_artifact") },
		{ &saml->processing_url, str_trim(client->admin_url) },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++)
		*urls[i].place = redirect_absolute(arena, client, urls[i].value);
}

bool saml_client_is(const struct client *client)
{
	return str_eq_z(client->protocol, SAML_PROTOCOL);
}

struct saml_client saml_client_of(struct arena *arena, const struct client *client)
{
	struct saml_client saml = {
		.client = client,
		.signs_documents = FLAG(client, "saml.server.signature"),
		.signs_assertions = FLAG(client, "saml.assertion.signature"),
		.client_signs = FLAG(client, "saml.client.signature"),
		.key_in_extension = FLAG(client, "saml.server.signature.keyinfo.ext"),
		.key_name = key_name(
			ATTRIBUTE(client, "saml.server.signature.keyinfo.xmlSigKeyInfoKeyNameTransformer")),
		.signature_algorithm = or_else(ATTRIBUTE(client, "saml.signature.algorithm"), STR("RSA_SHA256")),
		.canonicalization = or_else(ATTRIBUTE(client, "saml_signature_canonicalization_method"),
			STR("http://www.w3.org/2001/10/xml-exc-c14n#")),
		.signing_certificates = certificates(arena, ATTRIBUTE(client, "saml.signing.certificate")),
		.encrypts = FLAG(client, "saml.encrypt"),
		.encryption_certificates = certificates(arena, ATTRIBUTE(client, "saml.encryption.certificate")),
		.encryption_algorithm = or_else(ATTRIBUTE(client, "saml.encryption.algorithm"),
			STR("http://www.w3.org/2009/xmlenc11#aes256-gcm")),
		.key_algorithm = or_else(ATTRIBUTE(client, "saml.encryption.keyAlgorithm"),
			STR("http://www.w3.org/2009/xmlenc11#rsa-oaep")),
		.digest_method = or_else(ATTRIBUTE(client, "saml.encryption.digestMethod"),
			STR("http://www.w3.org/2001/04/xmlenc#sha256")),
		.mask = or_else(ATTRIBUTE(client, "saml.encryption.maskGenerationFunction"),
			STR("http://www.w3.org/2009/xmlenc11#mgf1sha256")),
		.name_id_format = name_id_format(ATTRIBUTE(client, "saml_name_id_format")),
		.force_name_id_format = FLAG(client, "saml_force_name_id_format"),
		.force_post = FLAG(client, "saml.force.post.binding"),
		.force_artifact = FLAG(client, "saml.artifact.binding"),
		.allow_ecp = FLAG(client, "saml.allow.ecp.flow"),
		.authn_statement = FLAG(client, "saml.authnstatement"),
		.one_time_use = FLAG(client, "saml.onetimeuse.condition"),
		.assertion_lifespan_s =
			attributes_seconds(&client->attributes, STR("saml.assertion.lifespan"), 0),
		.idp_initiated_name = ATTRIBUTE(client, "saml_idp_initiated_sso_url_name"),
		.idp_initiated_relay_state = ATTRIBUTE(client, "saml_idp_initiated_sso_relay_state"),
	};
	read_endpoints(arena, client, &saml);
	return saml;
}

const struct client *saml_client_by_url_name(const struct realm *realm, struct str name)
{
	for (size_t i = 0; name.n && i < realm->clients_n; i++)
		if (saml_client_is(&realm->clients[i]) &&
		    str_eq(ATTRIBUTE(&realm->clients[i], "saml_idp_initiated_sso_url_name"), name))
			return &realm->clients[i];
	return NULL;
}

/* ---- endpoints ---- */

struct str saml_client_consumer(const struct saml_client *client, enum saml_binding binding)
{
	return or_else(client->consumer[binding], client->processing_url);
}

bool saml_client_consumes(struct arena *arena, const struct saml_client *client, struct str url)
{
	struct url parsed;
	if (url_parse(url, &parsed, NULL) != OK || url_scheme_is_active(&parsed))
		return false;
	for (int i = 0; i < SAML_BINDINGS; i++)
		if (str_eq(url, client->consumer[i]))
			return true;
	return str_eq(url, client->processing_url) || redirect_allowed(arena, client->client, url);
}

static struct saml_endpoint post_endpoint(const struct saml_client *client)
{
	return (struct saml_endpoint){ SAML_BINDING_POST,
		or_else(client->logout[SAML_BINDING_POST], client->processing_url) };
}

struct saml_endpoint saml_client_logout_back(const struct saml_client *client)
{
	if (client->logout[SAML_BINDING_SOAP].n)
		return (struct saml_endpoint){ SAML_BINDING_SOAP, client->logout[SAML_BINDING_SOAP] };
	if (client->client->frontchannel_logout)
		return (struct saml_endpoint){ SAML_BINDING_POST, { NULL, 0 } };
	return post_endpoint(client);
}

struct saml_endpoint saml_client_logout_front(const struct saml_client *client, struct str binding_used)
{
	struct str post = client->logout[SAML_BINDING_POST], redirect = client->logout[SAML_BINDING_REDIRECT];
	bool posts = post.n && (client->force_post || str_eq(binding_used, bindings[SAML_BINDING_POST].name));
	if (posts || !redirect.n)
		return post_endpoint(client);
	return (struct saml_endpoint){ SAML_BINDING_REDIRECT, redirect };
}

struct saml_endpoint saml_client_logout_answer(const struct saml_client *client, enum saml_binding binding)
{
	if (binding == SAML_BINDING_SOAP)
		return (struct saml_endpoint){ binding, { NULL, 0 } };
	if (client->force_post && client->logout[SAML_BINDING_POST].n)
		return post_endpoint(client);
	return (struct saml_endpoint){ binding, or_else(client->logout[binding], client->processing_url) };
}

/* ---- the index of a session ---- */

struct str saml_session_index(struct arena *arena, struct str session_id, struct str client_id)
{
	return arena_join(arena, session_id, STR("::"), client_id);
}

bool saml_session_index_read(struct str index, struct str *ret_session_id, struct str *ret_client_id)
{
	const char *mark = index.n ? memmem(index.p, index.n, "::", 2) : NULL;
	if (!mark)
		return false;
	size_t at = (size_t)(mark - index.p);
	struct str session_id = str_take(index, at), client_id = str_drop(index, at + 2);
	if (!session_id.n || !client_id.n || str_index(client_id, ':') < client_id.n)
		return false;
	*ret_session_id = session_id;
	*ret_client_id = client_id;
	return true;
}

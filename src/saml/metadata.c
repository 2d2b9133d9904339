/* Metadata; see metadata.h. */
#include "saml/metadata.h"

#include "base/tables.h"
#include "crypto/x509.h"
#include "json/tree.h"
#include "model/saml.h"
#include "xml/parse.h"
#include "xml/writer.h"

/* ---- ours ---- */

static const struct xml_space ds = { STR_INIT("ds"), STR_INIT(XML_DSIG) };

static void write_key(struct xml_writer *w, const struct realm_key *key)
{
	xml_open(w, &xml_md, STR("KeyDescriptor"));
	xml_write_attribute(w, STR("use"), STR("signing"));
	xml_open(w, &ds, STR("KeyInfo"));
	xml_write_leaf(w, &ds, STR("KeyName"), key->kid);
	xml_open(w, &ds, STR("X509Data"));
	xml_write_leaf(w, &ds, STR("X509Certificate"), key->certificate);
	xml_close(w);
	xml_close(w);
	xml_close(w);
}

/* Whether a provider gets signatures that are none of RSA. */
static bool needs_other_keys(const struct realm *realm)
{
	for (size_t i = 0; i < realm->clients_n; i++)
		if (saml_client_is(&realm->clients[i]) &&
		    str_starts(attributes_get(&realm->clients[i].attributes, STR("saml.signature.algorithm")),
			    STR("ECDSA_")))
			return true;
	return false;
}

static void write_keys(struct xml_writer *w, const struct realm *realm)
{
	bool others = needs_other_keys(realm);
	for (size_t i = 0; i < realm->keys_n; i++) {
		const struct realm_key *key = &realm->keys[i];
		bool wanted = str_eq_z(key->algorithm, "RS256") || (others && str_starts(key->algorithm, STR("ES")));
		if (wanted && key->use == KEY_SIGN && key->state != KEY_DISABLED && key->certificate.n)
			write_key(w, key);
	}
}

static void write_endpoint(struct xml_writer *w, struct str name, enum saml_binding binding, struct str location)
{
	xml_open(w, &xml_md, name);
	xml_write_attribute(w, STR("Binding"), saml_binding_uri(binding));
	xml_write_attribute(w, STR("Location"), location);
	xml_close(w);
}

struct str metadata_of_realm(struct arena *arena, const struct realm *realm, struct str issuer)
{
	/* Keycloak takes messages of the single logout by artifact too. */
	static const enum saml_binding logout[] = { SAML_BINDING_POST, SAML_BINDING_REDIRECT, SAML_BINDING_SOAP };
	static const enum saml_binding sign_on[] = { SAML_BINDING_POST, SAML_BINDING_REDIRECT, SAML_BINDING_SOAP,
		SAML_BINDING_ARTIFACT };
	static const struct str formats[] = { STR_INIT(SAML_FORMAT_PERSISTENT), STR_INIT(SAML_FORMAT_TRANSIENT),
		STR_INIT(SAML_FORMAT_UNSPECIFIED), STR_INIT(SAML_FORMAT_EMAIL) };
	struct str endpoint = arena_join(arena, issuer, STR("/protocol/saml"), STR(""));
	struct xml_writer w = xml_writer_new(arena, 0);
	xml_open(&w, &xml_md, STR("EntityDescriptor"));
	xml_declare(&w, &xml_saml);
	xml_declare(&w, &ds);
	xml_write_attribute(&w, STR("entityID"), issuer);
	xml_open(&w, &xml_md, STR("IDPSSODescriptor"));
	xml_write_attribute(&w, STR("WantAuthnRequestsSigned"), STR("true"));
	xml_write_attribute(&w, STR("protocolSupportEnumeration"), STR(XML_SAMLP));
	write_keys(&w, realm);
	xml_open(&w, &xml_md, STR("ArtifactResolutionService"));
	xml_write_attribute(&w, STR("Binding"), saml_binding_uri(SAML_BINDING_SOAP));
	xml_write_attribute(&w, STR("Location"), arena_join(arena, endpoint, STR("/resolve"), STR("")));
	xml_write_attribute(&w, STR("index"), STR("0"));
	xml_close(&w);
	for (size_t i = 0; i < ARRAY_LENGTH(logout); i++)
		write_endpoint(&w, STR("SingleLogoutService"), logout[i], endpoint);
	for (size_t i = 0; i < ARRAY_LENGTH(formats); i++)
		xml_write_leaf(&w, &xml_md, STR("NameIDFormat"), formats[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(sign_on); i++)
		write_endpoint(&w, STR("SingleSignOnService"), sign_on[i], endpoint);
	xml_close(&w);
	xml_close(&w);
	return xml_written(&w);
}

/* ---- a service provider's ---- */

bool metadata_is(struct str text)
{
	while (text.n && (text.p[0] == ' ' || text.p[0] == '\t' || text.p[0] == '\r' || text.p[0] == '\n'))
		text = str_drop(text, 1);
	bool marked = str_starts(text, STR("\xef\xbb\xbf<")) || str_starts(text, STR("<"));
	return marked && str_contains(text, STR("EntityDescriptor"));
}

/* The one entity and its one SP role. */
static enum error_code find_provider(const struct xml_element *root, const struct xml_element **ret_entity,
	const struct xml_element **ret_role, struct why *reterr_why)
{
	const struct xml_element *entity = root;
	enum error_code code = OK;
	if (xml_is(root, STR(XML_SAML_METADATA), STR("EntitiesDescriptor")))
		code = xml_only(root, STR(XML_SAML_METADATA), STR("EntityDescriptor"), &entity, reterr_why);
	if (code != OK)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "the metadata describes more than one entity");
	if (!entity || !xml_is(entity, STR(XML_SAML_METADATA), STR("EntityDescriptor")))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "there is no EntityDescriptor");
	const struct xml_element *role = xml_first(entity, STR(XML_SAML_METADATA), STR("SPSSODescriptor"));
	if (!role)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "there is no SPSSODescriptor");
	*ret_entity = entity;
	*ret_role = role;
	return OK;
}

/* The Location of the first endpoint of that name and binding; the default one goes first. */
static struct str location_of(const struct xml_element *role, struct str name, struct str binding)
{
	const struct xml_element *found = NULL;
	for (const struct xml_element *e = xml_first(role, STR(XML_SAML_METADATA), name); e; e = xml_another(e)) {
		struct str marked = xml_attribute(e, STR("isDefault"));
		if (!str_eq(str_trim(xml_attribute(e, STR("Binding"))), binding))
			continue;
		if (!found || str_eq_z(marked, "true") || str_eq_z(marked, "1"))
			found = e;
	}
	return found ? str_trim(xml_attribute(found, STR("Location"))) : (struct str){ NULL, 0 };
}

static void put_text(struct json_node *object, struct str name, struct str value)
{
	if (value.n)
		json_node_put(object, name, json_node_text(object->arena, value));
}

static void put_endpoints(const struct xml_element *role, struct json_node *attributes, struct json_node *redirects)
{
	/* attribute empty: only a redirect URI. */
	static const struct {
		struct str name, binding, attribute;
		bool consumer;
	} rows[] = {
#define BINDING(name) STR_INIT("urn:oasis:names:tc:SAML:2.0:bindings:" name)
		{ STR_INIT("SingleLogoutService"), BINDING("HTTP-POST"),
			STR_INIT("saml_single_logout_service_url_post"), false },
		{ STR_INIT("SingleLogoutService"), BINDING("HTTP-Redirect"),
			STR_INIT("saml_single_logout_service_url_redirect"), false },
		{ STR_INIT("SingleLogoutService"), BINDING("SOAP"),
			STR_INIT("saml_single_logout_service_url_soap"), false },
		{ STR_INIT("SingleLogoutService"), BINDING("HTTP-Artifact"),
			STR_INIT("saml_single_logout_service_url_artifact"), false },
		{ STR_INIT("AssertionConsumerService"), BINDING("HTTP-POST"),
			STR_INIT("saml_assertion_consumer_url_post"), true },
		{ STR_INIT("AssertionConsumerService"), BINDING("HTTP-Redirect"),
			STR_INIT("saml_assertion_consumer_url_redirect"), true },
		{ STR_INIT("AssertionConsumerService"), BINDING("SOAP"), { NULL, 0 }, true },
		{ STR_INIT("AssertionConsumerService"), BINDING("PAOS"), { NULL, 0 }, true },
		{ STR_INIT("AssertionConsumerService"), BINDING("HTTP-Artifact"),
			STR_INIT("saml_artifact_binding_url"), true },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct str location = location_of(role, rows[i].name, rows[i].binding);
		if (rows[i].attribute.n)
			put_text(attributes, rows[i].attribute, location);
		if (rows[i].consumer && location.n)
			json_node_add(redirects, json_node_text(redirects->arena, location));
	}
}

static void put_format(const struct xml_element *role, struct json_node *attributes)
{
	static const struct {
		struct str uri, word;
	} formats[] = {
		{ STR_INIT(SAML_FORMAT_EMAIL), STR_INIT("email") },
		{ STR_INIT(SAML_FORMAT_PERSISTENT), STR_INIT("persistent") },
		{ STR_INIT(SAML_FORMAT_TRANSIENT), STR_INIT("transient") },
		{ STR_INIT(SAML_FORMAT_UNSPECIFIED), STR_INIT("username") },
	};
	for (const struct xml_element *e = xml_first(role, STR(XML_SAML_METADATA), STR("NameIDFormat")); e;
		e = xml_another(e))
		for (size_t i = 0; i < ARRAY_LENGTH(formats); i++)
			if (str_eq(str_trim(xml_text(e)), formats[i].uri)) {
				put_text(attributes, STR("saml_name_id_format"), formats[i].word);
				return;
			}
}

/* Base64 without the line breaks that metadata has, when it is a certificate. */
static bool certificate_of(struct arena *arena, const struct xml_element *element, struct str *ret_text)
{
	struct x509_facts facts;
	struct str raw = xml_text(element);
	char *out = arena_alloc(arena, raw.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++)
		if ((unsigned char)raw.p[i] > ' ')
			out[n++] = raw.p[i];
	*ret_text = str_of(out, n);
	return n && x509_parse(arena, *ret_text, &facts, NULL) == OK;
}

static enum error_code add_certificates(struct arena *arena, const struct xml_element *descriptor,
	struct text *list, struct why *reterr_why)
{
	const struct xml_element *info = xml_first(descriptor, STR(XML_DSIG), STR("KeyInfo"));
	const struct xml_element *data = info ? xml_first(info, STR(XML_DSIG), STR("X509Data")) : NULL;
	const struct xml_element *e = data ? xml_first(data, STR(XML_DSIG), STR("X509Certificate")) : NULL;
	struct str text;
	if (!e)
		return OK;
	/* The first is the key's own; others are its chain. */
	if (!certificate_of(arena, e, &text))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "line %zu: X509Certificate is no certificate",
			xml_line(e));
	if (list->n)
		text_add_char(list, ',');
	text_add(list, text);
	return OK;
}

static enum error_code put_keys(struct arena *arena, const struct xml_element *role, struct json_node *attributes,
	struct why *reterr_why)
{
	struct text signing = text_new(arena, 0), encryption = text_new(arena, 0);
	bool encrypts = false;
	for (const struct xml_element *e = xml_first(role, STR(XML_SAML_METADATA), STR("KeyDescriptor")); e;
		e = xml_another(e)) {
		struct str use = xml_attribute(e, STR("use"));
		enum error_code code = OK;
		if (!str_eq_z(use, "encryption"))
			code = add_certificates(arena, e, &signing, reterr_why);
		if (code == OK && !str_eq_z(use, "signing"))
			code = add_certificates(arena, e, &encryption, reterr_why);
		if (code != OK)
			return code;
		encrypts |= str_eq_z(use, "encryption");
	}
	put_text(attributes, STR("saml.signing.certificate"), text_str(&signing));
	put_text(attributes, STR("saml.encryption.certificate"), text_str(&encryption));
	/* Nothing that is signed passes unsigned, whatever the key is said to be for. */
	put_text(attributes, STR("saml.client.signature"), signing.n ? STR("true") : STR("false"));
	if (encrypts && encryption.n)
		put_text(attributes, STR("saml.encrypt"), STR("true"));
	return OK;
}

enum error_code metadata_client(struct arena *arena, struct str xml, struct str *ret_json,
	struct why *reterr_why)
{
	const struct xml_element *root, *entity = NULL, *role = NULL;
	enum error_code code = xml_parse(arena, xml, &xml_limits_metadata, &root, reterr_why);
	if (code != OK || (code = find_provider(root, &entity, &role, reterr_why)) != OK)
		return code;
	struct str id = str_trim(xml_attribute(entity, STR("entityID")));
	if (!id.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "the EntityDescriptor has no entityID");
	struct json_node *client = json_node_object(arena), *attributes = json_node_object(arena);
	struct json_node *redirects = json_node_list(arena);
	put_text(attributes, STR("saml.server.signature"), STR("true"));
	put_text(attributes, STR("saml.server.signature.keyinfo.ext"), STR("false"));
	put_text(attributes, STR("saml.signature.algorithm"), STR("RSA_SHA256"));
	put_text(attributes, STR("saml.authnstatement"), STR("true"));
	struct str wants = xml_attribute(role, STR("WantAssertionsSigned"));
	if (str_eq_z(wants, "true") || str_eq_z(wants, "1"))
		put_text(attributes, STR("saml.assertion.signature"), STR("true"));
	put_endpoints(role, attributes, redirects);
	put_format(role, attributes);
	if ((code = put_keys(arena, role, attributes, reterr_why)) != OK)
		return code;
	json_node_put(client, STR("clientId"), json_node_text(arena, id));
	json_node_put(client, STR("protocol"), json_node_text(arena, STR(SAML_PROTOCOL)));
	json_node_put(client, STR("fullScopeAllowed"), json_node_bool(arena, true));
	json_node_put(client, STR("redirectUris"), redirects);
	json_node_put(client, STR("attributes"), attributes);
	*ret_json = json_tree_text(arena, client);
	return OK;
}

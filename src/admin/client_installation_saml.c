/* Files of SAML adapters; see client_installation.h. */
#include "admin/client_installation.h"
#include "admin/zip.h"
#include "crypto/random.h"
#include "saml/metadata.h"

/* Where none is configured. */
#define ENTITY "SPECIFY YOUR entityID!"
#define LOGOUT_PAGE "SPECIFY YOUR LOGOUT PAGE!"
#define NO_KEY STR("PRIVATE KEY NOT SET UP OR KNOWN")

struct facts {
	struct arena *arena;
	struct str url; /* of the realm's SAML endpoint */
	const char *ssl;
	bool signs, server_signs, signs_assertions, encrypts;
	struct str key, certificate, decryption_key, algorithm, canonical;
};

static struct str attribute(const struct client *client, const char *name)
{
	return attributes_get(&client->attributes, str_from(name));
}

static bool is_on(const struct client *client, const char *name)
{
	return attributes_true(&client->attributes, str_from(name), false);
}

static struct str or_none(struct str key)
{
	return key.n ? key : NO_KEY;
}

static struct facts facts_of(struct admin_call *call, const struct client *client)
{
	struct facts facts = {
		.arena = call->arena,
		.url = visit_url(&call->visit, "/protocol/saml"),
		.ssl = client_installation_ssl(call->realm),
		.signs = is_on(client, "saml.client.signature"),
		.server_signs = is_on(client, "saml.server.signature"),
		.signs_assertions = is_on(client, "saml.assertion.signature"),
		.encrypts = is_on(client, "saml.encrypt"),
		.key = or_none(attribute(client, "saml.signing.private.key")),
		.certificate = attribute(client, "saml.signing.certificate"),
		.decryption_key = or_none(attribute(client, "saml.encryption.private.key")),
	};
	if (facts.signs) {
		facts.algorithm = attribute(client, "saml.signature.algorithm");
		facts.canonical = attribute(client, "saml_signature_canonicalization_method");
	}
	return facts;
}

static const char *word(bool value)
{
	return value ? "true" : "false";
}

/* ---- XML ---- */

static void add_pem(struct text *text, const char *name, struct str value)
{
	text_addf(text, "                <%s>\n                    ", name);
	text_add_html(text, value);
	text_addf(text, "\n                </%s>\n", name);
}

static void add_keys(struct text *text, const struct facts *f)
{
	if (!f->signs && !f->encrypts)
		return;
	text_add_z(text, "        <Keys>\n");
	if (f->signs) {
		text_add_z(text, "            <Key signing=\"true\">\n");
		add_pem(text, "PrivateKeyPem", f->key);
		add_pem(text, "CertificatePem", f->certificate);
		text_add_z(text, "            </Key>\n");
	}
	if (f->encrypts) {
		text_add_z(text, "            <Key encryption=\"true\">\n");
		add_pem(text, "PrivateKeyPem", f->decryption_key);
		text_add_z(text, "            </Key>\n");
	}
	text_add_z(text, "        </Keys>\n");
}

static void add_attribute(struct text *text, const char *indent, const char *name, struct str value)
{
	text_addf(text, "\n%s%s=\"", indent, name);
	text_add_html(text, value);
	text_add_char(text, '"');
}

static void add_services(struct text *text, const struct facts *f)
{
	static const char sign_on[] = "                                 ";
	text_addf(text, "            <SingleSignOnService signRequest=\"%s\"", word(f->signs));
	add_attribute(text, sign_on, "validateResponseSignature", str_from(word(f->server_signs)));
	add_attribute(text, sign_on, "validateAssertionSignature", str_from(word(f->signs_assertions)));
	add_attribute(text, sign_on, "requestBinding", STR("POST"));
	add_attribute(text, sign_on, "bindingUrl", f->url);
	text_addf(text, "/>\n            <SingleLogoutService signRequest=\"%s\"", word(f->signs));
	add_attribute(text, sign_on, "signResponse", str_from(word(f->signs)));
	add_attribute(text, sign_on, "validateRequestSignature", str_from(word(f->server_signs)));
	add_attribute(text, sign_on, "validateResponseSignature", str_from(word(f->server_signs)));
	add_attribute(text, sign_on, "requestBinding", STR("POST"));
	add_attribute(text, sign_on, "responseBinding", STR("POST"));
	add_attribute(text, sign_on, "postBindingUrl", f->url);
	add_attribute(text, sign_on, "redirectBindingUrl", f->url);
	text_add_z(text, "/>\n");
}

struct str client_installation_saml(struct admin_call *call, const struct client *client, bool subsystem)
{
	struct facts f = facts_of(call, client);
	struct text text = text_new(call->arena, 0);
	text_add_z(&text, subsystem ? "<secure-deployment name=\"YOUR-WAR.war\">\n" : "<keycloak-saml-adapter>\n");
	text_addf(&text, "    <SP entityID=\"" ENTITY "\"\n        sslPolicy=\"%s\"\n        logoutPage=\"" LOGOUT_PAGE
			 "\">\n", f.ssl);
	add_keys(&text, &f);
	text_add_z(&text, "        <IDP entityID=\"idp\"");
	if (f.algorithm.n)
		add_attribute(&text, "             ", "signatureAlgorithm", f.algorithm);
	if (f.canonical.n)
		add_attribute(&text, "             ", "signatureCanonicalizationMethod", f.canonical);
	text_add_z(&text, ">\n");
	add_services(&text, &f);
	text_add_z(&text, "        </IDP>\n    </SP>\n");
	text_add_z(&text, subsystem ? "</secure-deployment>\n" : "</keycloak-saml-adapter>\n");
	return text_str(&text);
}

/* ---- commands ---- */

#define DEPLOYMENT "/subsystem=keycloak-saml/secure-deployment=YOUR-WAR.war/"
#define PROVIDER DEPLOYMENT "SP=\"" ENTITY "\"/"

static void add_command_keys(struct text *text, const struct facts *f)
{
	if (f->signs)
		text_addf(text, PROVIDER "Key=KEY1:add(signing=true, \\\nPrivateKeyPem=\"%.*s\", \\\n"
				"CertificatePem=\"%.*s\")\n\n", STR_ARG(f->key), STR_ARG(f->certificate));
	if (f->encrypts)
		text_addf(text, PROVIDER "Key=KEY2:add(encryption=true,PrivateKeyPem=\"%.*s\")\n\n",
			  STR_ARG(f->decryption_key));
}

struct str client_installation_saml_commands(struct admin_call *call, const struct client *client)
{
	struct facts f = facts_of(call, client);
	struct text text = text_new(call->arena, 0);
	const char *signs = word(f.signs), *server = word(f.server_signs);
	text_addf(&text, DEPLOYMENT ":add\n\n" PROVIDER ":add(sslPolicy=%s,logoutPage=\"" LOGOUT_PAGE "\"\n\n", f.ssl);
	add_command_keys(&text, &f);
	text_addf(&text, PROVIDER "IDP=idp/:add( \\\n    SingleSignOnService={ \\\n        signRequest=%s, \\\n"
			 "        validateResponseSignature=%s, \\\n        validateAssertionSignature=%s, \\\n"
			 "        requestBinding=POST, \\\n        bindingUrl=%.*s}, \\\n",
		  signs, server, word(f.signs_assertions), STR_ARG(f.url));
	text_addf(&text, "    SingleLogoutService={ \\\n        signRequest=%s, \\\n        signResponse=%s, \\\n"
			 "        validateRequestSignature=%s, \\\n        validateResponseSignature=%s, \\\n"
			 "        requestBinding=POST, \\\n        responseBinding=POST, \\\n"
			 "        postBindingUrl=%.*s, \\\n        redirectBindingUrl=%.*s} \\\n)\n\n",
		  signs, signs, server, server, STR_ARG(f.url), STR_ARG(f.url));
	if (f.algorithm.n)
		text_addf(&text, PROVIDER "IDP=idp/:write-attribute(name=signatureAlgorithm,value=%.*s)\n\n",
			  STR_ARG(f.algorithm));
	if (f.canonical.n)
		text_addf(&text, PROVIDER "IDP=idp/:write-attribute(name=signatureCanonicalizationMethod,value=%.*s)\n\n",
			  STR_ARG(f.canonical));
	return text_str(&text);
}

/* ---- metadata ---- */

static void add_descriptor_key(struct text *text, const char *use, struct str certificate)
{
	if (!certificate.n)
		return;
	text_addf(text, "<md:KeyDescriptor use=\"%s\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>", use);
	text_add_html(text, certificate);
	text_add_z(text, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>");
}

static void add_endpoint(struct text *text, const char *element, const char *binding, struct str url, const char *more)
{
	text_addf(text, "<md:%s Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:%s\" Location=\"", element, binding);
	text_add_html(text, url.n ? url : STR("ERROR:ENDPOINT_NOT_SET"));
	text_addf(text, "\"%s></md:%s>", more, element);
}

/* The endpoint for POST where messages are posted, else the one for redirects. */
static void add_chosen(struct text *text, const struct client *client, const char *element, const char *attributes,
		       const char *more)
{
	bool post = is_on(client, "saml.force.post.binding");
	struct str url = attributes_get(&client->attributes,
					arena_format(text->arena, "%s_%s", attributes, post ? "post" : "redirect"));
	add_endpoint(text, element, post ? "HTTP-POST" : "HTTP-Redirect", url.n ? url : client->admin_url, more);
}

static const char *name_id_format(const struct client *client)
{
	struct str name = attribute(client, "saml_name_id_format");
	if (str_eq_z(name, "email"))
		return "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
	if (str_eq_z(name, "persistent"))
		return "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
	if (str_eq_z(name, "transient"))
		return "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
	return "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
}

struct str client_installation_descriptor(struct admin_call *call, const struct client *client)
{
	struct facts f = facts_of(call, client);
	struct text text = text_new(call->arena, 0);
	text_add_z(&text, "<md:EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\""
			  " xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\""
			  " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\""
			  " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"");
	text_add_html(&text, client->client_id);
	text_addf(&text, "\" ID=\"ID_%.*s\"><md:SPSSODescriptor protocolSupportEnumeration="
			 "\"urn:oasis:names:tc:SAML:2.0:protocol\" AuthnRequestsSigned=\"%s\" WantAssertionsSigned=\"%s\">",
		  STR_ARG(random_uuid(call->arena)), word(f.signs), word(f.signs_assertions));
	if (f.signs)
		add_descriptor_key(&text, "signing", f.certificate);
	if (f.encrypts)
		add_descriptor_key(&text, "encryption", attribute(client, "saml.encryption.certificate"));
	add_chosen(&text, client, "SingleLogoutService", "saml_single_logout_service_url", "");
	text_addf(&text, "<md:NameIDFormat>%s</md:NameIDFormat>", name_id_format(client));
	add_chosen(&text, client, "AssertionConsumerService", "saml_assertion_consumer_url",
		   " isDefault=\"true\" index=\"1\"");
	text_add_z(&text, "</md:SPSSODescriptor></md:EntityDescriptor>");
	return text_str(&text);
}

/* ---- mod_auth_mellon ---- */

static struct str pem_of(struct arena *arena, const char *label, struct str base64)
{
	struct text text = text_new(arena, 0);
	text_addf(&text, "-----BEGIN %s-----\n", label);
	for (size_t i = 0; i < base64.n; i += 64)
		text_addf(&text, "%.*s\n", STR_ARG(str_take(str_drop(base64, i), 64)));
	text_addf(&text, "-----END %s-----\n", label);
	return text_str(&text);
}

struct str client_installation_mellon(struct admin_call *call, const struct client *client)
{
	struct facts f = facts_of(call, client);
	char *directory = arena_z(call->arena, client->client_id);
	for (size_t i = 0; i < client->client_id.n; i++)
		if (directory[i] == '/' || directory[i] == '\\')
			directory[i] = '_';
	struct zip zip = zip_new(call->arena);
	zip_add(&zip, arena_format(call->arena, "%s/idp-metadata.xml", directory),
		metadata_of_realm(call->arena, call->realm, call->visit.issuer));
	zip_add(&zip, arena_format(call->arena, "%s/sp-metadata.xml", directory),
		client_installation_descriptor(call, client));
	if (f.signs) {
		zip_add(&zip, arena_format(call->arena, "%s/client-private-key.pem", directory),
			pem_of(call->arena, "PRIVATE KEY", attribute(client, "saml.signing.private.key")));
		zip_add(&zip, arena_format(call->arena, "%s/client-cert.pem", directory),
			pem_of(call->arena, "CERTIFICATE", f.certificate));
	}
	return zip_end(&zip);
}

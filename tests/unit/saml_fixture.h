/* What the tests of saml/ share: the realm of the recorded messages, a service provider with a
 * key of its own, recorded files. */
#ifndef TESTS_UNIT_SAML_FIXTURE_H
#define TESTS_UNIT_SAML_FIXTURE_H

#include <stdio.h>

#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/x509.h"
#include "realm_fixture.h"
#include "saml/response.h"
#include "saml/time.h"
#include "vectors.h"
#include "xml/namespaces.h"

#define ISSUER "http://op.example/realms/customers"
#define ENDPOINT ISSUER "/protocol/saml"
#define PROVIDER "http://127.0.0.1:9/sp"
#define PROVIDER_ID "095231cd-065d-41a7-b239-d48b0cae68b6"
#define REQUEST_ID "_8d79e22cba6349d491f97dc5ae13ec26"

/* 2026-11-21T10:26:50.535Z, when the recorded response was issued. */
#define RECORDED_MS INT64_C(1795256810535)

static struct sign_key *realm_rsa, *provider_rsa;
static struct client *provider;
static struct why why;

static inline struct str recorded(const char *name)
{
	struct str path = arena_format(arena, TESTS_UNIT "/data/saml/%s", name);
	static char bytes[1 << 16];
	FILE *file = fopen(path.p, "rb");
	if (!file)
		fail_msg("%s cannot be read", path.p);
	size_t n = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	return arena_str(arena, str_of(bytes, n));
}

static inline void set_attribute(struct client *client, const char *name, const char *value)
{
	for (size_t i = 0; i < client->attributes.n; i++)
		if (str_eq_z(client->attributes.pairs[i].key, name)) {
			client->attributes.pairs[i].value = str_from(value);
			return;
		}
	add_attribute(client, name, value);
}

static inline struct saml_client settings(void)
{
	return saml_client_of(arena, provider);
}

/* The certificate of the provider's key, as the client's row has it. */
static inline const char *provider_certificate(void)
{
	struct str text = { 0 };
	if (x509_self_signed(arena, provider_rsa, STR("sp"), RECORDED_MS, &text, &why) != OK)
		fail_msg("%s", why.text);
	return arena_z(arena, text);
}

static inline int saml_setup(void **state)
{
	realm_setup(state);
	if (!realm_rsa && (sign_key_from_private(STR(REALM_RSA_PRIVATE), &realm_rsa, &why) != OK ||
				  sign_key_generate(SIGN_KEY_RSA, 2048, &provider_rsa, &why) != OK))
		fail_msg("%s", why.text);
	static struct realm_key key;
	key = (struct realm_key){ .kid = STR(REALM_RSA_KID), .algorithm = STR("RS256"), .use = KEY_SIGN,
		.state = KEY_ACTIVE, .key = realm_rsa, .certificate = STR(REALM_RSA_CERTIFICATE) };
	realm.keys = &key;
	realm.keys_n = 1;
	provider = add_client(PROVIDER);
	provider->id = STR(PROVIDER_ID);
	table_put(&realm.client_by_id, provider->id, provider);
	provider->protocol = STR("saml");
	add_redirect(provider, "http://127.0.0.1:9/sp/*");
	static const char *const pairs[][2] = { { "saml.authnstatement", "true" },
		{ "saml.server.signature", "true" }, { "saml.assertion.signature", "true" },
		{ "saml.client.signature", "false" }, { "saml.signature.algorithm", "RSA_SHA256" },
		{ "saml_name_id_format", "username" }, { "saml_force_name_id_format", "true" },
		{ "saml_assertion_consumer_url_post", "http://127.0.0.1:9/sp/acs" },
		{ "saml_single_logout_service_url_redirect", "http://127.0.0.1:9/sp/sls" } };
	for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++)
		add_attribute(provider, pairs[i][0], pairs[i][1]);
	return 0;
}

#define IN_SAML(test) cmocka_unit_test_setup_teardown(test, saml_setup, realm_teardown)

/* After all tests of a program. */
static inline int saml_end(void **state)
{
	(void)state;
	sign_key_free(realm_rsa);
	sign_key_free(provider_rsa);
	return 0;
}

#define GOOD(call)                                             \
	do {                                                   \
		why.text[0] = 0;                               \
		enum error_code code_ = (call);                \
		if (code_ != OK)                               \
			fail_msg("%s: %s", error_name(code_), why.text); \
	} while (0)
#define REFUSED(call, expected)                                                                      \
	do {                                                                                         \
		enum error_code code_ = (call);                                                      \
		if (code_ != (expected))                                                             \
			fail_msg("%s instead of %s", error_name(code_), error_name(expected));       \
	} while (0)

static inline struct str replaced(struct str document, const char *from, const char *to)
{
	const char *at = memmem(document.p, document.n, from, strlen(from));
	if (!at)
		fail_msg("no \"%s\" in %.*s", from, STR_ARG(document));
	size_t before = (size_t)(at - document.p);
	return arena_join(arena, str_take(document, before), str_from(to),
		str_drop(document, before + strlen(from)));
}

/* ---- messages as they come ---- */

static inline struct saml_incoming by_post(struct str document, bool response)
{
	struct saml_incoming in;
	struct str none = { NULL, 0 }, text = base64_encode(arena, document);
	GOOD(saml_receive_post(arena, response ? none : text, response ? text : none, STR("rs"), &in, &why));
	return in;
}

static inline struct saml_message head_of(const struct saml_incoming *in)
{
	struct saml_message message;
	GOOD(saml_message_read(in, &message, &why));
	return message;
}

/* A request signed by the provider, as it comes by this binding. */
static inline struct saml_incoming signed_by_provider(struct str document, const char *id, enum saml_binding binding,
	bool response, struct str *ret_text)
{
	const struct saml_signer signer = { .xml = { .key = provider_rsa, .algorithm = SIGN_RS256,
						    .digest = HASH_SHA256, .canonical = XML_CANONICAL_EXCLUSIVE } };
	const struct saml_endpoint to = { binding, STR(ENDPOINT) };
	struct saml_outgoing out;
	struct saml_incoming in;
	struct str none = { NULL, 0 };
	GOOD(saml_send(arena, &to, response, document, str_from(id), STR("rs"), &signer, &out, &why));
	if (binding == SAML_BINDING_REDIRECT) {
		*ret_text = str_drop(out.url, str_index(out.url, '?') + 1);
		GOOD(saml_receive_redirect(arena, *ret_text, &in, &why));
	} else if (binding == SAML_BINDING_SOAP) {
		*ret_text = out.value;
		GOOD(saml_receive_soap(arena, out.value, &in, &why));
	} else {
		GOOD(base64_decode(arena, out.value, ret_text, &why));
		GOOD(saml_receive_post(arena, response ? none : out.value, response ? out.value : none, STR("rs"), &in,
			&why));
	}
	return in;
}

/* ---- comparing ---- */

static const char *const compared[] = { "Destination", "InResponseTo", "IssueInstant", "Version", "Format", "Method",
	"NotOnOrAfter", "NotBefore", "Recipient", "AuthnInstant", "SessionIndex", "SessionNotOnOrAfter", "Name",
	"NameFormat", "FriendlyName", "Algorithm", "Value", "Binding", "Location", "index", "use", "entityID",
	"WantAuthnRequestsSigned", "protocolSupportEnumeration" };

/* What depends on the realm's key, and on chance. */
static inline bool is_masked(const struct xml_element *e)
{
	static const char *const names[] = { "DigestValue", "SignatureValue", "KeyName", "X509Certificate" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(xml_name(e), names[i]))
			return true;
	return false;
}

static inline void flatten_attribute(struct text *out, const struct xml_element *e, const char *name)
{
	int64_t ms;
	struct str value = xml_attribute(e, str_from(name));
	if (!value.p)
		return;
	/* Milliseconds differ between two elements of a recorded message, too. */
	if (saml_time_read(value, &ms))
		value = str_take(value, 19);
	text_addf(out, " %s=%.*s", name, STR_ARG(value));
}

/* One line an element: depth, namespace, name, attributes, text. */
static inline struct str flattened(struct str document)
{
	struct text out = text_new(arena, 0);
	const struct xml_element *root, *e;
	GOOD(xml_parse(arena, document, &xml_limits_message, &root, &why));
	size_t depth = 0;
	for (e = root; e;) {
		text_addf(&out, "%zu {%.*s}%.*s", depth, STR_ARG(xml_namespace(e)), STR_ARG(xml_name(e)));
		for (size_t i = 0; i < ARRAY_LENGTH(compared); i++)
			flatten_attribute(&out, e, compared[i]);
		struct str type = xml_attribute_in(e, STR(XML_XSI), STR("type"));
		text_addf(&out, " %s%.*s %.*s\n", xml_attribute(e, STR("ID")).n ? "ID " : "", STR_ARG(type),
			is_masked(e) ? 1 : (int)xml_text(e).n, is_masked(e) ? "*" : xml_text(e).p ? xml_text(e).p : "");
		if (xml_child(e)) {
			e = xml_child(e);
			depth++;
			continue;
		}
		for (; e && e != root && !xml_next(e); depth--)
			e = xml_parent(e);
		e = e == root || !e ? NULL : xml_next(e);
	}
	return text_str(&out);
}

static inline void expect_as_recorded(struct str document, const char *name)
{
	struct str got = flattened(document), want = flattened(recorded(name));
	if (!str_eq(got, want))
		fail_msg("%s:\n%.*s\ninstead of\n%.*s", name, STR_ARG(got), STR_ARG(want));
}

#endif

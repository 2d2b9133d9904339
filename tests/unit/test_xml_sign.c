/* xml/sign and xml/verify: what we sign, xmlsec1 verifies, and the other way; recorded
 * messages; detached signatures. What must be refused is in test_xml_attacks.c. */
#include "base/text.h"
#include "crypto/x509.h"
#include "xml/sign.h"
#include "xml/verify.h"
#include "xmlsec_fixture.h"

#define MESSAGE                                                                              \
	"<samlp:Response xmlns:samlp=\"" XML_SAMLP "\" xmlns:extra=\"urn:extra\" ID=\"_r\">" \
	"<saml:Issuer xmlns:saml=\"" XML_SAML "\">https://idp</saml:Issuer>"                 \
	"<saml:Assertion xmlns:saml=\"" XML_SAML "\" ID=\"_a\"><saml:Issuer>i</saml:Issuer>" \
	"<!-- comment --><saml:Subject>ada &amp; \xc3\xa4</saml:Subject></saml:Assertion>"   \
	"</samlp:Response>"

static struct sign_key *rsa, *p256, *p384, *p521, *other_rsa;

static struct sign_key *key_for(enum sign_algorithm algorithm)
{
	if (algorithm == SIGN_ES256)
		return p256;
	if (algorithm == SIGN_ES384)
		return p384;
	return algorithm == SIGN_ES512 ? p521 : rsa;
}

static const enum sign_algorithm algorithms[] = { SIGN_RS256, SIGN_RS384, SIGN_RS512, SIGN_PS256,
	SIGN_PS384, SIGN_PS512, SIGN_ES256, SIGN_ES384, SIGN_ES512, SIGN_RSA_SHA1 };

static struct xml_signing signing_with(enum sign_algorithm algorithm)
{
	return (struct xml_signing){ .key = key_for(algorithm),
		.algorithm = algorithm,
		.digest = xml_signing_digest(algorithm) };
}

static struct str sign_good(const struct xml_signing *signing, struct str document, const char *id)
{
	struct str out = { 0 };
	struct why why = { "" };
	if (xml_sign(arena, signing, document, str_from(id), &out, &why))
		fail_msg("%s", why.text);
	return out;
}

static enum error_code verify(const struct xml_element *element, const struct sign_key *key,
	unsigned signatures, unsigned digests, struct why *why)
{
	const struct sign_key *keys[] = { other_rsa, key };
	const struct xml_trust trust = { keys, 2, signatures, digests };
	const struct xml_element *verified = NULL;
	enum error_code error = xml_verify(arena, element, &trust, &verified, why);
	assert_ptr_equal(verified, error ? NULL : element);
	return error;
}

static void verify_good(struct str document, const char *child, const struct sign_key *key)
{
	const struct xml_element *element = parse_good(document);
	struct why why = { "" };
	if (child)
		element = xml_first(element, STR(XML_SAML), str_from(child));
	assert_true(xml_is_signed(element));
	if (verify(element, key, ~0u, ~0u, &why))
		fail_msg("%s: %.*s", why.text, STR_ARG(document));
}

static void every_algorithm_and_form_goes_round(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(algorithms); i++)
		for (unsigned form = 0; form < XML_CANONICALS; form++) {
			struct xml_signing signing = signing_with(algorithms[i]);
			struct why why = { "" };
			signing.canonical = (enum xml_canonical)form;
			struct str document = sign_good(&signing, STR(MESSAGE), "_a");
			document = sign_good(&signing, document, "_r");
			verify_good(document, NULL, signing.key);
			verify_good(document, "Assertion", signing.key);
			const struct xml_element *bad = parse_good(replaced(document, "ada", "eve"));
			assert_int_equal(verify(bad, signing.key, ~0u, ~0u, &why),
				ERROR_INVALID_SIGNATURE);
			const struct xml_element *root = parse_good(document);
			assert_int_equal(verify(root, other_rsa, ~0u, ~0u, &why),
				ERROR_INVALID_SIGNATURE);
		}
}

static void xmlsec_verifies_what_we_sign(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(algorithms); i++) {
		if (algorithms[i] >= SIGN_PS256 && algorithms[i] <= SIGN_PS512)
			continue; /* Debian's does not know these */
		for (unsigned form = 0; form < XML_CANONICALS; form++) {
			struct xml_signing signing = signing_with(algorithms[i]);
			signing.canonical = (enum xml_canonical)form;
			struct str document = sign_good(&signing, STR(MESSAGE), "_a");
			document = sign_good(&signing, document, "_r");
			write_key(signing.key);
			write_file("signed.xml", document);
			static const char *const words[] = { "Response", "Assertion" };
			for (size_t w = 0; w < ARRAY_LENGTH(words); w++) {
				struct str command = arena_format(arena,
					"--verify --pubkey-pem public.pem --id-attr:ID %s:Response "
					"--id-attr:ID %s:Assertion --node-xpath \"//*[local-name()='%s']"
					"/*[local-name()='Signature']\" signed.xml",
					XML_SAMLP, XML_SAML, words[w]);
				if (!xmlsec(command.p))
					fail_msg("%s, form %u: %.*s\n%.*s",
						sign_algorithm_name(algorithms[i]), form,
						STR_ARG(read_file("said")), STR_ARG(document));
			}
		}
	}
}

#define TEMPLATE                                                                                \
	"<?xml version=\"1.0\"?>\n<samlp:LogoutRequest xmlns:samlp=\"" XML_SAMLP                \
	"\" xmlns:xs=\"" XML_XS "\" xmlns='urn:default' ID='_l'\n  Version='2.0'>"              \
	"<saml:Issuer xmlns:saml='" XML_SAML "'>sp</saml:Issuer>\n"                             \
	"<ds:Signature xmlns:ds='" XML_DSIG "'>\n<ds:SignedInfo>"                               \
	"<ds:CanonicalizationMethod Algorithm='%s'/><!-- c --><ds:SignatureMethod Algorithm='%s'/>" \
	"<ds:Reference URI='#_l'><ds:Transforms><ds:Transform Algorithm='" XML_DSIG             \
	"enveloped-signature'/>%s</ds:Transforms><ds:DigestMethod Algorithm='%s'/>"             \
	"<ds:DigestValue/></ds:Reference></ds:SignedInfo>\n<ds:SignatureValue/>\n"              \
	"<ds:KeyInfo><ds:KeyName/></ds:KeyInfo></ds:Signature><!-- c -->"                       \
	"<saml:NameID xmlns:saml='" XML_SAML "'>ada&#13;\n\t<![CDATA[<&]]>\xc3\xa4</saml:NameID>" \
	"<e  b='2' a='&lt;&#9;'/></samlp:LogoutRequest>\n"

static void we_verify_what_xmlsec_signs(void **state)
{
	(void)state;
	static const char *const transforms[] = { "",
		"<ds:Transform Algorithm='" XML_EXCLUSIVE "'/>",
		"<ds:Transform Algorithm='" XML_EXCLUSIVE "WithComments'/>",
		"<ds:Transform Algorithm='http://www.w3.org/TR/2001/REC-xml-c14n-20010315'/>",
		"<ds:Transform Algorithm='http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
		"#WithComments'/>",
		"<ds:Transform Algorithm='" XML_EXCLUSIVE
		"'><ec:InclusiveNamespaces xmlns:ec='" XML_EXCLUSIVE
		"' PrefixList='xs #default'/></ds:Transform>" };
	for (size_t i = 0; i < ARRAY_LENGTH(algorithms); i++) {
		enum sign_algorithm algorithm = algorithms[i];
		if (algorithm >= SIGN_PS256 && algorithm <= SIGN_PS512)
			continue;
		write_key(key_for(algorithm));
		for (unsigned n = 0; n < ARRAY_LENGTH(transforms); n++) {
			enum xml_canonical form = (enum xml_canonical)(n % XML_CANONICALS);
			struct str document = arena_format(arena, TEMPLATE,
				xml_canonical_uri(form).p,
				xml_signature_algorithm_uri(algorithm).p, transforms[n],
				xml_digest_uri(xml_signing_digest(algorithm)).p);
			write_file("template.xml", document);
			if (!xmlsec("--sign --privkey-pem key.pem --id-attr:ID " XML_SAMLP
				    ":LogoutRequest --output signed.xml template.xml"))
				fail_msg("%.*s", STR_ARG(read_file("said")));
			verify_good(read_file("signed.xml"), NULL, key_for(algorithm));
		}
	}
}

/* The certificate of a recorded message, which the test alone takes from there. */
static struct sign_key *recorded_key(void)
{
	struct sign_key *key = NULL;
	const struct xml_element *e = parse_good(file_of("keycloak_descriptor.xml"));
	static const char *const path[] = { "IDPSSODescriptor", "KeyDescriptor", "KeyInfo",
		"X509Data", "X509Certificate" };
	for (size_t i = 0; i < ARRAY_LENGTH(path); i++)
		e = xml_first(e, i < 2 ? STR(XML_SAML_METADATA) : STR(XML_DSIG), str_from(path[i]));
	assert_int_equal(sign_key_from_certificate(xml_text(e), &key, NULL), OK);
	return key;
}

static void recorded_signatures_verify(void **state)
{
	(void)state;
	struct sign_key *key = recorded_key();
	verify_good(file_of("keycloak_response.xml"), NULL, key);
	verify_good(file_of("keycloak_response.xml"), "Assertion", key);
	verify_good(file_of("keycloak_no_passive.xml"), NULL, key);
	verify_good(file_of("keycloak_logout_response.xml"), NULL, key);
	static const char *const soap[] = { "keycloak_soap_logout_request.xml",
		"keycloak_soap_logout_response.xml" };
	for (size_t i = 0; i < ARRAY_LENGTH(soap); i++) {
		const struct xml_element *body = xml_first(
			parse_good(file_of(soap[i])), STR(XML_SOAP), STR("Body"));
		assert_int_equal(verify(xml_child(body), key, XML_ALLOW_SIGNATURES,
					 XML_ALLOW_DIGESTS, NULL),
			OK);
	}
	sign_key_free(key);
}

static struct str percent_decoded(struct str s)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '%') {
			char digits[] = { s.p[i + 1], s.p[i + 2], 0 };
			text_add_char(&text, (char)strtol(digits, NULL, 16));
			i += 2;
		} else {
			text_add_char(&text, s.p[i]);
		}
	return text_str(&text);
}

static void a_recorded_redirect_verifies(void **state)
{
	(void)state;
	struct sign_key *key = recorded_key();
	const struct sign_key *keys[] = { other_rsa, key };
	const struct xml_trust trust = { keys, 2, XML_ALLOW_SIGNATURES, XML_ALLOW_DIGESTS };
	struct str query = file_of("keycloak_redirect_query.txt"), algorithm, value;
	size_t signature = (size_t)((char *)memmem(query.p, query.n, "&Signature=", 11) - query.p);
	size_t sig_alg = (size_t)((char *)memmem(query.p, query.n, "&SigAlg=", 8) - query.p);
	struct str octets = str_take(query, signature);
	algorithm = percent_decoded(str_drop(octets, sig_alg + 8));
	value = percent_decoded(str_take(str_drop(query, signature + 11), query.n - signature - 12));
	assert_int_equal(xml_verify_detached(&trust, octets, algorithm, value, NULL), OK);
	assert_int_equal(xml_verify_detached(&trust, replaced(octets, "bye", "byf"), algorithm,
				 value, NULL),
		ERROR_INVALID_SIGNATURE);
	/* B4.9: the raw bytes count: the same text with lower-case hex is another one. */
	assert_int_equal(xml_verify_detached(&trust, replaced(octets, "%2F", "%2f"), algorithm,
				 value, NULL),
		ERROR_INVALID_SIGNATURE);
	sign_key_free(key);
}

static void detached_signatures_go_round(void **state)
{
	(void)state;
	struct str octets = STR("SAMLRequest=abc&RelayState=x&SigAlg=y"), value = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(algorithms); i++) {
		const struct sign_key *key = key_for(algorithms[i]);
		struct xml_trust trust = { &key, 1, XML_ALLOW(algorithms[i]), XML_ALLOW_DIGESTS };
		struct str uri = xml_signature_algorithm_uri(algorithms[i]);
		assert_int_equal(
			xml_sign_detached(arena, key, algorithms[i], octets, &value, NULL), OK);
		assert_int_equal(xml_verify_detached(&trust, octets, uri, value, NULL), OK);
		assert_int_equal(xml_verify_detached(&trust, str_drop(octets, 1), uri, value, NULL),
			ERROR_INVALID_SIGNATURE);
		assert_int_equal(xml_verify_detached(&trust, octets, uri, STR(""), NULL),
			ERROR_INVALID_SIGNATURE);
		assert_int_equal(xml_verify_detached(&trust, octets, uri, STR("***"), NULL),
			ERROR_INVALID_SIGNATURE);
		trust.signatures = ~XML_ALLOW(algorithms[i]);
		assert_int_equal(xml_verify_detached(&trust, octets, uri, value, NULL),
			ERROR_UNSUPPORTED_ALGORITHM);
		trust.signatures = ~0u;
		trust.keys_n = 0;
		assert_int_equal(xml_verify_detached(&trust, octets, uri, value, NULL),
			ERROR_INVALID_SIGNATURE);
	}
}

static void the_signature_stands_behind_the_issuer(void **state)
{
	(void)state;
	struct xml_signing signing = signing_with(SIGN_RS256);
	signing.key_name = STR("a<b");
	signing.certificate = STR(REALM_RSA_CERTIFICATE);
	struct str document = sign_good(&signing, STR(MESSAGE), "_a");
	const struct xml_element *root = parse_good(document);
	const struct xml_element *assertion = xml_next(xml_child(root));
	const struct xml_element *signature = xml_next(xml_child(assertion));
	assert_true(xml_is(signature, STR(XML_DSIG), STR("Signature")));
	const struct xml_element *info = xml_first(signature, STR(XML_DSIG), STR("KeyInfo"));
	assert_text(xml_text(xml_child(info)), STR("a<b"));
	assert_text(xml_text(xml_child(xml_next(xml_child(info)))), STR(REALM_RSA_CERTIFICATE));
	/* Without it there is no KeyInfo; without an Issuer the Signature comes first. */
	signing = signing_with(SIGN_RS256);
	document = sign_good(&signing, STR("<md ID='_m'><x></x></md>"), "_m");
	signature = xml_child(parse_good(document));
	assert_true(xml_is(signature, STR(XML_DSIG), STR("Signature")));
	assert_null(xml_first(signature, STR(XML_DSIG), STR("KeyInfo")));
	assert_text(str_take(document, 13), STR("<md ID='_m'><"));
	assert_text(str_drop(document, document.n - 12), STR("<x></x></md>"));
}

static void what_cannot_be_signed_is_refused(void **state)
{
	(void)state;
	struct xml_signing signing = signing_with(SIGN_RS256);
	struct str out = { 0 };
	struct str document = sign_good(&signing, STR(MESSAGE), "_r");
	assert_int_equal(
		xml_sign(arena, &signing, document, STR("_r"), &out, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(
		xml_sign(arena, &signing, document, STR("_x"), &out, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(
		xml_sign(arena, &signing, document, STR(""), &out, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(xml_sign(arena, &signing, STR("<a ID='_a'/>"), STR("_a"), &out, NULL),
		ERROR_INVALID_VALUE);
	assert_int_equal(
		xml_sign(arena, &signing, STR("<a ID='_a'>"), STR("_a"), &out, NULL), ERROR_BAD_XML);
	signing.key_name = STR("\x01");
	assert_int_equal(xml_sign(arena, &signing, STR(MESSAGE), STR("_a"), &out, NULL),
		ERROR_INVALID_VALUE);
	signing = signing_with(SIGN_RS256);
	signing.algorithm = SIGN_ES256;
	assert_int_equal(xml_sign(arena, &signing, STR(MESSAGE), STR("_a"), &out, NULL),
		ERROR_UNSUPPORTED_ALGORITHM);
	signing.algorithm = SIGN_HS256;
	assert_int_equal(xml_sign(arena, &signing, STR(MESSAGE), STR("_a"), &out, NULL),
		ERROR_UNSUPPORTED_ALGORITHM);
	assert_null(out.p);
}

static void algorithms_are_what_the_row_names(void **state)
{
	(void)state;
	struct xml_signing signing = signing_with(SIGN_RSA_SHA1);
	struct why why = { "" };
	const struct xml_element *e = parse_good(sign_good(&signing, STR(MESSAGE), "_r"));
	assert_int_equal(verify(e, rsa, XML_ALLOW_SIGNATURES, ~0u, &why), ERROR_UNSUPPORTED_ALGORITHM);
	assert_int_equal(verify(e, rsa, ~0u, XML_ALLOW_DIGESTS, &why), ERROR_UNSUPPORTED_ALGORITHM);
	assert_non_null(strstr(why.text, "sha1"));
	assert_int_equal(verify(e, rsa, XML_ALLOW(SIGN_RSA_SHA1), XML_ALLOW(HASH_SHA1), &why), OK);
	enum sign_algorithm algorithm = SIGN_HS256;
	assert_true(xml_signature_algorithm_of_name(STR("RSA_SHA256"), &algorithm));
	assert_int_equal(algorithm, SIGN_RS256);
	assert_false(xml_signature_algorithm_of_name(STR("DSA_SHA1"), &algorithm));
	assert_false(xml_signature_algorithm_of(STR(""), &algorithm));
	assert_false(xml_signature_algorithm_of(STR(XML_DSIG "hmac-sha1"), &algorithm));
	assert_false(xml_signature_algorithm_of(
		STR("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"), &algorithm));
}

static int group_setup(void **state)
{
	if (sign_key_from_private(STR(REALM_RSA_PRIVATE), &rsa, NULL) ||
		sign_key_from_private(STR(REALM_ENC_PRIVATE), &other_rsa, NULL) ||
		sign_key_generate(SIGN_KEY_P256, 0, &p256, NULL) ||
		sign_key_generate(SIGN_KEY_P384, 0, &p384, NULL) ||
		sign_key_generate(SIGN_KEY_P521, 0, &p521, NULL))
		return -1;
	return xmlsec_setup(state);
}

static int group_teardown(void **state)
{
	sign_key_free(rsa);
	sign_key_free(other_rsa);
	sign_key_free(p256);
	sign_key_free(p384);
	sign_key_free(p521);
	return xmlsec_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(every_algorithm_and_form_goes_round),
		IN_ARENA(xmlsec_verifies_what_we_sign),
		IN_ARENA(we_verify_what_xmlsec_signs),
		IN_ARENA(recorded_signatures_verify),
		IN_ARENA(a_recorded_redirect_verifies),
		IN_ARENA(detached_signatures_go_round),
		IN_ARENA(the_signature_stands_behind_the_issuer),
		IN_ARENA(what_cannot_be_signed_is_refused),
		IN_ARENA(algorithms_are_what_the_row_names),
	};
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

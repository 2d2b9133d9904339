/* xml/verify under attack: signature wrapping in its known forms, signatures that are good but
 * of another shape than ours, confusion of algorithms and keys. Rows are named by the catalogue
 * of attacks: B4.1 wrapping, B4.2 what is signed, B4.3 differentials, B4.4 comments. */
#include "base/text.h"
#include "crypto/base64.h"
#include "xml/canonical.h"
#include "xml/sign.h"
#include "xml/verify.h"
#include "xml_fixture.h"

static struct sign_key *key, *stranger;

static const char *const kinds[] = { "AuthnRequest", "LogoutRequest", "LogoutResponse", "Response" };

static struct xml_trust trust_in(const struct sign_key *const *keys)
{
	return (struct xml_trust){ keys, 1, XML_ALLOW_SIGNATURES, XML_ALLOW_DIGESTS };
}

static enum error_code verify(const struct xml_element *element, struct why *why)
{
	const struct sign_key *const keys[] = { key };
	const struct xml_trust trust = trust_in(keys);
	const struct xml_element *verified = NULL;
	enum error_code error = xml_verify(arena, element, &trust, &verified, why);
	assert_ptr_equal(verified, error ? NULL : element);
	return error;
}

/* <samlp:KIND ID=...><Issuer/>{inside}<NameID>name</NameID></samlp:KIND> */
static struct str message(const char *kind, const char *id, struct str inside, const char *name)
{
	return arena_format(arena,
		"<samlp:%s xmlns:samlp=\"" XML_SAMLP "\" ID=\"%s\"><saml:Issuer xmlns:saml=\"" XML_SAML
		"\">sp</saml:Issuer>%.*s<saml:NameID xmlns:saml=\"" XML_SAML
		"\">%s</saml:NameID></samlp:%s>",
		kind, id, STR_ARG(inside), name, kind);
}

static struct str signed_message(const char *kind, const char *name)
{
	const struct xml_signing signing = { .key = key, .algorithm = SIGN_RS256, .digest = HASH_SHA256 };
	struct str out = { 0 };
	assert_int_equal(xml_sign(arena, &signing, message(kind, "_good", STR(""), name),
				 STR("_good"), &out, NULL),
		OK);
	return out;
}

/* The text from `from` to the end of the first `to` behind it. */
static struct str cut(struct str document, const char *from, const char *to)
{
	const char *start = memmem(document.p, document.n, from, strlen(from));
	assert_non_null(start);
	size_t left = document.n - (size_t)(start - document.p);
	const char *end = memmem(start, left, to, strlen(to));
	assert_non_null(end);
	return str_of(start, (size_t)(end - start) + strlen(to));
}

static struct str without(struct str document, struct str part)
{
	return replaced(document, arena_z(arena, part), "");
}

/* Nothing in the document that says "mallory" may verify, whether it is asked about as the
 * root or by its place. */
static void expect_no_mallory(struct str document, size_t form)
{
	const struct xml_element *root = NULL;
	if (xml_parse(arena, document, &xml_limits_message, &root, NULL))
		return; /* refused as a whole */
	const struct xml_element *e = root;
	while (e) {
		const struct xml_element *name = xml_first(e, STR(XML_SAML), STR("NameID"));
		if (name && str_eq(xml_text(name), STR("mallory")) && verify(e, NULL) == OK)
			fail_msg("form %zu: mallory verifies in %.*s", form, STR_ARG(document));
		if (e == root && verify(e, NULL) == OK)
			fail_msg("form %zu: the root verifies in %.*s", form, STR_ARG(document));
		const struct xml_element *next = xml_child(e);
		while (!next && e) {
			next = xml_next(e);
			e = xml_parent(e);
		}
		e = next;
	}
}

/* B4.1 */
static void wrapped_messages_are_refused(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LENGTH(kinds); k++) {
		const char *kind = kinds[k];
		struct str good = signed_message(kind, "ada");
		struct str signature = cut(good, "<dsig:Signature ", "</dsig:Signature>");
		struct str bare = without(good, signature);
		struct str object = arena_format(
			arena, "<dsig:Object>%.*s</dsig:Object></dsig:Signature>", STR_ARG(bare));
		struct str with_object =
			replaced(signature, "</dsig:Signature>", arena_z(arena, object));
		const struct str extensions = arena_format(arena,
			"<samlp:Extensions>%.*s</samlp:Extensions>", STR_ARG(good));
		const struct str signature_in_extensions = arena_format(arena,
			"<samlp:Extensions>%.*s</samlp:Extensions>", STR_ARG(signature));
		const struct str forms[] = {
			/* XSW1: the message of another ID around, the signed one in its Signature */
			message(kind, "_evil", with_object, "mallory"),
			/* XSW2: the signed one beside the Signature, before it */
			message(kind, "_evil", arena_join(arena, bare, signature, STR("")), "mallory"),
			/* XSW3: the forged one first, the signed one behind it */
			arena_join(arena, STR("<x ID=\"_x\">"),
				arena_join(arena, message(kind, "_evil", STR(""), "mallory"), good,
					STR("")),
				STR("</x>")),
			/* XSW4: the signed one as a child of the forged one */
			message(kind, "_evil", good, "mallory"),
			/* XSW5: the Signature in the forged one, the signed one behind */
			arena_join(arena, STR("<x ID=\"_x\">"),
				arena_join(arena, message(kind, "_evil", signature, "mallory"),
					bare, STR("")),
				STR("</x>")),
			/* XSW6: the signed one in the Signature of the forged one, which has the ID */
			message(kind, "_good", with_object, "mallory"),
			/* XSW7: the signed one in Extensions */
			message(kind, "_evil", extensions, "mallory"),
			/* XSW8: the forged one in an Object of the signed one's Signature */
			replaced(good, "</dsig:Signature>",
				arena_z(arena,
					arena_format(arena,
						"<dsig:Object>%.*s</dsig:Object></dsig:Signature>",
						STR_ARG(message(kind, "_evil", STR(""), "mallory"))))),
			/* The Signature in Extensions, in the message that it is of */
			message(kind, "_good", signature_in_extensions, "ada"),
			/* The Signature taken along into a message with the same ID */
			message(kind, "_good", signature, "mallory"),
			/* and with no ID, and with its ID under other names */
			replaced(message(kind, "_good", signature, "mallory"), " ID=", " Id="),
			replaced(message(kind, "_good", signature, "mallory"), " ID=\"_good\"", ""),
			/* A child that is signed "for" its parent */
			replaced(replaced(good, "<dsig:Signature ", "<samlp:Extensions><dsig:Signature "),
				"</dsig:Signature>", "</dsig:Signature></samlp:Extensions>"),
			/* Two Signatures */
			message(kind, "_good", arena_join(arena, signature, signature, STR("")), "ada"),
		};
		assert_int_equal(verify(parse_good(good), NULL), OK);
		for (size_t i = 0; i < ARRAY_LENGTH(forms); i++)
			expect_no_mallory(forms[i], i);
	}
}

/* B4.1: what is signed may lie within something else; it is then that element that verifies. */
static void only_the_element_itself_verifies(void **state)
{
	(void)state;
	struct str good = signed_message("LogoutRequest", "ada");
	const struct xml_element *body = parse_good(arena_join(arena,
		STR("<e:Envelope xmlns:e=\"" XML_SOAP "\"><e:Body>"), good,
		STR("</e:Body></e:Envelope>")));
	assert_int_equal(verify(body, NULL), ERROR_INVALID_SIGNATURE);
	assert_int_equal(verify(xml_child(body), NULL), ERROR_INVALID_SIGNATURE);
	assert_int_equal(verify(xml_child(xml_child(body)), NULL), OK);
}

/* ---- good arithmetic, wrong shape ---- */

/* A message whose SignedInfo was changed and then signed again with the right key. */
static struct str signed_again(struct str document)
{
	const struct xml_canonical_options options = { .form = XML_CANONICAL_EXCLUSIVE };
	struct str text = { 0 }, value = { 0 };
	const struct xml_element *signature =
		xml_first(parse_good(document), STR(XML_DSIG), STR("Signature"));
	const struct xml_element *info = xml_first(signature, STR(XML_DSIG), STR("SignedInfo"));
	assert_int_equal(xml_canonical_text(arena, info, &options, &text, NULL), OK);
	assert_int_equal(sign_bytes(arena, key, SIGN_RS256, text, &value, NULL), OK);
	struct str old = cut(document, "<dsig:SignatureValue>", "</dsig:SignatureValue>");
	return replaced(document, arena_z(arena, old),
		arena_format(arena, "<dsig:SignatureValue>%.*s</dsig:SignatureValue>",
			STR_ARG(base64_encode(arena, value)))
			.p);
}

#define TRANSFORM(rest) "<dsig:Transform Algorithm=\"" rest
#define ENVELOPED TRANSFORM(XML_DSIG "enveloped-signature\"></dsig:Transform>")
#define EXCLUSIVE TRANSFORM(XML_EXCLUSIVE "\"></dsig:Transform>")
#define LONG                                                             \
	"p p p p p p p p p p p p p p p p p p p p p p p p p p p p p p p " \
	"p p p p p p p p p p p p p p p p p p p p p p p p p p p p p p p "
#define REFERENCE "<dsig:Reference URI=\"#_good\">"

/* B4.2 */
static const struct {
	const char *from, *to;
	enum error_code want;
} shapes[] = {
	/* which element is signed */
	{ "URI=\"#_good\"", "URI=\"\"", ERROR_INVALID_SIGNATURE },
	{ " URI=\"#_good\"", "", ERROR_INVALID_SIGNATURE },
	{ "URI=\"#_good\"", "URI=\"#_other\"", ERROR_INVALID_SIGNATURE },
	{ "URI=\"#_good\"", "URI=\"#\"", ERROR_INVALID_SIGNATURE },
	{ "URI=\"#_good\"", "URI=\"_good\"", ERROR_INVALID_SIGNATURE },
	{ "URI=\"#_good\"", "URI=\"#xpointer(/)\"", ERROR_INVALID_SIGNATURE },
	{ "URI=\"#_good\"", "URI=\"#xpointer(id('_good'))\"", ERROR_INVALID_SIGNATURE },
	{ "URI=\"#_good\"", "URI=\"http://127.0.0.1/x#_good\"", ERROR_INVALID_SIGNATURE },
	{ "URI=\"#_good\"", "URI=\"#_GOOD\"", ERROR_INVALID_SIGNATURE },
	/* transforms */
	{ ENVELOPED, "", ERROR_INVALID_SIGNATURE },
	{ ENVELOPED EXCLUSIVE, "", ERROR_INVALID_SIGNATURE },
	{ ENVELOPED EXCLUSIVE, EXCLUSIVE ENVELOPED, ERROR_INVALID_SIGNATURE },
	{ EXCLUSIVE, EXCLUSIVE EXCLUSIVE, ERROR_INVALID_SIGNATURE },
	{ ENVELOPED, ENVELOPED ENVELOPED, ERROR_INVALID_SIGNATURE },
	{ EXCLUSIVE,
		TRANSFORM("http://www.w3.org/TR/1999/REC-xpath-19991116\">"
			  "<dsig:XPath>true()</dsig:XPath></dsig:Transform>"),
		ERROR_INVALID_SIGNATURE },
	{ EXCLUSIVE,
		TRANSFORM("http://www.w3.org/2002/06/xmldsig-filter2\"></dsig:Transform>"),
		ERROR_INVALID_SIGNATURE },
	{ EXCLUSIVE,
		TRANSFORM("http://www.w3.org/TR/1999/REC-xslt-19991116\"></dsig:Transform>"),
		ERROR_INVALID_SIGNATURE },
	{ EXCLUSIVE, TRANSFORM(XML_DSIG "base64\"></dsig:Transform>"),
		ERROR_INVALID_SIGNATURE },
	{ EXCLUSIVE,
		TRANSFORM(XML_EXCLUSIVE "\"><x PrefixList=\"a\"></x></dsig:Transform>"),
		ERROR_INVALID_SIGNATURE },
	{ EXCLUSIVE,
		TRANSFORM(XML_EXCLUSIVE "\"><e:InclusiveNamespaces xmlns:e=\"" XML_EXCLUSIVE
					"\" PrefixList=\"" LONG LONG LONG LONG LONG
					"\"></e:InclusiveNamespaces></dsig:Transform>"),
		ERROR_INVALID_SIGNATURE },
	{ "<dsig:Transforms>" ENVELOPED EXCLUSIVE "</dsig:Transforms>", "",
		ERROR_INVALID_SIGNATURE },
	/* two References, none, more than there should be */
	{ REFERENCE,
		"<dsig:Reference URI=\"#_evil\"><dsig:Transforms>" ENVELOPED
		"</dsig:Transforms><dsig:DigestMethod Algorithm=\"" XML_XENC
		"sha256\"></dsig:DigestMethod><dsig:DigestValue>AAAA</dsig:DigestValue>"
		"</dsig:Reference>" REFERENCE,
		ERROR_INVALID_SIGNATURE },
	{ "</dsig:SignedInfo>", "<dsig:Object></dsig:Object></dsig:SignedInfo>",
		ERROR_INVALID_SIGNATURE },
	{ "<dsig:DigestValue>", "<dsig:DigestValue>AAAA</dsig:DigestValue><dsig:DigestValue>",
		ERROR_INVALID_SIGNATURE },
	{ "<dsig:SignedInfo>", "<x></x><dsig:SignedInfo>", ERROR_INVALID_SIGNATURE },
	{ "</dsig:Signature>", "<dsig:Object></dsig:Object></dsig:Signature>",
		ERROR_INVALID_SIGNATURE },
	{ "</dsig:Signature>",
		"<dsig:KeyInfo></dsig:KeyInfo><dsig:KeyInfo></dsig:KeyInfo></dsig:Signature>",
		ERROR_INVALID_SIGNATURE },
	/* algorithms: a shared secret, none, unknown, one with parameters */
	{ "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
		"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
		ERROR_UNSUPPORTED_ALGORITHM },
	{ "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "none",
		ERROR_UNSUPPORTED_ALGORITHM },
	{ "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "",
		ERROR_UNSUPPORTED_ALGORITHM },
	{ "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", XML_DSIG "rsa-sha1",
		ERROR_UNSUPPORTED_ALGORITHM },
	{ "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
		"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
		ERROR_INVALID_SIGNATURE },
	{ "#rsa-sha256\">",
		"#rsa-sha256\"><dsig:HMACOutputLength>0</dsig:HMACOutputLength>",
		ERROR_INVALID_SIGNATURE },
	{ XML_XENC "sha256", XML_DSIG "sha1", ERROR_UNSUPPORTED_ALGORITHM },
	{ XML_XENC "sha256", "http://www.w3.org/2001/04/xmldsig-more#md5",
		ERROR_UNSUPPORTED_ALGORITHM },
	{ "sha256\"></dsig:DigestMethod>", "sha256\"><x></x></dsig:DigestMethod>",
		ERROR_INVALID_SIGNATURE },
	{ "<dsig:CanonicalizationMethod Algorithm=\"" XML_EXCLUSIVE "\">",
		"<dsig:CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\">",
		ERROR_UNSUPPORTED_ALGORITHM },
	/* values */
	{ "</dsig:DigestValue>", "=</dsig:DigestValue>", ERROR_INVALID_SIGNATURE },
	{ "<dsig:DigestValue>", "<dsig:DigestValue>AAAA", ERROR_INVALID_SIGNATURE },
};

/* B4.2 */
static void signatures_of_another_shape_are_refused(void **state)
{
	(void)state;
	struct str good = signed_message("LogoutRequest", "ada");
	assert_int_equal(verify(parse_good(signed_again(good)), NULL), OK);
	for (size_t i = 0; i < ARRAY_LENGTH(shapes); i++) {
		struct str bad = signed_again(replaced(good, shapes[i].from, shapes[i].to));
		struct why why = { "" };
		enum error_code got = verify(parse_good(bad), &why);
		if (got != shapes[i].want || !why.text[0])
			fail_msg("row %zu: %s (%s)", i, error_name(got), why.text);
	}
}

static void values_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "<dsig:SignatureValue>", "<dsig:SignatureValue>AAAA" },
		{ "<dsig:SignatureValue>", "<dsig:SignatureValue>*" },
		{ "<dsig:SignatureValue>", "<dsig:SignatureValue><x></x>" },
		{ ">ada<", ">ada <" },
		{ ">ada<", "><x></x>ada<" },
		{ "ID=\"_good\"", "ID=\"_good\" x=\"\"" },
		{ "<saml:Issuer ", "<saml:Issuer xml:lang=\"de\" " },
	};
	struct str good = signed_message("LogoutRequest", "ada");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_int_equal(verify(parse_good(replaced(good, rows[i].from, rows[i].to)), NULL),
			ERROR_INVALID_SIGNATURE);
	struct str value = cut(good, "<dsig:SignatureValue>", "</dsig:SignatureValue>");
	assert_int_equal(verify(parse_good(replaced(good, arena_z(arena, value),
				 "<dsig:SignatureValue></dsig:SignatureValue>")),
				 NULL),
		ERROR_INVALID_SIGNATURE);
}

/* B4.4, B4.3: what does not change the canonical form may be added by anybody, and must not
 * change what is read. */
static void additions_that_stay_good_change_no_text(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ ">admin@evil<", "><!-- -->admin@evil<" },
		{ ">admin@evil<", ">admin<!-- -->@evil<" },
		{ ">admin@evil<", ">admin<![CDATA[@evil]]><" },
		{ ">admin@evil<", ">&#97;dmin@evil<" },
		{ ">admin@evil<", "><![CDATA[]]>admin<!----><![CDATA[@]]><!-- x -->evil<" },
		{ "<samlp:LogoutRequest ", "<!-- x --><samlp:LogoutRequest\n" },
		{ "<saml:NameID ", "<saml:NameID xmlns:unused=\"urn:unused\"\t" },
		{ "<dsig:DigestValue>", "<dsig:DigestValue><!-- AAAA -->" },
		{ "<dsig:SignatureValue>", "<dsig:SignatureValue><!-- AAAA -->\n" },
	};
	struct str good = signed_message("LogoutRequest", "admin@evil");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct xml_element *root =
			parse_good(replaced(good, rows[i].from, rows[i].to));
		struct why why = { "" };
		if (verify(root, &why))
			fail_msg("row %zu: %s", i, why.text);
		assert_text(xml_text(xml_first(root, STR(XML_SAML), STR("NameID"))),
			STR("admin@evil"));
	}
}

/* The key comes from the row: what KeyInfo carries is not asked. */
static void keys_in_the_message_count_for_nothing(void **state)
{
	(void)state;
	struct xml_signing signing = { .key = stranger,
		.algorithm = SIGN_RS256,
		.digest = HASH_SHA256,
		.key_name = STR("good"),
		.certificate = STR(REALM_RSA_CERTIFICATE) };
	struct str out = { 0 };
	assert_int_equal(xml_sign(arena, &signing,
				 message("LogoutRequest", "_good", STR(""), "ada"), STR("_good"),
				 &out, NULL),
		OK);
	struct why why = { "" };
	assert_int_equal(verify(parse_good(out), &why), ERROR_INVALID_SIGNATURE);
	assert_non_null(strstr(why.text, "no key made it"));
	const struct xml_trust nobody = { NULL, 0, ~0u, ~0u };
	const struct xml_element *verified = NULL;
	assert_int_equal(xml_verify(arena, parse_good(signed_message("Response", "ada")), &nobody,
				 &verified, NULL),
		ERROR_INVALID_SIGNATURE);
	/* A shared secret made of the public key's text signs nothing. */
	struct sign_key *secret = NULL;
	assert_int_equal(sign_key_from_secret(STR(REALM_RSA_CERTIFICATE), &secret, NULL), OK);
	const struct sign_key *const keys[] = { secret };
	const struct xml_trust confused = { keys, 1, ~0u, ~0u };
	assert_int_equal(xml_verify(arena, parse_good(signed_message("Response", "ada")),
				 &confused, &verified, NULL),
		ERROR_INVALID_SIGNATURE);
	assert_null(verified);
	sign_key_free(secret);
}

static void unsigned_messages_say_so(void **state)
{
	(void)state;
	const struct xml_element *root =
		parse_good(message("LogoutRequest", "_good", STR(""), "ada"));
	struct why why = { "" };
	assert_false(xml_is_signed(root));
	assert_int_equal(verify(root, &why), ERROR_INVALID_SIGNATURE);
	assert_string_equal(why.text, "XML signature: there is none");
	/* Not one of another namespace. */
	root = parse_good(message("LogoutRequest", "_good", STR("<Signature/>"), "ada"));
	assert_false(xml_is_signed(root));
}

static int group_setup(void **state)
{
	(void)state;
	return sign_key_from_private(STR(REALM_RSA_PRIVATE), &key, NULL) ||
			sign_key_from_private(STR(REALM_ENC_PRIVATE), &stranger, NULL)
		? -1
		: 0;
}

static int group_teardown(void **state)
{
	(void)state;
	sign_key_free(key);
	sign_key_free(stranger);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(wrapped_messages_are_refused),
		IN_ARENA(only_the_element_itself_verifies),
		IN_ARENA(signatures_of_another_shape_are_refused),
		IN_ARENA(values_that_do_not_fit_are_refused),
		IN_ARENA(additions_that_stay_good_change_no_text),
		IN_ARENA(keys_in_the_message_count_for_nothing),
		IN_ARENA(unsigned_messages_say_so),
	};
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

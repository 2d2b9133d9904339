/* xml/encrypt against xmlsec1 both ways, and what must not decrypt; xml/deflate and its
 * bombs. */
#include "xml/deflate.h"
#include "xml/encrypt.h"
#include "xml/sign.h"
#include "xml/verify.h"
#include "xmlsec_fixture.h"

#define RESPONSE                                                                             \
	"<samlp:Response xmlns:samlp=\"" XML_SAMLP "\" xmlns:outer=\"urn:outer\" ID=\"_r\">" \
	"<saml:Assertion xmlns:saml=\"" XML_SAML "\" ID=\"_a\"><saml:Issuer>i</saml:Issuer>" \
	"<saml:Subject outer:x=\"1\">ada &amp; \xc3\xa4</saml:Subject></saml:Assertion>"     \
	"</samlp:Response>"

static struct sign_key *key, *stranger;

static struct str encrypt_good(const struct xml_encrypting *how, struct str document)
{
	struct str out = { 0 };
	struct why why = { "" };
	if (xml_encrypt(arena, how, document, STR("_a"), &xml_saml, STR("EncryptedAssertion"), &out,
		    &why))
		fail_msg("%s", why.text);
	return out;
}

static enum error_code decrypt(
	struct str document, const struct sign_key *with, const struct xml_element **ret_element)
{
	const struct sign_key *const keys[] = { stranger, with };
	const struct xml_element *wrapper = xml_first(
		parse_good(document), STR(XML_SAML), STR("EncryptedAssertion"));
	struct why why = { "" };
	assert_non_null(wrapper);
	enum error_code error =
		xml_decrypt(arena, wrapper, keys, 2, &xml_limits_message, ret_element, &why);
	/* One text for all: an oracle of the padding or of the key would be another's. */
	if (error)
		assert_string_equal(why.text, "XML, line 1: what is encrypted cannot be read");
	return error;
}

static void check_round(const struct xml_encrypting *how)
{
	const struct xml_element *element = NULL;
	struct str document = encrypt_good(how, STR(RESPONSE));
	assert_null(memmem(document.p, document.n, "ada &amp;", 9));
	assert_int_equal(decrypt(document, key, &element), OK);
	const struct xml_element *subject = xml_first(element, STR(XML_SAML), STR("Subject"));
	assert_text(xml_text(subject), STR("ada & \xc3\xa4"));
	assert_text(xml_attribute_in(subject, STR("urn:outer"), STR("x")), STR("1"));
	element = NULL;
	assert_int_equal(decrypt(document, stranger, &element), ERROR_BAD_XML);
	assert_null(element);
}

static void every_cipher_goes_round(void **state)
{
	(void)state;
	for (unsigned cipher = 0; cipher < CIPHER_KINDS; cipher++)
		for (unsigned digest = 0; digest < HASH_KINDS; digest++)
			for (unsigned scheme = XML_OAEP_MGF1P; scheme <= XML_OAEP_11; scheme++) {
				const struct xml_encrypting how = { .key = key,
					.cipher = (enum cipher_kind)cipher,
					.scheme = (enum xml_oaep)scheme,
					.transport = { (enum hash_kind)digest,
						(enum hash_kind)(HASH_KINDS - 1 - digest) },
					.key_name = digest ? STR("") : STR("sp") };
				check_round(&how);
			}
}

/* Signed, then encrypted, then read again: the signature is still good. */
static void signatures_outlive_encryption(void **state)
{
	(void)state;
	for (unsigned form = 0; form < XML_CANONICALS; form++) {
		const struct xml_signing signing = { .key = key,
			.algorithm = SIGN_RS256,
			.digest = HASH_SHA256,
			.canonical = (enum xml_canonical)form };
		const struct xml_encrypting how = { .key = key, .cipher = CIPHER_AES_256_GCM };
		const struct sign_key *const keys[] = { key };
		const struct xml_trust trust = { keys, 1, XML_ALLOW_SIGNATURES, XML_ALLOW_DIGESTS };
		const struct xml_element *element = NULL, *verified = NULL;
		struct str document = { 0 };
		assert_int_equal(
			xml_sign(arena, &signing, STR(RESPONSE), STR("_a"), &document, NULL), OK);
		document = encrypt_good(&how, document);
		assert_int_equal(
			xml_sign(arena, &signing, document, STR("_r"), &document, NULL), OK);
		assert_int_equal(
			xml_verify(arena, parse_good(document), &trust, &verified, NULL), OK);
		assert_int_equal(decrypt(document, key, &element), OK);
		assert_int_equal(xml_verify(arena, element, &trust, &verified, NULL), OK);
	}
}

/* Debian's xmlsec1 knows RSA-OAEP with SHA-1 alone. */
static void xmlsec_decrypts_what_we_encrypt(void **state)
{
	(void)state;
	write_key(key);
	for (unsigned cipher = 0; cipher < CIPHER_KINDS; cipher++) {
		const struct xml_encrypting how = { .key = key, .cipher = (enum cipher_kind)cipher };
		write_file("encrypted.xml", encrypt_good(&how, STR(RESPONSE)));
		if (!xmlsec("--decrypt --privkey-pem key.pem --output plain.xml encrypted.xml"))
			fail_msg("cipher %u: %.*s", cipher, STR_ARG(read_file("said")));
		const struct xml_element *plain = parse_good(read_file("plain.xml"));
		plain = xml_child(xml_child(plain));
		assert_true(xml_is(plain, STR(XML_SAML), STR("Assertion")));
		assert_text(xml_text(xml_next(xml_child(plain))), STR("ada & \xc3\xa4"));
	}
}

#define TEMPLATE                                                                               \
	"<xenc:EncryptedData xmlns:xenc='" XML_XENC "' Type='" XML_XENC "Element'>"            \
	"<xenc:EncryptionMethod Algorithm='%s'/><ds:KeyInfo xmlns:ds='" XML_DSIG "'>"          \
	"<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm='" XML_XENC "rsa-oaep-mgf1p'>%s"  \
	"</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue/></xenc:CipherData>"       \
	"</xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData>" \
	"</xenc:EncryptedData>"

static void we_decrypt_what_xmlsec_encrypts(void **state)
{
	(void)state;
	static const char *const sessions[] = { "aes-128", "aes-192", "aes-256" };
	static const char *const digests[] = { "",
		"<ds:DigestMethod Algorithm='" XML_DSIG "sha1'/>" };
	write_key(key);
	write_file("data.xml", STR(RESPONSE));
	for (unsigned cipher = 0; cipher < CIPHER_KINDS; cipher++)
		for (unsigned digest = 0; digest < ARRAY_LENGTH(digests); digest++) {
			write_file("template.xml",
				arena_format(arena, TEMPLATE,
					xml_cipher_uri((enum cipher_kind)cipher).p, digests[digest]));
			struct str command = arena_format(arena,
				"--encrypt --pubkey-pem public.pem --session-key %s --xml-data data.xml "
				"--node-name %s:Assertion --output encrypted.xml template.xml",
				sessions[cipher % 3], XML_SAML);
			if (!xmlsec(command.p))
				fail_msg("%.*s", STR_ARG(read_file("said")));
			struct str document = replaced(read_file("encrypted.xml"), "<xenc:EncryptedData",
				"<EncryptedAssertion xmlns='" XML_SAML "'><xenc:EncryptedData");
			document = replaced(document, "</xenc:EncryptedData>",
				"</xenc:EncryptedData></EncryptedAssertion>");
			const struct xml_element *element = NULL, *wrapper = xml_first(
				parse_good(document), STR(XML_SAML), STR("EncryptedAssertion"));
			const struct sign_key *const keys[] = { key };
			assert_int_equal(xml_decrypt(arena, wrapper, keys, 1, &xml_limits_message,
						 &element, NULL),
				OK);
			assert_text(xml_text(xml_next(xml_child(element))), STR("ada & \xc3\xa4"));
			/* The prefix `outer` is declared on what is around it alone. */
			assert_text(xml_attribute_in(xml_next(xml_child(element)),
					    STR("urn:outer"), STR("x")),
				STR("1"));
		}
}

/* EncryptedKey beside EncryptedData, as SAML 2.0 allows too. */
static void keys_may_stand_beside(void **state)
{
	(void)state;
	const struct xml_encrypting how = { .key = key, .cipher = CIPHER_AES_128_GCM };
	struct str document = encrypt_good(&how, STR(RESPONSE));
	const char *start = memmem(document.p, document.n, "<xenc:EncryptedKey>", 19);
	const char *end = memmem(document.p, document.n, "</xenc:EncryptedKey>", 20);
	struct str encrypted_key = str_of(start, (size_t)(end - start) + 20);
	document = replaced(document, arena_z(arena, encrypted_key), "");
	struct str beside = arena_join(arena, STR("</xenc:EncryptedData>"),
		replaced(encrypted_key, "<xenc:EncryptedKey>",
			"<xenc:EncryptedKey xmlns:xenc=\"" XML_XENC "\" xmlns:dsig=\"" XML_DSIG "\">"),
		STR(""));
	document = replaced(document, "</xenc:EncryptedData>", arena_z(arena, beside));
	const struct xml_element *element = NULL;
	assert_int_equal(decrypt(document, key, &element), OK);
}

/* B4.12: whatever is wrong, one answer. */
static void what_was_changed_is_refused_alike(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "aes128-gcm", "aes256-gcm" },
		{ XML_XENC11 "aes128-gcm", XML_XENC "aes128-cbc" },
		{ XML_XENC11 "aes128-gcm", XML_XENC "tripledes-cbc" },
		{ "rsa-oaep-mgf1p", "rsa-1_5" },
		{ XML_DSIG "sha1", XML_XENC "sha256" },
		{ XML_DSIG "sha1", "urn:none" },
		{ "<xenc:CipherValue>", "<xenc:CipherValue>*" },
		{ "<xenc:CipherValue>", "<xenc:CipherValue>AAAA" },
		{ "<xenc:CipherData>", "<xenc:CipherData></xenc:CipherData><xenc:CipherData>" },
		{ "<xenc:CipherValue>", "<xenc:CipherReference URI=\"x\"></xenc:CipherReference>"
					"<xenc:CipherValue><x></x>" },
		{ "Type=\"" XML_XENC "Element\"", "Type=\"" XML_XENC "Content\"" },
		{ "<dsig:KeyInfo ", "<dsig:KeyInfo xmlns:dsig=\"" XML_DSIG
				    "\"></dsig:KeyInfo><dsig:KeyInfo " },
		{ "<xenc:EncryptedData ", "<xenc:EncryptedData xmlns:xenc=\"" XML_XENC
					  "\"></xenc:EncryptedData><xenc:EncryptedData " },
		{ "<dsig:DigestMethod ", "<xenc:OAEPparams>AAAA</xenc:OAEPparams><dsig:DigestMethod " },
	};
	const struct xml_encrypting how = { .key = key, .cipher = CIPHER_AES_128_GCM };
	struct str good = encrypt_good(&how, STR(RESPONSE));
	const struct xml_element *element = NULL;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		if (decrypt(replaced(good, rows[i].from, rows[i].to), key, &element) == OK)
			fail_msg("row %zu decrypts", i);
		assert_null(element);
	}
}

/* Each byte that GCM protects, and each length; CBC protects nothing but its padding. */
static void changed_bytes_are_refused(void **state)
{
	(void)state;
	unsigned char secret[32] = { 1, 2, 3 };
	struct str plain = STR("<saml:NameID>ada</saml:NameID>"), sealed = { 0 }, opened = { 0 };
	for (unsigned cipher = 0; cipher < CIPHER_KINDS; cipher++) {
		enum cipher_kind kind = (enum cipher_kind)cipher;
		struct str with = str_of(secret, cipher_key_size(kind));
		assert_int_equal(cipher_encrypt(arena, kind, with, plain, &sealed, NULL), OK);
		assert_int_equal(cipher_decrypt(arena, kind, with, sealed, &opened, NULL), OK);
		assert_text(opened, plain);
		opened = (struct str){ 0 };
		bool is_gcm = kind <= CIPHER_AES_256_GCM;
		for (size_t i = 0; is_gcm && i < sealed.n; i++) {
			struct str bad = arena_str(arena, sealed);
			((char *)bad.p)[i] ^= 1;
			assert_int_equal(cipher_decrypt(arena, kind, with, bad, &opened, NULL),
				ERROR_INVALID_VALUE);
		}
		/* One block less ends in text, which is no padding. */
		for (size_t n = 0; n < sealed.n; n++)
			assert_int_equal(cipher_decrypt(arena, kind, with, str_take(sealed, n),
						 &opened, NULL),
				ERROR_INVALID_VALUE);
		assert_null(opened.p);
		assert_int_equal(cipher_decrypt(arena, kind, STR("short"), sealed, &opened, NULL),
			ERROR_INVALID_VALUE);
		assert_int_equal(cipher_encrypt(arena, kind, STR("short"), plain, &sealed, NULL),
			ERROR_INVALID_VALUE);
	}
}

static void what_cannot_be_encrypted_is_refused(void **state)
{
	(void)state;
	struct xml_encrypting how = { .key = key };
	struct str out = { 0 };
	const struct str names[] = { STR("_r"), STR("_x"), STR("") };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		assert_int_equal(xml_encrypt(arena, &how, STR(RESPONSE), names[i], &xml_saml,
					 STR("EncryptedAssertion"), &out, NULL),
			ERROR_INVALID_VALUE);
	struct sign_key *curve = NULL;
	assert_int_equal(sign_key_generate(SIGN_KEY_P256, 0, &curve, NULL), OK);
	how.key = curve;
	assert_int_equal(xml_encrypt(arena, &how, STR(RESPONSE), STR("_a"), &xml_saml,
				 STR("EncryptedAssertion"), &out, NULL),
		ERROR_UNSUPPORTED_ALGORITHM);
	assert_null(out.p);
	sign_key_free(curve);
}

/* ---- DEFLATE ---- */

static void deflate_goes_round(void **state)
{
	(void)state;
	struct str deflated = { 0 }, bytes = { 0 };
	const struct str plains[] = { STR(""), STR("x"), STR(RESPONSE), file_of("keycloak_response.xml") };
	for (size_t i = 0; i < ARRAY_LENGTH(plains); i++) {
		assert_int_equal(xml_deflate(arena, plains[i], &deflated, NULL), OK);
		assert_int_equal(xml_inflate(arena, deflated, 256 << 10, &bytes, NULL), OK);
		assert_text(bytes, plains[i]);
		for (size_t n = 0; n < deflated.n; n++)
			assert_int_equal(xml_inflate(arena, str_take(deflated, n), 256 << 10, &bytes, NULL),
				ERROR_BAD_XML);
		struct str longer = arena_join(arena, deflated, STR("x"), STR(""));
		assert_int_equal(xml_inflate(arena, longer, 256 << 10, &bytes, NULL), ERROR_BAD_XML);
	}
	assert_int_equal(xml_inflate(arena, STR("\xff\xff\xff"), 100, &bytes, NULL), ERROR_BAD_XML);
	/* zlib's and gzip's wrappings are not DEFLATE. */
	assert_int_equal(xml_inflate(arena, STR("\x78\x9c\x03\x00\x00\x00\x00\x01"), 100, &bytes, NULL),
		ERROR_BAD_XML);
}

/* CVE-2026-2575, B4.11 */
static void bombs_stop_at_the_limit(void **state)
{
	(void)state;
	static const char zeros[1 << 20];
	struct str deflated = { 0 }, bytes = { 0 };
	assert_int_equal(xml_deflate(arena, str_of(zeros, sizeof zeros), &deflated, NULL), OK);
	assert_true(deflated.n < 2000);
	ARENA_SCOPED own = arena_new(0);
	assert_int_equal(xml_inflate(own, deflated, 256 << 10, &bytes, NULL), ERROR_TOO_LARGE);
	assert_true(arena_used(own) < 1 << 20);
	assert_int_equal(xml_inflate(own, deflated, sizeof zeros - 1, &bytes, NULL), ERROR_TOO_LARGE);
	assert_null(bytes.p);
	assert_int_equal(xml_inflate(own, deflated, sizeof zeros, &bytes, NULL), OK);
	assert_int_equal(bytes.n, sizeof zeros);
}

static int group_setup(void **state)
{
	if (sign_key_from_private(STR(REALM_RSA_PRIVATE), &key, NULL) ||
		sign_key_from_private(STR(REALM_ENC_PRIVATE), &stranger, NULL))
		return -1;
	return xmlsec_setup(state);
}

static int group_teardown(void **state)
{
	sign_key_free(key);
	sign_key_free(stranger);
	return xmlsec_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(every_cipher_goes_round),
		IN_ARENA(signatures_outlive_encryption),
		IN_ARENA(xmlsec_decrypts_what_we_encrypt),
		IN_ARENA(we_decrypt_what_xmlsec_encrypts),
		IN_ARENA(keys_may_stand_beside),
		IN_ARENA(what_was_changed_is_refused_alike),
		IN_ARENA(changed_bytes_are_refused),
		IN_ARENA(what_cannot_be_encrypted_is_refused),
		IN_ARENA(deflate_goes_round),
		IN_ARENA(bombs_stop_at_the_limit),
	};
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

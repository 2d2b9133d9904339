/* saml/: single logout in both directions, and metadata, beside recorded messages. */
#include "saml_fixture.h"

#include "json/tree.h"
#include "saml/back_channel.h"
#include "saml/logout_request.h"
#include "saml/logout_response.h"
#include "saml/metadata.h"
#include "xml/encrypt.h"
#include "xml/writer.h"

#define POST_CLIENT "65700473-16a4-4749-9dd2-a4090d77d805"

/* ---- requests from providers ---- */

static struct logout_request request_of(struct str document, struct saml_message *ret_message)
{
	struct saml_incoming in = by_post(document, false);
	struct logout_request request;
	*ret_message = head_of(&in);
	GOOD(logout_request_read(arena, &realm, ret_message, &request, &why));
	return request;
}

static void the_recorded_request_is_understood(void **state)
{
	(void)state;
	struct saml_message message;
	struct logout_request request = request_of(recorded("logout_request.xml"), &message);
	expect_text(message.issuer, PROVIDER "-post");
	expect_text(request.name_id, "ada");
	expect_text(request.name_id_format, SAML_FORMAT_UNSPECIFIED);
	assert_int_equal(request.session_indexes.n, 1);
	assert_int_equal(request.not_on_or_after_ms, 0);
	struct client post = { .id = STR(POST_CLIENT), .client_id = STR(PROVIDER "-post") };
	struct str_list ids = logout_request_session_ids(arena, &post, &request);
	assert_int_equal(ids.n, 1);
	expect_text(ids.items[0], "Uc06fUdHcPdNzr9eIfu2GH3p");
	/* Another client's part of that session is not its to end. */
	assert_int_equal(logout_request_session_ids(arena, provider, &request).n, 0);
}

static void the_recorded_soap_request_is_understood(void **state)
{
	(void)state;
	struct saml_incoming in;
	struct logout_request request;
	struct saml_client saml = settings();
	GOOD(saml_receive_soap(arena, recorded("logout_soap.xml"), &in, &why));
	assert_int_equal(in.binding, SAML_BINDING_SOAP);
	struct saml_message message = head_of(&in);
	GOOD(logout_request_read(arena, &realm, &message, &request, &why));
	GOOD(logout_request_check(&message, &request, &saml, STR(ENDPOINT), RECORDED_MS, &why));
	expect_text(logout_request_session_ids(arena, provider, &request).items[0], "JZjv8kTXRKrc6bkjrFMhDVzD");
}

#define LOGOUT(attributes, content)                                                                       \
	"<samlp:LogoutRequest xmlns:samlp=\"" XML_SAMLP "\" xmlns:saml=\"" XML_SAML "\" ID=\"_1\""        \
	" Version=\"2.0\" IssueInstant=\"2026-11-21T10:26:50Z\" Destination=\"" ENDPOINT "\"" attributes  \
	"><saml:Issuer>" PROVIDER "</saml:Issuer>" content "</samlp:LogoutRequest>"
#define NAME "<saml:NameID>ada</saml:NameID>"

static void whose_session_is_meant(void **state)
{
	(void)state;
	static const struct {
		const char *document, *format;
		bool meant;
	} rows[] = {
		{ LOGOUT("", NAME), SAML_FORMAT_EMAIL, true },
		{ LOGOUT("", "<saml:NameID>Ada</saml:NameID>"), SAML_FORMAT_EMAIL, false },
		{ LOGOUT("", "<saml:NameID Format=\"" SAML_FORMAT_EMAIL "\">ada</saml:NameID>"), SAML_FORMAT_EMAIL, true },
		{ LOGOUT("", "<saml:NameID Format=\"" SAML_FORMAT_UNSPECIFIED "\">ada</saml:NameID>"), SAML_FORMAT_EMAIL,
			true },
		{ LOGOUT("", "<saml:NameID Format=\"" SAML_FORMAT_TRANSIENT "\">ada</saml:NameID>"), SAML_FORMAT_EMAIL,
			false },
		{ LOGOUT("", NAME "<samlp:SessionIndex>S::" PROVIDER_ID "</samlp:SessionIndex>"), "", true },
		{ LOGOUT("", NAME "<samlp:SessionIndex>T::" PROVIDER_ID "</samlp:SessionIndex>"
				  "<samlp:SessionIndex>S::" PROVIDER_ID "</samlp:SessionIndex>"), "", true },
		{ LOGOUT("", NAME "<samlp:SessionIndex>T::" PROVIDER_ID "</samlp:SessionIndex>"), "", false },
		{ LOGOUT("", NAME "<samlp:SessionIndex>S::other</samlp:SessionIndex>"), "", false },
	};
	struct session *session = new_session("S");
	struct client_session *part = add_part(session, provider);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct saml_message message;
		struct logout_request request = request_of(str_from(rows[i].document), &message);
		part->saml.name_id = STR("ada");
		part->saml.name_id_format = str_from(rows[i].format);
		if (logout_request_means(arena, &request, session, part) != rows[i].meant)
			fail_msg("row %zu", i);
		part->saml.name_id = STR("");
		assert_false(logout_request_means(arena, &request, session, part));
	}
}

static void requests_that_are_no_requests(void **state)
{
	(void)state;
	static const char *const bad[] = { LOGOUT("", ""), LOGOUT("", NAME NAME), LOGOUT("", "<saml:NameID> </saml:NameID>"),
		LOGOUT(" NotOnOrAfter=\"soon\"", NAME), LOGOUT("", "<saml:BaseID/>"),
		LOGOUT("", "<saml:NameID>ada<b/></saml:NameID>"),
		LOGOUT("", NAME "<saml:EncryptedID/>"), LOGOUT("", "<saml:EncryptedID/>") };
	struct logout_request request;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct saml_incoming in = by_post(str_from(bad[i]), false);
		struct saml_message message = head_of(&in);
		REFUSED(logout_request_read(arena, &realm, &message, &request, &why), ERROR_BAD_XML);
	}
	struct text many = text_new(arena, 0);
	for (int i = 0; i <= LOGOUT_REQUEST_SESSIONS_MAX; i++)
		text_add_z(&many, "<samlp:SessionIndex>x</samlp:SessionIndex>");
	struct str document = replaced(STR(LOGOUT("", NAME "<x/>")), "<x/>", arena_z(arena, text_str(&many)));
	struct saml_incoming in = by_post(document, false);
	struct saml_message message = head_of(&in);
	REFUSED(logout_request_read(arena, &realm, &message, &request, &why), ERROR_BAD_XML);
	in = by_post(recorded("sso_request.xml"), false);
	message = head_of(&in);
	REFUSED(logout_request_read(arena, &realm, &message, &request, &why), ERROR_BAD_XML);
}

static void a_request_ends(void **state)
{
	(void)state;
	struct saml_client saml = settings();
	struct saml_message message;
	struct logout_request request =
		request_of(STR(LOGOUT(" NotOnOrAfter=\"2026-11-21T10:27:50Z\"", NAME)), &message);
	int64_t end = request.not_on_or_after_ms;
	GOOD(logout_request_check(&message, &request, &saml, STR(ENDPOINT), end + SAML_SKEW_S * 1000 - 1, &why));
	REFUSED(logout_request_check(&message, &request, &saml, STR(ENDPOINT), end + SAML_SKEW_S * 1000, &why),
		ERROR_EXPIRED);
}

static void an_encrypted_name_is_read(void **state)
{
	(void)state;
	/* The wrapper takes the place of the NameID, which needs an ID to be found by. */
	struct str document = STR(LOGOUT("",
		"<saml:NameID ID=\"_n\" Format=\"" SAML_FORMAT_EMAIL "\">ada@example.org</saml:NameID>"));
	struct sign_key *public_key;
	GOOD(sign_key_from_certificate(STR(REALM_RSA_CERTIFICATE), &public_key, &why));
	const struct xml_encrypting how = { .key = public_key, .cipher = CIPHER_AES_256_GCM, .scheme = XML_OAEP_11,
		.transport = { HASH_SHA256, HASH_SHA256 } };
	GOOD(xml_encrypt(arena, &how, document, STR("_n"), &xml_saml, STR("EncryptedID"), &document, &why));
	sign_key_free(public_key);
	assert_false(str_contains(document, STR("ada@")));
	struct saml_message message;
	struct logout_request request = request_of(document, &message);
	expect_text(request.name_id, "ada@example.org");
	expect_text(request.name_id_format, SAML_FORMAT_EMAIL);
	realm.keys_n = 0;
	REFUSED(logout_request_read(arena, &realm, &message, &request, &why), ERROR_BAD_XML);
}

/* ---- requests to providers ---- */

static struct logout_request_input request_input(const struct saml_client *saml, enum saml_binding binding,
	const char *url, const char *session_id)
{
	struct logout_request_input input = { .realm = &realm, .client = saml, .to = { binding, str_from(url) },
		.issuer = STR(ISSUER), .session_id = str_from(session_id), .name_id = STR("ada"),
		.name_id_format = STR(SAML_FORMAT_UNSPECIFIED), .now_ms = RECORDED_MS };
	memset(input.random, 3, sizeof input.random);
	return input;
}

static struct str of_time(const char *name, const char *time)
{
	return replaced(recorded(name), time, "2026-11-21T10:26:50.535Z");
}

static void expect_like(struct str got, struct str want)
{
	struct str a = flattened(got), b = flattened(want);
	if (!str_eq(a, b))
		fail_msg("%.*s\ninstead of\n%.*s", STR_ARG(a), STR_ARG(b));
}

static void our_requests_are_as_recorded(void **state)
{
	(void)state;
	struct saml_client saml = settings();
	struct saml_outgoing out;
	struct saml_incoming in;
	struct str id;
	struct logout_request_input input = request_input(&saml, SAML_BINDING_REDIRECT, "http://127.0.0.1:9/sp/sls",
		"V-EcIDoPHcIRnarov2jlq1gM");
	GOOD(logout_request_build(arena, &input, &out, &id, &why));
	struct str query = str_drop(out.url, str_index(out.url, '?') + 1);
	GOOD(saml_receive_redirect(arena, query, &in, &why));
	assert_true(in.has_signature && !in.response);
	expect_text(xml_attribute(in.root, STR("ID")), arena_z(arena, id));
	provider->id = STR("e8bdaba1-79ee-4149-8c67-ee7d61c20ea8");
	input = request_input(&saml, SAML_BINDING_SOAP, "http://127.0.0.1:44837/soap", "6zudiwnX1QiqwPu_Lo3uGAkp");
	GOOD(logout_request_build(arena, &input, &out, &id, &why));
	expect_like(out.value, of_time("logout_request_to_provider_soap.xml", "2026-11-21T10:26:51.412Z"));
	saml.signs_documents = false;
	provider->id = STR(PROVIDER_ID);
	input = request_input(&saml, SAML_BINDING_POST, "http://127.0.0.1:9/sp/sls", "V-EcIDoPHcIRnarov2jlq1gM");
	input.relay_state = STR("r");
	GOOD(logout_request_build(arena, &input, &out, &id, &why));
	expect_text(out.field, "SAMLRequest");
	expect_text(out.relay_state, "r");
	struct str document;
	GOOD(base64_decode(arena, out.value, &document, &why));
	expect_like(document, of_time("logout_request_to_provider.xml", "2026-11-21T10:26:52.347Z"));
	input.life_s = 300;
	memset(input.random, 4, sizeof input.random);
	struct str another;
	GOOD(logout_request_build(arena, &input, &out, &another, &why));
	assert_false(str_eq(id, another));
	GOOD(base64_decode(arena, out.value, &document, &why));
	assert_true(str_contains(document, STR("NotOnOrAfter=\"2026-11-21T10:31:50.535Z\"")));
}

/* ---- responses ---- */

static struct logout_response_input response_input(const struct saml_client *saml, enum saml_binding binding,
	const char *url, const char *request_id)
{
	struct logout_response_input input = { .realm = &realm, .client = saml, .to = { binding, str_from(url) },
		.issuer = STR(ISSUER), .in_response_to = str_from(request_id), .status = SAML_STATUS_SUCCESS,
		.now_ms = RECORDED_MS };
	memset(input.random, 5, sizeof input.random);
	return input;
}

static void our_responses_are_as_recorded(void **state)
{
	(void)state;
	struct saml_client saml = settings();
	struct saml_outgoing out;
	struct saml_incoming in;
	struct str document;
	struct logout_response_input input = response_input(&saml, SAML_BINDING_POST, "http://127.0.0.1:9/sp/sls-post",
		"_620d6ae44541440cb66330a4eed5fafe");
	GOOD(logout_response_build(arena, &input, &out, &why));
	GOOD(base64_decode(arena, out.value, &document, &why));
	expect_like(document, of_time("logout_response_post.xml", "2026-11-21T10:26:51.339Z"));
	input = response_input(&saml, SAML_BINDING_SOAP, "", "_c4342b5fbc4f421f9a5cc65b08289db3");
	GOOD(logout_response_build(arena, &input, &out, &why));
	expect_like(out.value, of_time("logout_response_soap.xml", "2026-11-21T10:26:52.484Z"));
	input = response_input(&saml, SAML_BINDING_REDIRECT, "http://127.0.0.1:9/sp/sls?a=b",
		"_67bb5231902743cdbf0dffcdd198f741");
	input.relay_state = STR("bye");
	GOOD(logout_response_build(arena, &input, &out, &why));
	assert_true(str_starts(out.url, STR("http://127.0.0.1:9/sp/sls?a=b&SAMLResponse=")));
	assert_true(str_contains(out.url, STR("&RelayState=bye&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2F"
					      "xmldsig-more%23rsa-sha256&Signature=")));
	GOOD(saml_receive_redirect(arena, str_drop(out.url, str_index(out.url, '?') + 1), &in, &why));
	assert_true(in.response);
}

static struct str response_document(const char *status, const char *inner)
{
	struct str document = STR("<samlp:LogoutResponse xmlns:samlp=\"" XML_SAMLP "\" xmlns:saml=\"" XML_SAML "\" ID=\"_9\""
				  " Version=\"2.0\" IssueInstant=\"2026-11-21T10:26:50Z\" Destination=\"" ENDPOINT "\""
				  " InResponseTo=\"ID_1\"><saml:Issuer>" PROVIDER "</saml:Issuer><samlp:Status>"
				  "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:OUTER\">INNER</samlp:StatusCode>"
				  "<samlp:StatusMessage>why</samlp:StatusMessage></samlp:Status></samlp:LogoutResponse>");
	document = replaced(document, "OUTER", status);
	struct str code = *inner ? arena_format(arena,
		"<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:%s\"/>", inner) : STR("");
	return replaced(document, "INNER", arena_z(arena, code));
}

static void answers_of_providers(void **state)
{
	(void)state;
	static const struct {
		const char *status, *inner;
		enum logout_result result;
	} rows[] = { { "Success", "", LOGOUT_RESULT_SUCCESS }, { "Success", "PartialLogout", LOGOUT_RESULT_PARTIAL },
		{ "PartialLogout", "", LOGOUT_RESULT_PARTIAL }, { "Responder", "", LOGOUT_RESULT_FAILED },
		{ "Responder", "PartialLogout", LOGOUT_RESULT_PARTIAL }, { "Requester", "RequestDenied", LOGOUT_RESULT_FAILED },
		{ "success", "", LOGOUT_RESULT_FAILED } };
	struct saml_client saml = settings();
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct str document = response_document(rows[i].status, rows[i].inner);
		struct saml_incoming in = by_post(document, true);
		struct saml_message message = head_of(&in);
		struct logout_response response;
		GOOD(logout_response_read(&message, &response, &why));
		assert_int_equal(response.result, rows[i].result);
		expect_text(response.text, "why");
		GOOD(logout_response_check(&message, &saml, STR("ID_1"), STR(ENDPOINT), RECORDED_MS, &why));
		/* B4.8: answers to what we never asked. */
		REFUSED(logout_response_check(&message, &saml, STR("ID_2"), STR(ENDPOINT), RECORDED_MS, &why),
			ERROR_INVALID_VALUE);
		REFUSED(logout_response_check(&message, &saml, STR(""), STR(ENDPOINT), RECORDED_MS, &why),
			ERROR_INVALID_VALUE);
	}
}

static void answers_on_our_own_connection(void **state)
{
	(void)state;
	struct saml_client saml = settings();
	struct logout_response got;
	struct str document = response_document("Success", ""), base64 = base64_encode(arena, document);
	struct str soap = saml_soap(arena, document);
	assert_true(logout_response_of_answer(arena, &saml, soap, STR("ID_1"), &got));
	assert_int_equal(got.result, LOGOUT_RESULT_SUCCESS);
	assert_false(logout_response_of_answer(arena, &saml, soap, STR("ID_2"), &got));
	struct str page = arena_join(arena, STR("<html><input name=\"x\" value=\"y\"><form><input type=\"hidden\" "
						"name=\"SAMLResponse\" value=\""), base64, STR("\"/></form>"));
	assert_true(logout_response_of_answer(arena, &saml, page, STR("ID_1"), &got));
	assert_false(logout_response_of_answer(arena, &saml, STR("<html>fine</html>"), STR("ID_1"), &got));
	assert_false(logout_response_of_answer(arena, &saml, STR("<input name=\"SAMLResponse\" value=\"%\">"), STR("ID_1"), &got));
	assert_false(logout_response_of_answer(arena, &saml, STR(""), STR("ID_1"), &got));
	struct saml_outgoing out;
	const struct saml_endpoint to = { SAML_BINDING_REDIRECT, STR(ENDPOINT) };
	GOOD(saml_send(arena, &to, true, document, STR("_9"), STR(""), NULL, &out, &why));
	assert_true(logout_response_of_location(arena, &saml, out.url, STR("ID_1"), &got));
	assert_true(logout_response_of_location(arena, &saml, arena_join(arena, out.url, STR("#x"), STR("")), STR("ID_1"),
		&got));
	assert_false(logout_response_of_location(arena, &saml, STR("http://x/"), STR("ID_1"), &got));
	/* Another provider's answer is none. */
	document = replaced(document, PROVIDER, "http://evil.test");
	assert_false(logout_response_of_answer(arena, &saml, saml_soap(arena, document), STR("ID_1"), &got));
}

static void faults(void **state)
{
	(void)state;
	struct saml_incoming in;
	struct str fault = saml_soap_fault(arena, true, STR("Invalid & Request"));
	assert_true(str_contains(fault, STR("<faultcode>SOAP-ENV:Client</faultcode>")));
	GOOD(saml_receive_soap(arena, fault, &in, &why));
	struct saml_message message;
	REFUSED(saml_message_read(&in, &message, &why), ERROR_BAD_XML);
}

/* ---- metadata ---- */

static void our_metadata_is_as_recorded(void **state)
{
	(void)state;
	expect_as_recorded(metadata_of_realm(arena, &realm, STR(ISSUER)), "descriptor.xml");
}

static void passive_keys_are_published_and_others_not(void **state)
{
	(void)state;
	struct realm_key keys[] = { realm.keys[0], realm.keys[0], realm.keys[0], realm.keys[0] };
	keys[0].kid = STR("one");
	keys[1].kid = STR("two");
	keys[1].state = KEY_PASSIVE;
	keys[2].kid = STR("three");
	keys[2].use = KEY_ENCRYPT;
	keys[3].kid = STR("four");
	keys[3].algorithm = STR("ES256");
	realm.keys = keys;
	realm.keys_n = 4;
	struct str text = metadata_of_realm(arena, &realm, STR(ISSUER));
	assert_true(str_contains(text, STR(">one<")) && str_contains(text, STR(">two<")));
	assert_false(str_contains(text, STR(">three<")) || str_contains(text, STR(">four<")));
	set_attribute(provider, "saml.signature.algorithm", "ECDSA_SHA256");
	assert_true(str_contains(metadata_of_realm(arena, &realm, STR(ISSUER)), STR(">four<")));
}

#define METADATA(content)                                                                                         \
	"<?xml version=\"1.0\"?><EntityDescriptor xmlns=\"" XML_SAML_METADATA "\" xmlns:ds=\"" XML_DSIG "\""      \
	" entityID=\"urn:sp\"><SPSSODescriptor protocolSupportEnumeration=\"" XML_SAMLP "\" WantAssertionsSigned=\"true\">" \
	content "</SPSSODescriptor></EntityDescriptor>"
#define BINDINGS "urn:oasis:names:tc:SAML:2.0:bindings:"

static struct str key_descriptor(const char *use, const char *certificate)
{
	return arena_format(arena, "<KeyDescriptor%s><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n%.40s\n%s\n"
		"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>", use, certificate, certificate + 40);
}

static struct json_node *client_of(struct str metadata)
{
	struct str text;
	struct json_node *tree;
	GOOD(metadata_client(arena, metadata, &text, &why));
	GOOD(json_tree_read(arena, text, &tree, &why));
	return tree;
}

static struct str attribute_of(const struct json_node *client, const char *name)
{
	const struct json_node *value =
		json_node_find(json_node_find(client, STR("attributes")), str_from(name));
	return value ? value->text : STR("absent");
}

static void providers_metadata_becomes_a_client(void **state)
{
	(void)state;
	const char *certificate = provider_certificate();
	struct str metadata = STR(METADATA("KEYS"
		"<SingleLogoutService Binding=\"" BINDINGS "HTTP-Redirect\" Location=\"https://sp.test/sls\"/>"
		"<SingleLogoutService Binding=\"" BINDINGS "SOAP\" Location=\"https://sp.test/soap\"/>"
		"<NameIDFormat>urn:x</NameIDFormat><NameIDFormat>" SAML_FORMAT_PERSISTENT "</NameIDFormat>"
		"<NameIDFormat>" SAML_FORMAT_EMAIL "</NameIDFormat>"
		"<AssertionConsumerService index=\"0\" Binding=\"" BINDINGS "HTTP-POST\" Location=\"https://sp.test/old\"/>"
		"<AssertionConsumerService index=\"1\" isDefault=\"true\" Binding=\"" BINDINGS "HTTP-POST\" Location=\"https://sp.test/acs\"/>"
		"<AssertionConsumerService index=\"2\" Binding=\"" BINDINGS "PAOS\" Location=\"https://sp.test/ecp\"/>"));
	struct str keys = arena_join(arena, key_descriptor(" use=\"signing\"", certificate),
		key_descriptor(" use=\"signing\"", REALM_RSA_CERTIFICATE), key_descriptor(" use=\"encryption\"", certificate));
	struct json_node *client = client_of(replaced(metadata, "KEYS", arena_z(arena, keys)));
	expect_text(json_tree_get_text(client, STR("clientId")), "urn:sp");
	expect_text(json_tree_get_text(client, STR("protocol")), "saml");
	expect_text(attribute_of(client, "saml_assertion_consumer_url_post"), "https://sp.test/acs");
	expect_text(attribute_of(client, "saml_single_logout_service_url_redirect"), "https://sp.test/sls");
	expect_text(attribute_of(client, "saml_single_logout_service_url_soap"), "https://sp.test/soap");
	expect_text(attribute_of(client, "saml_single_logout_service_url_post"), "absent");
	expect_text(attribute_of(client, "saml_name_id_format"), "persistent");
	expect_text(attribute_of(client, "saml.assertion.signature"), "true");
	expect_text(attribute_of(client, "saml.client.signature"), "true");
	expect_text(attribute_of(client, "saml.encrypt"), "true");
	expect_text(attribute_of(client, "saml.encryption.certificate"), certificate);
	expect_text(attribute_of(client, "saml.signing.certificate"),
		arena_format(arena, "%s,%s", certificate, REALM_RSA_CERTIFICATE).p);
	const struct json_node *redirects = json_node_find(client, STR("redirectUris"));
	assert_int_equal(redirects->n, 2);
	expect_text(redirects->items[1]->text, "https://sp.test/ecp");
}

/* B4.12: a key whose use is not said still has requests checked. */
static void a_key_without_use_does_not_turn_checking_off(void **state)
{
	(void)state;
	struct str metadata = replaced(STR(METADATA("KEYS")), "KEYS",
		arena_z(arena, key_descriptor("", provider_certificate())));
	struct json_node *client = client_of(metadata);
	expect_text(attribute_of(client, "saml.client.signature"), "true");
	expect_text(attribute_of(client, "saml.signing.certificate"), provider_certificate());
	expect_text(attribute_of(client, "saml.encryption.certificate"), provider_certificate());
	expect_text(attribute_of(client, "saml.encrypt"), "absent");
}

static void metadata_that_is_none(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum error_code code;
	} rows[] = {
		{ "", ERROR_BAD_XML }, { "<a>", ERROR_BAD_XML }, { "<a/>", ERROR_INVALID_VALUE },
		{ "<EntityDescriptor xmlns=\"" XML_SAML_METADATA "\" entityID=\"x\"/>", ERROR_INVALID_VALUE },
		{ "<EntitiesDescriptor xmlns=\"" XML_SAML_METADATA "\"><EntityDescriptor/><EntityDescriptor/></EntitiesDescriptor>",
			ERROR_INVALID_VALUE },
		{ "<!DOCTYPE x><EntityDescriptor xmlns=\"" XML_SAML_METADATA "\"/>", ERROR_BAD_XML },
		{ METADATA("<KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>QUJD</ds:X509Certificate>"
			   "</ds:X509Data></ds:KeyInfo></KeyDescriptor>"), ERROR_INVALID_VALUE },
	};
	struct str text;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		REFUSED(metadata_client(arena, str_from(rows[i].text), &text, &why), rows[i].code);
	assert_true(metadata_is(STR(" \n<md:EntityDescriptor/>")));
	assert_false(metadata_is(STR("{\"clientId\":\"EntityDescriptor\"}")));
	GOOD(metadata_client(arena, STR("<EntitiesDescriptor xmlns=\"" XML_SAML_METADATA "\"><EntityDescriptor entityID=\"x\">"
					"<SPSSODescriptor/></EntityDescriptor></EntitiesDescriptor>"), &text, &why));
}

/* ---- the back channel ---- */

static void posts_are_keycloaks(void **state)
{
	(void)state;
	const struct saml_outgoing soap = { .binding = SAML_BINDING_SOAP, .value = STR_INIT("<Envelope/>") };
	const struct saml_outgoing form = { .binding = SAML_BINDING_POST, .field = STR_INIT("SAMLRequest"),
		.value = STR_INIT("a+/=") };
	struct back_channel_post post = back_channel_post(arena, &soap);
	expect_text(post.content_type, "text/xml; charset=utf-8");
	expect_text(post.soap_action, "http://www.oasis-open.org/committees/security");
	expect_text(post.body, "<Envelope/>");
	post = back_channel_post(arena, &form);
	expect_text(post.content_type, "application/x-www-form-urlencoded");
	expect_text(post.soap_action, "");
	expect_text(post.body, "SAMLRequest=a%2B%2F%3D&BACK_CHANNEL_LOGOUT=BACK_CHANNEL_LOGOUT");
}

static void a_status_is_told_in_words(void **state)
{
	(void)state;
	struct logout_response response = { .status = STR("urn:oasis:names:tc:SAML:2.0:status:Responder") };
	expect_text(back_channel_status(arena, &response), "Responder");
	response.inner_status = STR("urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal");
	response.text = STR("no\x1b[31m\nbody");
	struct str words = back_channel_status(arena, &response);
	assert_true(str_starts(words, STR("Responder, UnknownPrincipal: no")));
	assert_true(str_index(words, '\x1b') == words.n && str_index(words, '\n') == words.n);
	response = (struct logout_response){ .status = STR("odd") };
	expect_text(back_channel_status(arena, &response), "odd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SAML(the_recorded_request_is_understood),
		IN_SAML(the_recorded_soap_request_is_understood),
		IN_SAML(whose_session_is_meant),
		IN_SAML(requests_that_are_no_requests),
		IN_SAML(a_request_ends),
		IN_SAML(an_encrypted_name_is_read),
		IN_SAML(our_requests_are_as_recorded),
		IN_SAML(our_responses_are_as_recorded),
		IN_SAML(answers_of_providers),
		IN_SAML(answers_on_our_own_connection),
		IN_SAML(faults),
		IN_SAML(posts_are_keycloaks),
		IN_SAML(a_status_is_told_in_words),
		IN_SAML(our_metadata_is_as_recorded),
		IN_SAML(passive_keys_are_published_and_others_not),
		IN_SAML(providers_metadata_becomes_a_client),
		IN_SAML(a_key_without_use_does_not_turn_checking_off),
		IN_SAML(metadata_that_is_none),
	};
	return cmocka_run_group_tests_name("saml_logout", tests, NULL, saml_end);
}

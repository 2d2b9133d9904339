/* saml/artifact.c: the artifact, the request that resolves it and the answer. */
#include "saml_fixture.h"

#include "crypto/hash.h"
#include "saml/artifact.h"
#include "xml/verify.h"

#define RESOLVE_URL ENDPOINT "/resolve"

static struct str resolve_document(const char *artifact)
{
	return arena_format(arena, "<samlp:ArtifactResolve xmlns:samlp=\"" XML_SAMLP "\" xmlns:saml=\"" XML_SAML "\" ID=\"_a1\" "
		"Version=\"2.0\" IssueInstant=\"2026-11-21T10:26:50Z\" Destination=\"" RESOLVE_URL "\"><saml:Issuer>" PROVIDER
		"</saml:Issuer>%s</samlp:ArtifactResolve>", artifact);
}

static struct saml_incoming by_soap(struct str document)
{
	struct saml_incoming in;
	GOOD(saml_receive_soap(arena, saml_soap(arena, document), &in, &why));
	return in;
}

static void an_artifact_has_the_standards_form(void **state)
{
	(void)state;
	unsigned char handle[ARTIFACT_HANDLE], source[HASH_MAX];
	struct str bytes, artifact;
	memset(handle, 7, sizeof handle);
	artifact = artifact_make(arena, STR(ISSUER), handle);
	GOOD(base64_decode(arena, artifact, &bytes, &why));
	assert_int_equal(bytes.n, 44);
	assert_memory_equal(bytes.p, "\0\4\0\0", 4);
	hash_bytes(HASH_SHA1, STR(ISSUER), source);
	assert_memory_equal(bytes.p + 4, source, 20);
	assert_memory_equal(bytes.p + 24, handle, 20);
	handle[19] = 8;
	assert_false(str_eq(artifact_make(arena, STR(ISSUER), handle), artifact));
	/* What is kept is neither a code's hash nor what opens the message. */
	assert_false(str_eq(artifact_hash(arena, artifact), hash_base64url(arena, HASH_SHA256, artifact)));
	assert_false(str_eq(artifact_hash(arena, artifact), artifact_seal_text(arena, artifact)));
}

static void an_artifact_travels_by_redirect_and_by_form(void **state)
{
	(void)state;
	struct saml_endpoint to = { SAML_BINDING_REDIRECT, STR("https://sp.test/acs?x=1") };
	struct saml_outgoing out = artifact_send(arena, &to, STR("AA+/="), STR("a b"));
	expect_text(out.url, "https://sp.test/acs?x=1&SAMLart=AA%2B%2F%3D&RelayState=a%20b");
	assert_int_equal(out.binding, SAML_BINDING_REDIRECT);
	to = (struct saml_endpoint){ SAML_BINDING_REDIRECT, STR("https://sp.test/acs") };
	expect_text(artifact_send(arena, &to, STR("AA"), STR("")).url, "https://sp.test/acs?SAMLart=AA");
	to.binding = SAML_BINDING_POST;
	out = artifact_send(arena, &to, STR("AA+/="), STR("a b"));
	assert_int_equal(out.binding, SAML_BINDING_POST);
	expect_text(out.url, "https://sp.test/acs");
	expect_text(out.field, "SAMLart");
	expect_text(out.value, "AA+/=");
	expect_text(out.relay_state, "a b");
}

static void the_request_names_an_artifact(void **state)
{
	(void)state;
	struct str artifact;
	struct saml_client saml = settings();
	struct saml_incoming in = by_soap(resolve_document("<samlp:Artifact> AAQ= </samlp:Artifact>"));
	struct saml_message message = head_of(&in);
	assert_int_equal(message.kind, SAML_ARTIFACT_RESOLVE);
	GOOD(artifact_resolve_read(&message, &artifact, &why));
	expect_text(artifact, "AAQ=");
	GOOD(saml_message_check(&message, &saml, STR(RESOLVE_URL), RECORDED_MS, &why));
	REFUSED(saml_message_check(&message, &saml, STR(ENDPOINT), RECORDED_MS, &why), ERROR_INVALID_VALUE);
	message.binding = SAML_BINDING_POST;
	REFUSED(artifact_resolve_read(&message, &artifact, &why), ERROR_BAD_XML);
}

static void requests_without_one_are_refused(void **state)
{
	(void)state;
	char longer[ARTIFACT_TEXT_MAX + 40] = "<samlp:Artifact>";
	memset(longer + 16, 'A', ARTIFACT_TEXT_MAX + 1);
	const char *const bad[] = { "", "<samlp:Artifact/>", "<samlp:Artifact> </samlp:Artifact>", "<Artifact>AAQ=</Artifact>",
		"<samlp:Artifact>A</samlp:Artifact><samlp:Artifact>B</samlp:Artifact>",
		arena_z(arena, arena_format(arena, "%s</samlp:Artifact>", longer)) };
	struct str artifact;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct saml_incoming in = by_soap(resolve_document(bad[i]));
		struct saml_message message = head_of(&in);
		REFUSED(artifact_resolve_read(&message, &artifact, &why), ERROR_BAD_XML);
	}
	struct saml_incoming in = by_soap(recorded("sso_request.xml"));
	struct saml_message message = head_of(&in);
	REFUSED(artifact_resolve_read(&message, &artifact, &why), ERROR_BAD_XML);
}

static const struct xml_element *answered(struct str message, bool signs)
{
	set_attribute(provider, "saml.server.signature", signs ? "true" : "false");
	struct saml_client saml = settings();
	struct saml_incoming in;
	struct saml_outgoing out;
	const struct artifact_response_input input = { .realm = &realm, .client = &saml, .issuer = STR(ISSUER),
		.in_response_to = STR("_a1"), .message = message, .now_ms = RECORDED_MS };
	GOOD(artifact_response_build(arena, &input, &out, &why));
	assert_int_equal(out.binding, SAML_BINDING_SOAP);
	GOOD(saml_receive_soap(arena, out.value, &in, &why));
	assert_true(xml_is(in.root, STR(XML_SAMLP), STR("ArtifactResponse")));
	expect_text(xml_attribute(in.root, STR("InResponseTo")), "_a1");
	assert_int_equal(xml_is_signed(in.root), signs);
	const struct xml_element *status = xml_first(in.root, STR(XML_SAMLP), STR("Status"));
	expect_text(xml_attribute(xml_first(status, STR(XML_SAMLP), STR("StatusCode")), STR("Value")),
		"urn:oasis:names:tc:SAML:2.0:status:Success");
	return in.root;
}

static void the_answer_holds_the_message_or_nothing(void **state)
{
	(void)state;
	for (int signs = 0; signs < 2; signs++) {
		const struct xml_element *root = answered(recorded("sso_response.xml"), signs);
		const struct xml_element *inner = xml_first(root, STR(XML_SAMLP), STR("Response"));
		assert_non_null(inner);
		expect_text(xml_attribute(inner, STR("InResponseTo")), REQUEST_ID);
		assert_null(xml_first(answered((struct str){ NULL, 0 }, signs), STR(XML_SAMLP), STR("Response")));
	}
	realm.keys_n = 0;
	struct saml_client saml = settings();
	struct saml_outgoing out;
	const struct artifact_response_input input = { .realm = &realm, .client = &saml, .issuer = STR(ISSUER) };
	REFUSED(artifact_response_build(arena, &input, &out, &why), ERROR_NO_KEY);
}

static void the_envelope_of_ecp_says_where_its_response_may_go(void **state)
{
	(void)state;
	struct str envelope = saml_soap_ecp(arena, STR("https://sp.test/acs?a=1&b=2"), recorded("sso_response.xml"));
	const struct xml_element *root, *header, *block;
	struct saml_incoming in;
	GOOD(xml_parse(arena, envelope, &xml_limits_message, &root, &why));
	header = xml_first(root, STR(XML_SOAP), STR("Header"));
	block = xml_first(header, STR("urn:oasis:names:tc:SAML:2.0:profiles:SSO:ecp"), STR("Response"));
	assert_non_null(block);
	expect_text(xml_attribute(block, STR("AssertionConsumerServiceURL")), "https://sp.test/acs?a=1&b=2");
	expect_text(xml_attribute_in(block, STR(XML_SOAP), STR("mustUnderstand")), "1");
	expect_text(xml_attribute_in(block, STR(XML_SOAP), STR("actor")), "http://schemas.xmlsoap.org/soap/actor/next");
	assert_true(xml_is(xml_child(xml_first(root, STR(XML_SOAP), STR("Body"))), STR(XML_SAMLP), STR("Response")));
	/* It is for the client alone: we understand no such block ourselves. */
	REFUSED(saml_receive_soap(arena, envelope, &in, &why), ERROR_INVALID_REQUEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SAML(an_artifact_has_the_standards_form),
		IN_SAML(an_artifact_travels_by_redirect_and_by_form),
		IN_SAML(the_request_names_an_artifact),
		IN_SAML(requests_without_one_are_refused),
		IN_SAML(the_answer_holds_the_message_or_nothing),
		IN_SAML(the_envelope_of_ecp_says_where_its_response_may_go),
	};
	return cmocka_run_group_tests_name("saml_artifact", tests, NULL, saml_end);
}

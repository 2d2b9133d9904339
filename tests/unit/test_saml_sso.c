/* saml/: requests for authentication and the answers to them, beside recorded ones. The attacks
 * are in test_saml_attacks.c. */
#include "saml_fixture.h"

#include "oidc/authorize.h"
#include "xml/encrypt.h"
#include "xml/verify.h"

/* ---- times, indexes, settings ---- */

static void times(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = { { "1970-01-01T00:00:00Z", 0 }, { "2026-11-21T10:26:50.535Z", RECORDED_MS },
		{ "2026-11-21T10:26:50.5351234Z", RECORDED_MS }, { "2026-11-21T11:26:50.535+01:00", RECORDED_MS },
		{ "2026-11-21T05:26:50.535-05:00", RECORDED_MS }, { "2024-02-29T23:59:59Z", INT64_C(1709251199000) },
		{ "2000-02-29T00:00:00.1Z", INT64_C(951782400100) } };
	static const char *const bad[] = { "", "2026-11-21", "2026-11-21T10:26:50", "2026-11-21T10:26:50.Z",
		"2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
		"2026-11-31T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T10:60:00Z", "2026-11-21T10:26:61Z",
		"2026-11-21T10:26:50Zx", "2026-11-21T10:26:50+1:00", " 2026-11-21T10:26:50Z", "1969-12-31T23:59:59Z",
		"12026-11-21T10:26:50Z", "2026-11-21t10:26:50Z", "2026-11-21T10:26:50+15:00" };
	int64_t ms;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		assert_true(saml_time_read(str_from(good[i].text), &ms));
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (saml_time_read(str_from(bad[i]), &ms))
			fail_msg("%s is read", bad[i]);
	expect_text(saml_time_text(arena, RECORDED_MS), "2026-11-21T10:26:50.535Z");
	for (int64_t day = 0; day < 60000; day += 13) {
		assert_true(saml_time_read(saml_time_text(arena, day * 86400000 + 1), &ms));
		assert_int_equal(ms, day * 86400000 + 1);
	}
}

static void session_indexes(void **state)
{
	(void)state;
	struct str session, client;
	expect_text(saml_session_index(arena, STR("S"), STR("c-1")), "S::c-1");
	assert_true(saml_session_index_read(STR("S::c-1"), &session, &client));
	expect_text(session, "S");
	expect_text(client, "c-1");
	static const char *const bad[] = { "", "S", "S:c", "::c", "S::", "S::c::d", "S:::c" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (saml_session_index_read(str_from(bad[i]), &session, &client))
			fail_msg("%s is read", bad[i]);
}

static void settings_have_keycloaks_defaults(void **state)
{
	(void)state;
	struct client bare = { .client_id = STR("x"), .protocol = STR("saml") };
	struct saml_client saml = saml_client_of(arena, &bare);
	assert_false(saml.signs_documents || saml.signs_assertions || saml.client_signs || saml.encrypts ||
		     saml.authn_statement || saml.force_post || saml.force_name_id_format);
	expect_text(saml.signature_algorithm, "RSA_SHA256");
	expect_text(saml.canonicalization, "http://www.w3.org/2001/10/xml-exc-c14n#");
	expect_text(saml.encryption_algorithm, "http://www.w3.org/2009/xmlenc11#aes256-gcm");
	expect_text(saml.key_algorithm, "http://www.w3.org/2009/xmlenc11#rsa-oaep");
	expect_text(saml.name_id_format, "");
	assert_int_equal(saml.key_name, SAML_KEY_NAME_KEY_ID);
	assert_int_equal(saml.signing_certificates.n, 0);
}

static void certificates_come_alone_and_many(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t n;
	} rows[] = { { "", 0 }, { "QUJD", 1 }, { "QU\nJD", 1 }, { "QUJD,REVG", 2 }, { " QUJD , REVG ,", 2 },
		{ "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n", 1 },
		{ "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nREVG\n"
		  "-----END CERTIFICATE-----", 2 },
		{ "-----BEGIN CERTIFICATE", 0 } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		set_attribute(provider, "saml.signing.certificate", rows[i].text);
		struct saml_client saml = settings();
		assert_int_equal(saml.signing_certificates.n, rows[i].n);
		if (rows[i].n)
			expect_text(saml.signing_certificates.items[0], "QUJD");
		if (rows[i].n > 1)
			expect_text(saml.signing_certificates.items[1], "REVG");
	}
}

static void sign_out_endpoints(void **state)
{
	(void)state;
	struct saml_client saml = settings();
	provider->frontchannel_logout = true;
	expect_text(saml_client_logout_back(&saml).url, "");
	struct saml_endpoint to = saml_client_logout_front(&saml, STR("post"));
	expect_text(to.url, "http://127.0.0.1:9/sp/sls");
	assert_int_equal(to.binding, SAML_BINDING_REDIRECT);
	set_attribute(provider, "saml_single_logout_service_url_post", "http://127.0.0.1:9/sp/sls-post");
	saml = settings();
	assert_int_equal(saml_client_logout_front(&saml, STR("redirect")).binding, SAML_BINDING_REDIRECT);
	assert_int_equal(saml_client_logout_front(&saml, STR("post")).binding, SAML_BINDING_POST);
	assert_int_equal(saml_client_logout_answer(&saml, SAML_BINDING_REDIRECT).binding, SAML_BINDING_REDIRECT);
	set_attribute(provider, "saml.force.post.binding", "true");
	saml = settings();
	assert_int_equal(saml_client_logout_front(&saml, STR("redirect")).binding, SAML_BINDING_POST);
	assert_int_equal(saml_client_logout_answer(&saml, SAML_BINDING_REDIRECT).binding, SAML_BINDING_POST);
	provider->frontchannel_logout = false;
	expect_text(saml_client_logout_back(&saml).url, "http://127.0.0.1:9/sp/sls-post");
	provider->root_url = STR("http://127.0.0.1:9/");
	set_attribute(provider, "saml_single_logout_service_url_soap", "/soap");
	saml = settings();
	to = saml_client_logout_back(&saml);
	assert_int_equal(to.binding, SAML_BINDING_SOAP);
	expect_text(to.url, "http://127.0.0.1:9/soap");
	expect_text(saml_client_logout_answer(&saml, SAML_BINDING_SOAP).url, "");
}

/* ---- requests ---- */

static struct authn_plan plan_of(struct str document, enum saml_binding binding)
{
	struct saml_client saml = settings();
	struct authn_plan plan = { 0 };
	struct authn_error error;
	struct authn_request request;
	struct saml_incoming in = by_post(document, false);
	in.binding = binding;
	struct saml_message message = head_of(&in);
	GOOD(authn_request_read(arena, &message, &request, &why));
	if (!authn_request_check(arena, &saml, &message, &request, &plan, &error))
		fail_msg("%.*s", STR_ARG(error.text));
	return plan;
}

/* The recorded request with more attributes, or elements before the end. */
static struct str request_with(const char *attributes, const char *elements)
{
	struct str document = replaced(recorded("sso_request.xml"), " Version=",
		arena_format(arena, " %s Version=", attributes).p);
	return replaced(document, "</samlp:AuthnRequest>", arena_format(arena, "%s</samlp:AuthnRequest>", elements).p);
}

static void the_recorded_request_is_understood(void **state)
{
	(void)state;
	struct saml_client saml = settings();
	struct saml_incoming in = by_post(recorded("sso_request.xml"), false);
	struct saml_message message = head_of(&in);
	expect_text(message.id, REQUEST_ID);
	expect_text(message.issuer, PROVIDER);
	GOOD(saml_verify(arena, &saml, &in, &why));
	GOOD(saml_message_check(&message, &saml, STR(ENDPOINT), RECORDED_MS, &why));
	struct authn_plan plan = plan_of(recorded("sso_request.xml"), SAML_BINDING_REDIRECT);
	expect_text(plan.consumer_url, "http://127.0.0.1:9/sp/acs");
	expect_text(plan.relay_state, "rs");
	expect_text(plan.name_id_format, SAML_FORMAT_UNSPECIFIED);
	assert_int_equal(plan.binding, SAML_BINDING_POST);
	assert_false(plan.denied || plan.force_authn || plan.passive);
}

/* By the decision that every protocol's requests are under. */
static struct authorize_verdict decided(const struct authn_plan *plan, const struct session *session)
{
	const struct authorize_plan asked = { .client = plan->client, .prompt_none = plan->passive,
		.prompt_login = plan->force_authn, .max_age_s = -1 };
	return authorize_decide(&asked, session, RECORDED_MS);
}

static void a_session_suffices_unless_the_request_wants_more(void **state)
{
	(void)state;
	struct session *session = new_session("S");
	struct authn_plan plan = plan_of(recorded("sso_request.xml"), SAML_BINDING_POST);
	assert_int_equal(decided(&plan, session).kind, AUTHORIZE_GRANT);
	assert_int_equal(decided(&plan, NULL).kind, AUTHORIZE_LOGIN);
	plan = plan_of(request_with("ForceAuthn=\"1\"", ""), SAML_BINDING_POST);
	assert_int_equal(decided(&plan, session).kind, AUTHORIZE_LOGIN);
	plan = plan_of(request_with("ForceAuthn=\"true\" IsPassive=\"true\"", ""), SAML_BINDING_POST);
	assert_int_equal(decided(&plan, session).kind, AUTHORIZE_REDIRECT);
	expect_text(decided(&plan, session).error, "login_required");
	plan = plan_of(request_with("IsPassive=\"true\"", ""), SAML_BINDING_POST);
	assert_int_equal(decided(&plan, session).kind, AUTHORIZE_GRANT);
	assert_int_equal(decided(&plan, NULL).kind, AUTHORIZE_REDIRECT);
}

#define CONTEXT(comparison, classes) \
	"<samlp:RequestedAuthnContext" comparison ">" classes "</samlp:RequestedAuthnContext>"
#define CLASS(name) \
	"<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:" name "</saml:AuthnContextClassRef>"

static void contexts_are_what_a_password_is(void **state)
{
	(void)state;
	static const struct {
		const char *element;
		bool denied;
		const char *class;
	} rows[] = {
		{ "", false, "unspecified" },
		{ CONTEXT("", CLASS("PasswordProtectedTransport")), false, "PasswordProtectedTransport" },
		{ CONTEXT(" Comparison=\"minimum\"", CLASS("Password")), false, "Password" },
		{ CONTEXT(" Comparison=\"exact\"", CLASS("X509") CLASS("Password")), false, "Password" },
		{ CONTEXT(" Comparison=\"exact\"", CLASS("X509")), true, "" },
		{ CONTEXT("", CLASS("TimeSyncToken")), true, "" },
		{ CONTEXT(" Comparison=\"better\"", CLASS("Password")), true, "" },
		{ CONTEXT(" Comparison=\"maximum\"", CLASS("X509")), false, "unspecified" },
		{ CONTEXT("", "<saml:AuthnContextDeclRef>urn:x</saml:AuthnContextDeclRef>"), true, "" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct authn_plan plan = plan_of(request_with("", rows[i].element), SAML_BINDING_POST);
		assert_int_equal(plan.denied, rows[i].denied);
		if (plan.denied)
			assert_int_equal(plan.status, SAML_STATUS_NO_AUTHN_CONTEXT);
		else
			assert_true(str_ends(plan.context_class, str_from(rows[i].class)));
	}
}

static void formats_are_as_asked_unless_forced(void **state)
{
	(void)state;
	const char *policy = "<samlp:NameIDPolicy Format=\"" SAML_FORMAT_TRANSIENT "\"/>";
	const char *foreign = "<samlp:NameIDPolicy Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos\"/>";
	expect_text(plan_of(request_with("", policy), SAML_BINDING_POST).name_id_format, SAML_FORMAT_UNSPECIFIED);
	assert_false(plan_of(request_with("", foreign), SAML_BINDING_POST).denied);
	set_attribute(provider, "saml_force_name_id_format", "false");
	expect_text(plan_of(request_with("", policy), SAML_BINDING_POST).name_id_format, SAML_FORMAT_TRANSIENT);
	set_attribute(provider, "saml_name_id_format", "email");
	expect_text(plan_of(request_with("", ""), SAML_BINDING_POST).name_id_format, SAML_FORMAT_EMAIL);
	struct authn_plan plan = plan_of(request_with("", foreign), SAML_BINDING_POST);
	assert_true(plan.denied);
	assert_int_equal(plan.status, SAML_STATUS_INVALID_NAME_ID_POLICY);
}

static void the_answer_goes_by_the_binding_that_was_asked_for(void **state)
{
	(void)state;
	struct str bare = replaced(recorded("sso_request.xml"),
		" ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\"", "");
	assert_int_equal(plan_of(bare, SAML_BINDING_REDIRECT).binding, SAML_BINDING_POST);
	set_attribute(provider, "saml_assertion_consumer_url_post", "http://127.0.0.1:9/sp/other");
	assert_int_equal(plan_of(bare, SAML_BINDING_REDIRECT).binding, SAML_BINDING_REDIRECT);
	assert_int_equal(plan_of(bare, SAML_BINDING_POST).binding, SAML_BINDING_POST);
	struct str nameless = replaced(bare, " AssertionConsumerServiceURL=\"http://127.0.0.1:9/sp/acs\"", "");
	expect_text(plan_of(nameless, SAML_BINDING_POST).consumer_url, "http://127.0.0.1:9/sp/other");
	struct authn_plan plan = plan_of(replaced(recorded("sso_request.xml"), "HTTP-POST", "PAOS"), SAML_BINDING_POST);
	assert_true(plan.denied);
	assert_int_equal(plan.status, SAML_STATUS_UNSUPPORTED_BINDING);
	plan = plan_of(replaced(recorded("sso_request.xml"), "HTTP-POST", "PAOS"), SAML_BINDING_SOAP);
	assert_false(plan.denied);
	assert_int_equal(plan.binding, SAML_BINDING_SOAP);
	expect_text(plan_of(nameless, SAML_BINDING_SOAP).consumer_url, "http://127.0.0.1:9/sp/other");
	plan = plan_of(replaced(recorded("sso_request.xml"), "HTTP-POST", "HTTP-Artifact"), SAML_BINDING_POST);
	assert_false(plan.denied);
	assert_int_equal(plan.binding, SAML_BINDING_ARTIFACT);
	set_attribute(provider, "saml.force.post.binding", "true");
	assert_int_equal(plan_of(bare, SAML_BINDING_REDIRECT).binding, SAML_BINDING_POST);
	set_attribute(provider, "saml.artifact.binding", "true");
	set_attribute(provider, "saml_artifact_binding_url", "http://127.0.0.1:9/sp/artifacts");
	assert_int_equal(plan_of(bare, SAML_BINDING_REDIRECT).binding, SAML_BINDING_ARTIFACT);
	expect_text(plan_of(nameless, SAML_BINDING_POST).consumer_url, "http://127.0.0.1:9/sp/artifacts");
}

static void sign_in_that_begins_here(void **state)
{
	(void)state;
	struct authn_plan plan;
	struct authn_error error;
	set_attribute(provider, "saml_idp_initiated_sso_url_name", "wiki");
	set_attribute(provider, "saml_idp_initiated_sso_relay_state", "home");
	assert_ptr_equal(saml_client_by_url_name(&realm, STR("wiki")), provider);
	assert_null(saml_client_by_url_name(&realm, STR("")));
	assert_null(saml_client_by_url_name(&realm, STR("wik")));
	struct saml_client saml = settings();
	assert_true(authn_idp_initiated(&saml, STR(""), &plan, &error));
	expect_text(plan.relay_state, "home");
	expect_text(plan.request_id, "");
	expect_text(plan.consumer_url, "http://127.0.0.1:9/sp/acs");
	set_attribute(provider, "saml_assertion_consumer_url_post", "");
	saml = settings();
	assert_false(authn_idp_initiated(&saml, STR(""), &plan, &error));
	expect_text(error.event_error, "invalid_redirect_uri");
}

/* ---- responses ---- */

static struct user ada;
static struct session session;

static struct response_input input_of(const struct saml_client *saml, const struct authn_plan *plan)
{
	ada = (struct user){ .id = STR("ada-id"), .username = STR("ada"), .email = STR("ada@example.org"),
		.first_name = STR("Ada"), .enabled = true };
	session = (struct session){ .id = STR("SPv8jNqY0snrxZxuClKfb3n3"), .started_ms = RECORDED_MS };
	struct response_input input = { .realm = &realm, .client = saml, .plan = plan, .issuer = STR(ISSUER),
		.now_ms = RECORDED_MS, .user = &ada, .session = &session };
	memset(input.random.response_id, 1, 16);
	memset(input.random.assertion_id, 2, 16);
	if (!name_id_of(arena, &realm, provider, &ada, plan->name_id_format, input.random.assertion_id, &input.name_id))
		fail_msg("no name");
	return input;
}

static struct str document_of(const struct saml_outgoing *out)
{
	struct str document;
	GOOD(base64_decode(arena, out->value, &document, &why));
	return document;
}

static struct response_built build(const struct authn_plan *plan)
{
	struct saml_client saml = settings();
	struct response_input input = input_of(&saml, plan);
	struct response_built built;
	GOOD(response_build(arena, &input, &built, &why));
	return built;
}

static struct mapper *add_mapper(const char *type, const char *const pairs[][2], size_t n)
{
	struct mapper *mapper =
		arena_push(arena, &provider->mappers, &provider->mappers_n, sizeof *mapper);
	*mapper = (struct mapper){ .type = str_from(type), .protocol = STR("saml") };
	for (size_t i = 0; i < n; i++)
		add_pair(&mapper->config, pairs[i][0], pairs[i][1]);
	return mapper;
}
#define MAPPER(type, ...)                                                               \
	do {                                                                            \
		static const char *const pairs_[][2] = { __VA_ARGS__ };                 \
		add_mapper(type, pairs_, ARRAY_LENGTH(pairs_));                         \
	} while (0)

static void the_response_is_as_recorded(void **state)
{
	(void)state;
	static const char *const names[] = { "view-profile", "default-roles-customers", "manage-account-links",
		"uma_authorization", "offline_access", "manage-account" };
	MAPPER("saml-role-list-mapper", { "single", "false" }, { "attribute.nameformat", "Basic" },
		{ "attribute.name", "Role" });
	struct authn_plan plan = plan_of(recorded("sso_request.xml"), SAML_BINDING_REDIRECT);
	struct saml_client saml = settings();
	struct response_input input = input_of(&saml, &plan);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		add_text(&ada.role_ids, arena_z(arena, add_role(names[i], NULL)->id));
	struct response_built built;
	GOOD(response_build(arena, &input, &built, &why));
	assert_int_equal(built.outgoing.binding, SAML_BINDING_POST);
	expect_text(built.outgoing.url, "http://127.0.0.1:9/sp/acs");
	expect_text(built.outgoing.field, "SAMLResponse");
	expect_text(built.outgoing.relay_state, "rs");
	expect_as_recorded(document_of(&built.outgoing), "sso_response.xml");
	expect_text(built.part.name_id, "ada");
	expect_text(built.part.name_id_format, SAML_FORMAT_UNSPECIFIED);
	expect_text(built.part.binding, "post");
	assert_int_equal(built.part.until_s, RECORDED_MS / 1000 + 36000);
}

/* Response and assertion are signed by the realm's key, each whole. */
static void signatures_are_good(void **state)
{
	(void)state;
	struct authn_plan plan = plan_of(recorded("sso_request.xml"), SAML_BINDING_POST);
	struct response_built built = build(&plan);
	const struct sign_key *keys[] = { realm_rsa };
	const struct xml_trust trust = { keys, 1, XML_ALLOW_SIGNATURES, XML_ALLOW_DIGESTS };
	const struct xml_element *root, *assertion, *verified;
	GOOD(xml_parse(arena, document_of(&built.outgoing), &xml_limits_message, &root, &why));
	GOOD(xml_verify(arena, root, &trust, &verified, &why));
	GOOD(xml_only(root, STR(XML_SAML), STR("Assertion"), &assertion, &why));
	GOOD(xml_verify(arena, assertion, &trust, &verified, &why));
	set_attribute(provider, "saml.server.signature", "false");
	built = build(&plan);
	GOOD(xml_parse(arena, document_of(&built.outgoing), &xml_limits_message, &root, &why));
	assert_false(xml_is_signed(root));
	set_attribute(provider, "saml.assertion.signature", "false");
	realm.keys_n = 0; /* nobody needs one */
	built = build(&plan);
	assert_false(str_contains(document_of(&built.outgoing), STR("Signature")));
}

static void a_status_is_as_recorded(void **state)
{
	(void)state;
	struct authn_plan plan = plan_of(
		replaced(request_with("", ""), REQUEST_ID, "_4b8dd2dd5c4546da902e5117741489a9"), SAML_BINDING_REDIRECT);
	struct saml_client saml = settings();
	struct response_input input = input_of(&saml, &plan);
	struct saml_outgoing out;
	GOOD(response_status(arena, &input, SAML_STATUS_NO_PASSIVE, &out, &why));
	expect_as_recorded(document_of(&out), "no_passive.xml");
}

static void every_status_has_its_codes(void **state)
{
	(void)state;
	struct str outer, inner;
	for (int i = 0; i < SAML_STATUSES; i++) {
		saml_status_codes((enum saml_status)i, &outer, &inner);
		assert_true(str_starts(outer, STR("urn:oasis:names:tc:SAML:2.0:status:")));
	}
}

static void a_redirect_response_is_signed_in_its_query(void **state)
{
	(void)state;
	set_attribute(provider, "saml.server.signature.keyinfo.ext", "true");
	struct authn_plan plan = plan_of(replaced(recorded("sso_request.xml"), "HTTP-POST", "HTTP-Redirect"),
		SAML_BINDING_REDIRECT);
	struct response_built built = build(&plan);
	struct str url = built.outgoing.url;
	assert_true(str_starts(url, STR("http://127.0.0.1:9/sp/acs?SAMLResponse=")));
	struct saml_incoming in;
	GOOD(saml_receive_redirect(arena, str_drop(url, str_index(url, '?') + 1), &in, &why));
	assert_true(in.response && in.has_signature && !xml_is_signed(in.root));
	expect_text(in.relay_state, "rs");
	const struct sign_key *keys[] = { realm_rsa };
	const struct xml_trust trust = { keys, 1, XML_ALLOW_SIGNATURES, XML_ALLOW_DIGESTS };
	GOOD(xml_verify_detached(&trust, in.octets, in.algorithm_uri, in.signature, &why));
	const struct xml_element *extensions = xml_first(in.root, STR(XML_SAMLP), STR("Extensions"));
	assert_non_null(extensions);
	expect_text(xml_attribute(xml_child(extensions), STR("MessageSigningKeyId")), REALM_RSA_KID);
}

static void assertions_are_encrypted(void **state)
{
	(void)state;
	static const char *const rows[][3] = { { "", "", "" },
		{ XML_XENC "aes128-cbc", XML_XENC "rsa-oaep-mgf1p", XML_DSIG "sha1" },
		{ XML_XENC11 "aes128-gcm", XML_XENC11 "rsa-oaep", XML_XENC "sha512" } };
	set_attribute(provider, "saml.encrypt", "true");
	set_attribute(provider, "saml.encryption.certificate", provider_certificate());
	struct authn_plan plan = plan_of(recorded("sso_request.xml"), SAML_BINDING_POST);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		set_attribute(provider, "saml.encryption.algorithm", rows[i][0]);
		set_attribute(provider, "saml.encryption.keyAlgorithm", rows[i][1]);
		set_attribute(provider, "saml.encryption.digestMethod", rows[i][2]);
		struct response_built built = build(&plan);
		struct str document = document_of(&built.outgoing);
		assert_false(str_contains(document, STR(">ada<")));
		const struct xml_element *root, *wrapper, *assertion, *verified;
		GOOD(xml_parse(arena, document, &xml_limits_message, &root, &why));
		GOOD(xml_only(root, STR(XML_SAML), STR("EncryptedAssertion"), &wrapper, &why));
		const struct sign_key *keys[] = { provider_rsa }, *ours[] = { realm_rsa };
		GOOD(xml_decrypt(arena, wrapper, keys, 1, &xml_limits_message, &assertion, &why));
		const struct xml_trust trust = { ours, 1, XML_ALLOW_SIGNATURES, XML_ALLOW_DIGESTS };
		GOOD(xml_verify(arena, assertion, &trust, &verified, &why));
		GOOD(xml_verify(arena, root, &trust, &verified, &why));
	}
}

/* The realm's key of the algorithm's kind signs, under the name that the row wants. */
static void keys_are_chosen_and_named(void **state)
{
	(void)state;
	struct sign_key *curve;
	struct saml_signer signer;
	GOOD(sign_key_generate(SIGN_KEY_P256, 0, &curve, &why));
	struct realm_key keys[] = { { .kid = STR("ec"), .algorithm = STR("ES256"), .use = KEY_SIGN, .state = KEY_ACTIVE,
					    .key = curve },
		{ .kid = STR("other"), .algorithm = STR("RS512"), .use = KEY_SIGN, .state = KEY_ACTIVE, .key = realm_rsa },
		realm.keys[0], realm.keys[0] };
	keys[2].state = KEY_PASSIVE;
	keys[2].kid = STR("old");
	realm.keys = keys;
	realm.keys_n = ARRAY_LENGTH(keys);
	static const struct {
		const char *algorithm, *named, *name;
	} rows[] = { { "ECDSA_SHA256", "KEY_ID", "ec" }, { "RSA_SHA256", "KEY_ID", REALM_RSA_KID },
		{ "RSA_SHA512", "", REALM_RSA_KID }, { "RSA_SHA256_MGF1", "KEY_ID", REALM_RSA_KID },
		{ "RSA_SHA256", "NONE", "" }, { "RSA_SHA256", "CERT_SUBJECT", "CN=customers" } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		set_attribute(provider, "saml.signature.algorithm", rows[i].algorithm);
		set_attribute(provider, "saml.server.signature.keyinfo.xmlSigKeyInfoKeyNameTransformer", rows[i].named);
		struct saml_client saml = settings();
		GOOD(saml_signer_of(arena, &realm, &saml, &signer, &why));
		expect_text(signer.xml.key_name, rows[i].name);
	}
	set_attribute(provider, "saml.signature.algorithm", "ECDSA_SHA256");
	struct authn_plan plan = plan_of(recorded("sso_request.xml"), SAML_BINDING_POST);
	struct response_built built = build(&plan);
	const struct sign_key *trusted[] = { curve };
	const struct xml_trust trust = { trusted, 1, XML_ALLOW(SIGN_ES256), XML_ALLOW_DIGESTS };
	const struct xml_element *root, *verified;
	GOOD(xml_parse(arena, document_of(&built.outgoing), &xml_limits_message, &root, &why));
	GOOD(xml_verify(arena, root, &trust, &verified, &why));
	sign_key_free(curve);
}

static void what_cannot_be_built_says_why(void **state)
{
	(void)state;
	struct authn_plan plan = plan_of(recorded("sso_request.xml"), SAML_BINDING_POST);
	struct response_built built;
	struct saml_client saml = settings();
	struct response_input input = input_of(&saml, &plan);
	saml.encrypts = true;
	REFUSED(response_build(arena, &input, &built, &why), ERROR_INVALID_VALUE);
	assert_non_null(strstr(why.text, "no encryption certificate"));
	assert_non_null(strstr(why.text, PROVIDER));
	saml.encrypts = false;
	saml.signature_algorithm = STR("RSA_MD5");
	REFUSED(response_build(arena, &input, &built, &why), ERROR_UNSUPPORTED_ALGORITHM);
	saml.signature_algorithm = STR("ECDSA_SHA256");
	REFUSED(response_build(arena, &input, &built, &why), ERROR_NO_KEY);
	saml.signature_algorithm = STR("RSA_SHA512");
	GOOD(response_build(arena, &input, &built, &why));
	input.name_id.value = STR("a\x01");
	REFUSED(response_build(arena, &input, &built, &why), ERROR_INVALID_VALUE);
}

static void conditions_follow_the_row(void **state)
{
	(void)state;
	set_attribute(provider, "saml.assertion.lifespan", "120");
	set_attribute(provider, "saml.onetimeuse.condition", "true");
	set_attribute(provider, "saml.authnstatement", "false");
	MAPPER("saml-audience-mapper", { "included.custom.audience", "urn:other" });
	struct authn_plan plan = plan_of(recorded("sso_request.xml"), SAML_BINDING_POST);
	struct response_built built = build(&plan);
	struct str flat = flattened(document_of(&built.outgoing));
	assert_true(str_contains(flat, STR("SubjectConfirmationData InResponseTo=" REQUEST_ID
					   " NotOnOrAfter=2026-11-21T10:28:48")));
	assert_true(str_contains(flat, STR("Conditions NotOnOrAfter=2026-11-21T10:28:48 NotBefore=2026-11-21T10:26:48")));
	assert_true(str_contains(flat, STR("Audience  " PROVIDER)) && str_contains(flat, STR("Audience  urn:other")));
	assert_true(str_contains(flat, STR("}OneTimeUse")));
	assert_false(str_contains(flat, STR("AuthnStatement")));
	assert_int_equal(built.part.until_s, 0);
}

static void the_provider_hears_how_long_a_session_may_last(void **state)
{
	(void)state;
	struct session s = { .started_ms = NOW_MS - 3600000 };
	assert_int_equal(response_session_until_s(&realm, provider, &s, NOW_MS), NOW_S - 3600 + 36000);
	realm.settings.client_session_max_lifespan_s = 600;
	assert_int_equal(response_session_until_s(&realm, provider, &s, NOW_MS), NOW_S + 600);
}

/* ---- names ---- */

static struct str name_for(const struct user *user, const char *format, bool *ret_fresh)
{
	struct name_id name = { 0 };
	unsigned char random[16] = { 7 };
	if (!name_id_of(arena, &realm, provider, user, str_from(format), random, &name))
		return STR("none");
	*ret_fresh = name.fresh;
	return name.value;
}

static struct json_list_pair one_attribute(const char *name, const char *value)
{
	struct json_list_pair pair = { .key = str_from(name), .values = arena_array(arena, 1, sizeof(struct str)), .n = 1 };
	pair.values[0] = str_from(value);
	return pair;
}

static void names_by_format(void **state)
{
	(void)state;
	bool fresh = false;
	struct user user = { .id = STR("u"), .username = STR("ada"), .email = STR("ada@example.org") };
	expect_text(name_for(&user, SAML_FORMAT_UNSPECIFIED, &fresh), "ada");
	expect_text(name_for(&user, "urn:other", &fresh), "ada");
	expect_text(name_for(&user, SAML_FORMAT_EMAIL, &fresh), "ada@example.org");
	user.email = STR("");
	expect_text(name_for(&user, SAML_FORMAT_EMAIL, &fresh), "none");
	assert_true(str_starts(name_for(&user, SAML_FORMAT_TRANSIENT, &fresh), STR("G-07")));
	assert_false(fresh);
	assert_true(str_starts(name_for(&user, SAML_FORMAT_PERSISTENT, &fresh), STR("G-07")));
	assert_true(fresh);
	struct json_list_pair pairs[] = { one_attribute("saml.persistent.name.id.for.*", "G-any"),
		one_attribute("saml.persistent.name.id.for." PROVIDER, "G-own") };
	user.attributes = pairs;
	user.attributes_n = 1;
	expect_text(name_for(&user, SAML_FORMAT_PERSISTENT, &fresh), "G-any");
	assert_false(fresh);
	user.attributes_n = 2;
	expect_text(name_for(&user, SAML_FORMAT_PERSISTENT, &fresh), "G-own");
	MAPPER("saml-user-attribute-nameid-mapper", { "mapper.nameid.format", SAML_FORMAT_EMAIL },
		{ "user.attribute", "staff-mail" });
	expect_text(name_for(&user, SAML_FORMAT_EMAIL, &fresh), "none");
	pairs[0] = one_attribute("staff-mail", "a@b");
	expect_text(name_for(&user, SAML_FORMAT_EMAIL, &fresh), "a@b");
	expect_text(name_for(&user, SAML_FORMAT_UNSPECIFIED, &fresh), "ada");
}

/* Members of a group that has such an attribute are not one person. */
static void persistent_names_are_not_inherited(void **state)
{
	(void)state;
	bool fresh = false;
	struct json_list_pair pair = one_attribute("saml.persistent.name.id.for.*", "G-group");
	struct group *group = &realm.groups[realm.groups_n++];
	*group = (struct group){ .id = STR("g"), .name = STR("g"), .path = STR("/g"), .attributes = &pair, .attributes_n = 1 };
	table_put(&realm.group_by_id, group->id, group);
	struct user user = { .id = STR("u"), .username = STR("ada") };
	add_text(&user.group_ids, "g");
	assert_true(str_starts(name_for(&user, SAML_FORMAT_PERSISTENT, &fresh), STR("G-07")));
}

static void fresh_names_are_kept(void **state)
{
	(void)state;
	struct effects effects = effects_new(arena);
	struct json_list_pair pairs[] = { one_attribute("phone", "1") };
	struct user user = { .id = STR("u"), .version = 4, .attributes = pairs, .attributes_n = 1 };
	struct name_id name = { .value = STR("G-1"), .format = STR(SAML_FORMAT_PERSISTENT) };
	name_id_keep(&effects, provider, &user, &name);
	assert_int_equal(effects.n, 0);
	name.fresh = true;
	name_id_keep(&effects, provider, &user, &name);
	assert_int_equal(effects.n, 1);
	assert_int_equal(effects.items[0].kind, EFFECT_USER_UPDATE);
	const struct user *kept = &effects.items[0].u.user;
	assert_int_equal(kept->version, 4);
	assert_int_equal(kept->attributes_n, 2);
	expect_text(kept->attributes[0].key, "phone");
	expect_text(kept->attributes[1].key, "saml.persistent.name.id.for." PROVIDER);
	expect_text(kept->attributes[1].values[0], "G-1");
}

/* ---- mappers ---- */

/* "Name[friendly]=value,value;..." */
static struct str claims_text(const struct user *user)
{
	const struct saml_claims_input input = { &realm, provider, user };
	struct saml_claims claims = saml_claims_map(arena, &input);
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < claims.n; i++) {
		const struct saml_attribute *a = &claims.attributes[i];
		text_addf(&text, "%.*s[%.*s]=", STR_ARG(a->name), STR_ARG(a->friendly_name));
		for (size_t k = 0; k < a->n; k++)
			text_addf(&text, "%s%.*s", k ? "," : "", STR_ARG(a->values[k]));
		text_add_char(&text, ';');
	}
	for (size_t i = 0; i < claims.audiences.n; i++)
		text_addf(&text, "@%.*s", STR_ARG(claims.audiences.items[i]));
	return text_str(&text);
}

static void mappers_of_users_and_groups(void **state)
{
	(void)state;
	struct json_list_pair own[] = { one_attribute("dept", "a"), one_attribute("empty", "") };
	struct json_list_pair inherited = one_attribute("dept", "b");
	struct group staff = { .id = STR("s"), .name = STR("staff"), .path = STR("/staff") };
	struct group *group = &realm.groups[realm.groups_n++];
	*group = (struct group){ .id = STR("g"), .name = STR("night"), .path = STR("/staff/night"), .parent = &staff,
		.attributes = &inherited, .attributes_n = 1 };
	table_put(&realm.group_by_id, group->id, group);
	struct user user = { .id = STR("u"), .username = STR("ada"), .first_name = STR("Ada"), .attributes = own,
		.attributes_n = 2 };
	add_text(&user.group_ids, "g");
	MAPPER("saml-user-property-mapper", { "user.attribute", "firstName" }, { "attribute.name", "given" },
		{ "friendly.name", "Given" }, { "attribute.nameformat", "URI Reference" });
	MAPPER("saml-user-attribute-mapper", { "user.attribute", "dept" }, { "attribute.name", "dept" });
	MAPPER("saml-user-attribute-mapper", { "user.attribute", "dept" }, { "attribute.name", "all" },
		{ "aggregate.attrs", "true" });
	MAPPER("saml-user-attribute-mapper", { "user.attribute", "nothing" }, { "attribute.name", "x" });
	MAPPER("saml-group-membership-mapper", { "full.path", "true" });
	MAPPER("saml-group-membership-mapper", { "full.path", "false" }, { "attribute.name", "short" });
	MAPPER("saml-hardcode-attribute-mapper", { "attribute.name", "fixed" }, { "attribute.value", "v" });
	MAPPER("saml-mapper-from-elsewhere", { "attribute.name", "y" });
	expect_text(claims_text(&user),
		"given[Given]=Ada;dept[]=a;all[]=a,b;member[]=/staff/night;short[]=night;fixed[]=v;");
	const struct saml_claims_input input = { &realm, provider, &user };
	expect_text(saml_claims_map(arena, &input).attributes[0].name_format,
		"urn:oasis:names:tc:SAML:2.0:attrname-format:uri");
	expect_text(saml_claims_map(arena, &input).attributes[1].name_format,
		"urn:oasis:names:tc:SAML:2.0:attrname-format:basic");
}

static void mappers_of_roles_and_audiences(void **state)
{
	(void)state;
	struct client *other = add_client("other.app");
	struct user user = { .id = STR("u"), .username = STR("ada") };
	add_role("admin", NULL);
	add_role("editor", other);
	add_role("extra", NULL);
	add_text(&user.role_ids, "admin");
	add_text(&user.role_ids, "editor");
	struct client_scope *scope = add_scope("role_list", false);
	scope->protocol = STR("saml");
	give_default_scope(provider, scope);
	static struct mapper list;
	list = (struct mapper){ .type = STR("saml-role-list-mapper") };
	scope->mappers = &list;
	scope->mappers_n = 1;
	expect_text(claims_text(&user), "Role[]=admin;Role[]=editor;");
	add_pair(&list.config, "single", "true");
	MAPPER("saml-role-name-mapper", { "role", "other.app.editor" }, { "new.role.name", "writer" });
	MAPPER("saml-role-name-mapper", { "role", "editor" }, { "new.role.name", "nobody" });
	MAPPER("saml-hardcode-role-mapper", { "role", "extra" });
	MAPPER("saml-hardcode-role-mapper", { "role", "elsewhere" });
	MAPPER("saml-audience-resolve-mapper", { "x", "y" });
	MAPPER("saml-audience-mapper", { "included.client.audience", "third" });
	expect_text(claims_text(&user), "Role[]=admin,writer,extra,elsewhere;@other.app@third");
	provider->full_scope_allowed = false;
	expect_text(claims_text(&user), "Role[]=extra,elsewhere;@third");
	scope->protocol = STR("openid-connect");
	expect_text(claims_text(&user), "@third");
	assert_true(saml_mapper_known(STR("saml-role-list-mapper")) && !saml_mapper_known(STR("oidc-acr-mapper")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SAML(times),
		IN_SAML(session_indexes),
		IN_SAML(settings_have_keycloaks_defaults),
		IN_SAML(certificates_come_alone_and_many),
		IN_SAML(sign_out_endpoints),
		IN_SAML(the_recorded_request_is_understood),
		IN_SAML(a_session_suffices_unless_the_request_wants_more),
		IN_SAML(contexts_are_what_a_password_is),
		IN_SAML(formats_are_as_asked_unless_forced),
		IN_SAML(the_answer_goes_by_the_binding_that_was_asked_for),
		IN_SAML(sign_in_that_begins_here),
		IN_SAML(the_response_is_as_recorded),
		IN_SAML(signatures_are_good),
		IN_SAML(a_status_is_as_recorded),
		IN_SAML(every_status_has_its_codes),
		IN_SAML(a_redirect_response_is_signed_in_its_query),
		IN_SAML(assertions_are_encrypted),
		IN_SAML(keys_are_chosen_and_named),
		IN_SAML(what_cannot_be_built_says_why),
		IN_SAML(conditions_follow_the_row),
		IN_SAML(the_provider_hears_how_long_a_session_may_last),
		IN_SAML(names_by_format),
		IN_SAML(persistent_names_are_not_inherited),
		IN_SAML(fresh_names_are_kept),
		IN_SAML(mappers_of_users_and_groups),
		IN_SAML(mappers_of_roles_and_audiences),
	};
	return cmocka_run_group_tests_name("saml_sso", tests, NULL, saml_end);
}

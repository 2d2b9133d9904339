/* saml/: what strangers try. Each test names its row of the list of attacks (B4.n). */
#include "saml_fixture.h"

#include "saml/logout_request.h"
#include "saml/logout_response.h"
#include "xml/deflate.h"
#include "xml/writer.h"

/* ---- signed messages of the three kinds ---- */

#define HEAD(name, more)                                                                      \
	"<samlp:" name " xmlns:samlp=\"" XML_SAMLP "\" xmlns:saml=\"" XML_SAML "\" ID=\"_good\"" \
	" Version=\"2.0\" IssueInstant=\"2026-11-21T10:26:50Z\" Destination=\"" ENDPOINT "\"" more \
	"><saml:Issuer>" PROVIDER "</saml:Issuer>"
#define LOGOUT_REQUEST HEAD("LogoutRequest", "") "<saml:NameID>bob</saml:NameID></samlp:LogoutRequest>"

static const struct kind {
	const char *name, *document;
	bool response;
} kinds[] = {
	{ "AuthnRequest", HEAD("AuthnRequest", " AssertionConsumerServiceURL=\"http://127.0.0.1:9/sp/acs\"") "</samlp:AuthnRequest>",
		false },
	{ "LogoutRequest", LOGOUT_REQUEST, false },
	{ "LogoutResponse", HEAD("LogoutResponse", " InResponseTo=\"ID_1\"")
		"<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>"
		"</samlp:LogoutResponse>", true },
};

/* The provider signs, and the row has its certificate. */
static void require_signatures(void)
{
	set_attribute(provider, "saml.client.signature", "true");
	set_attribute(provider, "saml.signing.certificate", provider_certificate());
}

static struct str signed_post(const struct kind *kind)
{
	struct str document;
	signed_by_provider(str_from(kind->document), "_good", SAML_BINDING_POST, kind->response, &document);
	return document;
}

static size_t find(struct str text, const char *part)
{
	const char *at = memmem(text.p, text.n, part, strlen(part));
	return at ? (size_t)(at - text.p) : text.n;
}

static struct str without(struct str text, struct str part)
{
	return replaced(text, arena_z(arena, part), "");
}

/* `inner` before the end tag of the root. */
static struct str with_child(struct str document, struct str inner)
{
	size_t end = document.n;
	while (end && document.p[end] != '<')
		end--;
	return arena_join(arena, str_take(document, end), inner, str_drop(document, end));
}

/* How far a message gets: OK only when it is read and its signature is good. */
static enum error_code taken(struct str document, bool response)
{
	struct saml_incoming in;
	struct saml_message message;
	struct saml_client saml = settings();
	struct str none = { NULL, 0 }, text = base64_encode(arena, document);
	enum error_code code = saml_receive_post(arena, response ? none : text, response ? text : none, none, &in, &why);
	if (code == OK)
		code = saml_message_read(&in, &message, &why);
	return code == OK ? saml_verify(arena, &saml, &in, &why) : code;
}

static void good_signatures_are_taken(void **state)
{
	(void)state;
	require_signatures();
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		GOOD(taken(signed_post(&kinds[i]), kinds[i].response));
}

/* ---- B4.1, B4.2: wrapping ---- */

static struct str signature_of(struct str document)
{
	size_t begin = find(document, "<dsig:Signature "), end = find(document, "</dsig:Signature>");
	assert_true(begin < end && end < document.n);
	return str_take(str_drop(document, begin), end + strlen("</dsig:Signature>") - begin);
}

static struct str in_element(const char *name, struct str inner)
{
	return arena_format(arena, "<%s>%.*s</%s>", name, STR_ARG(inner), name);
}

/* The signature with something behind its KeyInfo's or value's end. */
static struct str stuffed(struct str signature, struct str inner)
{
	size_t end = signature.n - strlen("</dsig:Signature>");
	return arena_join(arena, str_take(signature, end), inner, str_drop(signature, end));
}

static void wrapped_messages_are_refused(void **state)
{
	(void)state;
	require_signatures();
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		struct str good = signed_post(&kinds[i]), signature = signature_of(good);
		struct str bare = without(good, signature);
		struct str evil = replaced(bare, "\"_good\"", "\"_evil\"");
		struct str evil_signed = replaced(evil, "</saml:Issuer>",
			arena_format(arena, "</saml:Issuer>%.*s", STR_ARG(signature)).p);
		struct str object = in_element("dsig:Object", bare);
		const struct str forms[] = {
			/* XSW 1, 2: the signed message beside a signature that moved to the evil one. */
			with_child(evil_signed, bare),
			with_child(evil_signed, good),
			/* XSW 3, 4: the signed message, whole, within the evil one. */
			with_child(evil, good),
			with_child(evil, in_element("samlp:Extensions", good)),
			/* XSW 5, 6: the evil one has the ID of the signed one. */
			with_child(bare, in_element("samlp:Extensions", good)),
			with_child(good, in_element("samlp:Extensions", bare)),
			/* XSW 7, 8: the signed message in the signature. */
			replaced(evil, "</saml:Issuer>", arena_format(arena, "</saml:Issuer>%.*s",
				STR_ARG(stuffed(signature, object))).p),
			replaced(evil, "</saml:Issuer>", arena_format(arena, "</saml:Issuer>%.*s",
				STR_ARG(stuffed(signature, in_element("dsig:KeyInfo", bare)))).p),
			/* The signature one level down; twice; without what it is of; none at all. */
			with_child(bare, in_element("samlp:Extensions", signature)),
			with_child(good, signature),
			evil_signed,
			evil,
			bare,
			replaced(good, "URI=\"#_good\"", "URI=\"\""),
			replaced(good, " URI=\"#_good\"", ""),
		};
		for (size_t k = 0; k < ARRAY_LENGTH(forms); k++)
			if (taken(forms[k], kinds[i].response) == OK)
				fail_msg("%s, form %zu: %.*s", kinds[i].name, k, STR_ARG(forms[k]));
	}
}

static void changed_messages_are_refused(void **state)
{
	(void)state;
	require_signatures();
	struct str good = signed_post(&kinds[1]);
	static const char *const changes[][2] = { { ">bob<", ">ada<" }, { ENDPOINT, ENDPOINT "x" }, { ">bob<", "> bob<" },
		{ "</dsig:Transforms>",
			"<dsig:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"/></dsig:Transforms>" },
		{ "rsa-sha256", "rsa-sha1" }, { "xmlenc#sha256", "xmlenc#sha512" } };
	for (size_t i = 0; i < ARRAY_LENGTH(changes); i++)
		if (taken(replaced(good, changes[i][0], changes[i][1]), false) == OK)
			fail_msg("%s", changes[i][1]);
}

/* ---- B4.3, B4.4, B4.5: what is no XML here ---- */

static void other_xml_is_refused(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"<!DOCTYPE x [<!ENTITY a \"b\">]>" LOGOUT_REQUEST, "<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x\">" LOGOUT_REQUEST,
		"<?xml version=\"1.1\"?>" LOGOUT_REQUEST, "<?xml version=\"1.0\" encoding=\"UTF-7\"?>" LOGOUT_REQUEST,
		"<?php x?>" LOGOUT_REQUEST, LOGOUT_REQUEST LOGOUT_REQUEST, "<samlp:AuthnRequest", "", "\xff\xfe<\0a",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (taken(str_from(rows[i]), false) == OK)
			fail_msg("%s", rows[i]);
}

static void comments_cut_nothing(void **state)
{
	(void)state;
	struct logout_request request;
	struct saml_incoming in =
		by_post(replaced(STR(LOGOUT_REQUEST), ">bob<", ">admin<!-- -->@evil<![CDATA[.test]]><"), false);
	struct saml_message message = head_of(&in);
	GOOD(logout_request_read(arena, &realm, &message, &request, &why));
	expect_text(request.name_id, "admin@evil.test");
	in = by_post(replaced(STR(LOGOUT_REQUEST), ">" PROVIDER "<", ">" PROVIDER "<!-- -->-other<"), false);
	message = head_of(&in);
	expect_text(message.issuer, PROVIDER "-other");
}

static void other_documents_are_no_messages(void **state)
{
	(void)state;
	static const char *const rows[][2] = { { XML_SAMLP, "urn:other" }, { "Version=\"2.0\"", "Version=\"1.1\"" },
		{ "ID=\"_good\"", "ID=\"1\"" }, { "ID=\"_good\"", "ID=\"a b\"" }, { "ID=\"_good\"", "" },
		{ "2026-11-21T10:26:50Z", "yesterday" }, { " IssueInstant=\"2026-11-21T10:26:50Z\"", "" },
		{ "<saml:Issuer>" PROVIDER "</saml:Issuer>", "" }, { PROVIDER "<", " <" },
		{ "</saml:Issuer>", "</saml:Issuer><saml:Issuer>x</saml:Issuer>" },
		{ "LogoutRequest", "ManageNameIDRequest" } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct str document = replaced(STR(LOGOUT_REQUEST), rows[i][0], rows[i][1]);
		if (i == ARRAY_LENGTH(rows) - 1)
			document = replaced(document, "</samlp:LogoutRequest", "</samlp:ManageNameIDRequest");
		REFUSED(taken(document, false), ERROR_BAD_XML);
	}
	/* A request that came as a response, and the other way. */
	REFUSED(taken(STR(LOGOUT_REQUEST), true), ERROR_BAD_XML);
	REFUSED(taken(str_from(kinds[2].document), false), ERROR_BAD_XML);
}

/* ---- B4.6, B4.11: size ---- */

static void bombs_are_stopped(void **state)
{
	(void)state;
	struct saml_incoming in;
	struct str none = { NULL, 0 }, deflated;
	size_t n = 16 << 20;
	char *much = arena_alloc(arena, n);
	memset(much, ' ', n);
	GOOD(xml_deflate(arena, str_of(much, n), &deflated, &why));
	struct text query = text_new(arena, 0);
	text_add_z(&query, "SAMLRequest=");
	text_add_percent(&query, base64_encode(arena, deflated));
	size_t before = arena_used(arena);
	REFUSED(saml_receive_redirect(arena, text_str(&query), &in, &why), ERROR_TOO_LARGE);
	assert_true(arena_used(arena) - before < 2 << 20);
	memset(much, 'a', 300 << 10);
	struct str long_text = base64_encode(arena, str_of(much, 300 << 10));
	REFUSED(saml_receive_post(arena, long_text, none, none, &in, &why), ERROR_TOO_LARGE);
	struct str small = base64_encode(arena, STR(LOGOUT_REQUEST));
	REFUSED(saml_receive_post(arena, small, none, str_of(much, SAML_RELAY_STATE_MAX + 1), &in, &why), ERROR_TOO_LARGE);
	GOOD(saml_receive_post(arena, small, none, str_of(much, SAML_RELAY_STATE_MAX), &in, &why));
	REFUSED(saml_receive_post(arena, small, none, STR("\xff"), &in, &why), ERROR_INVALID_NOT_UTF8);
}

/* ---- B4.7: replay ---- */

static struct effect_token_revoke use_of(const char *client_id, const char *id)
{
	struct effects effects = effects_new(arena);
	const struct client client = { .id = str_from(client_id) };
	const struct saml_message message = { .id = str_from(id), .issued_ms = RECORDED_MS };
	saml_message_use(&effects, STR("r"), &client, &message);
	assert_int_equal(effects.n, 1);
	assert_int_equal(effects.items[0].kind, EFFECT_TOKEN_USE);
	return effects.items[0].u.token_revoke;
}

static void a_message_counts_once(void **state)
{
	(void)state;
	struct effect_token_revoke one = use_of("c", "_1");
	assert_true(str_eq(one.jti, use_of("c", "_1").jti));
	assert_false(str_eq(one.jti, use_of("c", "_2").jti));
	assert_false(str_eq(one.jti, use_of("d", "_1").jti));
	/* It is remembered for as long as the message would be taken. */
	struct saml_client saml = settings();
	const struct saml_message message = { .id = STR("_1"), .issued_ms = RECORDED_MS, .destination = STR(ENDPOINT) };
	assert_int_not_equal(saml_message_check(&message, &saml, STR(ENDPOINT), one.expires_s * 1000, &why), OK);
}

/* ---- B4.8: times and places ---- */

static void times_and_places(void **state)
{
	(void)state;
	struct saml_client saml = settings();
	struct saml_message message = { .destination = STR(ENDPOINT), .issued_ms = NOW_MS, .binding = SAML_BINDING_POST };
	const int64_t life = (SAML_MESSAGE_LIFE_S + SAML_SKEW_S) * 1000;
	GOOD(saml_message_check(&message, &saml, STR(ENDPOINT), NOW_MS + life, &why));
	REFUSED(saml_message_check(&message, &saml, STR(ENDPOINT), NOW_MS + life + 1, &why), ERROR_EXPIRED);
	GOOD(saml_message_check(&message, &saml, STR(ENDPOINT), NOW_MS - SAML_SKEW_S * 1000, &why));
	REFUSED(saml_message_check(&message, &saml, STR(ENDPOINT), NOW_MS - SAML_SKEW_S * 1000 - 1, &why), ERROR_EXPIRED);
	static const char *const places[] = { "http://other.example/", ENDPOINT "/", "http://op.example/realms/other/protocol/saml",
		"HTTP://op.example/realms/customers/protocol/saml" };
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		message.destination = str_from(places[i]);
		REFUSED(saml_message_check(&message, &saml, STR(ENDPOINT), NOW_MS, &why), ERROR_INVALID_VALUE);
	}
	message.destination = STR("");
	GOOD(saml_message_check(&message, &saml, STR(ENDPOINT), NOW_MS, &why));
	saml.client_signs = true;
	REFUSED(saml_message_check(&message, &saml, STR(ENDPOINT), NOW_MS, &why), ERROR_INVALID_VALUE);
	message.binding = SAML_BINDING_SOAP;
	GOOD(saml_message_check(&message, &saml, STR(ENDPOINT), NOW_MS, &why));
}

/* ---- B4.9: the Redirect binding ---- */

static enum error_code query_taken(struct str query)
{
	struct saml_incoming in;
	struct saml_client saml = settings();
	enum error_code code = saml_receive_redirect(arena, query, &in, &why);
	return code == OK ? saml_verify(arena, &saml, &in, &why) : code;
}

static struct str lower_hex(struct str query)
{
	char *out = arena_z(arena, query);
	for (size_t i = 0; i + 2 < query.n; i++)
		for (size_t k = 1; out[i] == '%' && k < 3; k++)
			if (out[i + k] >= 'A' && out[i + k] <= 'F')
				out[i + k] = (char)(out[i + k] - 'A' + 'a');
	return str_from(out);
}

static void raw_bytes_are_what_is_signed(void **state)
{
	(void)state;
	struct str query;
	require_signatures();
	signed_by_provider(STR(LOGOUT_REQUEST), "_good", SAML_BINDING_REDIRECT, false, &query);
	GOOD(query_taken(query));
	size_t at = find(query, "&RelayState=");
	struct str message = str_take(query, at);
	const struct {
		struct str query;
		enum error_code code;
	} rows[] = {
		{ lower_hex(query), ERROR_INVALID_SIGNATURE },
		{ replaced(query, "RelayState=rs", "RelayState=other"), ERROR_INVALID_SIGNATURE },
		{ replaced(query, "RelayState=rs", "RelayState=r%73"), ERROR_INVALID_SIGNATURE },
		{ replaced(query, "&RelayState=rs", ""), ERROR_INVALID_SIGNATURE },
		{ replaced(query, "rsa-sha256", "rsa-sha512"), ERROR_INVALID_SIGNATURE },
		{ replaced(query, "&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256",
			"&SigAlg=http%3A%2F%2Fwww.w3.org%2F2000%2F09%2Fxmldsig%23rsa-sha1"), ERROR_UNSUPPORTED_ALGORITHM },
		{ message, ERROR_INVALID_SIGNATURE },
		{ str_take(query, find(query, "&Signature=")), ERROR_INVALID_SIGNATURE },
		{ arena_join(arena, query, STR("&"), message), ERROR_DUPLICATE_PARAMETER },
		{ arena_join(arena, query, STR("&RelayState=x"), STR("")), ERROR_DUPLICATE_PARAMETER },
		{ arena_join(arena, query, STR("&SAMLResponse=x"), STR("")), ERROR_INVALID_REQUEST },
		{ arena_join(arena, query, STR("&SAMLEncoding=urn%3Ax"), STR("")), ERROR_INVALID_REQUEST },
		{ replaced(query, "RelayState=rs", "RelayState=%zz"), ERROR_INVALID_REQUEST },
		{ replaced(query, "RelayState=rs", "RelayState=%00"), ERROR_INVALID_REQUEST },
		{ STR("SAMLRequest=%2525&RelayState=rs"), ERROR_BAD_XML },
		{ STR("SAMLRequest=QUJD"), ERROR_BAD_XML },
		{ STR("RelayState=rs"), ERROR_INVALID_REQUEST },
		{ STR(""), ERROR_INVALID_REQUEST },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		enum error_code code = query_taken(rows[i].query);
		if (code != rows[i].code)
			fail_msg("row %zu: %s instead of %s", i, error_name(code), error_name(rows[i].code));
	}
	/* What is not the protocol's changes nothing; nor does the order in the URL. */
	GOOD(query_taken(arena_join(arena, STR("x=y&"), query, STR("&z"))));
}

/* RelayState that was added is not believed when it is not signed. */
static void added_relay_state_is_refused(void **state)
{
	(void)state;
	const struct saml_signer signer = { .xml = { .key = provider_rsa, .algorithm = SIGN_RS256 } };
	const struct saml_endpoint to = { SAML_BINDING_REDIRECT, STR(ENDPOINT) };
	struct saml_outgoing out;
	require_signatures();
	GOOD(saml_send(arena, &to, false, STR(LOGOUT_REQUEST), STR("_good"), STR(""), &signer, &out, &why));
	struct str query = str_drop(out.url, str_index(out.url, '?') + 1);
	GOOD(query_taken(query));
	REFUSED(query_taken(arena_join(arena, query, STR("&RelayState=x"), STR(""))), ERROR_INVALID_SIGNATURE);
}

/* ---- B4.10: where the answer goes ---- */

static void answers_go_to_known_places_alone(void **state)
{
	(void)state;
	static const struct {
		const char *url;
		bool known;
	} rows[] = { { "http://127.0.0.1:9/sp/acs", true }, { "http://127.0.0.1:9/sp/other", true },
		{ "http://127.0.0.1:9/sp/../x", false }, { "http://127.0.0.1:9/sp/%2e%2e/x", false },
		{ "http://127.0.0.1:9/other", false }, { "http://evil.test/sp/acs", false },
		{ "http://127.0.0.1:9@evil.test/sp/acs", false }, { "https://127.0.0.1:9/sp/acs", false },
		{ "javascript:alert(1)", false }, { "JavaScript:alert(1)", false }, { "http://127.0.0.1:9/sp/acs#x", false },
		{ "data:text/html,x", false }, { "/sp/acs", false } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct saml_client saml = settings();
		struct str document = replaced(str_from(kinds[0].document), "http://127.0.0.1:9/sp/acs", rows[i].url);
		struct saml_incoming in = by_post(document, false);
		struct saml_message message = head_of(&in);
		struct authn_request request;
		struct authn_plan plan;
		struct authn_error error = { 0 };
		GOOD(authn_request_read(arena, &message, &request, &why));
		if (authn_request_check(arena, &saml, &message, &request, &plan, &error) != rows[i].known)
			fail_msg("%s", rows[i].url);
		if (!rows[i].known) {
			expect_text(error.text, "Invalid redirect uri");
			expect_text(error.event_error, "invalid_redirect_uri");
		}
	}
	/* Not even a row makes it one. */
	set_attribute(provider, "saml_assertion_consumer_url_post", "JavaScript:alert(1)");
	struct saml_client saml = settings();
	assert_false(saml_client_consumes(arena, &saml, STR("JavaScript:alert(1)")));
}

static void clients_that_may_not(void **state)
{
	(void)state;
	expect_text(authn_client_check(provider).text, "");
	expect_text(authn_client_check(NULL).event_error, "client_not_found");
	provider->standard_flow_enabled = false;
	expect_text(authn_client_check(provider).event_error, "not_allowed");
	provider->bearer_only = true;
	expect_text(authn_client_check(provider).event_error, "not_allowed");
	provider->enabled = false;
	expect_text(authn_client_check(provider).event_error, "client_disabled");
	provider->protocol = STR("openid-connect");
	expect_text(authn_client_check(provider).event_error, "invalid_client");
	expect_text(authn_error_of(ERROR_BAD_XML).event_error, "invalid_token");
	expect_text(authn_error_of(ERROR_INVALID_VALUE).reason, "invalid_destination");
	expect_text(authn_error_of(ERROR_INVALID_SIGNATURE).event_error, "invalid_signature");
}

static void values_of_the_wrong_kind(void **state)
{
	(void)state;
	static const char *const attributes[] = { "ForceAuthn=\"yes\"", "IsPassive=\"TRUE\"", "IsPassive=\"\"" };
	struct authn_request request;
	for (size_t i = 0; i < ARRAY_LENGTH(attributes); i++) {
		struct saml_incoming in = by_post(replaced(str_from(kinds[0].document), "Version=",
			arena_format(arena, "%s Version=", attributes[i]).p), false);
		struct saml_message message = head_of(&in);
		REFUSED(authn_request_read(arena, &message, &request, &why), ERROR_BAD_XML);
	}
	struct saml_incoming in = by_post(replaced(str_from(kinds[0].document), "</samlp:AuthnRequest>",
		"<samlp:NameIDPolicy/><samlp:NameIDPolicy/></samlp:AuthnRequest>"), false);
	struct saml_message message = head_of(&in);
	REFUSED(authn_request_read(arena, &message, &request, &why), ERROR_BAD_XML);
}

/* ---- B4.12: keys ---- */

static void keys_come_from_the_row(void **state)
{
	(void)state;
	require_signatures();
	struct str good = signed_post(&kinds[1]);
	const char *own = provider_certificate(), *foreign = REALM_RSA_CERTIFICATE;
	static const struct {
		bool foreign_first, own_second;
		enum error_code code;
	} rows[] = { { true, false, ERROR_INVALID_SIGNATURE }, { true, true, OK } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		set_attribute(provider, "saml.signing.certificate",
			arena_format(arena, "%s%s%s", foreign, rows[i].own_second ? "," : "", rows[i].own_second ? own : "").p);
		REFUSED(taken(good, false), rows[i].code);
	}
	/* A certificate for encryption signs nothing; none at all, or a broken one, is no pass. */
	set_attribute(provider, "saml.encryption.certificate", own);
	static const char *const none[] = { "", "QUJD", "not base64!" };
	for (size_t i = 0; i < ARRAY_LENGTH(none); i++) {
		set_attribute(provider, "saml.signing.certificate", none[i]);
		REFUSED(taken(good, false), ERROR_INVALID_SIGNATURE);
	}
	/* Without the demand, a signature that nobody can check says nothing ... */
	set_attribute(provider, "saml.client.signature", "false");
	set_attribute(provider, "saml.signing.certificate", "");
	GOOD(taken(good, false));
	/* ... but one that can be has to be good. */
	set_attribute(provider, "saml.signing.certificate", foreign);
	REFUSED(taken(good, false), ERROR_INVALID_SIGNATURE);
	GOOD(taken(STR(LOGOUT_REQUEST), false));
}

static void sha1_only_where_the_row_names_it(void **state)
{
	(void)state;
	struct saml_signer signer = { .xml = { .key = provider_rsa, .algorithm = SIGN_RSA_SHA1, .digest = HASH_SHA1,
					     .canonical = XML_CANONICAL_EXCLUSIVE } };
	const struct saml_endpoint to = { SAML_BINDING_POST, STR(ENDPOINT) };
	struct saml_outgoing out;
	struct str document;
	require_signatures();
	GOOD(saml_send(arena, &to, false, STR(LOGOUT_REQUEST), STR("_good"), STR(""), &signer, &out, &why));
	GOOD(base64_decode(arena, out.value, &document, &why));
	REFUSED(taken(document, false), ERROR_UNSUPPORTED_ALGORITHM);
	set_attribute(provider, "saml.signature.algorithm", "RSA_SHA1");
	GOOD(taken(document, false));
}

/* ---- SOAP ---- */

#define SOAP(header, body) \
	"<s:Envelope xmlns:s=\"" XML_SOAP "\">" header "<s:Body>" body "</s:Body></s:Envelope>"

static void envelopes(void **state)
{
	(void)state;
	static const char *const bad[] = { SOAP("", ""), SOAP("", LOGOUT_REQUEST LOGOUT_REQUEST), LOGOUT_REQUEST,
		SOAP("<s:Header/><s:Header/>", LOGOUT_REQUEST),
		"<s:Envelope xmlns:s=\"" XML_SOAP "\"><s:Body>" LOGOUT_REQUEST "</s:Body><s:Body/></s:Envelope>",
		"<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>" LOGOUT_REQUEST "</s:Body></s:Envelope>" };
	struct saml_incoming in;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		REFUSED(saml_receive_soap(arena, str_from(bad[i]), &in, &why), ERROR_BAD_XML);
	REFUSED(saml_receive_soap(arena, STR(SOAP("<s:Header><x s:mustUnderstand=\"1\"/></s:Header>", LOGOUT_REQUEST)), &in,
			&why), ERROR_INVALID_REQUEST);
	GOOD(saml_receive_soap(arena, STR(SOAP("<s:Header><x/></s:Header>", LOGOUT_REQUEST)), &in, &why));
	/* The signature is of the message in the Body, not of the envelope. */
	struct str text;
	struct saml_client saml;
	require_signatures();
	saml = settings();
	in = signed_by_provider(STR(LOGOUT_REQUEST), "_good", SAML_BINDING_SOAP, false, &text);
	GOOD(saml_verify(arena, &saml, &in, &why));
	GOOD(saml_receive_soap(arena, STR(SOAP("", LOGOUT_REQUEST)), &in, &why));
	REFUSED(saml_verify(arena, &saml, &in, &why), ERROR_INVALID_SIGNATURE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SAML(good_signatures_are_taken),
		IN_SAML(wrapped_messages_are_refused),
		IN_SAML(changed_messages_are_refused),
		IN_SAML(other_xml_is_refused),
		IN_SAML(comments_cut_nothing),
		IN_SAML(other_documents_are_no_messages),
		IN_SAML(bombs_are_stopped),
		IN_SAML(a_message_counts_once),
		IN_SAML(times_and_places),
		IN_SAML(raw_bytes_are_what_is_signed),
		IN_SAML(added_relay_state_is_refused),
		IN_SAML(answers_go_to_known_places_alone),
		IN_SAML(clients_that_may_not),
		IN_SAML(values_of_the_wrong_kind),
		IN_SAML(keys_come_from_the_row),
		IN_SAML(sha1_only_where_the_row_names_it),
		IN_SAML(envelopes),
	};
	return cmocka_run_group_tests_name("saml_attacks", tests, NULL, saml_end);
}

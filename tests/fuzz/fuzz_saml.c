/* A SAML message from outside, by any binding, through all that looks at it; and metadata. The
 * first byte says by which: '?' a query, '<' a posted document, 'S' a SOAP body, 'M' metadata,
 * 'A' what a provider answers, 'T' a time, 'C' the certificates of a row. */
#include <stdlib.h>

#include "crypto/base64.h"
#include "saml/artifact.h"
#include "saml/logout_request.h"
#include "saml/logout_response.h"
#include "saml/metadata.h"
#include "saml/response.h"
#include "saml/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define ENDPOINT "http://op.example/realms/customers/protocol/saml"
enum { NOW_S = 1795256810 };

static struct client *client(void)
{
	static struct str redirects[] = { STR_INIT("http://127.0.0.1:9/sp/*") };
	static struct client row = { .id = STR_INIT("095231cd-065d-41a7-b239-d48b0cae68b6"),
		.client_id = STR_INIT("http://127.0.0.1:9/sp"), .protocol = STR_INIT("saml"), .enabled = true,
		.standard_flow_enabled = true, .redirect_uris = { redirects, 1 } };
	return &row;
}

/* Nothing that is not signed by a key of the row is ever taken for signed. */
static void check_signature(struct arena *arena, struct saml_client *saml, const struct saml_incoming *in)
{
	struct why why;
	saml->client_signs = true;
	if (saml_verify(arena, saml, in, &why) == OK)
		abort();
	saml->client_signs = false;
}

static void look_at_request(struct arena *arena, const struct saml_client *saml, const struct saml_message *message)
{
	struct authn_request request;
	struct authn_plan plan;
	struct authn_error error;
	struct why why;
	if (authn_request_read(arena, message, &request, &why) != OK)
		return;
	if (!authn_request_check(arena, saml, message, &request, &plan, &error)) {
		if (!error.text.n || !error.event_error.n)
			abort();
		return;
	}
	if (!str_starts(plan.consumer_url, STR("http://127.0.0.1:9/sp/")))
		abort();
	if ((plan.binding == SAML_BINDING_SOAP) != (message->binding == SAML_BINDING_SOAP))
		abort();
	/* An answer can always be given. */
	const struct realm realm = { 0 };
	const struct response_input input = { .realm = &realm, .client = saml, .plan = &plan,
		.issuer = STR("http://op.example/realms/customers"), .now_ms = NOW_S * INT64_C(1000) };
	struct saml_outgoing out;
	if (response_status(arena, &input, SAML_STATUS_NO_PASSIVE, &out, &why) != OK)
		abort();
}

static void look_at(struct arena *arena, const struct saml_incoming *in)
{
	struct saml_message message;
	struct logout_request request;
	struct logout_response response;
	struct str artifact;
	struct why why;
	const struct realm realm = { 0 };
	struct saml_client saml = saml_client_of(arena, client());
	check_signature(arena, &saml, in);
	if (saml_message_read(in, &message, &why) != OK)
		return;
	if (saml_message_check(&message, &saml, STR(ENDPOINT), NOW_S * INT64_C(1000), &why) == OK && message.destination.n &&
	    !str_eq_z(message.destination, ENDPOINT))
		abort();
	look_at_request(arena, &saml, &message);
	if (logout_request_read(arena, &realm, &message, &request, &why) == OK) {
		if (!request.name_id.n || request.session_indexes.n > LOGOUT_REQUEST_SESSIONS_MAX)
			abort();
		(void)logout_request_session_ids(arena, client(), &request);
	}
	(void)!logout_response_read(&message, &response, &why);
	if (artifact_resolve_read(&message, &artifact, &why) == OK && (!artifact.n || artifact.n > ARTIFACT_TEXT_MAX))
		abort();
}

static void look_at_certificates(struct arena *arena, struct str text)
{
	struct json_pair pair = { STR("saml.signing.certificate"), text };
	struct client row = *client();
	row.attributes = (struct attributes){ &pair, 1 };
	struct saml_client saml = saml_client_of(arena, &row);
	for (size_t i = 0; i < saml.signing_certificates.n; i++)
		if (!saml.signing_certificates.items[i].n || str_has_control(saml.signing_certificates.items[i]))
			abort();
}

static void look_at_time(struct arena *arena, struct str text)
{
	int64_t ms, again;
	if (!saml_time_read(text, &ms) || ms < 0)
		return;
	/* The years that can be written, which an offset may leave by hours. */
	struct str written = saml_time_text(arena, ms);
	if (str_starts(written, STR("10000")))
		return;
	if (!saml_time_read(written, &again) || again != ms)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str rest = str_of(data + (n > 0), n ? n - 1 : 0), none = { NULL, 0 }, json;
	struct saml_incoming in;
	struct logout_response response;
	struct saml_client saml = saml_client_of(arena, client());
	struct why why;
	if (!n)
		return 0;
	switch (data[0]) {
	case '?':
		if (saml_receive_redirect(arena, rest, &in, &why) == OK)
			look_at(arena, &in);
		break;
	case '<':
		for (int i = 0; i < 2; i++) {
			struct str text = base64_encode(arena, str_of(data, n));
			if (saml_receive_post(arena, i ? none : text, i ? text : none, none, &in, &why) == OK)
				look_at(arena, &in);
		}
		break;
	case 'S':
		if (saml_receive_soap(arena, rest, &in, &why) == OK)
			look_at(arena, &in);
		break;
	case 'M':
		(void)metadata_is(rest);
		if (metadata_client(arena, rest, &json, &why) == OK && !json.n)
			abort();
		break;
	case 'A':
		(void)logout_response_of_answer(arena, &saml, rest, STR("ID_1"), &response);
		(void)logout_response_of_location(arena, &saml, rest, STR("ID_1"), &response);
		break;
	case 'T':
		look_at_time(arena, rest);
		break;
	case 'C':
		look_at_certificates(arena, rest);
		break;
	default:
		break;
	}
	return 0;
}

/* LogoutRequests of the back channel; see saml_attempt.h. */
#include "outbox/saml_attempt.h"

#include "base/clock.h"
#include "base/tables.h"
#include "crypto/random.h"
#include "saml/back_channel.h"
#include "saml/logout_request.h"
#include "xml/namespaces.h"

enum { SAYS_YES = 200, SAYS_NO = 400 };

/* A client that is gone, or is no SAML client any more: as it was when the session ended. */
static struct client former_client(struct arena *arena, const struct delivery *delivery)
{
	const struct json_pair pairs[] = {
		{ .key = STR_INIT("saml.server.signature"), .value = STR_INIT("true") },
		{ .key = STR_INIT("saml.signature.algorithm"), .value = delivery->algorithm },
	};
	struct client client = { .id = delivery->client_id, .client_id = delivery->client_name,
		.protocol = STR(SAML_PROTOCOL) };
	for (size_t i = 0; delivery->algorithm.n && i < ARRAY_LENGTH(pairs); i++)
		*(struct json_pair *)arena_push(arena, &client.attributes.pairs, &client.attributes.n,
						sizeof *client.attributes.pairs) = pairs[i];
	return client;
}

static const struct client *client_of(struct arena *arena, const struct realm *realm,
				      const struct delivery *delivery)
{
	const struct client *client = realm_client_by_id(realm, delivery->client_id);
	if (client && saml_client_is(client))
		return client;
	struct client *former = arena_alloc(arena, sizeof *former);
	*former = former_client(arena, delivery);
	return former;
}

/* ---- the request ---- */

enum error_code saml_attempt_request(struct arena *arena, const struct realm *realm,
				     const struct delivery *delivery, struct str url,
				     struct client_request *ret_request, struct str *ret_id,
				     struct why *reterr_why)
{
	bool soap = delivery->channel == CHANNEL_SAML_SOAP;
	struct saml_client client = saml_client_of(arena, client_of(arena, realm, delivery));
	struct logout_request_input input = {
		.realm = realm, .client = &client, .issuer = delivery->issuer, .session_id = delivery->session_id,
		.name_id = delivery->saml_name_id, .name_id_format = delivery->saml_name_id_format,
		.to = { soap ? SAML_BINDING_SOAP : SAML_BINDING_POST, url }, .now_ms = clock_wall_ms(),
	};
	struct saml_outgoing message;
	random_bytes(input.random, sizeof input.random);
	enum error_code code = logout_request_build(arena, &input, &message, ret_id, reterr_why);
	if (code != OK)
		return code;
	struct back_channel_post post = back_channel_post(arena, &message);
	struct client_header *action = arena_alloc(arena, sizeof *action);
	*action = (struct client_header){ STR("SOAPAction"), post.soap_action };
	*ret_request = (struct client_request){
		.method = STR("POST"),
		.url = url,
		.content_type = post.content_type,
		.body = post.body,
		.headers = action,
		.headers_n = post.soap_action.n ? 1 : 0,
		.max_body = BACK_CHANNEL_ANSWER_MAX,
	};
	return OK;
}

/* ---- the answer ---- */

/* SOAP 1.1 has those come with 500; some say 200. */
static bool is_fault(struct arena *arena, const struct saml_answer *answer)
{
	struct saml_incoming incoming;
	return saml_receive_soap(arena, answer->body, &incoming, NULL) == OK &&
	       xml_is(incoming.root, STR(XML_SOAP), STR("Fault"));
}

int saml_attempt_read(struct arena *arena, const struct realm *realm, const struct delivery *delivery,
		      const struct saml_answer *answer, struct str *ret_words)
{
	struct saml_client client = saml_client_of(arena, client_of(arena, realm, delivery));
	struct logout_response response;
	int kind = answer->http_status / 100;
	bool read = false;
	*ret_words = STR("");
	if (kind == 2)
		read = logout_response_of_answer(arena, &client, answer->body, answer->request_id, &response);
	else if (kind == 3 && answer->location.n)
		read = logout_response_of_location(arena, &client, answer->location, answer->request_id, &response);
	if (!read) {
		bool fault = kind == 2 && is_fault(arena, answer);
		if (kind == 2)
			*ret_words = fault ? STR("the provider answered with a SOAP Fault") :
					     STR("received, without a LogoutResponse");
		return fault ? SAYS_NO : 0;
	}
	if (response.result == LOGOUT_RESULT_PARTIAL)
		*ret_words = STR("PartialLogout: the provider could not tell everybody behind it");
	if (response.result == LOGOUT_RESULT_FAILED)
		*ret_words = arena_join(arena, STR("the provider answered "), back_channel_status(arena, &response), STR(""));
	return response.result == LOGOUT_RESULT_FAILED ? SAYS_NO : SAYS_YES;
}

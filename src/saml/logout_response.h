/* LogoutResponse (SAML core section 3.7.2): to the provider that asked, and from those that we
 * told. Pure. */
#ifndef SAML_LOGOUT_RESPONSE_H
#define SAML_LOGOUT_RESPONSE_H

#include "saml/message.h"
#include "saml/signature.h"

enum logout_result {
	LOGOUT_RESULT_SUCCESS,
	LOGOUT_RESULT_PARTIAL, /* done, but not everywhere behind it */
	LOGOUT_RESULT_FAILED,
};

struct logout_response {
	enum logout_result result;
	struct str status, inner_status, text; /* URIs and StatusMessage, for receipts */
};

/* Reads a response that went through saml_message_read. ERROR_BAD_XML. */
enum error_code logout_response_read(const struct saml_message *message,
	struct logout_response *ret_response, struct why *reterr_why) MUST_USE;
/* saml_message_check, and InResponseTo: it has to be `request_id`, which we sent to this client.
 * ERROR_INVALID_VALUE. */
enum error_code logout_response_check(const struct saml_message *message, const struct saml_client *client,
	struct str request_id, struct str endpoint, int64_t now_ms, struct why *reterr_why) MUST_USE;

/* What a provider answered to a request of the back channel: a SOAP envelope, or a page
 * with a form that holds SAMLResponse; judged by `request_id` alone, since the channel is the
 * TLS connection that we opened, but a signature that is there has to be good. False when there
 * is no LogoutResponse in it: a 2xx then says "received". */
bool logout_response_of_answer(struct arena *arena, const struct saml_client *client, struct str body,
	struct str request_id, struct logout_response *ret_response);
/* The same of a redirect's Location, which is not followed: its query. */
bool logout_response_of_location(struct arena *arena, const struct saml_client *client, struct str location,
	struct str request_id, struct logout_response *ret_response);

struct logout_response_input {
	const struct realm *realm;
	const struct saml_client *client;
	struct saml_endpoint to;    /* saml_client_logout_answer; SOAP: its url is empty */
	struct str issuer, in_response_to, relay_state;
	enum saml_status status;
	int64_t now_ms;
	unsigned char random[16];
};
/* Signed where the client's row has our documents signed. Errors of the keys. */
enum error_code logout_response_build(struct arena *arena, const struct logout_response_input *input,
	struct saml_outgoing *ret_outgoing, struct why *reterr_why) MUST_USE;

#endif

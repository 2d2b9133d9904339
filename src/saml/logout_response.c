/* Answers to requests to sign out; see logout_response.h. */
#include "saml/logout_response.h"

#include <string.h>

#include "xml/writer.h"

/* ---- from a provider ---- */

static enum error_code read_status(const struct xml_element *root, struct logout_response *response,
	struct why *reterr_why)
{
	const struct xml_element *status, *outer = NULL, *inner = NULL, *text = NULL;
	enum error_code code = xml_only(root, STR(XML_SAMLP), STR("Status"), &status, reterr_why);
	if (code == OK && status)
		code = xml_only(status, STR(XML_SAMLP), STR("StatusCode"), &outer, reterr_why);
	if (code == OK && outer)
		code = xml_only(outer, STR(XML_SAMLP), STR("StatusCode"), &inner, reterr_why);
	if (code == OK && status)
		code = xml_only(status, STR(XML_SAMLP), STR("StatusMessage"), &text, reterr_why);
	if (code != OK)
		return code;
	if (!outer)
		return error_because(reterr_why, ERROR_BAD_XML, "the response has no StatusCode");
	response->status = xml_attribute(outer, STR("Value"));
	if (inner)
		response->inner_status = xml_attribute(inner, STR("Value"));
	if (text)
		response->text = xml_text(text);
	return OK;
}

enum error_code logout_response_read(const struct saml_message *message,
	struct logout_response *ret_response, struct why *reterr_why)
{
	struct logout_response response = { .result = LOGOUT_RESULT_FAILED };
	struct str success, partial;
	if (message->kind != SAML_LOGOUT_RESPONSE)
		return error_because(reterr_why, ERROR_BAD_XML, "the message is no LogoutResponse");
	enum error_code code = read_status(message->root, &response, reterr_why);
	if (code != OK)
		return code;
	saml_status_codes(SAML_STATUS_PARTIAL_LOGOUT, &success, &partial);
	/* PartialLogout stands within Success; some write it alone. */
	if (str_eq(response.inner_status, partial) || str_eq(response.status, partial))
		response.result = LOGOUT_RESULT_PARTIAL;
	else if (str_eq(response.status, success))
		response.result = LOGOUT_RESULT_SUCCESS;
	*ret_response = response;
	return OK;
}

static enum error_code check_request_id(const struct saml_message *message, struct str request_id,
	struct why *reterr_why)
{
	if (!request_id.n || !str_eq(message->in_response_to, request_id))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "InResponseTo %.*s answers no request of ours, client %.*s",
			STR_ARG(str_take(message->in_response_to, 80)), STR_ARG(str_take(message->issuer, 100)));
	return OK;
}

enum error_code logout_response_check(const struct saml_message *message, const struct saml_client *client,
	struct str request_id, struct str endpoint, int64_t now_ms, struct why *reterr_why)
{
	enum error_code code = saml_message_check(message, client, endpoint, now_ms, reterr_why);
	return code == OK ? check_request_id(message, request_id, reterr_why) : code;
}

/* An answer on our own connection: whatever is not right with it, it is none. */
static bool read_answer(struct arena *arena, const struct saml_client *client,
	const struct saml_incoming *incoming, struct str request_id, struct logout_response *ret_response)
{
	struct saml_message message;
	return saml_message_read(incoming, &message, NULL) == OK &&
	       str_eq(message.issuer, client->client->client_id) &&
	       check_request_id(&message, request_id, NULL) == OK &&
	       (!saml_is_signed(client, incoming) || saml_verify(arena, client, incoming, NULL) == OK) &&
	       logout_response_read(&message, ret_response, NULL) == OK;
}

static struct str behind(struct str text, const char *mark)
{
	const char *at = text.n ? memmem(text.p, text.n, mark, strlen(mark)) : NULL;
	return at ? str_drop(text, (size_t)(at - text.p) + strlen(mark)) : (struct str){ NULL, 0 };
}

/* The value of the hidden field SAMLResponse of a page, as scripts that submit themselves have it:
 * <input name="SAMLResponse" value="..."/>, in either order. */
static struct str field_of_page(struct str page)
{
	struct str tag;
	for (struct str rest = behind(page, "<input"); rest.p; rest = behind(rest, "<input")) {
		tag = str_take(rest, str_index(rest, '>'));
		if (!behind(tag, "name=\"SAMLResponse\"").p)
			continue;
		struct str value = behind(tag, "value=\"");
		return str_take(value, str_index(value, '"'));
	}
	return (struct str){ NULL, 0 };
}

bool logout_response_of_answer(struct arena *arena, const struct saml_client *client, struct str body,
	struct str request_id, struct logout_response *ret_response)
{
	struct saml_incoming incoming;
	struct str none = { NULL, 0 }, field = field_of_page(body);
	enum error_code code = field.n ? saml_receive_post(arena, none, field, none, &incoming, NULL) :
					 saml_receive_soap(arena, body, &incoming, NULL);
	return code == OK && read_answer(arena, client, &incoming, request_id, ret_response);
}

bool logout_response_of_location(struct arena *arena, const struct saml_client *client, struct str location,
	struct str request_id, struct logout_response *ret_response)
{
	struct saml_incoming incoming;
	struct str query = str_drop(location, str_index(location, '?') + 1);
	query = str_take(query, str_index(query, '#'));
	return saml_receive_redirect(arena, query, &incoming, NULL) == OK &&
	       read_answer(arena, client, &incoming, request_id, ret_response);
}

/* ---- to a provider ---- */

enum error_code logout_response_build(struct arena *arena, const struct logout_response_input *input,
	struct saml_outgoing *ret_outgoing, struct why *reterr_why)
{
	const struct saml_signer *signer;
	struct str id = saml_id(arena, input->random);
	enum error_code code = saml_signer_if(input->client->signs_documents, arena, input->realm, input->client, &signer,
		reterr_why);
	if (code != OK)
		return code;
	bool extended = signer && input->client->key_in_extension && input->to.binding == SAML_BINDING_REDIRECT;
	const struct saml_head head = { .name = STR("LogoutResponse"), .id = id, .issuer = input->issuer,
		.destination = input->to.url, .in_response_to = input->in_response_to, .now_ms = input->now_ms,
		.key_id = extended ? signer->key->kid : STR("") };
	struct xml_writer w = xml_writer_new(arena, 0);
	saml_head_write(arena, &w, &head);
	saml_status_write(&w, input->status);
	xml_close(&w);
	return saml_send(arena, &input->to, true, xml_written(&w), id, input->relay_state, signer,
		ret_outgoing, reterr_why);
}

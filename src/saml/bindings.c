/* Bindings; see bindings.h. */
#include "saml/bindings.h"

#include <string.h>

#include "base/tables.h"
#include "crypto/base64.h"
#include "saml/signature.h"
#include "xml/deflate.h"
#include "xml/sign.h"
#include "xml/writer.h"

/* ---- receiving ---- */

/* The parameters of the Redirect binding, as they stand in the query. */
enum parameter { REQUEST, RESPONSE, RELAY_STATE, SIG_ALG, SIGNATURE, ENCODING, PARAMETERS };
static const struct str parameter_names[PARAMETERS] = {
	[REQUEST] = STR_INIT("SAMLRequest"), [RESPONSE] = STR_INIT("SAMLResponse"),
	[RELAY_STATE] = STR_INIT("RelayState"), [SIG_ALG] = STR_INIT("SigAlg"),
	[SIGNATURE] = STR_INIT("Signature"), [ENCODING] = STR_INIT("SAMLEncoding"),
};

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	       c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Form decoding; false for a stray percent sign or a NUL. */
static bool decode(struct arena *arena, struct str raw, struct str *ret_text)
{
	char *out = arena_alloc(arena, raw.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];
		if (c == '%') {
			int high = i + 2 < raw.n ? hex(raw.p[i + 1]) : -1, low = high < 0 ? -1 : hex(raw.p[i + 2]);
			if (low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		if (!c)
			return false;
		out[n++] = c;
	}
	*ret_text = str_of(out, n);
	return true;
}

/* Splits the query; names are compared as they stand: one that is written with percent signs
 * is none of the protocol's. */
static enum error_code split(struct str query, struct str raw[PARAMETERS], struct why *reterr_why)
{
	struct str piece;
	while (str_next(&query, '&', &piece)) {
		size_t at = str_index(piece, '=');
		struct str name = str_take(piece, at);
		for (size_t i = 0; i < PARAMETERS; i++) {
			if (!str_eq(name, parameter_names[i]))
				continue;
			if (raw[i].p)
				return error_because(reterr_why, ERROR_DUPLICATE_PARAMETER,
					"parameter %s came twice", parameter_names[i].p);
			raw[i] = at < piece.n ? str_drop(piece, at + 1) : str_take(piece, 0);
		}
	}
	return OK;
}

/* Base64 as forms carry it: line breaks and blanks are passed over. */
static enum error_code message_bytes(struct arena *arena, struct str base64, struct str *ret_bytes,
	struct why *reterr_why)
{
	char *out = arena_alloc(arena, base64.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < base64.n; i++)
		if (base64.p[i] != '\r' && base64.p[i] != '\n' && base64.p[i] != ' ' && base64.p[i] != '\t')
			out[n++] = base64.p[i];
	struct why why = { "" };
	if (base64_decode(arena, str_of(out, n), ret_bytes, &why) != OK)
		return error_because(reterr_why, ERROR_BAD_XML, "the message is no base64: %s", why.text);
	return OK;
}

static enum error_code check_relay_state(struct str relay_state, struct why *reterr_why)
{
	if (relay_state.n > SAML_RELAY_STATE_MAX)
		return error_because(reterr_why, ERROR_TOO_LARGE, "RelayState has %zu bytes, more than %d",
			relay_state.n, SAML_RELAY_STATE_MAX);
	if (!str_is_utf8(relay_state) || str_has_nul(relay_state))
		return error_because(reterr_why, ERROR_INVALID_NOT_UTF8, "RelayState is not UTF-8");
	return OK;
}

static enum error_code one_message(bool request, bool response, struct why *reterr_why)
{
	if (request == response)
		return error_because(reterr_why, ERROR_INVALID_REQUEST,
			request ? "both SAMLRequest and SAMLResponse" : "neither SAMLRequest nor SAMLResponse");
	return OK;
}

/* What was signed: the raw pieces in the order of the standard, whichever order the URL has. */
static struct str octets_of(struct arena *arena, const struct str raw[PARAMETERS], enum parameter message)
{
	static const enum parameter rest[] = { RELAY_STATE, SIG_ALG };
	struct text text = text_new(arena, 0);
	text_add(&text, parameter_names[message]);
	text_add_char(&text, '=');
	text_add(&text, raw[message]);
	for (size_t i = 0; i < ARRAY_LENGTH(rest); i++) {
		if (!raw[rest[i]].p)
			continue;
		text_add_char(&text, '&');
		text_add(&text, parameter_names[rest[i]]);
		text_add_char(&text, '=');
		text_add(&text, raw[rest[i]]);
	}
	return text_str(&text);
}

enum error_code saml_receive_redirect(struct arena *arena, struct str query,
	struct saml_incoming *ret_incoming, struct why *reterr_why)
{
	struct str raw[PARAMETERS] = { 0 }, text[PARAMETERS] = { 0 }, deflated, bytes;
	enum error_code code = split(query, raw, reterr_why);
	if (code == OK)
		code = one_message(raw[REQUEST].n > 0, raw[RESPONSE].n > 0, reterr_why);
	for (size_t i = 0; code == OK && i < PARAMETERS; i++)
		if (raw[i].p && !decode(arena, raw[i], &text[i]))
			code = error_because(reterr_why, ERROR_INVALID_REQUEST, "parameter %s is wrongly encoded",
				parameter_names[i].p);
	if (code != OK)
		return code;
	if (raw[ENCODING].p && !str_eq_z(text[ENCODING], "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"))
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "SAMLEncoding %.*s is not known",
			STR_ARG(str_take(text[ENCODING], 80)));
	struct saml_incoming in = { .binding = SAML_BINDING_REDIRECT, .response = raw[RESPONSE].n > 0,
		.relay_state = text[RELAY_STATE], .has_signature = raw[SIG_ALG].p || raw[SIGNATURE].p,
		.algorithm_uri = text[SIG_ALG], .signature = text[SIGNATURE] };
	enum parameter message = in.response ? RESPONSE : REQUEST;
	in.octets = octets_of(arena, raw, message);
	if ((code = check_relay_state(in.relay_state, reterr_why)) != OK ||
	    (code = message_bytes(arena, text[message], &deflated, reterr_why)) != OK ||
	    (code = xml_inflate(arena, deflated, xml_limits_message.bytes, &bytes, reterr_why)) != OK ||
	    (code = xml_parse(arena, bytes, &xml_limits_message, &in.root, reterr_why)) != OK)
		return code;
	*ret_incoming = in;
	return OK;
}

enum error_code saml_receive_post(struct arena *arena, struct str saml_request, struct str saml_response,
	struct str relay_state, struct saml_incoming *ret_incoming, struct why *reterr_why)
{
	struct saml_incoming in = { .binding = SAML_BINDING_POST, .response = saml_response.n > 0,
		.relay_state = relay_state };
	struct str bytes;
	enum error_code code = one_message(saml_request.n > 0, saml_response.n > 0, reterr_why);
	if (code != OK || (code = check_relay_state(relay_state, reterr_why)) != OK ||
	    (code = message_bytes(arena, in.response ? saml_response : saml_request, &bytes, reterr_why)) != OK ||
	    (code = xml_parse(arena, bytes, &xml_limits_message, &in.root, reterr_why)) != OK)
		return code;
	*ret_incoming = in;
	return OK;
}

/* A header block that has to be understood: we understand none. */
static enum error_code check_soap_header(const struct xml_element *envelope, struct why *reterr_why)
{
	const struct xml_element *header;
	enum error_code code = xml_only(envelope, STR(XML_SOAP), STR("Header"), &header, reterr_why);
	if (code != OK || !header)
		return code;
	for (const struct xml_element *e = xml_child(header); e; e = xml_next(e))
		if (str_eq_z(xml_attribute_in(e, STR(XML_SOAP), STR("mustUnderstand")), "1"))
			return error_because(reterr_why, ERROR_INVALID_REQUEST,
				"a SOAP header %.*s has to be understood", STR_ARG(xml_name(e)));
	return OK;
}

enum error_code saml_receive_soap(struct arena *arena, struct str body,
	struct saml_incoming *ret_incoming, struct why *reterr_why)
{
	const struct xml_element *envelope, *inner;
	enum error_code code = xml_parse(arena, body, &xml_limits_message, &envelope, reterr_why);
	if (code != OK)
		return code;
	if (!xml_is(envelope, STR(XML_SOAP), STR("Envelope")))
		return error_because(reterr_why, ERROR_BAD_XML, "the root is no SOAP envelope");
	if ((code = check_soap_header(envelope, reterr_why)) != OK ||
	    (code = xml_only(envelope, STR(XML_SOAP), STR("Body"), &inner, reterr_why)) != OK)
		return code;
	const struct xml_element *root = inner ? xml_child(inner) : NULL;
	if (!root || xml_next(root))
		return error_because(reterr_why, ERROR_BAD_XML, "the SOAP Body holds not exactly one element");
	*ret_incoming = (struct saml_incoming){ .binding = SAML_BINDING_SOAP, .root = root,
		.response = str_ends(xml_name(root), STR("Response")) };
	return OK;
}

/* ---- sending ---- */

static const struct xml_space ecp = { STR_INIT("ecp"), STR_INIT("urn:oasis:names:tc:SAML:2.0:profiles:SSO:ecp") };

static struct str envelope(struct arena *arena, struct str consumer_url, struct str element)
{
	struct xml_writer w = xml_writer_new(arena, 0);
	xml_open(&w, &xml_soap, STR("Envelope"));
	xml_open(&w, &xml_soap, STR("Header"));
	if (consumer_url.n) {
		xml_open(&w, &ecp, STR("Response"));
		xml_write_attribute(&w, STR("AssertionConsumerServiceURL"), consumer_url);
		xml_write_attribute_in(&w, &xml_soap, STR("actor"), STR("http://schemas.xmlsoap.org/soap/actor/next"));
		xml_write_attribute_in(&w, &xml_soap, STR("mustUnderstand"), STR("1"));
		xml_close(&w);
	}
	xml_close(&w);
	xml_open(&w, &xml_soap, STR("Body"));
	xml_write_raw(&w, element);
	xml_close(&w);
	xml_close(&w);
	return xml_written(&w);
}

struct str saml_soap(struct arena *arena, struct str element)
{
	return envelope(arena, (struct str){ NULL, 0 }, element);
}

struct str saml_soap_ecp(struct arena *arena, struct str consumer_url, struct str element)
{
	return envelope(arena, consumer_url, element);
}

struct str saml_soap_fault(struct arena *arena, bool clients_fault, struct str text)
{
	struct xml_writer w = xml_writer_new(arena, 0);
	xml_open(&w, &xml_soap, STR("Fault"));
	xml_write_leaf(&w, NULL, STR("faultcode"),
		clients_fault ? STR("SOAP-ENV:Client") : STR("SOAP-ENV:Server"));
	xml_write_leaf(&w, NULL, STR("faultstring"), text);
	xml_close(&w);
	return saml_soap(arena, xml_written(&w));
}

static void add_parameter(struct text *text, struct str name, struct str value)
{
	if (text->n)
		text_add_char(text, '&');
	text_add(text, name);
	text_add_char(text, '=');
	text_add_percent(text, value);
}

static struct str with_query(struct arena *arena, struct str url, struct text *query)
{
	bool has_query = str_contains(url, STR("?"));
	return arena_join(arena, url, has_query ? STR("&") : STR("?"), text_str(query));
}

struct str saml_query_url(struct arena *arena, struct str url, struct str name, struct str value,
	struct str relay_state)
{
	struct text query = text_new(arena, 0);
	add_parameter(&query, name, value);
	if (relay_state.n)
		add_parameter(&query, parameter_names[RELAY_STATE], relay_state);
	return with_query(arena, url, &query);
}

static enum error_code send_redirect(struct arena *arena, struct str url, bool response, struct str message,
	struct str relay_state, const struct saml_signer *signer, struct str *ret_url, struct why *reterr_why)
{
	struct str deflated;
	enum error_code code = xml_deflate(arena, message, &deflated, reterr_why);
	if (code != OK)
		return code;
	struct text query = text_new(arena, 0);
	add_parameter(&query, parameter_names[response ? RESPONSE : REQUEST], base64_encode(arena, deflated));
	if (relay_state.n)
		add_parameter(&query, parameter_names[RELAY_STATE], relay_state);
	if (signer) {
		struct str signature;
		add_parameter(&query, parameter_names[SIG_ALG], xml_signature_algorithm_uri(signer->xml.algorithm));
		code = xml_sign_detached(arena, signer->xml.key, signer->xml.algorithm, text_str(&query),
			&signature, reterr_why);
		if (code != OK)
			return code;
		add_parameter(&query, parameter_names[SIGNATURE], signature);
	}
	*ret_url = with_query(arena, url, &query);
	return OK;
}

enum error_code saml_send(struct arena *arena, const struct saml_endpoint *to, bool response,
	struct str message, struct str id, struct str relay_state, const struct saml_signer *signer,
	struct saml_outgoing *ret_outgoing, struct why *reterr_why)
{
	struct saml_outgoing out = { .binding = to->binding, .url = to->url };
	enum error_code code = OK;
	if (!message.n)
		return error_because(reterr_why, ERROR_INTERNAL, "a message to %.*s cannot be written: text that XML cannot carry",
			STR_ARG(str_take(to->url, 200)));
	if (to->binding != SAML_BINDING_REDIRECT && signer)
		code = xml_sign(arena, &signer->xml, message, id, &message, reterr_why);
	if (code == OK && to->binding == SAML_BINDING_REDIRECT)
		code = send_redirect(arena, to->url, response, message, relay_state, signer, &out.url, reterr_why);
	if (code != OK)
		return code;
	if (to->binding == SAML_BINDING_POST) {
		out.field = parameter_names[response ? RESPONSE : REQUEST];
		out.value = base64_encode(arena, message);
		out.relay_state = relay_state;
	} else if (to->binding == SAML_BINDING_SOAP) {
		out.value = saml_soap(arena, message);
	} else if (to->binding == SAML_BINDING_ARTIFACT) {
		out.value = message;
	}
	*ret_outgoing = out;
	return OK;
}

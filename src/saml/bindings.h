/* The bindings of SAML 2.0 (saml-bindings-2.0-os): bytes of a request into a parsed message, and
 * a message of ours into what is sent. Pure. */
#ifndef SAML_BINDINGS_H
#define SAML_BINDINGS_H

#include "model/saml.h"
#include "xml/parse.h"

enum {
	SAML_RELAY_STATE_MAX = 2048, /* bytes; the standard says 80, providers use more */
};

/* One message as it came. Texts live in the arena, `octets` and the like too. */
struct saml_incoming {
	enum saml_binding binding;
	bool response; /* it came as SAMLResponse */
	const struct xml_element *root; /* of SOAP: the element in the Body */
	struct str relay_state;
	/* Redirect: the detached signature and what it is of, raw; `has_signature` as soon as
	 * one of SigAlg and Signature came. */
	bool has_signature;
	struct str octets, algorithm_uri, signature;
};

/* Redirect (section 3.4): the raw query, without "?". Exactly one of SAMLRequest and
 * SAMLResponse, none of the protocol's parameters twice, SAMLEncoding absent or DEFLATE. Other
 * parameters are passed over. ERROR_DUPLICATE_PARAMETER, ERROR_INVALID_REQUEST, ERROR_BAD_XML,
 * ERROR_TOO_LARGE (256 KiB inflated, SAML_RELAY_STATE_MAX). */
enum error_code saml_receive_redirect(struct arena *arena, struct str query,
	struct saml_incoming *ret_incoming, struct why *reterr_why) MUST_USE;
/* POST (section 3.5): the decoded form fields; exactly one of the messages is not empty. Line
 * breaks in the base64 are fine. Errors as above. */
enum error_code saml_receive_post(struct arena *arena, struct str saml_request, struct str saml_response,
	struct str relay_state, struct saml_incoming *ret_incoming, struct why *reterr_why) MUST_USE;
/* SOAP 1.1 (section 3.2): the body of the HTTP message. One element in the Body; a header block
 * with mustUnderstand is refused. */
enum error_code saml_receive_soap(struct arena *arena, struct str body,
	struct saml_incoming *ret_incoming, struct why *reterr_why) MUST_USE;

/* ---- sending ---- */

/* A message of ours, ready to go. */
struct saml_outgoing {
	enum saml_binding binding;
	struct str url;         /* POST: the form's action; Redirect: the whole Location; SOAP: the URL */
	struct str field;       /* POST: "SAMLRequest" or "SAMLResponse" */
	struct str value;       /* POST: base64; SOAP: the envelope, text/xml; Artifact: the document; Redirect: empty */
	struct str relay_state; /* POST: the field RelayState; empty: none */
};

/* What signs: the realm's key and how the client's row wants it; see signature.h. */
struct saml_signer;

/* `message` as it goes to `to`. `id` is the message's ID; `signer` NULL: unsigned. POST and SOAP
 * get an enveloped signature, Redirect a detached one. By Artifact it is as for POST, and goes nowhere
 * yet: artifact.h. */
enum error_code saml_send(struct arena *arena, const struct saml_endpoint *to, bool response,
	struct str message, struct str id, struct str relay_state, const struct saml_signer *signer,
	struct saml_outgoing *ret_outgoing, struct why *reterr_why) MUST_USE;
/* `url` with a parameter of the protocol and, where there is one, RelayState. */
struct str saml_query_url(struct arena *arena, struct str url, struct str name, struct str value,
	struct str relay_state);
/* A SOAP envelope around an element. */
struct str saml_soap(struct arena *arena, struct str element);
/* The envelope in which ECP has a Response (profiles section 4.2.4.2): the header says to which
 * consumer URL it may go. */
struct str saml_soap_ecp(struct arena *arena, struct str consumer_url, struct str element);
/* An envelope with a Fault: `text` for people, no more than they may know. */
struct str saml_soap_fault(struct arena *arena, bool clients_fault, struct str text);

#endif

/* What all protocol messages have in common (SAML core section 3.2): who says it, when, to whom;
 * and the statuses by which requests are answered. Pure. */
#ifndef SAML_MESSAGE_H
#define SAML_MESSAGE_H

#include "model/effect.h"
#include "saml/bindings.h"

enum {
	SAML_SKEW_S = 120,           /* clocks may differ by this much */
	SAML_MESSAGE_LIFE_S = 600,   /* a request's IssueInstant is no older */
	SAML_ID_MAX = 256,           /* bytes of an ID */
	SAML_ISSUER_MAX = 1024,      /* entityIDs (metadata section 2.2.1) */
};

enum saml_message_kind {
	SAML_AUTHN_REQUEST,
	SAML_LOGOUT_REQUEST,
	SAML_LOGOUT_RESPONSE,
	SAML_ARTIFACT_RESOLVE,
};

/* Nothing in it is believed before saml_verify. */
struct saml_message {
	enum saml_message_kind kind;
	const struct xml_element *root;
	enum saml_binding binding;
	struct str id;          /* an xs:NCName */
	struct str issuer;      /* the clientId that it claims */
	struct str destination; /* empty: none */
	struct str in_response_to; /* of responses; empty: none */
	struct str relay_state;
	int64_t issued_ms;
};

/* Reads the head. ERROR_BAD_XML: another element, another version than 2.0, no Issuer, no ID or
 * one that is no xs:NCName, no IssueInstant, a request that came as SAMLResponse. */
enum error_code saml_message_read(const struct saml_incoming *incoming, struct saml_message *ret_message,
	struct why *reterr_why) MUST_USE;

/* Destination and time. `endpoint` is our own URL as the client knows it (the issuer's
 * "/protocol/saml"). Destination has to be it; it may be absent by SOAP, and from clients that need
 * not sign (bindings sections 3.4.5.2, 3.5.5.2).
 * ERROR_INVALID_VALUE (reason "invalid_destination" in the event), ERROR_EXPIRED. */
enum error_code saml_message_check(const struct saml_message *message, const struct saml_client *client,
	struct str endpoint, int64_t now_ms, struct why *reterr_why) MUST_USE;

/* Under what a used message is remembered (store_token_used). */
struct str saml_message_key(struct arena *arena, const struct client *client, struct str id);
/* Adds the effect by which a message counts once: the list is STALE when its ID was used
 * before, after whatever restart and on whatever node. Of an AuthnRequest in the transaction
 * that answers it, so that reloading the login page is no replay; of a LogoutRequest in the one
 * that ends the session. */
void saml_message_use(struct effects *effects, struct str realm_id, const struct client *client,
	const struct saml_message *message);

/* ---- statuses (core section 3.2.2.2) ---- */

enum saml_status {
	SAML_STATUS_SUCCESS,
	SAML_STATUS_PARTIAL_LOGOUT,         /* Success, within it PartialLogout */
	SAML_STATUS_NO_PASSIVE,             /* Responder / NoPassive */
	SAML_STATUS_AUTHN_FAILED,           /* Responder / AuthnFailed */
	SAML_STATUS_REQUEST_DENIED,         /* Responder / RequestDenied: the user said no */
	SAML_STATUS_INVALID_NAME_ID_POLICY, /* Requester / InvalidNameIDPolicy */
	SAML_STATUS_NO_AUTHN_CONTEXT,       /* Responder / NoAuthnContext */
	SAML_STATUS_UNSUPPORTED_BINDING,    /* Requester / UnsupportedBinding */
	SAML_STATUS_UNKNOWN_PRINCIPAL,      /* Requester / UnknownPrincipal */
	SAML_STATUS_REQUESTER,              /* Requester */
	SAML_STATUS_RESPONDER,              /* Responder: ours is the fault */
	SAML_STATUSES
};
/* The two codes, URIs; `ret_inner` empty where there is one alone. Static storage. */
void saml_status_codes(enum saml_status status, struct str *ret_outer, struct str *ret_inner);

/* ---- writing ---- */

/* "ID_" and a UUID of 16 random bytes: the ID of a message or an assertion. */
struct str saml_id(struct arena *arena, const unsigned char random[16]);

struct xml_writer;
/* Opens a response or request: element, its attributes and the Issuer. Empty texts are left
 * out. */
struct saml_head {
	struct str name; /* "Response", "LogoutRequest" ... */
	struct str id, issuer, destination, in_response_to;
	int64_t now_ms;
	int64_t not_on_or_after_ms; /* 0: none */
	struct str key_id; /* for an extension that names the key that signs; empty: none */
};
void saml_head_write(struct arena *arena, struct xml_writer *w, const struct saml_head *head);
void saml_status_write(struct xml_writer *w, enum saml_status status);

#endif

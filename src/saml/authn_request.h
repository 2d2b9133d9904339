/* AuthnRequest (SAML core section 3.4.1): reads it, and decides what it means for this realm and
 * client. Pure.
 *
 *     saml_receive_*  saml_message_read  (the client by message.issuer)  saml_verify
 *     authn_request_read  authn_request_check -> a plan, or an error
 * What then becomes of the browser's session decides oidc/authorize.h, for every protocol alike. */
#ifndef SAML_AUTHN_REQUEST_H
#define SAML_AUTHN_REQUEST_H

#include "saml/message.h"

struct authn_request {
	struct str consumer_url;     /* AssertionConsumerServiceURL; empty: none */
	struct str protocol_binding; /* URI; empty: none */
	bool force_authn, is_passive;
	struct str name_id_format;   /* of NameIDPolicy; empty: none */
	struct str subject;          /* NameID of Subject: whom it wants; empty: nobody */
	struct str_list contexts;    /* AuthnContextClassRef, in order */
	bool declarations;           /* asks by AuthnContextDeclRef, which we have none of */
	struct str comparison;       /* "exact" ...; empty: none given, which means exact */
};

/* ERROR_BAD_XML for what the schema does not allow. */
enum error_code authn_request_read(struct arena *arena, const struct saml_message *message,
	struct authn_request *ret_request, struct why *reterr_why) MUST_USE;

/* What is to be answered, to whom. All texts; may be kept in a ticket. */
struct authn_plan {
	const struct client *client;
	struct str request_id;     /* InResponseTo; empty: sign-in that began here */
	struct str consumer_url;   /* where the Response goes */
	enum saml_binding binding; /* POST, Redirect, Artifact; SOAP: of ECP */
	struct str name_id_format; /* a URI */
	struct str relay_state;
	struct str context_class;  /* AuthnContextClassRef of the assertion */
	struct str login_hint;
	bool force_authn, passive;
	bool denied;               /* `status` is the answer, whoever signs in */
	enum saml_status status;
};

/* Why a request gets a page and no Response: it cannot be trusted, or names no place to answer
 * to. */
struct authn_error {
	struct str text;        /* of the page: "Invalid Request", "Invalid redirect uri" ... */
	struct str event_error; /* `error` of the LOGIN_ERROR event */
	struct str reason;      /* its detail `reason`; empty: none */
};
/* The page of an error of the steps before: BAD_XML, INVALID_SIGNATURE, unknown client ... */
struct authn_error authn_error_of(enum error_code code);
/* No such client, or one that cannot sign in this way; empty text: fine. `client` may be NULL. */
struct authn_error authn_client_check(const struct client *client);

/* True: *ret_plan. False: *ret_error. A plan with `denied` is answered by its status. */
bool authn_request_check(struct arena *arena, const struct saml_client *client,
	const struct saml_message *message, const struct authn_request *request,
	struct authn_plan *ret_plan, struct authn_error *ret_error);
/* The plan of a sign-in that begins here (/protocol/saml/clients/NAME). False: the client has no
 * consumer URL. `relay_state` empty: the client's own. */
bool authn_idp_initiated(const struct saml_client *client, struct str relay_state,
	struct authn_plan *ret_plan, struct authn_error *ret_error);

#endif

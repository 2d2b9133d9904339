/* The SAML endpoint's parts. Private to app/. */
#ifndef APP_SAML_H
#define APP_SAML_H

#include "app/entry.h"
#include "saml/message.h"

http_handler saml_handle;            /* GET and POST /realms/{realm}/protocol/saml: every message */
http_handler saml_resolve_handle;    /* POST .../protocol/saml/resolve: ArtifactResolve */
http_handler saml_descriptor_handle; /* GET .../protocol/saml/descriptor */
http_handler saml_idp_initiated;     /* GET and POST .../protocol/saml/clients/{name} */

/* A message that came, and the client that it says it is from. */
struct saml_visit {
	struct visit *visit;
	struct saml_incoming incoming;
	struct saml_message message;
	struct saml_client client;
};

/* Our own URL as a SAML endpoint: what Destination has to be. */
struct str saml_endpoint_url(const struct visit *visit);
/* Reads the message and checks who sent it, to `endpoint`. False: answered. */
bool saml_receive(struct saml_visit *v, struct str endpoint);
/* Sends a message of ours: a redirect, a form that posts itself, or the SOAP envelope. */
void saml_respond(struct visit *visit, const struct saml_outgoing *outgoing);

/* A Response that goes by artifact. */
struct saml_kept {
	const struct client *client;
	struct str url, relay_state; /* where the artifact goes */
	struct str message;          /* the document, signed */
	struct str session_id, user_id; /* of an assertion; empty: a status alone */
};
/* Keeps it and answers with its artifact, by Redirect, or as a form where the client's row wants
 * POST (saml.force.post.binding). */
MUST_USE enum error_code saml_respond_artifact(struct visit *visit, const struct saml_kept *kept,
					       struct why *reterr_why);
/* The page for a message that cannot be answered, with its event: `type` is "LOGIN_ERROR" or
 * "LOGOUT_ERROR", `client_id` whom the message says it is from (may be empty). Where it came by
 * SOAP, a Fault. */
void saml_refuse(struct visit *visit, const char *type, struct str client_id, const struct authn_error *error);

/* An AuthnRequest by SOAP, for a client that may: asks for HTTP Basic. True: it goes on in the
 * password gate, with a visit of its own; false: answered. */
bool saml_ecp(struct visit *visit, const struct saml_client *client, const struct entry *entry);

/* An AuthnRequest and a LogoutRequest, their signatures checked. saml_sign_in is true when it goes on
 * elsewhere, and closes the visit there. */
bool saml_sign_in(struct saml_visit *v);
void saml_logout(struct saml_visit *v);

#endif

/* LogoutRequests of the back channel: how one is posted to a provider, and its answer in words.
 * Pure. */
#ifndef SAML_BACK_CHANNEL_H
#define SAML_BACK_CHANNEL_H

#include "saml/bindings.h"
#include "saml/logout_response.h"

enum { BACK_CHANNEL_ANSWER_MAX = 64 << 10 }; /* bytes of an answer's body that are read */

/* An HTTP POST. */
struct back_channel_post {
	struct str content_type;
	struct str soap_action; /* the header's value; empty: it has none */
	struct str body;
};
/* Of a message by SOAP, or of one by POST, whose form a browser would send: with the field that
 * Keycloak adds, for which PicketLink looks. */
struct back_channel_post back_channel_post(struct arena *arena, const struct saml_outgoing *message);

/* "Responder, UnknownPrincipal: the provider's text": the last parts of the URIs, clean. */
struct str back_channel_status(struct arena *arena, const struct logout_response *response);

#endif

/* LogoutRequest (SAML core section 3.7.1): from service providers, and to them. Pure. */
#ifndef SAML_LOGOUT_REQUEST_H
#define SAML_LOGOUT_REQUEST_H

#include "saml/message.h"
#include "saml/signature.h"

enum { LOGOUT_REQUEST_SESSIONS_MAX = 64 };

struct logout_request {
	struct str name_id, name_id_format;  /* format empty: none given */
	struct str_list session_indexes;     /* empty: all of this name at this client */
	int64_t not_on_or_after_ms;          /* 0: none */
	struct str reason;
};

/* Reads NameID or EncryptedID (with the realm's keys) and the session indexes. After
 * saml_verify. ERROR_BAD_XML: no NameID, a BaseID, more than LOGOUT_REQUEST_SESSIONS_MAX. */
enum error_code logout_request_read(struct arena *arena, const struct realm *realm,
	const struct saml_message *message, struct logout_request *ret_request,
	struct why *reterr_why) MUST_USE;
/* saml_message_check, and NotOnOrAfter: ERROR_EXPIRED. */
enum error_code logout_request_check(const struct saml_message *message,
	const struct logout_request *request, const struct saml_client *client, struct str endpoint,
	int64_t now_ms, struct why *reterr_why) MUST_USE;

/* The sessions that the request names by index, as ids; those of other clients' parts are left
 * out: a provider ends no session that it is not in. */
struct str_list logout_request_session_ids(struct arena *arena, const struct client *client,
	const struct logout_request *request);
/* True when the request means this client's part of this session: NameID and, where both gave
 * one, Format agree (core section 3.3.4), and the index, where the request gave any. */
bool logout_request_means(struct arena *arena, const struct logout_request *request,
	const struct session *session, const struct client_session *part);

/* ---- to a provider ---- */

struct logout_request_input {
	const struct realm *realm;
	const struct saml_client *client;
	struct saml_endpoint to;
	struct str issuer;
	struct str session_id;              /* of the client's part; its index is made of it */
	struct str name_id, name_id_format; /* as the part or the delivery keeps them */
	struct str relay_state;
	int64_t now_ms;
	int64_t life_s;                     /* NotOnOrAfter; 0: none, as Keycloak */
	unsigned char random[16];           /* fresh for each attempt */
};
/* Signed where the client's row has our documents signed. *ret_id is what InResponseTo of the
 * answer has to be. Errors of the keys. */
enum error_code logout_request_build(struct arena *arena, const struct logout_request_input *input,
	struct saml_outgoing *ret_outgoing, struct str *ret_id, struct why *reterr_why) MUST_USE;

#endif

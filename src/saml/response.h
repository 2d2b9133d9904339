/* The Response to an AuthnRequest (SAML core sections 2, 3.3.3; profiles section 4.1.4): with an
 * assertion, or a status alone. Pure. */
#ifndef SAML_RESPONSE_H
#define SAML_RESPONSE_H

#include "model/session.h"
#include "saml/attributes.h"
#include "saml/authn_request.h"
#include "saml/name_id.h"
#include "saml/signature.h"

/* Fresh for each response. */
struct response_random {
	unsigned char response_id[16], assertion_id[16];
};

struct response_input {
	const struct realm *realm;
	const struct saml_client *client;
	const struct authn_plan *plan;
	struct str issuer; /* the realm's URL as the client knows us: entityID */
	int64_t now_ms;
	struct response_random random;
	/* For an assertion: */
	const struct user *user;       /* with roles and groups */
	const struct session *session;
	struct name_id name_id;
};

struct response_built {
	struct saml_outgoing outgoing;
	/* What the client session keeps (model/session.h). */
	struct saml_part part;
};

/* Signs and encrypts as the client's row asks. Errors are those of the keys: NO_KEY,
 * UNSUPPORTED_ALGORITHM, INVALID_VALUE (the client's certificate); the answer is then
 * response_status with SAML_STATUS_RESPONDER, or a page. */
enum error_code response_build(struct arena *arena, const struct response_input *input,
	struct response_built *ret_built, struct why *reterr_why) MUST_USE;
/* A Response without an assertion. */
enum error_code response_status(struct arena *arena, const struct response_input *input,
	enum saml_status status, struct saml_outgoing *ret_outgoing, struct why *reterr_why) MUST_USE;

/* SessionNotOnOrAfter of an assertion issued now: the end of the session's longest life, seconds;
 * 0: none. */
int64_t response_session_until_s(const struct realm *realm, const struct client *client,
	const struct session *session, int64_t now_ms);

#endif

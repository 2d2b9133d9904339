/* OpenID Connect's form of a client (RFC 7591 section 2, OpenID Connect Dynamic Client Registration
 * 1.0 section 2) from and to ours. Private to admin/. */
#ifndef ADMIN_REGISTRATION_FORM_H
#define ADMIN_REGISTRATION_FORM_H

#include "json/tree.h"
#include "model/representation.h"

/* What a body says, as the JSON of our representation; `salt` is of a new pairwise mapper. The
 * clientId is left out: *ret_client_id is what the body says of it. A new client gets what Keycloak
 * gives one of which the body is silent. BAD_JSON, UNKNOWN_FIELD, INVALID_VALUE. */
MUST_USE enum error_code registration_form_read(struct arena *arena, struct str body, bool is_new, struct str salt,
						struct str *ret_json, struct str *ret_client_id,
						struct why *reterr_why);

/* What is said of a client that its row does not hold. */
struct registration_answer {
	int64_t issued_at_s; /* 0: not said */
	struct str uri;      /* registration_client_uri */
	struct str token;    /* registration_access_token; empty: none */
};
struct str registration_form_write(struct arena *arena, const struct client_rep *client,
				   const struct registration_answer *answer);

#endif

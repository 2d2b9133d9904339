/* Request objects at an address of the client's (RFC 9101 section 5.2, OpenID Connect Core section 6.2). */
#ifndef APP_REQUEST_URI_H
#define APP_REQUEST_URI_H

#include "app/visit.h"

/* The object that is at `uri`, not judged; only workers may ask. The address must be one of the client's
 * attribute request.uris, by TLS where the client's objects have no signature; what a bare `*` allows must
 * not be within our own network. INVALID_REQUEST_OBJECT with a reason for the event; BUSY: too many wait
 * for such addresses already. */
MUST_USE enum error_code request_uri_fetch(struct visit *visit, const struct client *client, struct str uri,
	struct str *ret_text, struct why *reterr_why);

#endif

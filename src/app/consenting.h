/* The user's consent to a client: asked for before a grant, and looked for before tokens. */
#ifndef APP_CONSENTING_H
#define APP_CONSENTING_H

#include "app/grant.h"

/* The user's row for this client; one of version 0 when there is none. */
MUST_USE enum error_code consenting_load(struct visit *visit, const struct client *client, struct str user_id,
					 struct consent *ret_consent, struct why *reterr_why);
/* grant_enter, unless the client's user has to be asked first: then what `effects` hold is
 * applied and the answer is the question, or with prompt=none that it is needed. STALE as
 * there. */
MUST_USE enum error_code consenting_grant(struct visit *visit, const struct grant *grant, struct effects *effects,
					  struct why *reterr_why);
/* Whether the user has consented to all of these scopes as far as the client asks. */
MUST_USE enum error_code consenting_covers(struct visit *visit, const struct client *client, struct str user_id,
					   const struct scope_grant *scope, bool *ret_covers,
					   struct why *reterr_why);

http_handler consenting_handle; /* POST .../login-actions/consent */

#endif

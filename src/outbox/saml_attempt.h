/* One attempt at a SAML provider: the LogoutRequest that tells it, and what its answer means.
 * Private to outbox/.
 *
 * Reading answers costs: not for the HTTP client's thread. */
#ifndef OUTBOX_SAML_ATTEMPT_H
#define OUTBOX_SAML_ATTEMPT_H

#include "outbox/attempt.h"

/* Builds the request to `url`: a fresh LogoutRequest by the delivery's channel, signed as the
 * client's row says (as it said, where the client is gone). Texts live in `arena`. *ret_id is what
 * the answer has to name. Errors of the keys: the delivery waits. */
MUST_USE enum error_code saml_attempt_request(struct arena *arena, const struct realm *realm,
					      const struct delivery *delivery, struct str url,
					      struct client_request *ret_request, struct str *ret_id,
					      struct why *reterr_why);

/* What came back. */
struct saml_answer {
	struct str request_id;
	struct str body, location; /* location: of a 3xx, as it came */
	int http_status;
};
/* What that amounts to, as another HTTP status would say it: 200, or 400 for a provider that says
 * no; 0: the status is all there is. *ret_words: for the receipt, in the arena; empty: nothing to
 * say. */
int saml_attempt_read(struct arena *arena, const struct realm *realm, const struct delivery *delivery,
		      const struct saml_answer *answer, struct str *ret_words);

#endif

/* One attempt at a delivery: the request that tells the client, and what its outcome means.
 * Private to outbox/. */
#ifndef OUTBOX_ATTEMPT_H
#define OUTBOX_ATTEMPT_H

#include "outbox/outbox.h"

/* Where a delivery goes: the client's present URL (the stored one when the client is gone). */
struct str outbox_attempt_url(struct arena *arena, const struct realm *realm, const struct delivery *delivery);
/* Builds the request: a fresh token, signed by the key that is active now, to that URL, with
 * the authorities that realm and client trust besides. *ret_saml_id: of a LogoutRequest, its ID; empty for other
 * notices. Texts live in `arena`. ERROR_NO_KEY and the like: the delivery waits. */
MUST_USE enum error_code outbox_attempt_request(struct arena *arena, const struct realm *realm,
						const struct delivery *delivery,
						struct client_request *ret_request, struct str *ret_saml_id,
						struct why *reterr_why);
/* True when the notice must not go out any more, since it would hit a newer session. */
MUST_USE enum error_code outbox_attempt_superseded(struct store *store, const struct delivery *delivery,
						   bool *ret_superseded, struct why *reterr_why);
/* How an attempt went. */
struct attempt_result {
	enum client_outcome outcome;
	int http_status;
	int verdict;       /* the status that the answer amounts to (saml_attempt.h); 0: http_status */
	struct str reason; /* of what failed */
	struct str remark; /* on what was delivered; may be empty */
};
/* The update that the outcome of an attempt asks for. */
struct effect_delivery_update outbox_attempt_outcome(struct arena *arena, const struct delivery *delivery,
						     struct str owner, const struct attempt_result *result,
						     int64_t now_ms);

#endif

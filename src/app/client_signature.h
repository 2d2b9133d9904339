/* Signatures of clients on what they send us: by a key or the secret of the client's row, or a key that
 * a server of the client's has (client_keys.h). What is signed, and what it is good for, is the caller's
 * matter; so are the algorithms, which come from the row. */
#ifndef APP_CLIENT_SIGNATURE_H
#define APP_CLIENT_SIGNATURE_H

#include "app/visit.h"
#include "jose/jws.h"

/* By one of the client's keys; may wait for a server of the client's. INVALID_SIGNATURE; NO_KEY, with a
 * reason for the log; BUSY. */
MUST_USE enum error_code client_signature_by_key(struct visit *visit, const struct client *client,
	const struct jws_parsed *token, unsigned allowed, struct why *reterr_why);
/* By the client's secret, the one in force or the one before its last rotation. INVALID_SIGNATURE, with
 * a reason for the log; EXPIRED: it is by the client's own, which counts no more. */
MUST_USE enum error_code client_signature_by_secret(const struct visit *visit, const struct client *client,
	const struct jws_parsed *token, unsigned allowed, struct why *reterr_why);

#endif

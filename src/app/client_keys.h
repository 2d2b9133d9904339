/* Keys of clients, and what is made with them: answers that only a client can read, signed tokens or
 * claims encrypted to a key of the client's own (OpenID Connect Core sections 10.2 and 16.14), as its
 * row asks for.
 *
 * The keys are in the row (`jwks.string`), or a server of the client's has them (`jwks.url`).
 * What such a server said is kept for ten minutes; it is asked again before when no key fits,
 * every ten seconds at most; while it does not answer, what it said last counts. */
#ifndef APP_CLIENT_KEYS_H
#define APP_CLIENT_KEYS_H

#include "app/visit.h"

/* True when a server of the client's has its keys. */
bool client_keys_remote(const struct client *client);
/* The client's JWK set as it was given; empty when it has none. `again`: what a server of the client's
 * said last will not do. BUSY: too many wait for that server already. */
MUST_USE enum error_code client_keys_find(struct visit *visit, const struct client *client, bool again,
	struct str *ret_json, struct why *reterr_why);

/* True when an encryption for this client may have to ask a server of the client's: only
 * workers may. */
bool client_keys_wait(const struct client *client);
/* True when the row wants it: `kind` is "id.token", "user.info" or "authorization", whose attributes are
 * `<kind>.encrypted.response.alg` and `.enc`. */
bool client_keys_wanted(struct visit *visit, const struct client *client, const char *kind);
/* Encrypts to the client. NO_KEY: the client has none for its algorithm, or its server did not
 * give one; UNSUPPORTED_ALGORITHM; BUSY: too many wait for that server already. */
MUST_USE enum error_code client_keys_encrypt(struct visit *visit, const struct client *client, const char *kind,
	struct str content, bool is_token, struct str *ret_token, struct why *reterr_why);

#endif

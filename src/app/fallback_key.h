/* Tokens by algorithms that a client's row names and the realm has no key for: it gets one then
 * (run/new_key.h). */
#ifndef APP_FALLBACK_KEY_H
#define APP_FALLBACK_KEY_H

#include "app/visit.h"

/* True when a token for this client may need a key that the realm has not: only workers may make
 * it, since it waits for a commit. */
bool fallback_key_needed(const struct realm *realm, const struct client *client);
/* own_token_sign, and where it has no key, the same with one that the realm then has. */
MUST_USE enum error_code fallback_key_sign(struct visit *visit, struct str algorithm, struct str type,
	struct str claims, struct str *ret_token, struct why *reterr_why);

#endif

/* The device authorization grant's decisions (RFC 8628): what a device and a user may do with a
 * grant that waits. Pure. */
#ifndef OIDC_DEVICE_H
#define OIDC_DEVICE_H

#include "base/errors.h"
#include "model/pending_change.h"
#include "model/realm.h"

#define DEVICE_GRANT_TYPE "urn:ietf:params:oauth:grant-type:device_code"

enum {
	DEVICE_CODE_BYTES = 32,
	DEVICE_USER_CODE_LETTERS = 8, /* of twenty: 34 bits (section 6.1) */
	DEVICE_SCOPE_MAX = 2048, /* bytes of `scope` and of `nonce`: they are kept before anybody signed in */
};

/* Whether this client may use the grant at all. */
bool device_is_allowed(const struct client *client);
/* How long a code is good for, and how long a device waits between two questions; seconds. */
int64_t device_lifespan_s(const struct realm *realm, const struct client *client);
int64_t device_interval_s(const struct realm *realm, const struct client *client);

/* Eight letters of a random number, without vowels: no words come of it. */
struct str device_user_code(struct arena *arena, uint64_t random);
/* The same as people read it, "BCDF-GHJK". */
struct str device_user_code_shown(struct arena *arena, struct str code);
/* What somebody typed, in any case and with any spaces and hyphens; empty: it can be no code. */
struct str device_user_code_typed(struct arena *arena, struct str typed);
/* How the store knows it. */
struct str device_user_code_hash(struct arena *arena, struct str realm_id, struct str code);

/* A user brings its code: NULL, or why not, for the event; *ret_expired: because it is over. */
const char *device_judge_code(const struct pending_grant *grant, int64_t now_ms, bool *ret_expired);

#endif

/* Keys for algorithms that a client's row names and the realm has none for: made when first needed,
 * as Keycloak does. Nodes that make one at the same time end with one key. */
#ifndef RUN_NEW_KEY_H
#define RUN_NEW_KEY_H

#include "crypto/sign.h"
#include "model/effect.h"
#include "model/realm.h"

/* Adds the effects that give `realm` a fresh key for `algorithm`. Applying them is STALE where the
 * realm was changed meanwhile: it may have a key by now. After them the realm's snapshot is an old
 * one (snapshots_changed). UNSUPPORTED_ALGORITHM, CRYPTO_FAILED. RSA takes tenths of seconds. */
MUST_USE enum error_code new_key_add(const struct realm *realm, enum sign_algorithm algorithm, int64_t now_ms,
				     struct effects *effects, struct why *reterr_why);

#endif

/* Completes a freshly loaded realm: the JWKs of its public keys, and what it tells everybody
 * of itself. For snapshots_new. */
#ifndef APP_PREPARE_H
#define APP_PREPARE_H

#include "model/realm.h"

void prepare_realm(struct realm *realm, struct arena *arena);

#endif

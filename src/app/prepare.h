/* Completes a freshly loaded realm: the JWKs of its public keys. For snapshots_new. */
#ifndef APP_PREPARE_H
#define APP_PREPARE_H

#include "model/realm.h"

void prepare_realm(struct realm *realm, struct arena *arena);

#endif

/* The store as it is inside a transaction that is open: whoever asks it finds what the transaction
 * has written so far, which nobody else sees. */
#ifndef STORE_WITHIN_H
#define STORE_WITHIN_H

#include "store/store.h"

struct db; /* db/db.h */

/* Reads by `db`, whose transaction is open. Both must outlive it; for one thread. */
struct store *store_within(const struct store *store, struct db *db);
/* The transaction goes on. */
void store_within_free(struct store *within);

#endif

/* Deleting what has expired; see struct store_purge in store/apply.h. Internal to store/. */
#ifndef STORE_PURGE_H
#define STORE_PURGE_H

#include "store/apply.h"

MUST_USE enum error_code purge(struct db *db, struct store_purge *order, struct why *reterr_why);

#endif

/* The writing operations on deliveries that store_apply dispatches to. Internal to store/. */
#ifndef STORE_DELIVERIES_H
#define STORE_DELIVERIES_H

#include "store/apply.h"

MUST_USE enum error_code deliveries_claim(
	struct db *db, struct store_claim *claim, struct why *reterr_why);
MUST_USE enum error_code deliveries_hurry(
	struct db *db, struct store_hurry *hurry, struct why *reterr_why);

#endif

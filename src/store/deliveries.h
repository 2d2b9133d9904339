/* The writing operations on deliveries that store_apply dispatches to. Internal to store/. */
#ifndef STORE_DELIVERIES_H
#define STORE_DELIVERIES_H

#include "store/apply.h"

/* All but turn->effects. */
MUST_USE enum error_code deliveries_turn(
	struct db *db, struct store_turn *turn, struct why *reterr_why);
MUST_USE enum error_code deliveries_hurry(
	struct db *db, struct store_hurry *hurry, struct why *reterr_why);

#endif

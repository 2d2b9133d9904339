/* Questions about pushed authorization requests. */
#ifndef STORE_PUSHED_H
#define STORE_PUSHED_H

#include "model/pushed.h"
#include "store/store.h"

/* One that has not expired and was not used. NAME_NOT_FOUND: there is none in the realm. */
MUST_USE enum error_code store_find_pushed(struct store *store, struct arena *arena, struct str realm_id,
	struct str hash, int64_t now_ms, struct pushed_request *ret_pushed, struct why *reterr_why);

#endif

/* Orders for the notices of a sign-out: retry and cancel. Private to admin/. */
#ifndef ADMIN_SIGNOUT_ORDER_H
#define ADMIN_SIGNOUT_ORDER_H

#include "admin/call.h"

enum signout_order_kind { SIGNOUT_RETRY, SIGNOUT_CANCEL };

/* Gives the order for one delivery, or (empty) for all of the sign-out; both are known to be the
 * realm's. *ret_changed: how many obeyed. Logged, and an admin event where the realm wants them. */
MUST_USE enum error_code signout_order_give(struct admin_call *call, enum signout_order_kind kind,
					    const struct signout *signout, struct str delivery_id,
					    int64_t *ret_changed, struct why *reterr_why);

#endif

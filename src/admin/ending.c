/* Ending sessions; see ending.h. */
#include "admin/ending.h"

#include "app/signing_out.h"

enum error_code ending_session(struct admin_call *call, enum door door, struct str session_id, bool offline,
			       struct why *reterr_why)
{
	struct signout_order order = signing_out_order(&call->visit, door, NULL);
	struct signout_outcome outcome;
	order.initiator = call->actor;
	return signing_out(&call->visit, &order, session_id, offline, STR(""), &outcome, reterr_why);
}

struct str ending_add(struct admin_call *call, const struct mass_order *order, struct effects *effects)
{
	struct mass_order mine = *order;
	mine.initiator = call->actor;
	return mass_add(&call->visit, &mine, effects);
}

void ending_committed(struct admin_call *call, struct str signout_id)
{
	if (!signout_id.n)
		return;
	mass_committed(&call->visit);
	signing_out_name(&call->visit, signout_id);
}

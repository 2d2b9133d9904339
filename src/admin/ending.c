/* Ending sessions; see ending.h. */
#include "admin/ending.h"

#include "app/signing_out.h"

enum error_code ending_session(struct admin_call *call, enum door door, struct str session_id, bool offline,
			       struct why *reterr_why)
{
	struct signout_order order = signing_out_order(&call->visit, door, NULL);
	struct signout_outcome outcome;
	order.initiator = call->actor;
	enum error_code code = signing_out(&call->visit, &order, session_id, offline, STR(""), &outcome, reterr_why);
	if (code == OK && outcome.session_ended)
		http_set_header_z(call->response, "X-Curfew-Signout", arena_z(call->arena, order.id));
	return code;
}

static enum error_code end_kind(struct admin_call *call, enum door door, struct str user_id, bool offline,
				struct why *reterr_why)
{
	struct session *sessions;
	size_t n;
	enum error_code code = store_list_sessions(call->app->store, call->arena, call->realm->settings.id, user_id,
						   offline, 0, -1, &sessions, &n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++)
		code = ending_session(call, door, sessions[i].id, offline, reterr_why);
	return code;
}

enum error_code ending_user(struct admin_call *call, enum door door, struct str user_id, struct why *reterr_why)
{
	enum error_code code = end_kind(call, door, user_id, false, reterr_why);
	if (code == OK && door_row(door)->offline == DOOR_OFFLINE_ENDS)
		code = end_kind(call, door, user_id, true, reterr_why);
	return code;
}

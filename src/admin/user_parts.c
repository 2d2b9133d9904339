/* Writing what a user holds; see user_parts.h. */
#include "admin/user_parts.h"

bool user_part_write(struct admin_call *call, const struct user_change *change, const struct user_part_event *event)
{
	struct why why = { "" };
	struct effects effects = effects_new(call->arena);
	effects_add(&effects, EFFECT_USER_CHANGE)->u.user_part = change;
	admin_event_add(call, &effects, event->operation, event->resource,
			arena_join(call->arena, STR("users/"), change->user_id, event->tail));
	enum error_code code = app_apply(call->app, &effects, &why);
	if (code == ERROR_STALE)
		admin_not_found(call, "User not found");
	else if (code == ERROR_EXISTS)
		admin_refuse(call, 409, STR("User is already linked with provider"));
	else if (code != OK)
		admin_fail(call, code, &why);
	return code == OK;
}

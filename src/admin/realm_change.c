/* Writing a part of a realm's configuration; see realm_change.h. */
#include "admin/realm_change.h"

#include "admin/entity.h"
#include "base/limits.h"

/* The realm as it is now, in place of the call's. */
static enum error_code look_again(struct admin_call *call, struct why *reterr_why)
{
	struct visit fresh;
	snapshots_changed(call->app->snapshots, call->realm->settings.id);
	enum error_code code = visit_open_named(&fresh, call->app, call->request, call->response,
						call->realm->settings.name, reterr_why);
	if (code != OK)
		return code;
	visit_close(&call->visit);
	call->visit = fresh;
	call->realm = fresh.realm;
	return OK;
}

static void refuse(struct admin_call *call, const struct realm_change *change, enum error_code code,
		   const struct why *why)
{
	if (code == ERROR_EXISTS && change->conflict)
		admin_refuse(call, 409, change->conflict(call, change->context));
	else
		admin_fail(call, code, why);
}

bool realm_change(struct admin_call *call, const struct realm_change *change)
{
	struct why why = { "" };
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		if (round && (code = look_again(call, &why)) != OK)
			break;
		/* In the first round it was just compared, with a realm no older than the call's. */
		if (round && !entity_stands(call, call->realm->version))
			return false;
		struct effects effects = effects_new(call->arena);
		/* The realm's row first: whoever else changes the realm waits here. */
		effects_add(&effects, EFFECT_REALM_CHANGED)->u.realm_changed =
			(struct effect_realm_changed){ call->realm->settings.id, call->realm->version };
		if (!change->decide(call, change->context, &effects))
			return false;
		code = app_apply(call->app, &effects, &why);
	}
	if (code != OK) {
		refuse(call, change, code, &why);
		return false;
	}
	snapshots_changed(call->app->snapshots, call->realm->settings.id);
	return true;
}

/* What a realm keeps in its own row; see realm_document.h. */
#include "admin/realm_document.h"

#include <string.h>

#include "admin/flow_rep.h"
#include "base/clock.h"
#include "base/limits.h"

static enum error_code load(struct admin_call *call, struct realm_rep *ret_rep, int64_t *ret_version,
			    struct why *reterr_why)
{
	enum error_code code = store_find_realm(call->app->store, call->arena, call->realm->settings.id, ret_rep,
						ret_version, reterr_why);
	if (code == OK)
		flows_complete(call->arena, ret_rep);
	return code;
}

static void refuse(struct admin_call *call, enum error_code code, const struct why *why)
{
	if (code == ERROR_NAME_NOT_FOUND)
		admin_not_found(call, "Realm not found.");
	else
		admin_fail(call, code, why);
}

bool realm_document_load(struct admin_call *call, struct realm_rep *ret_rep, int64_t *ret_version)
{
	struct why why = { "" };
	enum error_code code = load(call, ret_rep, ret_version, &why);
	if (code != OK)
		refuse(call, code, &why);
	return code == OK;
}

bool realm_document_change(struct admin_call *call, realm_document_changer *change, void *context)
{
	struct why why = { "" };
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		struct realm_rep rep;
		int64_t version;
		call->visit.now_ms = clock_wall_ms();
		if ((code = load(call, &rep, &version, &why)) != OK)
			break;
		struct effects effects = effects_new(call->arena);
		struct str name = rep.settings.name;
		effects_add(&effects, EFFECT_REALM_UPDATE)->u.realm =
			(struct effect_realm){ .rep = &rep, .old_name = name, .version = version };
		if (!change(call, context, &rep, &effects))
			return false;
		code = app_apply(call->app, &effects, &why);
	}
	if (code != OK) {
		refuse(call, code, &why);
		return false;
	}
	snapshots_changed(call->app->snapshots, call->realm->settings.id);
	return true;
}

void realm_document_drop(void *items, size_t *n, size_t size, size_t index)
{
	char *at = (char *)items + index * size;
	--*n;
	memmove(at, at + size, (*n - index) * size);
}

/* What this server keeps of a realm in memory is dropped on demand; and who may register
 * credentials. */
#include "admin/handlers_realms.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "base/tables.h"

/* The realm's snapshot, in which its keys are too. */
static void clear_realm_cache(struct admin_call *call)
{
	snapshots_changed(call->app->snapshots, call->realm->settings.id);
	admin_no_content(call);
}

ADMIN_HANDLER(admin_clear_realm_cache, clear_realm_cache)

/* Users are read from the store at each request: nothing to drop. */
ADMIN_HANDLER(admin_clear_user_cache, admin_no_content)

static bool registers(const struct required_action_rep *action)
{
	static const char *const names[] = { "CONFIGURE_TOTP", "webauthn-register", "webauthn-register-passwordless",
		"CONFIGURE_RECOVERY_AUTHN_CODES" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(action->provider_id.n ? action->provider_id : action->alias, names[i]))
			return action->enabled;
	return false;
}

static void credential_registrators(struct admin_call *call)
{
	struct realm_rep realm;
	int64_t version;
	if (realm_row_find(call, &realm, &version)) {
		struct json_writer *w = admin_array_begin(call);
		for (size_t i = 0; i < realm.required_actions_n; i++)
			if (registers(&realm.required_actions[i]))
				json_write_text(w, realm.required_actions[i].alias);
		admin_array_end(call, w);
	}
}

ADMIN_HANDLER(admin_credential_registrators, credential_registrators)

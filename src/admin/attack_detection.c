/* /admin/realms/{realm}/attack-detection/brute-force/users: what is known of failed attempts. */
#include "admin/handlers_events.h"
#include "admin/serve.h"
#include "login/lockout.h"
#include "model/log_change.h"

/* The user's row; one without failures is zeroed. False: answered. */
static bool find_failure(struct admin_call *call, struct login_failure *ret_failure)
{
	struct why why = { "" };
	*ret_failure = (struct login_failure){ 0 };
	enum error_code code = store_find_login_failure(call->app->store, call->arena, call->realm->settings.id,
		http_route_value(call->request, "user"), ret_failure, &why);
	if (code == OK || code == ERROR_NAME_NOT_FOUND)
		return true;
	admin_fail(call, code, &why);
	return false;
}

/* Locked for good: what permanentLockout does to the user. */
static bool is_disabled(struct admin_call *call, const struct login_failure *failure)
{
	struct user *user;
	if (lockout_is_locked(&call->realm->settings, failure, call->visit.now_ms))
		return true;
	return failure->failures && call->realm->settings.permanent_lockout &&
	       store_find_user(call->app->store, call->arena, call->realm->settings.id, failure->user_id, USER_ROW, &user,
			       NULL) == OK &&
	       !user->enabled;
}

static void attack_get(struct admin_call *call)
{
	struct login_failure failure;
	if (find_failure(call, &failure)) {
		struct json_writer *w = admin_json_begin(call);
		json_write_object_begin(w);
		json_member_int(w, "failedLoginNotBefore", failure.not_before_s);
		json_member_int(w, "numFailures", failure.failures);
		json_member_int(w, "numTemporaryLockouts", failure.temporary_lockouts);
		json_member_bool(w, "disabled", is_disabled(call, &failure));
		json_member_int(w, "numSecondaryAuthFailures", 0);
		json_member_text(w, "lastIPFailure", failure.last_ip.n ? failure.last_ip : STR("n/a"));
		json_member_int(w, "lastFailure", failure.last_failure_ms);
		json_write_object_end(w);
		admin_json_end(call, w);
	}
}

ADMIN_HANDLER(admin_attack_get, attack_get)

static void apply(struct admin_call *call, struct effects *effects)
{
	struct why why = { "" };
	enum error_code code = app_apply(call->app, effects, &why);
	if (code == OK)
		admin_no_content(call);
	else
		admin_fail(call, code, &why);
}

static void attack_clear(struct admin_call *call)
{
	struct login_failure failure;
	if (find_failure(call, &failure)) {
		struct str user = http_route_value(call->request, "user");
		struct effects effects = effects_new(call->arena);
		if (failure.version)
			effects_add(&effects, EFFECT_FAILURE_CLEAR)->u.failure = failure;
		admin_event_add(call, &effects, "DELETE", "USER_LOGIN_FAILURE",
				arena_join(call->arena, STR("attack-detection/brute-force/users/"), user, STR("")));
		apply(call, &effects);
	}
}

ADMIN_HANDLER(admin_attack_clear, attack_clear)

static void attack_clear_all(struct admin_call *call)
{
	const struct log_change change = { .kind = LOG_CLEAR_FAILURES, .realm_id = call->realm->settings.id };
	struct effects effects = effects_new(call->arena);
	effects_add(&effects, EFFECT_LOG_CHANGE)->u.log = &change;
	admin_event_add(call, &effects, "DELETE", "USER_LOGIN_FAILURE", STR("attack-detection/brute-force/users"));
	apply(call, &effects);
}

ADMIN_HANDLER(admin_attack_clear_all, attack_clear_all)

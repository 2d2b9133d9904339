/* /admin/realms/{realm}/users/{user}/impersonation: the administrator's browser becomes the user's. */
#include "admin/ending.h"
#include "admin/handlers_users.h"
#include "admin/serve.h"
#include "admin/user_rep.h"
#include "app/browser.h"
#include "app/events.h"
#include "base/limits.h"
#include "crypto/random.h"
#include "model/roles.h"

enum { SID_BYTES = 18 };

/* Nobody gains an administrator's powers this way that he could not give himself. */
static bool may_become(struct admin_call *call, const struct user *user)
{
	struct role_set held = roles_of_user(call->arena, call->realm, user);
	for (size_t i = 0; i < held.n; i++)
		if (!admin_may_give(call, held.roles[i]))
			return false;
	return true;
}

/* False: answered. */
static bool check(struct admin_call *call, const struct user *user)
{
	if (!may_become(call, user))
		admin_forbid(call);
	else if (!user->enabled)
		admin_refuse(call, 400, STR("User is disabled"));
	else if (user->service_account_client_id.n)
		admin_refuse(call, 400, STR("Service accounts cannot be impersonated"));
	else
		return true;
	return false;
}

static struct session session_of(struct admin_call *call, const struct user *user)
{
	struct text notes = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&notes, false);
	json_write_object_begin(&w);
	json_member_text(&w, "IMPERSONATOR_ID", call->bearer.user ? call->bearer.user->id : STR(""));
	json_member_text(&w, "IMPERSONATOR_USERNAME", call->actor);
	json_write_object_end(&w);
	struct session session = {
		.id = random_token(call->arena, SID_BYTES),
		.realm_id = call->realm->settings.id,
		.user_id = user->id,
		.username = user->username,
		.auth_method = STR("impersonate"),
		.ip_address = call->request->client,
		.user_agent = str_take(http_header(call->request, "User-Agent"), 255),
		.started_ms = call->visit.now_ms,
		.auth_time_s = call->visit.now_ms / 1000,
		.last_refresh_s = call->visit.now_ms / 1000,
		.notes = text_str(&notes),
	};
	session.cookie_hash = browser_set_session_cookie(&call->visit, session.id, false);
	return session;
}

static void answer(struct admin_call *call, bool same_realm)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	json_member_text(w, "redirect", visit_url(&call->visit, "/account"));
	json_member_bool(w, "sameRealm", same_realm);
	json_write_object_end(w);
	admin_json_end(call, w);
}

/* An administrator of the same realm leaves the session that the call came from. */
static enum error_code leave(struct admin_call *call, bool *ret_same_realm, struct why *reterr_why)
{
	struct str sid = call->bearer.claims.sid;
	*ret_same_realm = call->home.realm && str_eq(call->home.realm->settings.id, call->realm->settings.id) && sid.n;
	return *ret_same_realm ? ending_session(call, DOOR_ADMIN_SESSION, sid, false, reterr_why) : OK;
}

static enum error_code begin(struct admin_call *call, const struct user *user, struct why *reterr_why)
{
	struct session session = session_of(call, user);
	struct effects effects = effects_new(call->arena);
	struct event event = event_new(&call->visit, "IMPERSONATE");
	event.user_id = user->id;
	event.session_id = session.id;
	event_detail(&call->visit, &event, "impersonator_realm",
		     call->home.realm ? call->home.realm->settings.name : STR(""));
	event_detail(&call->visit, &event, "impersonator", call->actor);
	effects_add(&effects, EFFECT_SESSION_MAY_BEGIN)->u.session = session;
	effects_add(&effects, EFFECT_SESSION_CREATE)->u.session = session;
	event_add(&call->visit, &event, &effects);
	admin_event_add(call, &effects, "ACTION", "USER",
			arena_join(call->arena, STR("users/"), user->id, STR("/impersonation")));
	enum error_code code = app_apply(call->app, &effects, reterr_why);
	if (code == OK)
		event_log(&call->visit, &event);
	return code;
}

static void impersonate(struct admin_call *call)
{
	struct user *user;
	struct why why = { "" };
	bool same_realm = false;
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		if (!user_rep_find(call, USER_ROLES | USER_GROUPS, &user) || !check(call, user))
			return;
		code = begin(call, user, &why);
	}
	if (code == OK)
		code = leave(call, &same_realm, &why);
	if (code != OK)
		admin_fail(call, code, &why);
	else
		answer(call, same_realm);
}

ADMIN_HANDLER(admin_user_impersonate, impersonate)

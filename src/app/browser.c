/* The browser's cookies; see browser.h. */
#include "app/browser.h"

#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"

enum { COOKIE_SECRET_BYTES = 32, COOKIES_TRIED = 4 };

static struct str cookie_name(const struct visit *visit, const char *prefix)
{
	return arena_join(visit->arena, str_from(prefix), visit->realm->settings.id, STR(""));
}

static void set_cookie(struct visit *visit, struct str name, struct str value, int64_t max_age_s,
		       bool script_may_read)
{
	bool secure = visit_is_secure(visit);
	const struct cookie_out cookie = {
		.name = name,
		.value = value,
		.max_age_s = max_age_s,
		.secure = secure,
		.script_may_read = script_may_read,
		.same_site = secure ? SAME_SITE_NONE : SAME_SITE_LAX,
	};
	struct why why;
	if (http_set_cookie(visit->response, &cookie, &why) != OK)
		log_write(LOG_ERROR, "app", "cookie %.*s: %s", STR_ARG(name), why.text);
}

struct str browser_flow_cookie(struct visit *visit)
{
	struct str name = cookie_name(visit, "CURFEW_FLOW_");
	return http_cookie(visit->request, arena_z(visit->arena, name));
}

struct str browser_flow_secret(struct visit *visit)
{
	struct str present = browser_flow_cookie(visit);
	if (present.n)
		return present;
	struct str fresh = random_token(visit->arena, COOKIE_SECRET_BYTES);
	set_cookie(visit, cookie_name(visit, "CURFEW_FLOW_"), fresh, COOKIE_SESSION, false);
	return fresh;
}

/* The user of a session, and whether both live. */
static enum error_code judge(struct visit *visit, const struct session *session, bool *ret_alive,
			     struct user **ret_user, struct why *reterr_why)
{
	enum error_code code = store_find_user(visit->app->store, visit->arena, visit->realm->settings.id,
					       session->user_id, USER_ROW, ret_user, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND)
		return OK;
	if (code != OK)
		return code;
	*ret_alive = (*ret_user)->enabled &&
		     life_of(visit->realm, *ret_user, session, visit->now_ms) == LIFE_ALIVE;
	return OK;
}

static size_t session_cookies(struct visit *visit, struct str values[COOKIES_TRIED])
{
	char *name = arena_z(visit->arena, cookie_name(visit, "CURFEW_SESSION_"));
	return http_cookie_values(visit->request, name, values, COOKIES_TRIED);
}

bool browser_has_session(struct visit *visit)
{
	struct str values[COOKIES_TRIED];
	return session_cookies(visit, values) > 0;
}

struct str_list browser_session_hashes(struct visit *visit)
{
	struct str values[COOKIES_TRIED];
	struct str_list hashes = { 0 };
	size_t n = session_cookies(visit, values);
	for (size_t i = 0; i < n; i++)
		*(struct str *)arena_push(visit->arena, &hashes.items, &hashes.n, sizeof *values) =
			hash_base64url(visit->arena, HASH_SHA256, values[i]);
	return hashes;
}

/* Several cookies of our name may come (a sibling host can set one): the first that names a
 * live session counts; none is believed for its place. */
enum error_code browser_session(struct visit *visit, bool *ret_alive, struct session *ret_session,
				struct user **ret_user, struct why *reterr_why)
{
	struct str values[COOKIES_TRIED];
	size_t n = session_cookies(visit, values);
	*ret_alive = false;
	for (size_t i = 0; i < n && !*ret_alive; i++) {
		struct str hash = hash_base64url(visit->arena, HASH_SHA256, values[i]);
		enum error_code code = store_find_session_by_cookie(visit->app->store, visit->arena,
			visit->realm->settings.id, hash, ret_session, reterr_why);
		if (code == OK)
			code = judge(visit, ret_session, ret_alive, ret_user, reterr_why);
		if (code != OK && code != ERROR_NAME_NOT_FOUND)
			return code;
	}
	return OK;
}

struct str browser_state_cookie_name(const struct visit *visit)
{
	return cookie_name(visit, "CURFEW_STATE_");
}

bool browser_has_state(struct visit *visit)
{
	return http_cookie(visit->request, arena_z(visit->arena, browser_state_cookie_name(visit))).n > 0;
}

struct str browser_set_session_cookie(struct visit *visit, struct str sid, bool remember_me)
{
	struct str fresh = random_token(visit->arena, COOKIE_SECRET_BYTES);
	int64_t age = COOKIE_SESSION;
	if (remember_me)
		age = life_of_session(&visit->realm->settings, false, true).maximum_s;
	set_cookie(visit, cookie_name(visit, "CURFEW_SESSION_"), fresh, age, false);
	set_cookie(visit, browser_state_cookie_name(visit), hash_base64url(visit->arena, HASH_SHA256, sid), age, true);
	return hash_base64url(visit->arena, HASH_SHA256, fresh);
}

void browser_clear_session_cookie(struct visit *visit)
{
	set_cookie(visit, cookie_name(visit, "CURFEW_SESSION_"), STR(""), 0, false);
	set_cookie(visit, browser_state_cookie_name(visit), STR(""), 0, true);
}

struct str browser_owed(struct visit *visit)
{
	return http_cookie(visit->request, arena_z(visit->arena, cookie_name(visit, "CURFEW_OWED_")));
}

void browser_keep_owed(struct visit *visit, struct str sealed)
{
	set_cookie(visit, cookie_name(visit, "CURFEW_OWED_"), sealed, COOKIE_SESSION, false);
}

void browser_clear_owed(struct visit *visit)
{
	set_cookie(visit, cookie_name(visit, "CURFEW_OWED_"), STR(""), 0, false);
}

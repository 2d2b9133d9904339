/* Sessions: of a user, of the realm, ended one by one. */
#include "admin/ending.h"
#include "admin/handlers.h"
#include "admin/serve.h"
#include "admin/session_rep.h"
#include "admin/user_rep.h"
#include "model/life.h"

/* Only what still lives: what has expired or ended is not shown as a session. */
static void list(struct admin_call *call, struct str user_id, const struct admin_page *page)
{
	/* Ours; Keycloak lists offline sessions by client alone. */
	bool offline = str_eq_z(admin_query(call, "offline"), "true");
	struct session *sessions;
	size_t n;
	struct why why = { "" };
	enum error_code code = store_list_sessions(call->app->store, call->arena, call->realm->settings.id, user_id, offline,
						   page->first, page->max, &sessions, &n, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < n; i++)
		if (life_of(call->realm, NULL, &sessions[i], call->visit.now_ms) == LIFE_ALIVE)
			session_rep_write(w, call->realm, &sessions[i]);
	admin_array_end(call, w);
}

static void user_sessions(struct admin_call *call)
{
	struct user *user;
	if (user_rep_find(call, USER_ROW, &user))
		list(call, user->id, &(struct admin_page){ 0, -1 });
}

ADMIN_HANDLER(admin_user_sessions, user_sessions)

static void sessions_list(struct admin_call *call)
{
	struct admin_page page;
	if (admin_query_page(call, 100, &page))
		list(call, STR(""), &page);
}

ADMIN_HANDLER(admin_sessions_list, sessions_list)

static void session_delete(struct admin_call *call)
{
	struct why why = { "" };
	struct session session;
	struct str id = http_route_value(call->request, "session");
	bool offline = str_eq_z(admin_query(call, "isOffline"), "true");
	enum error_code code = store_find_session(call->app->store, call->arena, call->realm->settings.id, id, offline,
						  &session, &why);
	if (code == OK)
		code = ending_session(call, DOOR_ADMIN_SESSION, id, offline, &why);
	if (code == ERROR_NAME_NOT_FOUND)
		admin_not_found(call, "Sesssion not found"); /* as Keycloak spells it: scripts compare */
	else if (code != OK)
		admin_fail(call, code, &why);
	else
		admin_no_content(call);
}

ADMIN_HANDLER(admin_session_delete, session_delete)

/* Ends that users ask for; see account_end.h. */
#include "app/account_end.h"

#include "app/consenting.h"
#include "app/events.h"
#include "model/life.h"

enum error_code account_sessions_of(struct visit *visit, const struct user *user, bool offline,
				    struct session **ret_sessions, size_t *ret_n, struct why *reterr_why)
{
	struct session *sessions;
	size_t n, alive = 0;
	enum error_code code = store_list_sessions(visit->app->store, visit->arena, visit->realm->settings.id, user->id,
						   offline, 0, -1, &sessions, &n, reterr_why);
	if (code != OK)
		return code;
	for (size_t i = 0; i < n; i++)
		if (life_of(visit->realm, user, &sessions[i], visit->now_ms) == LIFE_ALIVE)
			sessions[alive++] = sessions[i];
	*ret_sessions = sessions;
	*ret_n = alive;
	return OK;
}

/* The event names the account, as Keycloak's does, the receipt who asked. */
static struct signout_order order_of(struct visit *visit, enum door door, struct str initiator, struct str by_client)
{
	struct signout_order order = signing_out_order(visit, door, NULL);
	order.initiator = initiator;
	order.initiator_client = by_client;
	return order;
}

static enum error_code end(struct visit *visit, const struct signout_order *order, const struct session *session,
			   struct str client_id, struct account_ended *ended, struct why *reterr_why)
{
	struct signout_outcome outcome = { 0 };
	enum error_code code = signing_out(visit, order, session->id, session->offline, client_id, &outcome, reterr_why);
	if (code == OK)
		*(struct str *)arena_push(visit->arena, &ended->ids, &ended->n, sizeof *ended->ids) = order->id;
	return code;
}

static enum error_code end_own(struct visit *visit, const struct account_actor *actor, enum door door,
			       const struct session *session, struct account_ended *ended, struct why *reterr_why)
{
	struct signout_order order = order_of(visit, door, actor->caller->client_id, STR("account"));
	order.browser = actor->here.n && str_eq(session->id, actor->here);
	if (order.browser)
		ended->here = order.id;
	return end(visit, &order, session, STR(""), ended, reterr_why);
}

enum error_code account_end_sessions(struct visit *visit, const struct account_actor *actor, struct str spared,
				     enum door door, struct account_ended *ended, struct why *reterr_why)
{
	struct session *sessions;
	size_t n;
	enum error_code code = account_sessions_of(visit, actor->user, false, &sessions, &n, reterr_why);
	for (size_t i = 0; code == OK && i < n; i++)
		if (!spared.n || !str_eq(sessions[i].id, spared))
			code = end_own(visit, actor, door, &sessions[i], ended, reterr_why);
	return code;
}

enum error_code account_end_session(struct visit *visit, const struct account_actor *actor, struct str session_id,
				    struct account_ended *ended, struct why *reterr_why)
{
	struct session session;
	enum error_code code = store_find_session(visit->app->store, visit->arena, visit->realm->settings.id, session_id,
						  false, &session, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND || (code == OK && !str_eq(session.user_id, actor->user->id)))
		return OK;
	return code == OK ? end_own(visit, actor, DOOR_ACCOUNT_SESSION, &session, ended, reterr_why) : code;
}

/* ---- withdrawal */

/* First of all, so that nothing new begins by it. */
static enum error_code forget(struct visit *visit, const struct withdrawal *w, bool *ret_found, struct why *reterr_why)
{
	struct consent consent;
	enum error_code code = consenting_load(visit, w->client, w->user->id, &consent, reterr_why);
	if (code != OK)
		return code;
	*ret_found = consent.version > 0;
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_CONSENT_DELETE)->u.consent = consent;
	struct event event = event_new(visit, "REVOKE_GRANT");
	event.client_id = w->by_client;
	event.user_id = w->user->id;
	event_detail(visit, &event, "revoked_client", w->client->client_id);
	event_add(visit, &event, &effects);
	code = app_apply(visit->app, &effects, reterr_why);
	if (code == OK)
		event_log(visit, &event);
	return code;
}

static bool has_part(const struct session *session, const struct client *client)
{
	for (size_t i = 0; i < session->clients_n; i++)
		if (str_eq(session->clients[i].client_id, client->id))
			return true;
	return false;
}

static enum error_code end_parts(struct visit *visit, const struct withdrawal *w, bool offline,
				 struct account_ended *ended, struct why *reterr_why)
{
	struct session *sessions;
	size_t n;
	enum error_code code = account_sessions_of(visit, w->user, offline, &sessions, &n, reterr_why);
	for (size_t i = 0; code == OK && i < n; i++) {
		struct signout_order order = order_of(visit, DOOR_CONSENT_WITHDRAWN, w->initiator, w->by_client);
		if (has_part(&sessions[i], w->client))
			code = end(visit, &order, &sessions[i], w->client->id, ended, reterr_why);
	}
	return code;
}

enum error_code account_withdraw(struct visit *visit, const struct withdrawal *w, struct account_ended *ended,
				 bool *ret_found, struct why *reterr_why)
{
	bool found;
	size_t before = ended->n;
	enum error_code code = forget(visit, w, &found, reterr_why);
	if (code == OK)
		code = end_parts(visit, w, false, ended, reterr_why);
	if (code == OK)
		code = end_parts(visit, w, true, ended, reterr_why);
	if (code == OK)
		*ret_found = found || ended->n > before;
	return code;
}

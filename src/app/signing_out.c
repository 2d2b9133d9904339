/* Ending sessions; see signing_out.h. */
#include "app/signing_out.h"

#include "app/events.h"
#include "base/limits.h"
#include "base/log.h"
#include "crypto/random.h"
#include "model/life.h"

enum { SIGNOUTS_NAMED = 20 }; /* in one response; a head has its limits */

struct signout_order signing_out_order(const struct visit *visit, enum door door, const struct client *client)
{
	struct str name = client ? client->client_id : STR("");
	return (struct signout_order){
		.door = door,
		.id = random_uuid(visit->arena),
		.initiator = name,
		.initiator_client = name,
		.ip_address = visit->request->client,
		.now_ms = visit->now_ms,
	};
}

void signing_out_name(struct visit *visit, struct str signout_id)
{
	static const char name[] = "X-Curfew-Signout";
	struct why why = { "" };
	size_t named = 0;
	for (size_t i = 0; i < visit->response->n_headers; i++)
		named += str_eq_z(visit->response->headers[i].name, name);
	if (named < SIGNOUTS_NAMED && http_add_header(visit->response, name, signout_id, &why) != OK)
		log_write(LOG_ERROR, "app", "%s: %s", name, why.text);
}

static void log_events(const struct visit *visit, const struct effects *effects)
{
	for (size_t i = 0; i < effects->n; i++)
		if (effects->items[i].kind == EFFECT_EVENT)
			event_log(visit, &effects->items[i].u.event);
}

/* What goes of the offline session that grew from this one, at clients that ask for it. */
static enum error_code add_offline(struct visit *visit, const struct signout_order *order,
				   const struct session *session, struct effects *effects, struct why *reterr_why)
{
	struct session offline;
	enum error_code code = store_find_session(visit->app->store, visit->arena, visit->realm->settings.id,
						  session->id, true, &offline, reterr_why);
	if (code == OK)
		signout_asked_offline(order, visit->realm, session, &offline, effects);
	return code == ERROR_NAME_NOT_FOUND ? OK : code;
}

/* What ends: a session's rows, or one client's part in them; and what is applied beside. */
struct target {
	struct str session_id, client_id;
	bool offline;
	const struct effects *beside; /* NULL: nothing */
};

/* `session`: as it was when it was loaded; STALE when it is not any more. */
static enum error_code decide(struct visit *visit, const struct signout_order *order, const struct session *session,
			      const struct target *target, struct signout_outcome *ret_outcome,
			      struct why *reterr_why)
{
	struct effects effects = effects_new(visit->arena);
	for (size_t i = 0; target->beside && i < target->beside->n; i++)
		*effects_add(&effects, target->beside->items[i].kind) = target->beside->items[i];
	struct signout_outcome outcome;
	enum error_code code = door_row(order->door)->offline == DOOR_OFFLINE_ASKED ?
		add_offline(visit, order, session, &effects, reterr_why) : OK;
	if (code != OK)
		return code;
	if (door_row(order->door)->ends == DOOR_ENDS_CLIENT)
		signout_client(order, visit->realm, session, target->client_id, &effects, &outcome);
	else
		signout_session(order, visit->realm, session, &effects, &outcome);
	code = app_apply(visit->app, &effects, reterr_why);
	if (code != OK)
		return code;
	log_events(visit, &effects);
	if (effects.n)
		signing_out_name(visit, order->id);
	*ret_outcome = outcome;
	return OK;
}

static enum error_code load_and_decide(struct visit *visit, const struct signout_order *order,
				       const struct target *target, struct signout_outcome *ret_outcome,
				       struct why *reterr_why)
{
	struct session session;
	enum error_code code = store_find_session(visit->app->store, visit->arena, visit->realm->settings.id,
						  target->session_id, target->offline, &session, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND)
		return OK;
	return code == OK ? decide(visit, order, &session, target, ret_outcome, reterr_why) : code;
}

/* `session` (NULL: none) was loaded before; else it is loaded, and again when something came
 * between. */
static enum error_code end(struct visit *visit, const struct signout_order *order, const struct session *session,
			   const struct target *target, struct signout_outcome *ret_outcome, struct why *reterr_why)
{
	struct signout_outcome outcome = { 0 };
	enum error_code code = session ? decide(visit, order, session, target, &outcome, reterr_why) : ERROR_STALE;
	/* More rounds than elsewhere: a sign-out must not lose to a busy session. */
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS * 10 && code == ERROR_STALE; round++)
		code = load_and_decide(visit, order, target, &outcome, reterr_why);
	if (code == OK)
		*ret_outcome = outcome;
	return code;
}

enum error_code signing_out(struct visit *visit, const struct signout_order *order, struct str session_id,
			    bool offline, struct str client_id, struct signout_outcome *ret_outcome,
			    struct why *reterr_why)
{
	const struct target target = { .session_id = session_id, .client_id = client_id, .offline = offline };
	return end(visit, order, NULL, &target, ret_outcome, reterr_why);
}

enum error_code signing_out_known(struct visit *visit, const struct signout_order *order,
				  const struct session *session, const struct effects *beside,
				  struct signout_outcome *ret_outcome, struct why *reterr_why)
{
	const struct target target = { .session_id = session->id, .client_id = STR(""), .offline = session->offline,
		.beside = beside };
	return end(visit, order, session, &target, ret_outcome, reterr_why);
}

enum error_code signing_out_find(struct visit *visit, struct str session_id, bool offline,
				 const struct session **ret_session, struct why *reterr_why)
{
	*ret_session = NULL;
	if (!session_id.n)
		return OK;
	struct session *session = arena_alloc(visit->arena, sizeof *session);
	enum error_code code = store_find_session(visit->app->store, visit->arena, visit->realm->settings.id,
						  session_id, offline, session, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND)
		return OK;
	if (code == OK && life_of(visit->realm, NULL, session, visit->now_ms) == LIFE_ALIVE)
		*ret_session = session;
	return code;
}

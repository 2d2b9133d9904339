/* Limits of sessions; see session_limit.h. */
#include "app/session_limit.h"

#include "app/signing_out.h"
#include "model/life.h"

static const struct session_limits *limits_of(const struct realm *realm, const struct client *client, bool direct)
{
	const struct session_limits *own = direct ? client->direct_grant_limits : client->limits;
	return own ? own : direct ? &realm->direct_grant_limits : &realm->limits;
}

enum error_code session_limit_check(struct visit *visit, const struct client *client,
				    const struct user *user, bool direct,
				    struct session_limit *ret_limit, struct why *reterr_why)
{
	const struct session_limits *limits = limits_of(visit->realm, client, direct);
	struct session_limit limit = { .client = client, .user = user, .counted = -1,
		.message = limits->message.n ? limits->message : STR("There are too many sessions") };
	*ret_limit = limit;
	if (!limits->set)
		return OK;
	struct session *sessions;
	size_t n, living = 0;
	enum error_code code = store_list_sessions(visit->app->store, visit->arena, visit->realm->settings.id,
						   user->id, false, 0, -1, &sessions, &n, reterr_why);
	if (code != OK)
		return code;
	limit.counted = (int64_t)n;
	for (size_t i = 0; i < n; i++)
		if (life_of(visit->realm, user, &sessions[i], visit->now_ms) == LIFE_ALIVE)
			sessions[living++] = sessions[i];
	limit.verdict = session_limit_decide(visit->arena, limits, client->id, sessions, living);
	*ret_limit = limit;
	return OK;
}

void session_limit_add(const struct visit *visit, const struct session_limit *limit, struct effects *effects)
{
	if (limit->counted < 0)
		return;
	effects_add(effects, EFFECT_SESSION_COUNT)->u.count = (struct effect_count){
		visit->realm->settings.id, limit->user->id, limit->counted };
	for (size_t i = 0; i < limit->verdict.ends_n; i++) {
		struct signout_order order = signing_out_order(visit, DOOR_SESSION_LIMIT, limit->client);
		struct signout_outcome outcome;
		signout_session(&order, visit->realm, limit->verdict.ends[i], effects, &outcome);
	}
}

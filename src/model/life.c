/* Lifespans; see life.h. */
#include "model/life.h"

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

struct life_limits life_of_session(const struct realm_settings *realm, bool offline, bool remember_me)
{
	if (offline)
		return (struct life_limits){ realm->offline_session_idle_timeout_s,
			realm->offline_session_max_lifespan_enabled ?
				realm->offline_session_max_lifespan_s : INT64_MAX };
	struct life_limits limits = { realm->sso_session_idle_timeout_s, realm->sso_session_max_lifespan_s };
	if (!remember_me)
		return limits;
	if (!realm->remember_me)
		return (struct life_limits){ 0, 0 };
	if (realm->sso_session_idle_timeout_remember_me_s > 0)
		limits.idle_s = realm->sso_session_idle_timeout_remember_me_s;
	if (realm->sso_session_max_lifespan_remember_me_s > 0)
		limits.maximum_s = realm->sso_session_max_lifespan_remember_me_s;
	return limits;
}

struct life_limits life_of_client_session(const struct realm_settings *realm,
					  const struct client *client, bool offline, bool remember_me)
{
	struct life_limits limits = life_of_session(realm, offline, remember_me);
	struct str idle_name = offline ? STR("client.offline.session.idle.timeout") : STR("client.session.idle.timeout");
	struct str max_name = offline ? STR("client.offline.session.max.lifespan") : STR("client.session.max.lifespan");
	int64_t idle = attributes_seconds(&client->attributes, idle_name, 0);
	int64_t maximum = attributes_seconds(&client->attributes, max_name, 0);
	if (!idle)
		idle = offline ? realm->client_offline_session_idle_timeout_s : realm->client_session_idle_timeout_s;
	if (!maximum)
		maximum = offline ? realm->client_offline_session_max_lifespan_s : realm->client_session_max_lifespan_s;
	if (idle > 0)
		limits.idle_s = min64(limits.idle_s, idle);
	if (maximum > 0)
		limits.maximum_s = min64(limits.maximum_s, maximum);
	return limits;
}

static enum life_end judge(struct life_limits limits, int64_t started_ms, int64_t last_use_s, int64_t now_ms)
{
	int64_t now_s = now_ms / 1000;
	if (limits.maximum_s != INT64_MAX && now_s - started_ms / 1000 >= limits.maximum_s)
		return LIFE_MAXIMUM;
	return now_s - last_use_s >= limits.idle_s ? LIFE_IDLE : LIFE_ALIVE;
}

/* An epoch of 0 is none. */
static bool began_before(int64_t started_ms, int64_t epoch_ms)
{
	return epoch_ms > 0 && started_ms <= epoch_ms;
}

enum life_end life_of(const struct realm *realm, const struct user *user,
		      const struct session *session, int64_t now_ms)
{
	if (session->ended || session->started_ms <= realm->sessions_ended_before_ms)
		return LIFE_ENDED;
	if (session->remember_me && began_before(session->started_ms, realm->remembered_ended_before_ms))
		return LIFE_ENDED;
	if (user && session->started_ms <= user->sessions_ended_before_ms &&
	    session->spared_ms < user->sessions_ended_before_ms)
		return LIFE_ENDED;
	return life_expiry(realm, session, now_ms);
}

enum life_end life_expiry(const struct realm *realm, const struct session *session, int64_t now_ms)
{
	struct life_limits limits = life_of_session(&realm->settings, session->offline, session->remember_me);
	return judge(limits, session->started_ms, session->last_refresh_s, now_ms);
}

enum life_end life_of_part(const struct realm *realm, const struct client *client,
			   const struct session *session, const struct client_session *part,
			   int64_t now_ms)
{
	struct life_limits limits = life_of_client_session(&realm->settings, client, session->offline,
							   session->remember_me);
	if (part->ended || began_before(part->started_ms, client->sessions_ended_before_ms))
		return LIFE_ENDED;
	return judge(limits, part->started_ms, part->last_refresh_s, now_ms);
}

int64_t life_session_expires_s(const struct realm *realm, const struct session *session)
{
	struct life_limits limits = life_of_session(&realm->settings, session->offline, session->remember_me);
	if (limits.maximum_s == INT64_MAX)
		return session->last_refresh_s + limits.idle_s;
	return session->started_ms / 1000 + limits.maximum_s;
}

int64_t life_access_token_s(const struct realm *realm, const struct client *client,
			    const struct session *session, int64_t now_ms)
{
	struct str own = attributes_get(&client->attributes, STR("access.token.lifespan"));
	int64_t life = attributes_seconds(&client->attributes, STR("access.token.lifespan"), 0);
	/* -1: as long as the session may last. */
	if (str_eq_z(own, "-1") && session)
		life = INT64_MAX;
	if (!life)
		life = realm->settings.access_token_lifespan_s;
	if (!session)
		return life;
	struct life_limits limits = life_of_session(&realm->settings, session->offline, session->remember_me);
	if (limits.maximum_s == INT64_MAX)
		return life == INT64_MAX ? realm->settings.access_token_lifespan_s : life;
	int64_t left = session->started_ms / 1000 + limits.maximum_s - now_ms / 1000;
	return max64(0, min64(life, left));
}

int64_t life_implicit_token_s(const struct realm *realm, const struct session *session, int64_t now_ms)
{
	int64_t life = realm->settings.access_token_lifespan_for_implicit_flow_s;
	struct life_limits limits = life_of_session(&realm->settings, session->offline, session->remember_me);
	if (limits.maximum_s == INT64_MAX)
		return life;
	return max64(0, min64(life, session->started_ms / 1000 + limits.maximum_s - now_ms / 1000));
}

int64_t life_refresh_token_s(const struct realm *realm, const struct client *client,
			     const struct session *session, const struct client_session *part,
			     int64_t now_ms)
{
	struct life_limits own = life_of_client_session(&realm->settings, client, session->offline,
							session->remember_me);
	struct life_limits whole = life_of_session(&realm->settings, session->offline, session->remember_me);
	if (session->offline && own.maximum_s == INT64_MAX)
		return 0;
	int64_t now_s = now_ms / 1000, life = own.idle_s;
	if (own.maximum_s != INT64_MAX)
		life = min64(life, part->started_ms / 1000 + own.maximum_s - now_s);
	if (whole.maximum_s != INT64_MAX)
		life = min64(life, session->started_ms / 1000 + whole.maximum_s - now_s);
	return max64(0, life);
}

int64_t life_not_before_s(const struct realm *realm, const struct client *client, const struct user *user)
{
	int64_t not_before = realm->settings.not_before_s;
	if (client)
		not_before = max64(not_before, client->not_before_s);
	return user ? max64(not_before, user->not_before_s) : not_before;
}

bool life_serves_keys(const struct realm *realm, bool owes, int64_t now_ms)
{
	return realm->settings.enabled || (owes && now_ms - realm->sessions_ended_before_ms < LIFE_KEYS_SERVED_MS);
}

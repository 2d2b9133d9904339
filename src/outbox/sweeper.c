/* The sweeper; see sweeper.h. */
#include "outbox/sweeper.h"

#include "base/clock.h"
#include "base/log.h"
#include "crypto/random.h"
#include "model/life.h"
#include "outbox/trouble.h"
#include "signout/decide.h"
#include "store/apply.h"
#include "store/realm_list.h"

enum { BATCH = 50 };

static void add_end(struct arena *arena, const struct realm *realm, const struct session *session,
		    enum life_end end, int64_t now_ms, struct effects *effects)
{
	const struct signout_order order = {
		.door = end == LIFE_IDLE ? DOOR_EXPIRED_IDLE : DOOR_EXPIRED_MAXIMUM,
		.id = random_uuid(arena),
		.now_ms = now_ms,
	};
	struct signout_outcome outcome;
	signout_session(&order, realm, session, effects, &outcome);
}

static enum error_code end_expired(const struct outbox_config *config, struct arena *arena, struct str realm_id,
				   const struct session *sessions, size_t n, int64_t now_ms, bool *ret_more,
				   struct why *reterr_why)
{
	const struct realm *realm;
	struct effects effects = effects_new(arena);
	enum error_code code = snapshots_get_by_id(config->snapshots, realm_id, &realm, reterr_why);
	if (code != OK)
		return code;
	for (size_t i = 0; i < n; i++) {
		enum life_end end = life_expiry(realm, &sessions[i], now_ms);
		if (end != LIFE_ALIVE)
			add_end(arena, realm, &sessions[i], end, now_ms, &effects);
	}
	if (effects.n) {
		struct store_work work = store_work_effects(&effects);
		code = writer_apply(config->writer, &work, reterr_why);
		*ret_more |= code == ERROR_STALE || (code == OK && n == BATCH);
	}
	snapshots_put(config->snapshots, realm);
	/* A session that was used in the meantime is looked at again. */
	return code == ERROR_STALE ? OK : code;
}

/* One kind of session of a realm: the query is wide (it knows one pair of limits), the
 * judgement exact. The realm's snapshot is made for sessions that end alone. */
static enum error_code sweep_kind(const struct outbox_config *config, struct str realm_id,
				  const struct realm_rule *rule, bool offline, bool remember_me, bool *ret_more,
				  struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(4096);
	struct session *sessions;
	size_t n;
	int64_t now_ms = clock_wall_ms();
	struct life_limits limits = rule->sessions[offline][remember_me];
	int64_t oldest_ms = limits.maximum_s == INT64_MAX ? INT64_MIN : now_ms - limits.maximum_s * 1000;
	enum error_code code = store_list_expired(config->store, arena, realm_id, offline, remember_me,
		now_ms / 1000 - limits.idle_s, oldest_ms, BATCH, &sessions, &n, reterr_why);
	if (code != OK || !n)
		return code;
	return end_expired(config, arena, realm_id, sessions, n, now_ms, ret_more, reterr_why);
}

static enum error_code sweep_realm(const struct outbox_config *config, struct str id,
				   const struct realm_rule *rule, bool *ret_more, struct why *reterr_why)
{
	enum error_code code = OK;
	for (int kind = 0; kind < 4 && code == OK; kind++)
		code = sweep_kind(config, id, rule, kind & 1, kind & 2, ret_more, reterr_why);
	return code;
}

/* ---- notices that no browser carried ---- */

static void add_given_up(const struct outbox_config *config, struct effects *effects,
			 const struct delivery *delivery, int64_t now_ms)
{
	struct arena *arena = effects->arena;
	struct str why = delivery->saml_until_s ?
		STR("the browser did not come back before the provider's own session ended") :
		STR("the browser did not come back in time");
	struct effect_delivery_update update = {
		.id = delivery->id, .expected = DELIVERY_WAITING_BROWSER, .state = DELIVERY_GAVE_UP,
		.now_ms = now_ms, .attempts = delivery->attempts, .http_status = delivery->http_status,
		.reason = delivery->attempts ? arena_join(arena, delivery->reason, STR("; "), why) : why };
	effects_add(effects, EFFECT_DELIVERY_UPDATE)->u.delivery_update = update;
	effects_add(effects, EFFECT_EVENT)->u.event = *trouble_event(config, arena, delivery, &update);
	if (config->observe)
		config->observe(config->context, delivery, update.state, now_ms - delivery->queued_ms);
}

static enum error_code sweep_debts(const struct outbox_config *config, bool *ret_more, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct delivery *deliveries;
	size_t n;
	int64_t now_ms = clock_wall_ms();
	enum error_code code = store_list_not_fetched(config->store, arena, now_ms, BATCH, &deliveries, &n, reterr_why);
	if (code != OK || !n)
		return code;
	struct effects effects = effects_new(arena);
	for (size_t i = 0; i < n; i++)
		add_given_up(config, &effects, &deliveries[i], now_ms);
	struct store_work work = store_work_effects(&effects);
	code = writer_apply(config->writer, &work, reterr_why);
	*ret_more |= code == ERROR_STALE || n == BATCH;
	/* A browser came this moment: the others are looked at again. */
	return code == ERROR_STALE ? OK : code;
}

enum error_code sweeper_step(const struct outbox_config *config, struct realm_rules *rules, bool *ret_more,
			     struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct realm_name *realms;
	size_t n;
	*ret_more = false;
	enum error_code code =
		store_list_realms_with(config->store, REALMS_WITH_SESSIONS, arena, &realms, &n, reterr_why);
	if (code == OK)
		code = realm_rules_learn(rules, realms, n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++) {
		struct why why = { "" };
		const struct realm_rule *rule = realm_rules_of(rules, realms[i].id);
		if (rule && sweep_realm(config, realms[i].id, rule, ret_more, &why) != OK)
			log_write(LOG_ERROR, "outbox", "expired sessions of realm %.*s: %s", STR_ARG(realms[i].name), why.text);
	}
	return code == OK ? sweep_debts(config, ret_more, reterr_why) : code;
}

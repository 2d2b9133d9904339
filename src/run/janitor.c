/* The janitor; see janitor.h. */
#include "run/janitor.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/condition.h"
#include "run/realm_rules.h"
#include "run/store_calls.h"
#include "store/apply.h"
#include "store/realm_list.h"

enum {
	TICK_S = 1,           /* how soon another node's change is seen */
	PURGE_EVERY = 60,     /* ticks */
	PURGE_MAX = 500,      /* rows of each kind a transaction */
	PURGE_REALMS = 50,    /* a transaction */
	TOMBSTONE_MS = 3600 * 1000,
};

struct janitor {
	struct store *store;
	struct writer *writer;
	struct snapshots *snapshots;
	struct realm_rules *rules;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping;
};

/* What each realm lets expire, by its settings; of realms that have something that can. */
static enum error_code purge_rules(struct janitor *j, struct arena *arena, int64_t now_ms,
				   struct store_purge_realm **ret_realms, size_t *ret_n, struct why *reterr_why)
{
	struct realm_name *names;
	size_t n, known = 0;
	enum error_code code = store_list_realms_with(j->store, REALMS_WITH_LOGS, arena, &names, &n, reterr_why);
	if (code == OK)
		code = realm_rules_learn(j->rules, names, n, reterr_why);
	if (code != OK)
		return code;
	struct store_purge_realm *realms = arena_array(arena, n, sizeof *realms);
	for (size_t i = 0; i < n; i++) {
		const struct realm_rule *rule = realm_rules_of(j->rules, names[i].id);
		if (!rule)
			continue;
		realms[known++] = (struct store_purge_realm){
			.realm_id = names[i].id,
			.events_before_ms = now_ms - rule->events_s * 1000,
			.signouts_before_ms = now_ms - rule->receipts_s * 1000,
			.failures_before_ms = now_ms - rule->failures_s * 1000,
		};
	}
	*ret_realms = realms;
	*ret_n = known;
	return OK;
}

/* Small batches, so that nobody waits for it; what is left comes with the next round. */
static void purge(struct janitor *j)
{
	ARENA_SCOPED arena = arena_new(0);
	struct why why;
	int64_t now_ms = clock_wall_ms(), deleted;
	struct store_purge_realm *realms;
	size_t n, at = 0;
	enum error_code code = purge_rules(j, arena, now_ms, &realms, &n, &why);
	if (code != OK)
		return;
	do {
		struct store_purge order = { .now_ms = now_ms, .max = PURGE_MAX, .realms = realms + at,
			.realms_n = n - at < PURGE_REALMS ? n - at : PURGE_REALMS };
		const struct store_work work = { .kind = STORE_WORK_PURGE, .u.purge = &order };
		code = writer_apply(j->writer, &work, &why);
		at += PURGE_REALMS;
	} while (code == OK && at < n);
	const struct store_writer writer = store_calls(j->writer);
	if (code == OK)
		code = store_purge_realms(j->store, &writer, now_ms, now_ms - TOMBSTONE_MS, PURGE_MAX, &deleted, &why);
	/* A store that fails shows red in readiness; the next round tries again. */
	(void)code;
}

static bool wait_tick(struct janitor *j)
{
	struct timespec until = condition_in(TICK_S * 1000);
	pthread_mutex_lock(&j->lock);
	while (!j->stopping && pthread_cond_timedwait(&j->changed, &j->lock, &until) == 0)
		;
	bool go_on = !j->stopping;
	pthread_mutex_unlock(&j->lock);
	return go_on;
}

static void *run(void *context)
{
	struct janitor *j = context;
	struct why why;
	for (unsigned tick = 1; wait_tick(j); tick++) {
		if (!store_is_local(j->store))
			(void)!snapshots_poll(j->snapshots, &why);
		if (tick % PURGE_EVERY == 0)
			purge(j);
	}
	return NULL;
}

static void discard(struct janitor *j)
{
	pthread_mutex_destroy(&j->lock);
	pthread_cond_destroy(&j->changed);
	realm_rules_free(j->rules);
	free(j);
}

enum error_code janitor_new(struct store *store, struct writer *writer, struct snapshots *snapshots,
			    struct janitor **ret_janitor, struct why *reterr_why)
{
	struct janitor *j = calloc(1, sizeof *j);
	if (!j)
		abort();
	*j = (struct janitor){ .store = store, .writer = writer, .snapshots = snapshots,
		.rules = realm_rules_new(store) };
	pthread_mutex_init(&j->lock, NULL);
	condition_init(&j->changed);
	if (pthread_create(&j->thread, NULL, run, j) != 0) {
		discard(j);
		return error_because(reterr_why, ERROR_INTERNAL, "no thread for the janitor");
	}
	pthread_setname_np(j->thread, "janitor");
	*ret_janitor = j;
	return OK;
}

void janitor_free(struct janitor *j)
{
	if (!j)
		return;
	pthread_mutex_lock(&j->lock);
	j->stopping = true;
	pthread_cond_signal(&j->changed);
	pthread_mutex_unlock(&j->lock);
	pthread_join(j->thread, NULL);
	discard(j);
}

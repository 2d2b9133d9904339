/* The keeper's thread; see keeper.h. */
#include "outbox/keeper.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "outbox/ahead.h"
#include "outbox/jobs.h"
#include "outbox/steps.h"
#include "outbox/sweeper.h"

enum {
	IDLE_MS = 1000,   /* how often other nodes' and clock-driven work is looked for */
	SWEEP_MS = 5000,  /* how often expired sessions are looked for */
	KEEPER_NICE = 5,  /* requests that somebody waits for come first */
};

struct keeper {
	const struct outbox_config *config;
	void (*worked)(void *context);
	void *context;
	pthread_t thread;
	pthread_mutex_t lock; /* of the two below */
	pthread_cond_t changed;
	bool woken, stopping;
	/* the thread's own */
	int64_t next_sweep_ms; /* monotonic */
	struct steps steps;
	struct realm_rules *rules;
};

static bool do_jobs(const struct keeper *keeper)
{
	bool more = false;
	struct why why = { "" };
	if (jobs_step(keeper->config, &more, &why) != OK) {
		log_write(LOG_ERROR, "outbox", "mass sign-out: %s", why.text);
		return false;
	}
	return more;
}

static bool do_sweep(struct keeper *keeper)
{
	bool more = false;
	struct why why = { "" };
	if (clock_mono_ms() < keeper->next_sweep_ms)
		return false;
	if (sweeper_step(keeper->config, keeper->rules, &more, &why) != OK) {
		log_write(LOG_ERROR, "outbox", "expired sessions: %s", why.text);
		more = false;
	}
	keeper->next_sweep_ms = more ? 0 : clock_mono_ms() + SWEEP_MS;
	return more;
}

/* Until woken or the time is up, unless there is more to do. False: stop. */
static bool wait_for_work(struct keeper *keeper, bool more)
{
	struct timespec until = condition_in(IDLE_MS);
	pthread_mutex_lock(&keeper->lock);
	while (!more && !keeper->woken && !keeper->stopping)
		if (pthread_cond_timedwait(&keeper->changed, &keeper->lock, &until) != 0)
			break;
	keeper->woken = false;
	bool go_on = !keeper->stopping;
	pthread_mutex_unlock(&keeper->lock);
	return go_on;
}

static void *run(void *context)
{
	struct keeper *keeper = context;
	bool more = false;
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), KEEPER_NICE);
	while (wait_for_work(keeper, more)) {
		ahead_keep(keeper->config, &keeper->steps);
		more = do_jobs(keeper);
		more |= do_sweep(keeper);
		keeper->worked(keeper->context);
	}
	return NULL;
}

static void discard(struct keeper *keeper)
{
	pthread_mutex_destroy(&keeper->lock);
	pthread_cond_destroy(&keeper->changed);
	realm_rules_free(keeper->rules);
	free(keeper);
}

enum error_code keeper_new(const struct outbox_config *config, void (*worked)(void *context), void *context,
			   struct keeper **ret_keeper, struct why *reterr_why)
{
	struct keeper *keeper = calloc(1, sizeof *keeper);
	if (!keeper)
		abort();
	*keeper = (struct keeper){ .config = config, .worked = worked, .context = context,
		.rules = realm_rules_new(config->store) };
	pthread_mutex_init(&keeper->lock, NULL);
	condition_init(&keeper->changed);
	if (pthread_create(&keeper->thread, NULL, run, keeper) != 0) {
		discard(keeper);
		return error_because(reterr_why, ERROR_INTERNAL, "no thread for mass sign-outs");
	}
	pthread_setname_np(keeper->thread, "keeper");
	*ret_keeper = keeper;
	return OK;
}

void keeper_wake(struct keeper *keeper)
{
	pthread_mutex_lock(&keeper->lock);
	keeper->woken = true;
	pthread_cond_signal(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
}

void keeper_stop(struct keeper *keeper)
{
	if (!keeper)
		return;
	pthread_mutex_lock(&keeper->lock);
	keeper->stopping = true;
	pthread_cond_signal(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
}

void keeper_free(struct keeper *keeper)
{
	if (!keeper)
		return;
	keeper_stop(keeper);
	pthread_join(keeper->thread, NULL);
	discard(keeper);
}

/* Figures of the store; see sampler.h. */
#include "main/sampler.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"

enum {
	SHARE = 100,          /* one part in so many of the time goes into looking */
	LEAST_PAUSE_MS = 500, /* between two looks, however quick they are */
};

struct sampler {
	struct store *store;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	bool asked, stopping, seen;
	struct delivery_counts counts;
};

/* Milliseconds that it took. */
static int64_t look(struct sampler *sampler)
{
	struct why why = { "" };
	struct delivery_counts counts;
	int64_t begun_ms = clock_mono_ms();
	enum error_code code = store_count_deliveries(sampler->store, &counts, &why);
	if (code != OK) {
		log_write(LOG_WARN, "metrics", "counting deliveries: %s", why.text);
		return clock_mono_ms() - begun_ms;
	}
	pthread_mutex_lock(&sampler->lock);
	sampler->counts = counts;
	sampler->seen = true;
	pthread_mutex_unlock(&sampler->lock);
	return clock_mono_ms() - begun_ms;
}

static void *run(void *context)
{
	struct sampler *sampler = context;
	pthread_mutex_lock(&sampler->lock);
	for (;;) {
		while (!sampler->stopping && !sampler->asked)
			pthread_cond_wait(&sampler->changed, &sampler->lock);
		if (sampler->stopping)
			break;
		sampler->asked = false;
		pthread_mutex_unlock(&sampler->lock);
		int64_t pause_ms = look(sampler) * SHARE;
		struct timespec until = condition_in(pause_ms < LEAST_PAUSE_MS ? LEAST_PAUSE_MS : pause_ms);
		pthread_mutex_lock(&sampler->lock);
		while (!sampler->stopping &&
			pthread_cond_timedwait(&sampler->changed, &sampler->lock, &until) == 0)
			;
	}
	pthread_mutex_unlock(&sampler->lock);
	return NULL;
}

struct sampler *sampler_new(struct store *store)
{
	struct sampler *sampler = calloc(1, sizeof *sampler);
	if (!sampler)
		abort();
	sampler->store = store;
	pthread_mutex_init(&sampler->lock, NULL);
	condition_init(&sampler->changed);
	if (pthread_create(&sampler->thread, NULL, run, sampler) != 0) {
		log_write(LOG_ERROR, "metrics", "no thread for the figures of the store");
		free(sampler);
		return NULL;
	}
	pthread_setname_np(sampler->thread, "sampler");
	return sampler;
}

void sampler_free(struct sampler *sampler)
{
	if (!sampler)
		return;
	pthread_mutex_lock(&sampler->lock);
	sampler->stopping = true;
	pthread_cond_signal(&sampler->changed);
	pthread_mutex_unlock(&sampler->lock);
	pthread_join(sampler->thread, NULL);
	pthread_mutex_destroy(&sampler->lock);
	pthread_cond_destroy(&sampler->changed);
	free(sampler);
}

bool sampler_ask(struct sampler *sampler, struct delivery_counts *ret_counts)
{
	if (!sampler)
		return false;
	pthread_mutex_lock(&sampler->lock);
	*ret_counts = sampler->counts;
	bool seen = sampler->seen;
	sampler->asked = true;
	pthread_cond_signal(&sampler->changed);
	pthread_mutex_unlock(&sampler->lock);
	return seen;
}

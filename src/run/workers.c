/* Threads with a bounded queue; see workers.h. */
#include "run/workers.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { QUEUE = 64 };

struct job {
	void (*run)(void *argument);
	void *argument;
};

struct workers {
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t work;
	struct job *jobs; /* a ring of `size` */
	unsigned size, first, n, running;
	uint64_t refused;
	bool stop;
	int nice;
	char name[16];
	unsigned threads_n;
	pthread_t threads[];
};

static void *run(void *argument)
{
	struct workers *w = argument;
	pthread_setname_np(pthread_self(), w->name);
	/* On Linux the nice value is the thread's. Lowering one's own priority is always allowed. */
	if (w->nice)
		(void)setpriority(PRIO_PROCESS, (id_t)gettid(), w->nice);
	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (w->n == 0 && !w->stop)
			pthread_cond_wait(&w->work, &w->lock);
		if (w->n == 0)
			break;
		struct job job = w->jobs[w->first];
		w->first = (w->first + 1) % w->size;
		w->n--;
		w->running++;
		pthread_mutex_unlock(&w->lock);
		job.run(job.argument);
		pthread_mutex_lock(&w->lock);
		w->running--;
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static unsigned cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (unsigned)n : 1;
}

enum error_code workers_new(
	const struct workers_config *config, struct workers **ret_workers, struct why *reterr_why)
{
	unsigned threads = config->threads ? config->threads : cores();
	unsigned size = config->queue ? config->queue : QUEUE;
	struct workers *w = calloc(1, sizeof *w + threads * sizeof w->threads[0]);
	struct job *jobs = calloc(size, sizeof *jobs);
	if (!w || !jobs) {
		free(jobs);
		free(w);
		return error_because(reterr_why, ERROR_INTERNAL, "%s: out of memory", config->name);
	}
	w->jobs = jobs;
	w->size = size;
	w->nice = config->nice;
	snprintf(w->name, sizeof w->name, "%s", config->name);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	for (; w->threads_n < threads; w->threads_n++)
		if (pthread_create(&w->threads[w->threads_n], NULL, run, w) != 0) {
			workers_free(w);
			return error_because(reterr_why, ERROR_INTERNAL, "%s: no thread to be had",
				config->name);
		}
	*ret_workers = w;
	return OK;
}

void workers_stop(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	unsigned threads = w->stop ? 0 : w->threads_n;
	w->stop = true;
	pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(w->threads[i], NULL);
}

void workers_free(struct workers *w)
{
	if (!w)
		return;
	workers_stop(w);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	free(w->jobs);
	free(w);
}

bool workers_submit(struct workers *w, void (*run_job)(void *argument), void *argument)
{
	pthread_mutex_lock(&w->lock);
	bool accepted = !w->stop && w->n < w->size;
	if (accepted) {
		w->jobs[(w->first + w->n) % w->size] = (struct job){ run_job, argument };
		w->n++;
		pthread_cond_signal(&w->work);
	} else {
		w->refused++;
	}
	pthread_mutex_unlock(&w->lock);
	return accepted;
}

void workers_usage(struct workers *w, struct workers_usage *ret_usage)
{
	pthread_mutex_lock(&w->lock);
	*ret_usage = (struct workers_usage){ w->n, w->running, w->refused };
	pthread_mutex_unlock(&w->lock);
}

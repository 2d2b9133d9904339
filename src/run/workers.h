/* A pool of threads with a bounded queue.
 *
 * The same mechanism serves the workers (routes that wait) and the password gate (hashing
 * and key generation: nice 10, one thread a core, short queue): a flood is refused at the
 * queue's end instead of taking memory or the processor from others. */
#ifndef RUN_WORKERS_H
#define RUN_WORKERS_H

#include "base/errors.h"

struct workers;

struct workers_config {
	const char *name; /* of the threads, as `top -H` shows it; 15 bytes at most */
	unsigned threads; /* 0: one a core */
	unsigned queue;   /* most jobs that wait; 0: 64 */
	int nice;         /* of the threads alone; 0: unchanged */
};

/* Starts the threads. INTERNAL when the system gives none. */
MUST_USE enum error_code workers_new(
	const struct workers_config *config, struct workers **ret_workers, struct why *reterr_why);
/* Refuses new jobs, runs those that wait, ends the threads. */
void workers_stop(struct workers *workers);
/* workers_stop, then frees. NULL is fine. */
void workers_free(struct workers *workers);

/* Queues run(argument); false, and nothing happens, when the queue is full or it stops:
 * the caller answers 503 with Retry-After. The job frees its argument. */
MUST_USE bool workers_submit(struct workers *workers, void (*run)(void *argument), void *argument);

/* For metrics: jobs that wait and jobs that run at this moment, and all that were refused. */
struct workers_usage {
	unsigned waiting, running;
	uint64_t refused;
};
void workers_usage(struct workers *workers, struct workers_usage *ret_usage);

#endif

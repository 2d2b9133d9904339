/* run/workers: every accepted job runs, the queue has an end, the threads are as told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "run/workers.h"

static atomic_int ran;
static sem_t started, go;

static void count(void *argument)
{
	(void)argument;
	atomic_fetch_add(&ran, 1);
}

static void wait_to_go(void *argument)
{
	sem_post(&started);
	sem_wait(&go);
	count(argument);
}

static struct workers *start(const struct workers_config *config)
{
	struct workers *workers = NULL;
	assert_int_equal(workers_new(config, &workers, NULL), OK);
	atomic_store(&ran, 0);
	sem_init(&started, 0, 0);
	sem_init(&go, 0, 0);
	return workers;
}

static void a_full_queue_refuses(void **state)
{
	(void)state;
	struct workers *workers = start(&(struct workers_config){ "test", 2, 3, 0 });
	struct workers_usage usage;
	for (int i = 0; i < 2; i++) {
		assert_true(workers_submit(workers, wait_to_go, NULL));
		sem_wait(&started);
	}
	for (int i = 0; i < 3; i++)
		assert_true(workers_submit(workers, count, NULL));
	for (int i = 0; i < 4; i++)
		assert_false(workers_submit(workers, count, NULL));
	workers_usage(workers, &usage);
	assert_int_equal(usage.waiting, 3);
	assert_int_equal(usage.running, 2);
	assert_int_equal(usage.refused, 4);
	sem_post(&go);
	sem_post(&go);
	workers_stop(workers);
	assert_int_equal(ran, 5);
	assert_false(workers_submit(workers, count, NULL));
	workers_free(workers);
}

static void *submit_many(void *argument)
{
	intptr_t accepted = 0;
	for (int i = 0; i < 2000; i++)
		accepted += workers_submit(argument, count, NULL);
	return (void *)accepted;
}

static void every_accepted_job_runs_once(void **state)
{
	(void)state;
	struct workers *workers = start(&(struct workers_config){ "test", 4, 10, 0 });
	pthread_t threads[8];
	intptr_t accepted = 0;
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, submit_many, workers), 0);
	for (size_t i = 0; i < 8; i++) {
		void *n;
		pthread_join(threads[i], &n);
		accepted += (intptr_t)n;
	}
	workers_free(workers);
	assert_true(accepted > 0);
	assert_int_equal(ran, accepted);
}

static struct {
	int nice;
	char name[16];
} seen;

static void look(void *argument)
{
	seen.nice = getpriority(PRIO_PROCESS, (id_t)gettid());
	pthread_getname_np(pthread_self(), seen.name, sizeof seen.name);
	count(argument);
}

static void the_gate_is_nice_and_nobody_else(void **state)
{
	(void)state;
	int before = getpriority(PRIO_PROCESS, (id_t)gettid());
	struct workers *gate =
		start(&(struct workers_config){ "password-gate-and-more", 0, 0, 10 });
	assert_true(workers_submit(gate, look, NULL));
	workers_free(gate);
	assert_int_equal(ran, 1);
	assert_int_equal(seen.nice, 10);
	assert_string_equal(seen.name, "password-gate-a");
	assert_int_equal(getpriority(PRIO_PROCESS, (id_t)gettid()), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_queue_refuses),
		cmocka_unit_test(every_accepted_job_runs_once),
		cmocka_unit_test(the_gate_is_nice_and_nobody_else),
	};
	return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}

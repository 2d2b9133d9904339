/* Failpoints of test builds; see failpoint.h. */
#include "base/failpoint.h"

#ifdef CURFEW_TEST_BUILD

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { POINTS = 16 };

static struct point {
	char name[48];
	char action[8];
	long number; /* sleep: ms; error: how often still, -1 always */
} points[POINTS];
static size_t points_n;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void parse(const char *settings)
{
	points_n = 0;
	while (settings && *settings && points_n < POINTS) {
		struct point p = { .number = -1 };
		if (sscanf(settings, "%47[^=;]=%7[a-z]:%ld", p.name, p.action, &p.number) >= 2)
			points[points_n++] = p;
		settings = strchr(settings, ';');
		settings += settings != NULL;
	}
}

static void from_environment(void)
{
	parse(getenv("CURFEW_FAILPOINTS"));
}

void failpoint_set(const char *settings)
{
	pthread_once(&once, from_environment);
	pthread_mutex_lock(&lock);
	parse(settings);
	pthread_mutex_unlock(&lock);
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

bool failpoint(const char *name)
{
	pthread_once(&once, from_environment);
	bool fail = false;
	long sleep = 0;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < points_n; i++) {
		struct point *p = &points[i];
		if (strcmp(p->name, name) != 0)
			continue;
		if (strcmp(p->action, "kill") == 0)
			kill(getpid(), SIGKILL);
		if (strcmp(p->action, "sleep") == 0)
			sleep = p->number;
		if (strcmp(p->action, "error") == 0 && p->number != 0) {
			fail = true;
			p->number -= p->number > 0;
		}
	}
	pthread_mutex_unlock(&lock);
	if (sleep > 0)
		sleep_ms(sleep);
	return fail;
}

#endif

/* Conditions that threads wait on for a while, by the clock that never steps. */
#ifndef BASE_CONDITION_H
#define BASE_CONDITION_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* pthread_cond_init for timed waits until what condition_in gives. */
void condition_init(pthread_cond_t *condition);
/* The moment so many milliseconds from now, for pthread_cond_timedwait. */
struct timespec condition_in(int64_t ms);

#endif

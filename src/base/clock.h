/* Time. Pure code never asks for it: `now` is a parameter there.
 *
 * The wall clock judges tokens and sessions; the monotonic clock times retries and
 * timeouts, so that a clock step starts no storm.
 *
 * In test builds CURFEW_CLOCK_FILE may name a file whose first 8 bytes, an integer as the
 * machine writes it, are milliseconds that the wall clock is ahead. Who writes it sets
 * the clock of a program that runs. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);
/* Milliseconds since an arbitrary start; never steps back. */
int64_t clock_mono_ms(void);

#endif

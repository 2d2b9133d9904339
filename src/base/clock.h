/* Time. Pure code never asks for it: `now` is a parameter there.
 *
 * The wall clock judges tokens and sessions; the monotonic clock times retries and
 * timeouts, so that a clock step starts no storm. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);
/* Milliseconds since an arbitrary start; never steps back. */
int64_t clock_mono_ms(void);

#ifdef CURFEW_TEST_BUILD
/* Shifts both clocks by this many milliseconds from now on (tests only; sets, not adds). */
void clock_shift_ms(int64_t shift_ms);
#endif

#endif

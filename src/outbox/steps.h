/* Steps of the wall clock, seen against the monotonic one. Pure.
 *
 * A clock that is set forward makes nothing older: what was queued before may wait that much
 * longer until it is given up. One that is set back leaves rows ahead, which somebody has to
 * bring back. */
#ifndef OUTBOX_STEPS_H
#define OUTBOX_STEPS_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: nothing was seen yet. */
struct steps {
	bool looked;
	bool back;           /* set back, or nothing was seen before; who acts on it clears it */
	int64_t ahead_ms;    /* wall clock against monotonic one, when last seen */
	int64_t forward_ms;  /* by how much it was set forward since the start, less what was taken back */
	int64_t stepped_ms;  /* wall clock right after the last step forward */
};

/* Notes both clocks as they are now, and returns by how much the wall clock was set since; less than a
 * second is no step: 0. */
int64_t steps_note(struct steps *steps, int64_t now_ms, int64_t now_mono_ms);
/* When what was queued at queued_ms, to be given up at give_up_ms, is given up. */
int64_t steps_give_up_ms(const struct steps *steps, int64_t queued_ms, int64_t give_up_ms);

#endif

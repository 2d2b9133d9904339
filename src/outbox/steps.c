/* Steps of the wall clock; see steps.h. */
#include "outbox/steps.h"

enum { STEP_MS = 1000 };

int64_t steps_note(struct steps *steps, int64_t now_ms, int64_t now_mono_ms)
{
	int64_t ahead_ms = now_ms - now_mono_ms, step_ms = steps->looked ? ahead_ms - steps->ahead_ms : 0;
	steps->back |= !steps->looked || step_ms < -STEP_MS;
	steps->looked = true;
	steps->ahead_ms = ahead_ms;
	if (step_ms <= STEP_MS && step_ms >= -STEP_MS)
		return 0;
	steps->forward_ms = steps->forward_ms + step_ms > 0 ? steps->forward_ms + step_ms : 0;
	if (step_ms > 0)
		steps->stepped_ms = now_ms;
	return step_ms;
}

int64_t steps_give_up_ms(const struct steps *steps, int64_t queued_ms, int64_t give_up_ms)
{
	return queued_ms < steps->stepped_ms ? give_up_ms + steps->forward_ms : give_up_ms;
}

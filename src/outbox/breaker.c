/* The breaker; see breaker.h. */
#include "outbox/breaker.h"

#include "outbox/backoff.h"

enum { FIRST_PROBE_MS = 1000 };

bool breaker_is_open(const struct breaker *breaker)
{
	return breaker->failures >= BREAKER_FAILURES;
}

static int64_t window_of(const struct breaker *breaker)
{
	return breaker->window ? breaker->window : BREAKER_WINDOW_FIRST;
}

size_t breaker_room(const struct breaker *breaker, size_t under_way, int64_t now_mono_ms)
{
	if (breaker_is_open(breaker))
		return under_way == 0 && now_mono_ms >= breaker->probe_ms;
	size_t window = (size_t)window_of(breaker);
	return window > under_way ? window - under_way : 0;
}

bool breaker_answered(struct breaker *breaker)
{
	bool was_open = breaker_is_open(breaker);
	int64_t window = was_open ? BREAKER_WINDOW_FIRST : window_of(breaker);
	breaker->failures = 0;
	breaker->window = window < BREAKER_WINDOW_MOST ? window + 1 : window;
	return was_open;
}

bool breaker_failed(struct breaker *breaker, bool probe, int64_t now_mono_ms, uint32_t chance)
{
	bool was_open = breaker_is_open(breaker);
	if (was_open && !probe)
		return false;
	breaker->failures++;
	breaker->window = window_of(breaker) > 1 ? window_of(breaker) / 2 : 1;
	if (breaker_is_open(breaker))
		breaker->probe_ms = now_mono_ms +
			backoff_wait_ms(FIRST_PROBE_MS, breaker->failures - BREAKER_FAILURES + 1, chance);
	return !was_open && breaker_is_open(breaker);
}

void breaker_hurry(struct breaker *breaker)
{
	breaker->probe_ms = 0;
}

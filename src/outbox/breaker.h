/* How much a client is trusted with at once, by how it answered of late. Pure.
 *
 * A client begins with a few deliveries at once; each answer allows one more, each failure
 * halves that. After BREAKER_FAILURES failures in a row the breaker is open: one delivery at a
 * time, at 1, 2, 4 ... 300 s, until the client answers; then its queue drains. */
#ifndef OUTBOX_BREAKER_H
#define OUTBOX_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BREAKER_FAILURES = 5,
	BREAKER_WINDOW_FIRST = 8,
	BREAKER_WINDOW_MOST = 64, /* half of a host's share (share.h) */
};

/* Zeroed: nothing is known yet. */
struct breaker {
	int64_t failures; /* in a row; while open those of probes count alone */
	int64_t window;   /* deliveries at once; 0: BREAKER_WINDOW_FIRST */
	int64_t probe_ms; /* while open: when the next probe may go; monotonic clock */
};

bool breaker_is_open(const struct breaker *breaker);
/* How many more deliveries may start now. */
size_t breaker_room(const struct breaker *breaker, size_t under_way, int64_t now_mono_ms);
/* The client answered, whatever it said. True when that closed an open breaker. */
bool breaker_answered(struct breaker *breaker);
/* It did not, or only to say that it cannot now. `probe`: the delivery started while the breaker
 * was open; what started before and fails now tells nothing new. True when it opened. */
bool breaker_failed(struct breaker *breaker, bool probe, int64_t now_mono_ms, uint32_t chance);
/* Somebody has done something about it (another URL, a new CA, a retry by hand): the next probe
 * may go at once. */
void breaker_hurry(struct breaker *breaker);

#endif

/* Notices that need no turn of the outbox: the very transaction that stores them leases them to
 * this process, and they are signed as soon as it is durable.
 *
 * Only clients that nothing is known against get that: nothing of theirs waits, none of it failed
 * of late, and not more is under way than a client begins with (breaker.h). All others' notices
 * are stored as queued and wait for their turn. What it knows of a client it keeps under a hash:
 * who shares one with a busy client waits for a turn as well. A process that dies before it has
 * sent them leaves leases, as one that has claimed does. Thread-safe. Private to outbox/. */
#ifndef OUTBOX_EXPRESS_H
#define OUTBOX_EXPRESS_H

#include "outbox/flight.h"
#include "run/workers.h"

struct express;

enum {
	EXPRESS_PER_CLIENT = BREAKER_WINDOW_FIRST,
	EXPRESS_ALL = SHARE_PER_HOST, /* so that silent hosts cannot take more room than one may */
};

struct express_config {
	const struct outbox_config *outbox; /* borrowed */
	struct str owner;                   /* of leases; borrowed */
	int64_t lease_ms;
	struct workers *signers;
	void (*landed)(void *context, struct flight *flight); /* of its flights */
	void *context;
};

struct express *express_new(const struct express_config *config);
/* Nothing is under way any more. NULL is fine. */
void express_free(struct express *express);

/* Before a list is stored: leases those of its queued notices that may go at once (they become
 * SENDING). To be followed by express_settle. How many they are. */
MUST_USE size_t express_lease(struct express *express, const struct effects *effects);
/* The list is stored: what was leased starts. It is not: what was leased is as before. */
void express_settle(struct express *express, const struct effects *effects, bool stored);

/* What has started since the last call, by `next_begun`: each comes here before it lands. */
struct flight *express_begun(struct express *express);
/* One of those has landed and been taken. */
void express_left(struct express *express, struct str client_id);
/* Something is leased or under way. */
bool express_is_busy(struct express *express);

/* Nobody's notices may go at once but those of clients that are not in `lanes`, or of which
 * nothing is due and nothing has failed. */
void express_bar_lanes(struct express *express, struct lane *const *lanes, size_t n, int64_t now_ms);
/* Until the next express_bar_lanes. */
void express_bar(struct express *express, struct str client_id);

#endif

/* The outbox: takes due deliveries, signs and sends them, and records what came of it.
 *
 * A delivery is leased, so that a dead process's rows come back; at least once, and exactly
 * once when nothing fails. Nobody's request waits for it. Retries are in backoff.h, who may send
 * how much at once in breaker.h and share.h. Realm-wide sign-outs are ended in batches by jobs.h,
 * expired sessions by sweeper.h, on a thread of their own. */
#ifndef OUTBOX_OUTBOX_H
#define OUTBOX_OUTBOX_H

#include "client/client.h"
#include "run/snapshots.h"
#include "run/writer.h"

struct outbox;

struct outbox_config {
	struct store *store;
	struct writer *writer;
	struct snapshots *snapshots;
	struct outgoing *http;
	/* Told of each settled or postponed delivery; for metrics. May be NULL. */
	void (*observe)(void *context, const struct delivery *delivery, enum delivery_state state, int64_t latency_ms);
	/* Told of each event LOGOUT_ERROR; for metrics. May be NULL. */
	void (*count_event)(void *context, struct str realm, struct str type, struct str error);
	void *context; /* of both */
};

/* Starts the threads. */
MUST_USE enum error_code outbox_new(const struct outbox_config *config, struct outbox **ret_outbox,
				    struct why *reterr_why);
/* Stores a list with notices; those that may go at once do when it is durable (their effects
 * are SENDING then), and the others wait for their turn, which begins. Errors as writer_apply; then
 * the effects are as they were. Any thread. */
MUST_USE enum error_code outbox_apply(struct outbox *outbox, const struct effects *effects, struct why *reterr_why);
/* There is something to send, or a mass job to do. Any thread. */
void outbox_wake(struct outbox *outbox);
/* A moment's figures, for metrics and the doctor. Any thread. */
struct outbox_stats {
	size_t under_way;        /* deliveries that this process has leased */
	size_t clients;          /* that are owed something */
	size_t open_breakers;    /* of these, that failed so often that they are probed alone */
	int64_t oldest_queued_ms;/* when the oldest delivery that is owed was queued; 0: none is owed */
	uint64_t attempts;       /* since the start */
	uint64_t given_up;
};
struct outbox_stats outbox_stats(struct outbox *outbox);
/* Stops taking; what is under way is awaited for a moment, its lease runs out otherwise.
 * The HTTP client must still run. */
void outbox_free(struct outbox *outbox);

#endif

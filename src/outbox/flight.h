/* One delivery under way: from its claim to what is to be recorded of it. Private to outbox/.
 *
 * flight_start runs on any thread; it and the HTTP client's callback only ever write the
 * flight, and hand it back by `landed`. */
#ifndef OUTBOX_FLIGHT_H
#define OUTBOX_FLIGHT_H

#include "outbox/lanes.h"
#include "outbox/outbox.h"
#include "outbox/saml_attempt.h"
#include "run/workers.h"

/* How a flight ended. */
enum flight_end {
	FLIGHT_TRIED,     /* the client was asked: outcome, http_status, reason */
	FLIGHT_SETTLED,   /* without asking: `state`, reason */
	FLIGHT_POSTPONED, /* without asking: again in wait_ms, reason */
};

struct flight {
	struct arena *arena; /* of this struct and its texts */
	const struct outbox_config *config;
	void (*landed)(void *context, struct flight *flight);
	void *context;
	struct delivery delivery;
	bool express; /* started without a turn; express.h */
	struct flight *next_begun;

	enum flight_end end;
	enum client_outcome outcome;
	int http_status;
	enum delivery_state state;
	int64_t wait_ms;
	bool unsendable; /* POSTPONED: there is no such request, whoever is asked; given up in time too */
	struct str reason;
	struct saml_answer answer; /* SAML: until it has been read, on `signers` where there are some */
	struct workers *signers;
	int verdict;               /* as of struct attempt_result */
	struct str remark;

	/* The outbox's thread alone. */
	struct lane *lane;
	bool probe;                                /* started while the breaker was open */
	int64_t leased_mono_ms;
	struct flight *next_of_lane;
	struct flight *next_by_lease, *previous_by_lease;
	struct effect_delivery_update update;      /* once it has landed */
	struct event *event;                       /* to be stored with it, or NULL */
	struct flight *next;                       /* among those that landed */
};

/* A flight for a delivery that is leased to this process; copies it. */
struct flight *flight_new(const struct outbox_config *config, const struct delivery *delivery,
			  void (*landed)(void *context, struct flight *flight), void *context);
void flight_free(struct flight *flight);
/* Checks, signs and sends. Calls `landed` exactly once, here or later on the HTTP client's
 * thread. Its signature is that of workers_submit. */
void flight_start(void *flight);
/* What is to be recorded: fills flight->update. `owner` of the lease. */
void flight_judge(struct flight *flight, struct str owner, int64_t now_ms);

#endif

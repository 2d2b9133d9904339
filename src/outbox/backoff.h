/* What becomes of a delivery after an attempt: the table of DESIGN section 6. Pure. */
#ifndef OUTBOX_BACKOFF_H
#define OUTBOX_BACKOFF_H

#include "model/delivery.h"

enum { BACKOFF_REFUSED_TRIES = 3, BACKOFF_MOST_MS = 300 * 1000 };

struct backoff_attempt {
	int64_t now_ms;
	int64_t attempts;     /* with this one */
	int64_t refusals;     /* answers 400, 401, 403, 404 in a row, with this one */
	int64_t give_up_ms;
	int http_status;      /* 0: no answer came; the transfer failed */
	bool timed_out_before;/* the attempt before this one had no answer in time: the client may
	                         have heard all the same */
	uint32_t chance;      /* random, for the jitter */
};

struct backoff_verdict {
	enum delivery_state state; /* DELIVERED, WAITING, UNCONFIRMED or GAVE_UP */
	int64_t due_ms;            /* of WAITING */
};

/* True when it is worth trying again soon: no answer, 408, 425, 429, 5xx. */
bool backoff_is_passing(int http_status);
/* True for the answers of which three in a row are a no: 400, 401, 403, 404. */
bool backoff_is_refusal(int http_status);

/* first_ms, 2 * first_ms, 4 * first_ms ... BACKOFF_MOST_MS for the 1st, 2nd ... attempt, and up to
 * a quarter more by `chance`, so that those who failed together do not come back together. */
int64_t backoff_wait_ms(int64_t first_ms, int64_t attempts, uint32_t chance);

/* 2xx: delivered. 400, 401, 403, 404: three tries within ten minutes (stale key caches,
 * deploys), then given up; a 400 after a time-out is unconfirmed. Other 3xx and 4xx: at 60 s
 * and more. No answer, 408, 425, 429, 5xx: at 1, 2, 4 ... 300 s with jitter. Beyond
 * give_up_ms: given up. */
struct backoff_verdict backoff_decide(const struct backoff_attempt *attempt);

#endif

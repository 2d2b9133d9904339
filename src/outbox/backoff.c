/* The table of retries; see backoff.h. */
#include "outbox/backoff.h"

bool backoff_is_refusal(int http_status)
{
	return http_status == 400 || http_status == 401 || http_status == 403 || http_status == 404;
}

static bool is_passing(int status)
{
	return status == 0 || status == 408 || status == 425 || status == 429 || status >= 500;
}

/* first, 2 * first, 4 * first ... up to the most. */
static int64_t doubled(int64_t first_ms, int64_t attempts)
{
	int64_t wait = first_ms;
	for (int64_t i = 1; i < attempts && wait < BACKOFF_MOST_MS; i++)
		wait *= 2;
	return wait < BACKOFF_MOST_MS ? wait : BACKOFF_MOST_MS;
}

/* Up to a quarter more, so that those that failed together do not come back together. */
static int64_t jittered(int64_t wait_ms, uint32_t chance)
{
	return wait_ms + wait_ms / 4 * (chance % 1000) / 1000;
}

static struct backoff_verdict later(const struct backoff_attempt *attempt, int64_t wait_ms)
{
	struct backoff_verdict verdict = { DELIVERY_WAITING, attempt->now_ms + jittered(wait_ms, attempt->chance) };
	if (verdict.due_ms > attempt->give_up_ms)
		verdict = (struct backoff_verdict){ .state = DELIVERY_GAVE_UP };
	return verdict;
}

struct backoff_verdict backoff_decide(const struct backoff_attempt *attempt)
{
	/* 10 s, then 4 minutes: within ten minutes together with the attempts' own time. */
	static const int64_t refused_ms[BACKOFF_REFUSED_TRIES] = { 0, 10 * 1000, 240 * 1000 };
	int status = attempt->http_status;
	if (status >= 200 && status < 300)
		return (struct backoff_verdict){ .state = DELIVERY_DELIVERED };
	if (status == 400 && attempt->timed_out_before)
		return (struct backoff_verdict){ .state = DELIVERY_UNCONFIRMED };
	if (backoff_is_refusal(status))
		return attempt->refusals >= BACKOFF_REFUSED_TRIES ?
			(struct backoff_verdict){ .state = DELIVERY_GAVE_UP } :
			later(attempt, refused_ms[attempt->refusals > 0 ? attempt->refusals : 1]);
	if (is_passing(status))
		return later(attempt, doubled(1000, attempt->attempts));
	return later(attempt, doubled(60 * 1000, attempt->attempts));
}

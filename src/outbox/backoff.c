/* The table of retries; see backoff.h. */
#include "outbox/backoff.h"

bool backoff_is_refusal(int http_status)
{
	return http_status == 400 || http_status == 401 || http_status == 403 || http_status == 404;
}

bool backoff_is_passing(int status)
{
	return status == 0 || status == 408 || status == 425 || status == 429 || status >= 500;
}

int64_t backoff_wait_ms(int64_t first_ms, int64_t attempts, uint32_t chance)
{
	int64_t wait = first_ms;
	for (int64_t i = 1; i < attempts && wait < BACKOFF_MOST_MS; i++)
		wait *= 2;
	wait = wait < BACKOFF_MOST_MS ? wait : BACKOFF_MOST_MS;
	return wait + wait / 4 * (chance % 1000) / 1000;
}

static struct backoff_verdict after(const struct backoff_attempt *attempt, int64_t first_ms, int64_t attempts)
{
	int64_t due_ms = attempt->now_ms + backoff_wait_ms(first_ms, attempts, attempt->chance);
	if (due_ms > attempt->give_up_ms)
		return (struct backoff_verdict){ .state = DELIVERY_GAVE_UP };
	return (struct backoff_verdict){ DELIVERY_WAITING, due_ms };
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
			after(attempt, refused_ms[attempt->refusals > 0 ? attempt->refusals : 1], 1);
	if (backoff_is_passing(status))
		return after(attempt, 1000, attempt->attempts);
	return after(attempt, 60 * 1000, attempt->attempts);
}

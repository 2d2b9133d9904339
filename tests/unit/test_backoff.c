/* outbox/backoff: what becomes of a notice after an attempt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tables.h"
#include "outbox/backoff.h"

#define DAY_MS INT64_C(86400000)

static struct backoff_verdict after(int status, int64_t attempts, int64_t refusals, uint32_t chance)
{
	return backoff_decide(&(struct backoff_attempt){ .attempts = attempts, .refusals = refusals,
		.give_up_ms = DAY_MS, .http_status = status, .chance = chance });
}

/* Without luck and with the most of it: a quarter more. */
static void expect_wait(int status, int64_t attempts, int64_t refusals, int64_t wait_ms)
{
	struct backoff_verdict least = after(status, attempts, refusals, 0), most = after(status, attempts, refusals, 999);
	assert_int_equal(least.state, DELIVERY_WAITING);
	assert_int_equal(most.state, DELIVERY_WAITING);
	assert_int_equal(least.due_ms, wait_ms);
	assert_true(most.due_ms > wait_ms && most.due_ms < wait_ms + wait_ms / 4);
}

static void every_2xx_is_delivered(void **state)
{
	(void)state;
	for (int status = 200; status < 300; status++)
		assert_int_equal(after(status, 1, 0, 0).state, DELIVERY_DELIVERED);
}

static void what_passes_is_tried_ever_more_slowly(void **state)
{
	(void)state;
	static const int passing[] = { 0, 408, 425, 429, 500, 502, 503, 504, 599 };
	static const int64_t seconds[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300 };
	for (size_t i = 0; i < ARRAY_LENGTH(passing); i++)
		for (size_t k = 0; k < ARRAY_LENGTH(seconds); k++)
			expect_wait(passing[i], (int64_t)k + 1, 0, seconds[k] * 1000);
	expect_wait(503, INT64_MAX, 0, 300000);
}

static void other_answers_wait_a_minute_at_least(void **state)
{
	(void)state;
	static const int others[] = { 301, 302, 303, 307, 308, 402, 405, 406, 410, 413, 418, 451 };
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
		expect_wait(others[i], 1, 0, 60000);
		expect_wait(others[i], 2, 0, 120000);
		expect_wait(others[i], 9, 0, 300000);
	}
}

static void three_refusals_in_a_row_give_up(void **state)
{
	(void)state;
	static const int refusing[] = { 400, 401, 403, 404 };
	for (size_t i = 0; i < ARRAY_LENGTH(refusing); i++) {
		assert_true(backoff_is_refusal(refusing[i]));
		expect_wait(refusing[i], 1, 1, 10000);
		expect_wait(refusing[i], 2, 2, 240000);
		assert_int_equal(after(refusing[i], 3, 3, 0).state, DELIVERY_GAVE_UP);
		/* Many failures before, during a restart, are no refusals. */
		expect_wait(refusing[i], 40, 1, 10000);
	}
	assert_false(backoff_is_refusal(402) || backoff_is_refusal(405) || backoff_is_refusal(0) || backoff_is_refusal(500));
}

/* A client that heard, but was too slow to say so, refuses the second token of that session. */
static void a_400_after_a_time_out_is_unconfirmed(void **state)
{
	(void)state;
	struct backoff_attempt attempt = { .attempts = 2, .refusals = 1, .give_up_ms = DAY_MS, .http_status = 400,
		.timed_out_before = true };
	assert_int_equal(backoff_decide(&attempt).state, DELIVERY_UNCONFIRMED);
	attempt.http_status = 401;
	assert_int_equal(backoff_decide(&attempt).state, DELIVERY_WAITING);
	attempt.http_status = 200;
	assert_int_equal(backoff_decide(&attempt).state, DELIVERY_DELIVERED);
}

static void nothing_is_tried_beyond_its_time(void **state)
{
	(void)state;
	struct backoff_attempt attempt = { .now_ms = DAY_MS - 1000, .attempts = 1, .give_up_ms = DAY_MS };
	assert_int_equal(backoff_decide(&attempt).state, DELIVERY_WAITING);
	attempt.now_ms++;
	assert_int_equal(backoff_decide(&attempt).state, DELIVERY_GAVE_UP);
	attempt.http_status = 204;
	assert_int_equal(backoff_decide(&attempt).state, DELIVERY_DELIVERED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_2xx_is_delivered),
		cmocka_unit_test(what_passes_is_tried_ever_more_slowly),
		cmocka_unit_test(other_answers_wait_a_minute_at_least),
		cmocka_unit_test(three_refusals_in_a_row_give_up),
		cmocka_unit_test(a_400_after_a_time_out_is_unconfirmed),
		cmocka_unit_test(nothing_is_tried_beyond_its_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

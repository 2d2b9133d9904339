/* outbox/: who may send how much at once, by how clients answered, and the lanes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tables.h"
#include "outbox/breaker.h"
#include "outbox/express.h"
#include "outbox/lanes.h"
#include "outbox/share.h"
#include "outbox/steps.h"

/* ---- the breaker ---- */

static void five_failures_in_a_row_open_it(void **state)
{
	(void)state;
	struct breaker breaker = { .failures = 0 };
	assert_int_equal(breaker_room(&breaker, 0, 0), BREAKER_WINDOW_FIRST);
	for (int i = 1; i < BREAKER_FAILURES; i++)
		assert_false(breaker_failed(&breaker, false, 1000, 0));
	assert_false(breaker_answered(&breaker)); /* in a row, that is */
	for (int i = 1; i < BREAKER_FAILURES; i++)
		assert_false(breaker_failed(&breaker, false, 1000, 0));
	assert_false(breaker_is_open(&breaker));
	assert_true(breaker_failed(&breaker, false, 1000, 0));
	assert_true(breaker_is_open(&breaker));
}

static struct breaker an_open_one(int64_t now_ms)
{
	struct breaker breaker = { .failures = 0 };
	for (int i = 0; i < BREAKER_FAILURES; i++)
		breaker_failed(&breaker, false, now_ms, 0);
	return breaker;
}

static void an_open_one_is_probed_alone_ever_more_slowly(void **state)
{
	(void)state;
	static const int64_t seconds[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300 };
	int64_t now_ms = 5000;
	struct breaker breaker = an_open_one(now_ms);
	for (size_t i = 0; i < ARRAY_LENGTH(seconds); i++) {
		/* What had started before tells nothing new. */
		assert_false(breaker_failed(&breaker, false, now_ms, 0));
		assert_int_equal(breaker_room(&breaker, 0, now_ms + seconds[i] * 1000 - 1), 0);
		now_ms += seconds[i] * 1000;
		assert_int_equal(breaker_room(&breaker, 0, now_ms), 1);
		assert_int_equal(breaker_room(&breaker, 1, now_ms), 0);
		assert_false(breaker_failed(&breaker, true, now_ms, 0));
	}
	assert_int_equal(breaker_room(&breaker, 0, now_ms + 1), 0);
	breaker_hurry(&breaker);
	assert_int_equal(breaker_room(&breaker, 0, now_ms), 1);
}

static void an_answer_closes_it_and_trust_grows(void **state)
{
	(void)state;
	struct breaker breaker = an_open_one(0);
	assert_true(breaker_answered(&breaker));
	assert_int_equal(breaker_room(&breaker, 0, 0), BREAKER_WINDOW_FIRST + 1);
	for (int i = 0; i < 1000; i++)
		assert_false(breaker_answered(&breaker));
	assert_int_equal(breaker_room(&breaker, 0, 0), BREAKER_WINDOW_MOST);
	assert_int_equal(breaker_room(&breaker, BREAKER_WINDOW_MOST + 3, 0), 0);
	breaker_failed(&breaker, false, 0, 0);
	assert_int_equal(breaker_room(&breaker, 0, 0), BREAKER_WINDOW_MOST / 2);
	for (int i = 0; i < 3; i++)
		breaker_failed(&breaker, false, 0, 0);
	assert_int_equal(breaker_room(&breaker, 0, 0), BREAKER_WINDOW_MOST / 16);
}

/* ---- sharing ---- */

struct sharing {
	struct arena *arena;
	struct share share;
	size_t realms[8], hosts[64];
	struct share_lane lanes[64];
};

static int sharing_setup(void **state)
{
	struct arena *arena = arena_new(0);
	struct sharing *s = arena_alloc(arena, sizeof *s);
	*s = (struct sharing){ .arena = arena };
	s->share = (struct share){ .lanes = s->lanes, .realms = s->realms, .hosts = s->hosts,
		.realms_n = ARRAY_LENGTH(s->realms), .hosts_n = ARRAY_LENGTH(s->hosts), .room = SHARE_ALL };
	*state = s;
	return 0;
}

static int sharing_teardown(void **state)
{
	struct sharing *s = *state;
	arena_free(s->arena);
	return 0;
}

static void add_lanes(struct sharing *s, size_t n, size_t realm, size_t first_host, size_t hosts, size_t wants)
{
	for (size_t i = 0; i < n; i++)
		s->lanes[s->share.lanes_n++] =
			(struct share_lane){ .realm = realm, .host = first_host + i % hosts, .wants = wants };
}

static size_t given(const struct sharing *s, size_t from, size_t to)
{
	size_t sum = 0;
	for (size_t i = from; i < to; i++)
		sum += s->lanes[i].ret_gets;
	return sum;
}

static void everybody_gets_what_there_is_room_for(void **state)
{
	struct sharing *s = *state;
	add_lanes(s, 10, 0, 0, 10, 7);
	share_out(s->arena, &s->share);
	assert_int_equal(given(s, 0, 10), 70);
	assert_int_equal(s->share.room, SHARE_ALL - 70);
}

/* Four hosts that swallow all they get leave room to others, and so does a realm. */
static void silent_hosts_and_realms_leave_room(void **state)
{
	struct sharing *s = *state;
	add_lanes(s, 40, 0, 0, 4, BREAKER_WINDOW_MOST);
	share_out(s->arena, &s->share);
	assert_int_equal(given(s, 0, 40), 4 * SHARE_PER_HOST);
	assert_true(4 * SHARE_PER_HOST <= SHARE_ALL / 2);
	add_lanes(s, 20, 0, 10, 20, BREAKER_WINDOW_MOST);
	share_out(s->arena, &s->share);
	assert_int_equal(given(s, 0, 60), SHARE_PER_REALM - 4 * SHARE_PER_HOST);
	assert_int_equal(given(s, 0, 40), 0);
	add_lanes(s, 1, 1, 40, 1, 5);
	share_out(s->arena, &s->share);
	assert_int_equal(given(s, 60, 61), 5);
}

static void a_client_gets_half_of_a_hosts_share(void **state)
{
	struct sharing *s = *state;
	struct breaker trusted = { .window = BREAKER_WINDOW_MOST };
	add_lanes(s, 1, 0, 0, 1, breaker_room(&trusted, 0, 0));
	share_out(s->arena, &s->share);
	assert_int_equal(given(s, 0, 1), SHARE_PER_HOST / 2);
}

/* One client of a small realm beside fifty of a large one: half is its, while it wants it. */
static void realms_take_turns(void **state)
{
	struct sharing *s = *state;
	add_lanes(s, 50, 0, 0, 50, 50);
	add_lanes(s, 1, 1, 60, 1, 50);
	s->share.room = 60;
	share_out(s->arena, &s->share);
	assert_int_equal(given(s, 0, 50), 30);
	assert_int_equal(given(s, 50, 51), 30);
}

/* Where there is room for few, others come each time. */
static void nobody_is_left_out_for_ever(void **state)
{
	struct sharing *s = *state;
	size_t got[20] = { 0 };
	add_lanes(s, 20, 0, 0, 20, 1);
	for (uint64_t turn = 0; turn < 20; turn++) {
		for (size_t i = 0; i < ARRAY_LENGTH(s->hosts); i++)
			s->hosts[i] = 0;
		s->realms[0] = 0;
		s->share.room = 3;
		s->share.turn = turn;
		share_out(s->arena, &s->share);
		assert_int_equal(given(s, 0, 20), 3);
		for (size_t i = 0; i < 20; i++)
			got[i] += s->lanes[i].ret_gets;
	}
	for (size_t i = 0; i < 20; i++)
		assert_in_range(got[i], 1, 6);
}

/* ---- lanes ---- */

#define LANE(id, realm, due) \
	{ STR_INIT(id), STR_INIT(realm), due, due }

static void lanes_come_and_go(void **state)
{
	(void)state;
	static const struct store_lane first[] = { LANE("a", "r", 1), LANE("c", "r", 2), LANE("e", "q", 3) };
	static const struct store_lane second[] = { LANE("b", "r", 5), LANE("c", "r", 0), LANE("f", "q", 6) };
	struct lanes *lanes = lanes_new();
	size_t n;
	lanes_update(lanes, first, ARRAY_LENGTH(first));
	struct lane *flying = lanes_find(lanes, STR("a")), *kept = lanes_find(lanes, STR("c"));
	lane_began(flying);
	kept->breaker = an_open_one(1000);
	assert_int_equal(lane_pause_ms(kept, 100, 1000), 1000);
	lanes_update(lanes, second, ARRAY_LENGTH(second));
	assert_ptr_equal(lanes_find(lanes, STR("c")), kept);
	/* Due 0: somebody wants it tried now. */
	assert_true(lane_pause_ms(kept, 100, 1000) <= 0);
	assert_true(breaker_is_open(&kept->breaker));
	assert_ptr_equal(lanes_find(lanes, STR("a")), flying);
	assert_false(flying->owed);
	assert_null(lanes_find(lanes, STR("e")));
	struct lane **all = lanes_all(lanes, &n);
	assert_int_equal(n, 4);
	for (size_t i = 1; i < n; i++)
		assert_true(str_compare(all[i - 1]->client_id, all[i]->client_id) < 0);
	assert_int_equal(lanes_figures(lanes).open_breakers, 1);
	lane_ended(flying);
	lanes_update(lanes, NULL, 0);
	(void)lanes_all(lanes, &n);
	assert_int_equal(n, 0);
	lanes_free(lanes);
}

static void lanes_share_by_host_and_time(void **state)
{
	(void)state;
	static const struct store_lane found[] = { LANE("a", "r", 1), LANE("b", "r", 2), LANE("c", "q", 3), LANE("d", "q", 900) };
	ARENA_SCOPED arena = arena_new(0);
	struct lanes *lanes = lanes_new();
	struct share share;
	struct lane **wanting;
	lanes_update(lanes, found, ARRAY_LENGTH(found));
	struct lane *a = lanes_find(lanes, STR("a")), *b = lanes_find(lanes, STR("b"));
	lanes_set_host(lanes, a, STR("http://one"));
	lanes_set_host(lanes, b, STR("http://one"));
	a->breaker.window = b->breaker.window = BREAKER_WINDOW_MOST;
	for (int i = 0; i < SHARE_PER_HOST / 2; i++)
		lane_began(a);
	lanes_share(lanes, arena, 1000, 100, 0, &share, &wanting);
	assert_int_equal(share.lanes_n, 2); /* a's window is full, d is not due */
	assert_ptr_equal(wanting[0], b);
	assert_int_equal(share.lanes[0].ret_gets, SHARE_PER_HOST / 2);
	assert_int_equal(share.lanes[1].ret_gets, BREAKER_WINDOW_FIRST);
	/* One that moves takes what is under way along. */
	lanes_set_host(lanes, a, STR("http://two"));
	assert_int_equal(a->host->under_way, SHARE_PER_HOST / 2);
	assert_int_equal(b->host->under_way, 0);
	while (a->under_way)
		lane_ended(a);
	lanes_free(lanes);
}

static void a_lane_can_be_joined_between_looks(void **state)
{
	(void)state;
	static const struct store_lane found[] = { LANE("b", "r", 1), LANE("d", "r", 2) };
	static const char *const order[] = { "a", "b", "c", "d", "e" };
	struct lanes *lanes = lanes_new();
	size_t n;
	lanes_update(lanes, found, ARRAY_LENGTH(found));
	for (size_t i = 0; i < ARRAY_LENGTH(order); i++)
		lane_began(lanes_join(lanes, str_from(order[i]), STR("r")));
	struct lane **all = lanes_all(lanes, &n);
	assert_int_equal(n, ARRAY_LENGTH(order));
	for (size_t i = 0; i < n; i++) {
		assert_true(str_eq_z(all[i]->client_id, order[i]));
		assert_ptr_equal(lanes_find(lanes, all[i]->client_id), all[i]);
		assert_int_equal(all[i]->under_way, 1);
		assert_int_equal(all[i]->owed, i % 2);
		assert_int_equal(all[i]->realm->under_way, n);
	}
	assert_true(lane_pause_ms(all[0], 100, 0) == INT64_MAX);
	for (size_t i = 0; i < n; i++)
		lane_ended(all[i]);
	lanes_update(lanes, NULL, 0);
	(void)lanes_all(lanes, &n);
	assert_int_equal(n, 0);
	lanes_free(lanes);
}

/* ---- what goes at once ---- */

static struct express *new_express(void)
{
	return express_new(&(const struct express_config){ .owner = STR("me"), .lease_ms = 1000 });
}

static void owe(struct effects *effects, struct str client_id, size_t n)
{
	for (size_t i = 0; i < n; i++)
		effects_add(effects, EFFECT_DELIVERY_CREATE)->u.delivery = (struct delivery){
			.client_id = client_id, .state = DELIVERY_QUEUED, .queued_ms = 5, .due_ms = 5 };
}

static size_t count_in(const struct effects *effects, enum delivery_state state)
{
	size_t n = 0;
	for (size_t i = 0; i < effects->n; i++)
		n += effects->items[i].u.delivery.state == state;
	return n;
}

static void a_client_begins_with_a_few_at_once(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct express *express = new_express();
	struct effects effects = effects_new(arena), more = effects_new(arena);
	owe(&effects, STR("c"), EXPRESS_PER_CLIENT + 3);
	effects.items[1].u.delivery.state = DELIVERY_NOT_TOLD;
	owe(&more, STR("c"), 1);
	assert_int_equal(express_lease(express, &effects), EXPRESS_PER_CLIENT);
	assert_true(express_is_busy(express));
	assert_int_equal(count_in(&effects, DELIVERY_SENDING), EXPRESS_PER_CLIENT);
	assert_int_equal(count_in(&effects, DELIVERY_QUEUED), 2);
	const struct delivery *leased = &effects.items[0].u.delivery;
	assert_true(str_eq_z(leased->lease_owner, "me"));
	assert_true(leased->lease_until_ms > 1000 && leased->due_ms == leased->lease_until_ms);
	assert_int_equal(express_lease(express, &more), 0);
	/* Not stored: everything is as it was, and there is room again. */
	express_settle(express, &effects, false);
	assert_false(express_is_busy(express));
	assert_int_equal(count_in(&effects, DELIVERY_QUEUED), EXPRESS_PER_CLIENT + 2);
	assert_int_equal(leased->due_ms, 5);
	assert_int_equal(leased->lease_until_ms, 0);
	assert_int_equal(leased->lease_owner.n, 0);
	assert_null(express_begun(express));
	assert_int_equal(express_lease(express, &more), 1);
	express_left(express, STR("c"));
	assert_false(express_is_busy(express));
	express_free(express);
}

static void all_together_take_no_more_than_one_host_may(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct express *express = new_express();
	struct effects effects = effects_new(arena);
	for (int i = 0; i < 4 * EXPRESS_ALL; i++)
		owe(&effects, arena_format(arena, "client %d", i), 1);
	assert_int_equal(express_lease(express, &effects), EXPRESS_ALL);
	express_settle(express, &effects, false);
	express_free(express);
}

static size_t goes_at_once(struct arena *arena, struct express *express, struct str client_id)
{
	struct effects effects = effects_new(arena);
	owe(&effects, client_id, 1);
	size_t n = express_lease(express, &effects);
	express_settle(express, &effects, false);
	return n;
}

/* What waits or has failed goes by turns. */
static void a_backlog_and_a_failure_bar_it(void **state)
{
	(void)state;
	static const struct store_lane found[] = { LANE("backlog", "r", 100), LANE("later", "r", 101),
		LANE("later 2", "r", 101), LANE("later 3", "r", 101), LANE("sick", "r", 900) };
	ARENA_SCOPED arena = arena_new(0);
	struct express *express = new_express();
	struct lanes *lanes = lanes_new();
	size_t n;
	lanes_update(lanes, found, ARRAY_LENGTH(found));
	breaker_failed(&lanes_find(lanes, STR("sick"))->breaker, false, 0, 0);
	struct lane **all = lanes_all(lanes, &n);
	express_bar_lanes(express, all, n, 100);
	assert_int_equal(goes_at_once(arena, express, STR("backlog")), 0);
	assert_int_equal(goes_at_once(arena, express, STR("sick")), 0);
	/* One of them may share its hash with those above, hardly all. */
	assert_true(goes_at_once(arena, express, STR("later")) + goes_at_once(arena, express, STR("later 2")) +
		    goes_at_once(arena, express, STR("later 3")) > 0);
	express_bar(express, STR("later"));
	assert_int_equal(goes_at_once(arena, express, STR("later")), 0);
	express_bar_lanes(express, NULL, 0, 100);
	assert_int_equal(goes_at_once(arena, express, STR("backlog")), 1);
	assert_int_equal(goes_at_once(arena, express, STR("later")), 1);
	lanes_free(lanes);
	express_free(express);
}

/* ---- steps of the clock ---- */

enum { HOUR_MS = 3600 * 1000 };

static void a_step_forward_makes_nothing_older(void **state)
{
	(void)state;
	struct steps steps = { .looked = false };
	assert_int_equal(steps_note(&steps, 10 * HOUR_MS, 500), 0);
	assert_true(steps.back); /* what was before nobody knows */
	steps.back = false;
	assert_int_equal(steps_note(&steps, 10 * HOUR_MS + 2900, 3000), 0); /* no second off */
	assert_int_equal(steps_give_up_ms(&steps, 9 * HOUR_MS, 11 * HOUR_MS), 11 * HOUR_MS);
	int64_t step_ms = steps_note(&steps, 15 * HOUR_MS, 4000);
	assert_true(step_ms > 4 * HOUR_MS && step_ms < 5 * HOUR_MS);
	assert_int_equal(steps_give_up_ms(&steps, 9 * HOUR_MS, 11 * HOUR_MS), 11 * HOUR_MS + step_ms);
	/* What was queued after it has its own time. */
	assert_int_equal(steps_give_up_ms(&steps, 16 * HOUR_MS, 18 * HOUR_MS), 18 * HOUR_MS);
	assert_false(steps.back);
}

static void a_step_back_takes_one_forward_back(void **state)
{
	(void)state;
	struct steps steps = { .looked = false };
	steps_note(&steps, 10 * HOUR_MS, 0);
	steps.back = false;
	steps_note(&steps, 15 * HOUR_MS, 0);
	assert_int_equal(steps_note(&steps, 11 * HOUR_MS, 0), -4 * HOUR_MS);
	assert_true(steps.back);
	assert_int_equal(steps_give_up_ms(&steps, 9 * HOUR_MS, 12 * HOUR_MS), 13 * HOUR_MS);
	steps_note(&steps, 2 * HOUR_MS, 0);
	assert_int_equal(steps_give_up_ms(&steps, 9 * HOUR_MS, 12 * HOUR_MS), 12 * HOUR_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_failures_in_a_row_open_it),
		cmocka_unit_test(an_open_one_is_probed_alone_ever_more_slowly),
		cmocka_unit_test(an_answer_closes_it_and_trust_grows),
		cmocka_unit_test_setup_teardown(everybody_gets_what_there_is_room_for, sharing_setup, sharing_teardown),
		cmocka_unit_test_setup_teardown(silent_hosts_and_realms_leave_room, sharing_setup, sharing_teardown),
		cmocka_unit_test_setup_teardown(a_client_gets_half_of_a_hosts_share, sharing_setup, sharing_teardown),
		cmocka_unit_test_setup_teardown(realms_take_turns, sharing_setup, sharing_teardown),
		cmocka_unit_test_setup_teardown(nobody_is_left_out_for_ever, sharing_setup, sharing_teardown),
		cmocka_unit_test(lanes_come_and_go),
		cmocka_unit_test(lanes_share_by_host_and_time),
		cmocka_unit_test(a_lane_can_be_joined_between_looks),
		cmocka_unit_test(a_client_begins_with_a_few_at_once),
		cmocka_unit_test(all_together_take_no_more_than_one_host_may),
		cmocka_unit_test(a_backlog_and_a_failure_bar_it),
		cmocka_unit_test(a_step_forward_makes_nothing_older),
		cmocka_unit_test(a_step_back_takes_one_forward_back),
	};
	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}

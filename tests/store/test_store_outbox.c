/* store/: what the outbox asks for: the clients that are owed something, and one turn's claims,
 * records and renewals. */
#include "store_fixture.h"

#include "base/tables.h"

static const struct str realm = STR_INIT("realm");

static void add_signout(void)
{
	ADD(SIGNOUT_CREATE, signout, .id = STR("so"), .realm_id = realm, .realm_name = realm, .user_id = STR("ada"),
		.session_id = STR("s"), .door = STR("rp-initiated"), .at_ms = 1);
}

static void add_delivery(const char *id, int64_t due_ms)
{
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = some_delivery(id, "so", due_ms);
}

static size_t claim(struct store_turn *turn, int64_t now_ms, int64_t max)
{
	const struct store_lane_claim lane = { .client_id = STR("shop-id"), .max = max };
	*turn = (struct store_turn){ .owner = STR("me"), .now_ms = now_ms, .lease_until_ms = now_ms + 100,
		.lanes = &lane, .lanes_n = 1, .arena = on.arena };
	EXPECT(work((struct store_work){ .kind = STORE_WORK_TURN, .u.turn = turn }, &why), OK);
	turn->lanes = NULL;
	return turn->ret_n;
}

static void add_delivery_of(const char *id, const char *client_id, enum delivery_state state, int64_t due_ms,
	int64_t give_up_ms, int64_t http_status)
{
	struct delivery d = some_delivery(id, "so", due_ms);
	d.client_id = str_from(client_id);
	d.state = state;
	d.give_up_ms = give_up_ms;
	d.http_status = http_status;
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = d;
}

static void lanes_are_the_clients_that_are_owed(void **state)
{
	(void)state;
	struct store_lane *lanes;
	size_t n = 99;
	int64_t oldest_ms = 0;
	EXPECT(store_list_lanes(on.store, on.arena, &lanes, &n, &why), OK);
	assert_int_equal(n, 0);
	EXPECT(store_oldest_owed(on.store, &oldest_ms, &why), OK);
	assert_true(oldest_ms == INT64_MAX);
	add_signout();
	add_delivery_of("1", "b", DELIVERY_WAITING, 900, 9999, 503);
	add_delivery_of("2", "b", DELIVERY_QUEUED, 20, 9999, 0);
	add_delivery_of("3", "a\xc3\xa9", DELIVERY_SENDING, 7, 9999, 0);
	add_delivery_of("4", "c", DELIVERY_DELIVERED, 5, 9999, 200);
	add_delivery_of("5", "d", DELIVERY_WAITING, 30, 9999, 0);
	APPLY(OK);
	EXPECT(store_list_lanes(on.store, on.arena, &lanes, &n, &why), OK);
	assert_int_equal(n, 3);
	expect_text(lanes[0].client_id, "a\xc3\xa9");
	expect_text(lanes[1].client_id, "b");
	expect_text(lanes[1].realm_id, "realm");
	assert_int_equal(lanes[1].due_ms, 20);
	assert_int_equal(lanes[1].last_due_ms, 900);
	expect_text(lanes[2].client_id, "d");
	EXPECT(store_oldest_owed(on.store, &oldest_ms, &why), OK);
	assert_int_equal(oldest_ms, 7);
}

/* What is recorded and renewed in one turn with the next claim; what was lost is passed over. */
static void a_turn_records_renews_and_claims(void **state)
{
	(void)state;
	struct store_turn turn;
	add_signout();
	add_delivery("told", 10);
	add_delivery("slow", 11);
	add_delivery("lost", 12);
	add_delivery_of("blog", "blog-id", DELIVERY_QUEUED, 13, 9999, 0);
	APPLY(OK);
	assert_int_equal(claim(&turn, 20, 10), 3);
	script("update delivery set lease_owner = 'thief' where id = 'lost'");
	const struct effect_delivery_update updates[] = {
		{ .id = STR("told"), .state = DELIVERY_DELIVERED, .now_ms = 30, .attempts = 1, .http_status = 204 },
		{ .id = STR("lost"), .state = DELIVERY_GAVE_UP, .now_ms = 30 },
		{ .id = STR("never was"), .state = DELIVERY_GAVE_UP, .now_ms = 30 },
	};
	const struct str renewals[] = { STR_INIT("slow"), STR_INIT("lost") };
	const struct store_lane_claim lanes[] = { { .client_id = STR("blog-id"), .max = 1 },
		{ .client_id = STR("shop-id"), .max = 5 }, { .client_id = STR("nobody"), .max = 5 } };
	struct effects events = effects_new(on.arena);
	effects_add(&events, EFFECT_EVENT)->u.event = (struct event){ .realm_id = realm, .type = STR("LOGOUT_ERROR") };
	turn = (struct store_turn){ .owner = STR("me"), .now_ms = 30, .lease_until_ms = 300, .updates = updates,
		.updates_n = ARRAY_LENGTH(updates), .renewals = renewals, .renewals_n = ARRAY_LENGTH(renewals),
		.lanes = lanes, .lanes_n = ARRAY_LENGTH(lanes), .effects = &events, .arena = on.arena };
	EXPECT(work((struct store_work){ .kind = STORE_WORK_TURN, .u.turn = &turn }, &why), OK);
	assert_int_equal(turn.ret_n, 1);
	expect_text(turn.ret_deliveries[0].id, "blog");
	assert_int_equal(count("select count(*) from delivery where id = 'told' and state = 'delivered'"
		" and settled_ms = 30 and http_status = 204 and lease_owner = ''"), 1);
	assert_int_equal(count("select count(*) from delivery where id = 'lost' and state = 'sending'"
		" and lease_until_ms = 120"), 1);
	assert_int_equal(count("select due_ms from delivery where id = 'slow' and lease_until_ms = 300"), 300);
	assert_int_equal(count("select count(*) from event where type = 'LOGOUT_ERROR'"), 1);
}

static void only_those_past_their_time_are_taken_to_give_up(void **state)
{
	(void)state;
	add_signout();
	add_delivery_of("a", "dead", DELIVERY_QUEUED, 10, 100, 0);
	add_delivery_of("b", "dead", DELIVERY_WAITING, 11, 101, 0);
	add_delivery_of("c", "dead", DELIVERY_QUEUED, 12, 100, 0);
	add_delivery_of("d", "dead", DELIVERY_QUEUED, 13, 100, 0);
	APPLY(OK);
	const struct store_lane_claim lane = { .client_id = STR("dead"), .max = 3, .expired = true };
	struct store_turn turn = { .owner = STR("me"), .now_ms = 100, .lease_until_ms = 200,
		.expired_ms = 100, .lanes = &lane, .lanes_n = 1, .arena = on.arena };
	EXPECT(work((struct store_work){ .kind = STORE_WORK_TURN, .u.turn = &turn }, &why), OK);
	assert_int_equal(turn.ret_n, 2); /* of the three in front */
	expect_text(turn.ret_deliveries[0].id, "a");
	expect_text(turn.ret_deliveries[1].id, "c");
}

static int64_t for_lane(enum error_code (*run)(void *, struct db *, struct why *), const char *client_id,
	 int64_t now_ms, int64_t max)
{
	struct store_lane_hurry order = { .client_id = str_from(client_id), .now_ms = now_ms, .max = max };
	EXPECT(work((struct store_work){ .kind = STORE_WORK_CALL, .u.call = { run, &order } }, &why), OK);
	return order.ret_changed;
}

static void a_lane_is_hurried_but_for_refusals(void **state)
{
	(void)state;
	add_signout();
	for (int i = 0; i < 5; i++)
		add_delivery_of(arena_z(on.arena, arena_format(on.arena, "w%d", i)), "back", DELIVERY_WAITING,
			1000 + i, 9999, i % 2 ? 503 : 0);
	add_delivery_of("refused", "back", DELIVERY_WAITING, 900, 9999, 400);
	add_delivery_of("said no", "back", DELIVERY_WAITING, 900, 9999, 200);
	add_delivery_of("other", "else", DELIVERY_WAITING, 900, 9999, 0);
	add_delivery_of("sending", "back", DELIVERY_SENDING, 800, 9999, 0);
	APPLY(OK);
	assert_int_equal(for_lane(store_hurry_lane, "back", 50, 2), 2);
	assert_int_equal(count("select count(*) from delivery where due_ms = 50 and id in ('w0', 'w1')"), 2);
	assert_int_equal(for_lane(store_hurry_lane, "back", 50, 100), 3);
	assert_int_equal(for_lane(store_hurry_lane, "back", 50, 100), 0);
	assert_int_equal(count("select count(*) from delivery where due_ms = 900"), 3);
}

static void rows_from_a_time_ahead_are_pulled(void **state)
{
	(void)state;
	static const int64_t hour = 3600 * 1000;
	add_signout();
	add_delivery_of("queued", "c", DELIVERY_QUEUED, 60, 9999, 0);
	add_delivery_of("waits", "c", DELIVERY_WAITING, 300 * 1000, 9999, 0);
	add_delivery_of("waits long", "c", DELIVERY_WAITING, hour, 9999, 0);
	add_delivery_of("leased", "c", DELIVERY_SENDING, hour, 9999, 0);
	add_delivery_of("due", "c", DELIVERY_QUEUED, 10, 9999, 0);
	APPLY(OK);
	assert_int_equal(for_lane(store_pull_lane, "c", 50, 100), 3);
	assert_int_equal(count("select count(*) from delivery where due_ms = 50"), 3);
	assert_int_equal(count("select due_ms from delivery where id = 'waits'"), 300 * 1000);
	assert_int_equal(for_lane(store_pull_lane, "c", 50, 100), 0);
}

int main(int argc, char **argv)
{
	static const struct fixture_test tests[] = {
		IN_STORE(lanes_are_the_clients_that_are_owed),
		IN_STORE(a_turn_records_renews_and_claims),
		IN_STORE(only_those_past_their_time_are_taken_to_give_up),
		IN_STORE(a_lane_is_hurried_but_for_refusals),
		IN_STORE(rows_from_a_time_ahead_are_pulled),
	};
	fixture_start(argc, argv, "store_outbox");
	return fixture_run("store_outbox", tests, ARRAY_LENGTH(tests));
}

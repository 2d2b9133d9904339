/* store/: sign-outs, the outbox's claims, mass jobs, purge; and many threads at once. */
#include "store_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/tables.h"
#include "model/pushed.h"
#include "store/pending.h"
#include "store/pushed.h"

static const struct str realm = STR_INIT("realm");

static void add_signout(const char *id, const char *user, const char *session, int64_t at_ms)
{
	ADD(SIGNOUT_CREATE, signout, .id = str_from(id), .realm_id = realm, .realm_name = realm,
		.user_id = str_from(user),
		.username = arena_join(on.arena, STR("name-"), str_from(user), STR("")),
		.session_id = str_from(session), .door = STR("rp-initiated"),
		.initiator = STR("shop"), .ip_address = STR("192.0.2.1"), .at_ms = at_ms);
}

static void add_delivery(const char *id, const char *signout, int64_t due_ms)
{
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery =
		some_delivery(id, signout, due_ms);
}

/* ---- receipts ---- */

static void receipt_comes_back(void **state)
{
	(void)state;
	struct delivery d = some_delivery("d1", "so", 10);
	d.revoke_offline_access = d.all_sessions = true;
	d.channel = CHANNEL_BACKCHANNEL;
	d.issuer = STR("iss");
	d.algorithm = STR("ES256");
	d.adapter_session_id = STR("JS");
	d.adapter_host = STR("node1");
	d.not_before_s = 11;
	d.bound_ms = 12;
	d.state = DELIVERY_NOT_POSSIBLE;
	d.settled_ms = 13;
	d.attempts = 2;
	d.http_status = 503;
	d.saml_name_id = STR("G-1");
	d.saml_name_id_format = STR("urn:persistent");
	d.saml_until_s = 77;
	d.saml_binding = STR("post");
	d.browser = STR("hash");
	d.reason = STR("no \xc3\xa9 channel");
	add_signout("so", "ada", "s", 1000);
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = d;
	add_delivery("d2", "so", 20);
	APPLY(OK);
	struct signout got;
	EXPECT(store_find_signout(on.store, on.arena, realm, STR("so"), &got, &why), OK);
	expect_text(got.username, "name-ada");
	expect_text(got.door, "rp-initiated");
	expect_text(got.initiator, "shop");
	expect_text(got.ip_address, "192.0.2.1");
	assert_int_equal(got.at_ms, 1000);
	assert_int_equal(got.deliveries_n, 2);
	const struct delivery *one = &got.deliveries[0];
	expect_text(one->id, "d1");
	expect_text(one->client_id, "shop-id");
	expect_text(one->client_name, "shop");
	expect_text(one->url, "http://shop.test/");
	expect_text(one->issuer, "iss");
	expect_text(one->algorithm, "ES256");
	expect_text(one->adapter_session_id, "JS");
	expect_text(one->adapter_host, "node1");
	expect_text(one->reason, "no \xc3\xa9 channel");
	expect_text(one->saml_name_id, "G-1");
	expect_text(one->saml_name_id_format, "urn:persistent");
	assert_int_equal(one->saml_until_s, 77);
	expect_text(one->saml_binding, "post");
	expect_text(one->browser, "hash");
	assert_true(one->send_sid && one->revoke_offline_access && one->all_sessions);
	assert_int_equal(one->channel, CHANNEL_BACKCHANNEL);
	assert_int_equal(one->state, DELIVERY_NOT_POSSIBLE);
	assert_int_equal(one->not_before_s, 11);
	assert_int_equal(one->bound_ms, 12);
	assert_int_equal(one->settled_ms, 13);
	assert_int_equal(one->give_up_ms, 1000000);
	assert_int_equal(one->attempts, 2);
	assert_int_equal(one->http_status, 503);
	assert_int_equal(got.deliveries[1].channel, CHANNEL_ADMIN_URL);
	EXPECT(store_find_signout(on.store, on.arena, STR("x"), STR("so"), &got, &why),
		ERROR_NAME_NOT_FOUND);
	add_signout("so", "ada", "s", 1000);
	APPLY(ERROR_STALE);
	add_delivery("d1", "so", 1);
	APPLY(ERROR_STALE);
}

static void expect_signouts(struct signout_query query, const char *ids)
{
	struct signout *signouts = NULL;
	size_t n = 99;
	char got[20] = "";
	query.realm_id = realm;
	query.max = query.max ? query.max : -1;
	EXPECT(store_list_signouts(on.store, on.arena, &query, &signouts, &n, &why), OK);
	for (size_t i = 0; i < n && i < sizeof got - 1; i++)
		got[i] = signouts[i].id.p[0];
	assert_string_equal(got, ids);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(signouts[i].deliveries_n, got[i] == '3' ? 0 : 2);
}

static void receipts_by_every_filter(void **state)
{
	(void)state;
	add_signout("1", "ada", "s1", 1);
	add_signout("2", "eve", "s2", 2);
	add_signout("3", "ada", "s3", 3);
	add_delivery("a", "1", 1);
	add_delivery("b", "2", 1);
	struct delivery blog = some_delivery("c", "1", 1);
	blog.client_name = STR("blog");
	blog.state = DELIVERY_DELIVERED;
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = blog;
	blog.id = STR("d");
	blog.signout_id = STR("2");
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = blog;
	APPLY(OK);
	expect_signouts((struct signout_query){ .first = 0 }, "321");
	expect_signouts((struct signout_query){ .first = 1, .max = 1 }, "2");
	expect_signouts((struct signout_query){ .since_ms = 2 }, "32");
	expect_signouts((struct signout_query){ .user = STR("ada") }, "31");
	expect_signouts((struct signout_query){ .user = STR("name-eve") }, "2");
	expect_signouts((struct signout_query){ .session_id = STR("s1") }, "1");
	expect_signouts((struct signout_query){ .session_id = STR("s1"), .user = STR("eve") }, "");
	expect_signouts((struct signout_query){ .client_id = STR("blog") }, "21");
	expect_signouts((struct signout_query){ .has_state = 1, .state = DELIVERY_QUEUED }, "21");
	expect_signouts(
		(struct signout_query){
			.client_id = STR("blog"), .has_state = 1, .state = DELIVERY_QUEUED },
		"");
	expect_signouts((struct signout_query){ .user = STR("ada"),
				.client_id = STR("shop"),
				.has_state = 1,
				.state = DELIVERY_QUEUED },
		"1");
}

/* ---- claims ---- */

static size_t claim(struct store_turn *turn, const char *owner, int64_t now_ms, int64_t max)
{
	const struct store_lane_claim lane = { .client_id = STR("shop-id"), .max = max };
	*turn = (struct store_turn){ .owner = str_from(owner),
		.now_ms = now_ms,
		.lease_until_ms = now_ms + 100,
		.lanes = &lane,
		.lanes_n = 1,
		.arena = on.arena };
	EXPECT(work((struct store_work){ .kind = STORE_WORK_TURN, .u.turn = turn }, &why), OK);
	turn->lanes = NULL;
	return turn->ret_n;
}

static int64_t next_due_of(const char *client_id)
{
	struct store_lane *lanes = NULL;
	size_t n = 0;
	EXPECT(store_list_lanes(on.store, on.arena, &lanes, &n, &why), OK);
	for (size_t i = 0; i < n; i++)
		if (str_eq_z(lanes[i].client_id, client_id))
			return lanes[i].due_ms;
	return INT64_MAX;
}

static int64_t next_due(void)
{
	return next_due_of("shop-id");
}

static void update(const char *id, enum delivery_state expected, enum delivery_state next,
	const char *owner, enum error_code code)
{
	ADD(DELIVERY_UPDATE, delivery_update, .id = str_from(id), .expected = expected,
		.state = next, .lease_owner = str_from(owner), .now_ms = 500, .due_ms = 600,
		.attempts = 1, .http_status = 503, .reason = STR("busy"));
	APPLY(code);
}

static void claims_lease_what_is_due(void **state)
{
	(void)state;
	struct store_turn got;
	assert_int_equal(next_due(), INT64_MAX);
	assert_int_equal(claim(&got, "one", 1000, 10), 0);
	add_signout("so", "ada", "s", 1);
	add_delivery("late", "so", 300);
	add_delivery("new", "so", 20);
	add_delivery("old", "so", 10);
	APPLY(OK);
	assert_int_equal(next_due(), 10);
	assert_int_equal(claim(&got, "one", 9, 10), 0);
	assert_int_equal(claim(&got, "one", 30, 1), 1);
	expect_text(got.ret_deliveries[0].id, "old");
	expect_text(got.ret_deliveries[0].lease_owner, "one");
	assert_int_equal(got.ret_deliveries[0].state, DELIVERY_SENDING);
	assert_int_equal(got.ret_deliveries[0].lease_until_ms, 130);
	expect_text(got.ret_deliveries[0].url, "http://shop.test/");
	assert_int_equal(claim(&got, "two", 30, 10), 1);
	expect_text(got.ret_deliveries[0].id, "new");
	assert_int_equal(claim(&got, "two", 129, 10), 0);
	assert_int_equal(next_due(), 130);
	/* Both leases ran out. */
	assert_int_equal(claim(&got, "three", 130, 10), 2);
	expect_text(got.ret_deliveries[0].id, "old");
	update("old", DELIVERY_SENDING, DELIVERY_DELIVERED, "one", ERROR_STALE);
	update("old", DELIVERY_SENDING, DELIVERY_DELIVERED, "three", OK);
	update("new", DELIVERY_SENDING, DELIVERY_WAITING, "three", OK);
	assert_int_equal(next_due(), 300);
}

static void updates_honour_state_and_owner(void **state)
{
	(void)state;
	struct store_turn got;
	struct signout receipt;
	add_signout("so", "ada", "s", 1);
	add_delivery("d", "so", 10);
	APPLY(OK);
	update("d", DELIVERY_WAITING, DELIVERY_CANCELLED, "", ERROR_STALE);
	update("x", DELIVERY_QUEUED, DELIVERY_CANCELLED, "", ERROR_STALE);
	update("d", DELIVERY_QUEUED, DELIVERY_SENDING, "me", ERROR_INVALID_VALUE);
	assert_int_equal(claim(&got, "me", 10, 10), 1);
	update("d", DELIVERY_QUEUED, DELIVERY_CANCELLED, "me", ERROR_STALE);
	update("d", DELIVERY_SENDING, DELIVERY_WAITING, "", ERROR_STALE);
	update("d", DELIVERY_SENDING, DELIVERY_WAITING, "me", OK);
	EXPECT(store_find_signout(on.store, on.arena, realm, STR("so"), &receipt, &why), OK);
	const struct delivery *d = &receipt.deliveries[0];
	assert_int_equal(d->state, DELIVERY_WAITING);
	assert_int_equal(d->due_ms, 600);
	assert_int_equal(d->settled_ms, 0);
	assert_int_equal(d->attempts, 1);
	assert_int_equal(d->http_status, 503);
	expect_text(d->reason, "busy");
	expect_text(d->lease_owner, "");
	update("d", DELIVERY_WAITING, DELIVERY_GAVE_UP, "", OK);
	EXPECT(store_find_signout(on.store, on.arena, realm, STR("so"), &receipt, &why), OK);
	assert_int_equal(receipt.deliveries[0].state, DELIVERY_GAVE_UP);
	assert_int_equal(receipt.deliveries[0].settled_ms, 500);
	assert_int_equal(next_due(), INT64_MAX);
	assert_int_equal(claim(&got, "me", 10000, 10), 0);
}

static int64_t hurry(struct store_hurry order)
{
	order.realm_id = realm;
	order.now_ms = 50;
	EXPECT(work((struct store_work){ .kind = STORE_WORK_HURRY, .u.hurry = &order }, &why), OK);
	return order.ret_changed;
}

static void hurry_makes_waiting_ones_due(void **state)
{
	(void)state;
	struct delivery d = some_delivery("w1", "so", 900);
	d.state = DELIVERY_WAITING;
	add_signout("so", "ada", "s", 1);
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = d;
	d.id = STR("w2");
	d.client_id = STR("blog-id");
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = d;
	add_delivery("queued", "so", 900);
	APPLY(OK);
	assert_int_equal(hurry((struct store_hurry){ .client_id = STR("wiki-id") }), 0);
	assert_int_equal(hurry((struct store_hurry){ .signout_id = STR("x") }), 0);
	assert_int_equal(next_due(), 900);
	assert_int_equal(hurry((struct store_hurry){ .client_id = STR("blog-id") }), 1);
	/* Before everything that is due. */
	assert_int_equal(next_due_of("blog-id"), 0);
	assert_int_equal(hurry((struct store_hurry){ .signout_id = STR("so") }), 1);
}

/* ---- orders ---- */

static int64_t order(enum error_code (*run)(void *, struct db *, struct why *), const char *id)
{
	struct store_delivery_order one = { .realm_id = realm, .signout_id = STR("so"),
		.delivery_id = str_from(id), .reason = STR("because"), .now_ms = 500, .give_up_ms = 2000000 };
	EXPECT(work((struct store_work){ .kind = STORE_WORK_CALL, .u.call = { run, &one } }, &why), OK);
	return one.ret_changed;
}

static void an_order_is_for_what_can_still_be_told(void **state)
{
	(void)state;
	static const enum delivery_state states[] = { DELIVERY_QUEUED, DELIVERY_WAITING, DELIVERY_SENDING,
		DELIVERY_DELIVERED, DELIVERY_GAVE_UP, DELIVERY_UNCONFIRMED, DELIVERY_SUPERSEDED };
	struct delivery_counts counts;
	add_signout("so", "ada", "s", 1);
	for (size_t i = 0; i < ARRAY_LENGTH(states); i++) {
		struct delivery d = some_delivery(delivery_state_name(states[i]), "so", 900 + (int64_t)i);
		d.state = states[i];
		effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = d;
	}
	APPLY(OK);
	EXPECT(store_count_deliveries(on.store, &counts, &why), OK);
	for (size_t i = 0; i < ARRAY_LENGTH(states); i++)
		assert_int_equal(counts.by_state[states[i]], 1);
	assert_int_equal(counts.oldest_owed_ms, 900);

	assert_int_equal(order(store_retry_deliveries, "delivered"), 0);
	assert_int_equal(order(store_retry_deliveries, "waiting"), 1);
	assert_int_equal(next_due(), 0); /* before everything, whatever is known of the client */
	assert_int_equal(order(store_retry_deliveries, ""), 2);
	assert_int_equal(order(store_cancel_deliveries, "sending"), 0);
	assert_int_equal(order(store_cancel_deliveries, ""), 4);
	assert_int_equal(order(store_retry_deliveries, "queued"), 1);
	EXPECT(store_count_deliveries(on.store, &counts, &why), OK);
	assert_int_equal(counts.by_state[DELIVERY_CANCELLED], 3);
	assert_int_equal(counts.by_state[DELIVERY_WAITING], 1);
	assert_int_equal(counts.by_state[DELIVERY_DELIVERED], 1);
	assert_int_equal(counts.by_state[DELIVERY_SENDING], 1);

	struct signout got;
	EXPECT(store_find_signout(on.store, on.arena, realm, STR("so"), &got, &why), OK);
	for (size_t i = 0; i < got.deliveries_n; i++) {
		const struct delivery *one = &got.deliveries[i];
		if (one->state == DELIVERY_CANCELLED)
			assert_int_equal(one->settled_ms, 500);
		if (one->state == DELIVERY_CANCELLED)
			expect_text(one->reason, "because");
		if (one->state == DELIVERY_WAITING)
			assert_int_equal(one->give_up_ms, 2000000);
	}
	assert_false(signout_settled(&got));
	assert_false(signout_told(&got));
}

/* ---- mass jobs ---- */

static void mass_door_sets_epoch_and_job(void **state)
{
	(void)state;
	struct effect_mass mass = { .job_id = STR("j"),
		.signout_id = STR("so"),
		.realm_id = realm,
		.door = STR("admin-realm"),
		.initiator = STR("root"),
		.epoch_ms = 500 };
	add_signout("so", "", "", 1);
	effects_add(&on.list, EFFECT_MASS_END)->u.mass = mass;
	APPLY(OK);
	effects_add(&on.list, EFFECT_MASS_END)->u.mass = mass;
	APPLY(ERROR_STALE);
	mass.job_id = STR("j2");
	mass.epoch_ms = 400;
	effects_add(&on.list, EFFECT_MASS_END)->u.mass = mass;
	APPLY(OK);
	assert_int_equal(
		count("select sessions_ended_before_ms from realm where id = 'realm'"), 500);
	assert_int_equal(count("select version from realm where id = 'realm'"), 3);
	mass.realm_id = STR("nowhere");
	mass.job_id = STR("j3");
	effects_add(&on.list, EFFECT_MASS_END)->u.mass = mass;
	APPLY(ERROR_STALE);
	ADD(REALM_CHANGED, realm_changed, .realm_id = STR("nowhere"));
	APPLY(ERROR_STALE);
	ADD(REALM_CHANGED, realm_changed, .realm_id = realm);
	APPLY(OK);
	assert_int_equal(count("select version from realm where id = 'realm'"), 4);

	struct mass_job *jobs;
	size_t n;
	EXPECT(store_list_jobs(on.store, on.arena, &jobs, &n, &why), OK);
	assert_int_equal(n, 2);
	expect_text(jobs[0].order.job_id, "j2");
	expect_text(jobs[1].order.door, "admin-realm");
	expect_text(jobs[1].order.initiator, "root");
	expect_text(jobs[1].order.signout_id, "so");
	assert_int_equal(jobs[1].order.epoch_ms, 500);
	ADD(JOB_ADVANCE, job, .id = STR("j"), .done = 3, .total = 9);
	APPLY(OK);
	EXPECT(store_list_jobs(on.store, on.arena, &jobs, &n, &why), OK);
	assert_int_equal(jobs[1].done, 3);
	assert_int_equal(jobs[1].total, 9);
	ADD(JOB_ADVANCE, job, .id = STR("j"), .done = 9, .total = 9, .finished = true);
	APPLY(OK);
	ADD(JOB_ADVANCE, job, .id = STR("j"), .done = 9, .total = 9, .finished = true);
	APPLY(ERROR_STALE);
	EXPECT(store_list_jobs(on.store, on.arena, &jobs, &n, &why), OK);
	assert_int_equal(n, 1);
	struct signout receipt;
	EXPECT(store_find_signout(on.store, on.arena, realm, STR("so"), &receipt, &why), OK);
	assert_int_equal(receipt.progress, 9);
	assert_int_equal(receipt.total, 9);
}

/* ---- purge ---- */

static int64_t purge(int64_t now_ms, int64_t max, struct store_purge_realm limits)
{
	limits.realm_id = realm;
	struct store_purge order = {
		.now_ms = now_ms, .max = max, .realms = &limits, .realms_n = 1
	};
	EXPECT(work((struct store_work){ .kind = STORE_WORK_PURGE, .u.purge = &order }, &why), OK);
	return order.ret_deleted;
}

static void purge_takes_what_expired(void **state)
{
	(void)state;
	static const int64_t hour = 3600 * 1000;
	const struct store_purge_realm keep = { .events_before_ms = INT64_MIN,
		.signouts_before_ms = INT64_MIN,
		.failures_before_ms = INT64_MIN };
	ADD(CODE_CREATE, code, .hash = STR("old"), .expires_ms = 1000, .used_ms = 5);
	ADD(CODE_CREATE, code, .hash = STR("new"), .expires_ms = 2000);
	ADD(TOKEN_REVOKE, token_revoke, .realm_id = realm, .jti = STR("old"), .expires_s = 1);
	ADD(TOKEN_REVOKE, token_revoke, .realm_id = realm, .jti = STR("new"), .expires_s = 99999);
	ADD(FAILURE_PUT, failure, .realm_id = realm, .user_id = STR("old"), .last_failure_ms = 10);
	ADD(FAILURE_PUT, failure, .realm_id = realm, .user_id = STR("locked"),
		.last_failure_ms = 10, .not_before_s = 99999);
	ADD(FAILURE_PUT, failure, .realm_id = realm, .user_id = STR("new"), .last_failure_ms = 20);
	for (int i = 0; i < 5; i++)
		ADD(EVENT, event, .realm_id = realm, .time_ms = i);
	ADD(EVENT, event, .realm_id = STR("other"), .time_ms = 0);
	ADD(ADMIN_EVENT, admin_event, .realm_id = realm, .time_ms = 1);
	add_signout("settled", "ada", "s", 5);
	add_signout("owing", "ada", "s", 5);
	add_signout("mass", "", "", 5);
	add_signout("new", "ada", "s", 50);
	ADD(MASS_END, mass, .job_id = STR("j"), .signout_id = STR("mass"),
		.realm_id = realm);
	struct delivery d = some_delivery("a", "settled", 1);
	d.state = DELIVERY_DELIVERED;
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = d;
	add_delivery("b", "owing", 1);
	APPLY(OK);

	assert_int_equal(purge(0, 100, keep), 0);
	assert_int_equal(purge(1500 + hour, 100, keep), 2);
	assert_int_equal(count("select count(*) from code where hash = 'new'"), 1);
	assert_int_equal(count("select count(*) from revoked_token where jti = 'new'"), 1);
	struct store_purge_realm limits = keep;
	limits.failures_before_ms = 20;
	assert_int_equal(purge(1500 + hour, 100, limits), 1);
	assert_int_equal(count("select count(*) from login_failure where user_id <> 'old'"), 2);
	limits = keep;
	limits.events_before_ms = 3;
	assert_int_equal(purge(1500 + hour, 2, limits), 3);
	assert_int_equal(purge(1500 + hour, 2, limits), 1);
	assert_int_equal(purge(1500 + hour, 2, limits), 0);
	assert_int_equal(count("select count(*) from event"), 3);
	limits = keep;
	limits.signouts_before_ms = 50;
	assert_int_equal(purge(1500 + hour, 100, limits), 1);
	assert_int_equal(count("select count(*) from signout where id <> 'settled'"), 3);
	assert_int_equal(count("select count(*) from delivery"), 1);
	struct str findings;
	EXPECT(store_check(on.store, on.arena, &findings, &why), OK);
	expect_text(findings, "");
}

/* ---- pushed requests ---- */

static void push(const char *hash, const char *client, int64_t expires_ms, enum error_code expected)
{
	const struct pushed_add add = { .row = { .hash = str_from(hash), .realm_id = realm,
			.client_id = str_from(client), .request = STR("{}"), .expires_ms = expires_ms },
		.now_ms = 1000, .max = 2 };
	effects_add(&on.list, EFFECT_PUSHED_ADD)->u.pushed = &add;
	APPLY(expected);
}

static void pushed_requests_are_bounded_found_and_purged(void **state)
{
	(void)state;
	const struct store_purge_realm keep = { .events_before_ms = INT64_MIN,
		.signouts_before_ms = INT64_MIN, .failures_before_ms = INT64_MIN };
	struct pushed_request found;
	push("a", "shop", 2000, OK);
	push("b", "shop", 1000, OK); /* over already: it does not count */
	push("c", "shop", 2000, OK);
	push("d", "shop", 2000, ERROR_STALE);
	push("e", "blog", 2000, OK);
	EXPECT(store_find_pushed(on.store, on.arena, realm, STR("a"), 1999, &found, &why), OK);
	expect_text(found.client_id, "shop");
	expect_text(found.request, "{}");
	EXPECT(store_find_pushed(on.store, on.arena, realm, STR("a"), 2000, &found, &why), ERROR_NAME_NOT_FOUND);
	EXPECT(store_find_pushed(on.store, on.arena, STR("other"), STR("a"), 1000, &found, &why),
		ERROR_NAME_NOT_FOUND);
	effects_add(&on.list, EFFECT_PUSHED_DELETE)->u.pushed_hash = STR("a");
	APPLY(OK);
	EXPECT(store_find_pushed(on.store, on.arena, realm, STR("a"), 1000, &found, &why), ERROR_NAME_NOT_FOUND);
	assert_int_equal(purge(1001, 100, keep), 1);
	assert_int_equal(purge(2001, 100, keep), 2);
}

/* ---- grants that wait ---- */

static void pend(enum pending_change_kind kind, const char *hash, int64_t now_ms, enum error_code expected)
{
	const struct pending_change change = { .kind = kind, .now_ms = now_ms,
		.grant = { .hash = str_from(hash), .user_code = arena_join(on.arena, STR("code-"), str_from(hash), STR("")),
			.realm_id = realm, .client_id = STR("shop"), .scope = STR("openid"), .expires_ms = 2000,
			.interval_ms = 100, .user_id = STR("ada"), .session_id = STR("s"), .acr = STR("1") } };
	effects_add(&on.list, EFFECT_PENDING_CHANGE)->u.pending = &change;
	APPLY(expected);
}

/* B5.2. */
static void a_grant_is_answered_and_used_once(void **state)
{
	(void)state;
	const struct store_purge_realm keep = { .events_before_ms = INT64_MIN,
		.signouts_before_ms = INT64_MIN, .failures_before_ms = INT64_MIN };
	struct pending_grant found;
	pend(PENDING_ADD, "a", 0, OK);
	pend(PENDING_ADD, "a", 0, ERROR_STALE);
	pend(PENDING_ADD, "b", 0, OK);
	pend(PENDING_ADD, "c", 0, OK);
	pend(PENDING_POLL, "a", 1000, OK);
	pend(PENDING_POLL, "a", 1099, ERROR_STALE);
	pend(PENDING_POLL, "a", 1100, OK);
	pend(PENDING_USE, "a", 1100, ERROR_STALE);
	pend(PENDING_APPROVE, "a", 2000, ERROR_STALE);
	pend(PENDING_APPROVE, "a", 1999, OK);
	pend(PENDING_DENY, "a", 1999, ERROR_STALE);
	pend(PENDING_DENY, "b", 1999, OK);
	pend(PENDING_APPROVE, "b", 1999, ERROR_STALE);
	pend(PENDING_USE, "b", 1999, ERROR_STALE);
	EXPECT(store_find_pending_typed(on.store, on.arena, realm, STR("code-a"), &found, &why), OK);
	expect_text(found.session_id, "s");
	assert_int_equal(found.state, PENDING_APPROVED);
	pend(PENDING_USE, "a", 1999, OK);
	pend(PENDING_USE, "a", 1999, ERROR_STALE);
	EXPECT(store_find_pending(on.store, on.arena, STR("a"), &found, &why), OK);
	assert_int_equal(found.state, PENDING_USED);
	EXPECT(store_find_pending(on.store, on.arena, STR("x"), &found, &why), ERROR_NAME_NOT_FOUND);
	EXPECT(store_find_pending_typed(on.store, on.arena, STR("other"), STR("code-a"), &found, &why),
		ERROR_NAME_NOT_FOUND);
	assert_int_equal(purge(62000, 100, keep), 0);
	assert_int_equal(purge(62001, 2, keep), 2);
	assert_int_equal(purge(62001, 2, keep), 1);
}

/* ---- many threads at once ---- */

enum { THREADS = 50 };

static void in_threads(void *(*run)(void *))
{
	pthread_t threads[THREADS];
	for (intptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, (void *)i), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* Set by threads, which must not call cmocka; checked after the join. */
static _Atomic int wins, refused, odd;

static void note(enum error_code code)
{
	if (code == OK)
		wins++;
	else if (code == ERROR_STALE)
		refused++;
	else
		odd++;
}

static void start_notes(void)
{
	wins = refused = odd = 0;
}

static enum error_code apply_own(const struct effects *list)
{
	return work(store_work_effects(list), NULL);
}

static void *use_code(void *argument)
{
	ARENA_SCOPED arena = arena_new(0);
	struct effects list = effects_new(arena);
	effects_add(&list, EFFECT_CODE_USE)->u.code_use =
		(struct effect_code_use){ .hash = STR("h"), .used_ms = 1 + (intptr_t)argument };
	note(apply_own(&list));
	return NULL;
}

/* B2.7, CVE-2026-90997 */
static void one_of_fifty_uses_a_code(void **state)
{
	(void)state;
	start_notes();
	ADD(CODE_CREATE, code, .hash = STR("h"), .expires_ms = 9);
	APPLY(OK);
	in_threads(use_code);
	assert_int_equal(wins, 1);
	assert_int_equal(refused, THREADS - 1);
}

/* Load, decide, apply; again after a conflict: how every caller does it, but patient. */
static void *reserve(void *argument)
{
	(void)argument;
	enum error_code code = ERROR_STALE;
	while (code == ERROR_STALE) {
		ARENA_SCOPED arena = arena_new(0);
		struct effects list = effects_new(arena);
		struct login_failure failure = { .realm_id = realm, .user_id = STR("u1") };
		code = store_find_login_failure(on.store, arena, realm, STR("u1"), &failure, NULL);
		if (code != OK && code != ERROR_NAME_NOT_FOUND)
			break;
		failure.failures++;
		effects_add(&list, EFFECT_FAILURE_PUT)->u.failure = failure;
		code = apply_own(&list);
	}
	note(code);
	return NULL;
}

static void no_failure_is_lost(void **state)
{
	(void)state;
	start_notes();
	in_threads(reserve);
	assert_int_equal(wins, THREADS);
	struct login_failure got;
	EXPECT(store_find_login_failure(on.store, on.arena, realm, STR("u1"), &got, &why), OK);
	assert_int_equal(got.failures, THREADS);
	assert_int_equal(got.version, THREADS);
}

/* One in ten ends the session that it sees, with one delivery for each client that it sees;
 * the others add a client. Nothing is tried twice. */
static void *join_or_end(void *argument)
{
	intptr_t me = (intptr_t)argument;
	ARENA_SCOPED arena = arena_new(0);
	struct effects list = effects_new(arena);
	struct session session;
	enum error_code code =
		store_find_session(on.store, arena, realm, STR("s"), false, &session, NULL);
	if (code == ERROR_NAME_NOT_FOUND)
		return NULL;
	if (code == OK && me % 10 == 9) {
		effects_add(&list, EFFECT_SESSION_END)->u.end =
			(struct effect_end){ .session_id = STR("s"), .version = session.version };
		for (size_t i = 0; i < session.clients_n; i++) {
			struct delivery d = some_delivery("", "so", 1);
			d.id = session.clients[i].client_id;
			effects_add(&list, EFFECT_DELIVERY_CREATE)->u.delivery = d;
		}
	} else if (code == OK) {
		struct client_session client = some_client("s", "");
		client.client_id = arena_format(arena, "client-%d", (int)me);
		effects_add(&list, EFFECT_CLIENT_SESSION_PUT)->u.client_session =
			(struct effect_client_session){ .row = client,
				.session_version = session.version };
	}
	note(code == OK ? apply_own(&list) : code);
	return NULL;
}

static void no_client_slips_in_beside_a_sign_out(void **state)
{
	(void)state;
	start_notes();
	for (int round = 0; round < 20; round++) {
		script("delete from session; delete from client_session; delete from delivery");
		effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = some_session("s");
		APPLY(OK);
		int joined = wins;
		in_threads(join_or_end);
		joined = wins - joined;
		int64_t left = count("select count(*) from client_session");
		int64_t told = count("select count(*) from delivery");
		bool ended = count("select count(*) from session") == 0;
		/* Who joined is either still there or was told. */
		assert_int_equal(left + told, joined - ended);
		assert_true(!ended || left == 0);
	}
	assert_int_equal(odd, 0);
	assert_true(wins > 0);
}

static _Atomic int taken[2000];

static void *claim_all(void *argument)
{
	ARENA_SCOPED arena = arena_new(0);
	const struct store_lane_claim lane = { .client_id = STR("shop-id"), .max = 7 };
	struct store_turn order = { .owner = arena_format(
					    arena, "owner-%d", (int)(intptr_t)argument),
		.now_ms = 1000,
		.lease_until_ms = 2000,
		.lanes = &lane,
		.lanes_n = 1,
		.arena = arena };
	for (;;) {
		enum error_code code = work(
			(struct store_work){ .kind = STORE_WORK_TURN, .u.turn = &order }, NULL);
		if (code == ERROR_STALE)
			continue;
		if (code != OK)
			odd++;
		if (code != OK || order.ret_n == 0)
			return NULL;
		for (size_t i = 0; i < order.ret_n; i++)
			taken[order.ret_deliveries[i].queued_ms]++;
	}
}

static void two_owners_never_share_a_delivery(void **state)
{
	(void)state;
	enum { DELIVERIES = 400 };
	start_notes();
	memset(taken, 0, sizeof taken);
	add_signout("so", "ada", "s", 1);
	for (int i = 0; i < DELIVERIES; i++) {
		struct delivery d = some_delivery("", "so", i);
		d.id = arena_format(on.arena, "d%d", i);
		effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = d;
	}
	APPLY(OK);
	in_threads(claim_all);
	assert_int_equal(odd, 0);
	for (int i = 0; i < DELIVERIES; i++)
		assert_int_equal(taken[i], 1);
}

static void *replace_password(void *argument)
{
	ARENA_SCOPED arena = arena_new(0);
	struct effects list = effects_new(arena);
	effects_add(&list, EFFECT_CREDENTIAL_REPLACE)->u.credential = (struct effect_credential){
		.realm_id = realm,
		.user_id = STR("u1"),
		.credential = { .type = STR("password"),
			.secret_data = arena_format(arena, "%d", (int)(intptr_t)argument) }
	};
	note(apply_own(&list));
	return NULL;
}

static void one_password_stays(void **state)
{
	(void)state;
	start_notes();
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = some_user("u1", "ada", "");
	APPLY(OK);
	in_threads(replace_password);
	assert_true(wins > 0 && odd == 0);
	assert_int_equal(count("select count(*) from credential"), 1);
}

int main(int argc, char **argv)
{
	static const struct fixture_test tests[] = {
		IN_STORE(receipt_comes_back),
		IN_STORE(receipts_by_every_filter),
		IN_STORE(claims_lease_what_is_due),
		IN_STORE(updates_honour_state_and_owner),
		IN_STORE(hurry_makes_waiting_ones_due),
		IN_STORE(an_order_is_for_what_can_still_be_told),
		IN_STORE(mass_door_sets_epoch_and_job),
		IN_STORE(purge_takes_what_expired),
		IN_STORE(pushed_requests_are_bounded_found_and_purged),
		IN_STORE(a_grant_is_answered_and_used_once),
		IN_STORE(one_of_fifty_uses_a_code),
		IN_STORE(no_failure_is_lost),
		IN_STORE(no_client_slips_in_beside_a_sign_out),
		IN_STORE(two_owners_never_share_a_delivery),
		IN_STORE(one_password_stays),
	};
	fixture_start(argc, argv, "store_deliveries");
	return fixture_run("store_deliveries", tests, ARRAY_LENGTH(tests));
}

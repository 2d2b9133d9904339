/* oidc/device: codes that people type, and what a device is told. */
#include "realm_fixture.h"

#include "oidc/device.h"
#include "oidc/pending.h"

/* B5.1. */
static void codes_are_of_twenty_letters(void **state)
{
	(void)state;
	expect_text(device_user_code(arena, 0), "BBBBBBBB");
	expect_text(device_user_code(arena, 1), "CBBBBBBB");
	expect_text(device_user_code(arena, 20), "BCBBBBBB");
	expect_text(device_user_code(arena, INT64_C(25599999999)), "ZZZZZZZZ");
	expect_text(device_user_code_shown(arena, STR("BCDFGHJK")), "BCDF-GHJK");
	for (uint64_t random = 1; random < UINT64_MAX / 3; random *= 3) {
		struct str code = device_user_code(arena, random);
		assert_true(str_eq(device_user_code_typed(arena, device_user_code_shown(arena, code)), code));
	}
}

static void a_code_is_read_as_people_type_it(void **state)
{
	(void)state;
	static const char *const good[] = { "BCDF-GHJK", "bcdfghjk", " bcdf - GHJK ", "B-C-D-F-G-H-J-K", "bcdf\tghjk" };
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		expect_text(device_user_code_typed(arena, str_from(good[i])), "BCDFGHJK");
	static const char *const bad[] = { "", "-", "BCDF-GHJ", "BCDF-GHJKL", "BCDF-GHJA", "BCDF-GHJ1", "BCDF_GHJK",
		"BCDF-GHJ\xc3\xa4", "BCDF-GHJ'", "BCDFGHJK\n" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(device_user_code_typed(arena, str_from(bad[i])).n, 0);
	assert_int_equal(device_user_code_typed(arena, (struct str){ "BCDFGHJ\0", 8 }).n, 0);
}

static void a_code_is_of_its_realm(void **state)
{
	(void)state;
	struct str one = device_user_code_hash(arena, STR("a"), STR("BCDFGHJK"));
	assert_int_equal(one.n, 43);
	assert_false(str_eq(one, device_user_code_hash(arena, STR("b"), STR("BCDFGHJK"))));
	assert_false(str_contains(one, STR("BCDF")));
}

static void set(struct client *client, struct str name, struct str value)
{
	client->attributes = (struct attributes){ 0 };
	attributes_default(arena, &client->attributes, name, value);
}

static void the_client_may_set_its_times(void **state)
{
	(void)state;
	struct client *tv = add_client("tv");
	assert_int_equal(device_lifespan_s(&realm, tv), 600);
	assert_int_equal(device_interval_s(&realm, tv), 5);
	realm.settings.device_code_lifespan_s = 100;
	realm.settings.device_polling_interval_s = 7;
	assert_int_equal(device_lifespan_s(&realm, tv), 100);
	assert_int_equal(device_interval_s(&realm, tv), 7);
	static const struct {
		const char *value;
		int64_t seconds;
	} rows[] = { { "30", 30 }, { "0", 0 }, { "-1", 100 }, { "x", 100 }, { "", 100 },
		     { "9223372036854775807", INT64_C(30) * 24 * 3600 } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		set(tv, STR("oauth2.device.code.lifespan"), str_from(rows[i].value));
		assert_int_equal(device_lifespan_s(&realm, tv), rows[i].seconds);
	}
	set(tv, STR("oauth2.device.polling.interval"), STR("2"));
	assert_int_equal(device_interval_s(&realm, tv), 2);
}

static void only_clients_that_may(void **state)
{
	(void)state;
	struct client *tv = add_client("tv");
	assert_false(device_is_allowed(tv));
	set(tv, STR("oauth2.device.authorization.grant.enabled"), STR("true"));
	assert_true(device_is_allowed(tv));
	tv->bearer_only = true;
	assert_false(device_is_allowed(tv));
	tv->bearer_only = false;
	tv->protocol = STR("saml");
	assert_false(device_is_allowed(tv));
}

static enum error_code polled(enum pending_state state, int64_t expires_ms, int64_t polled_ms)
{
	struct str text = STR("");
	const struct pending_grant grant = { .realm_id = STR("realm-id"), .client_id = realm.clients[0].id,
		.state = state, .expires_ms = expires_ms, .interval_ms = 5000, .polled_ms = polled_ms };
	return pending_judge_poll(&grant, PENDING_DEVICE, &realm, &realm.clients[0], NOW_MS, &text);
}

/* B5.4, B7.1. */
static void what_a_device_is_told(void **state)
{
	(void)state;
	(void)add_client("tv");
	assert_int_equal(polled(PENDING_OPEN, NOW_MS + 1, 0), ERROR_PENDING_OPEN);
	assert_int_equal(polled(PENDING_APPROVED, NOW_MS + 1, NOW_MS - 5000), OK);
	assert_int_equal(polled(PENDING_DENIED, NOW_MS + 1, NOW_MS - 5000), ERROR_PENDING_DENIED);
	assert_int_equal(polled(PENDING_USED, NOW_MS + 1, 0), ERROR_PENDING_UNKNOWN);
	for (int s = PENDING_OPEN; s < PENDING_USED; s++) {
		assert_int_equal(polled((enum pending_state)s, NOW_MS, 0), ERROR_PENDING_EXPIRED);
		assert_int_equal(polled((enum pending_state)s, NOW_MS + 1, NOW_MS - 4999), ERROR_SLOW_DOWN);
	}
	struct str text = STR("");
	const struct pending_grant other_client = { .realm_id = STR("realm-id"), .client_id = STR("another"),
		.state = PENDING_APPROVED, .expires_ms = NOW_MS + 1 };
	assert_int_equal(pending_judge_poll(&other_client, PENDING_DEVICE, &realm, &realm.clients[0], NOW_MS, &text),
			 ERROR_PENDING_UNKNOWN);
	expect_text(text, "unauthorized client");
	const struct pending_grant other_realm = { .realm_id = STR("other"), .client_id = realm.clients[0].id,
		.state = PENDING_APPROVED, .expires_ms = NOW_MS + 1 };
	assert_int_equal(pending_judge_poll(&other_realm, PENDING_DEVICE, &realm, &realm.clients[0], NOW_MS, &text),
			 ERROR_PENDING_UNKNOWN);
	const struct pending_grant other_kind = { .realm_id = STR("realm-id"), .client_id = realm.clients[0].id,
		.state = PENDING_APPROVED, .expires_ms = NOW_MS + 1, .kind = PENDING_BACKCHANNEL };
	assert_int_equal(pending_judge_poll(&other_kind, PENDING_DEVICE, &realm, &realm.clients[0], NOW_MS, &text),
			 ERROR_PENDING_UNKNOWN);
}

static void what_a_user_is_told(void **state)
{
	(void)state;
	bool expired;
	struct pending_grant grant = { .expires_ms = NOW_MS + 1 };
	assert_null(device_judge_code(&grant, NOW_MS, &expired));
	assert_non_null(device_judge_code(&grant, NOW_MS + 1, &expired));
	assert_true(expired);
	for (int s = PENDING_APPROVED; s <= PENDING_USED; s++) {
		grant.state = (enum pending_state)s;
		assert_non_null(device_judge_code(&grant, NOW_MS, &expired));
		assert_false(expired);
	}
}

#define WITH_REALM(test) cmocka_unit_test_setup_teardown(test, realm_setup, realm_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_REALM(codes_are_of_twenty_letters),
		WITH_REALM(a_code_is_read_as_people_type_it),
		WITH_REALM(a_code_is_of_its_realm),
		WITH_REALM(the_client_may_set_its_times),
		WITH_REALM(only_clients_that_may),
		WITH_REALM(what_a_device_is_told),
		WITH_REALM(what_a_user_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

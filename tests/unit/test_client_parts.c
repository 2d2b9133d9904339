/* client/: whose turn it is, and which addresses are forbidden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tables.h"
#include "client/policy.h"
#include "client/turns.h"

static void turns_serve_hosts_one_after_another(void **state)
{
	(void)state;
	struct turns *turns = turns_new(100, 100);
	struct turn a[3] = { { .host_key = STR("a") }, { .host_key = STR("a") }, { .host_key = STR("a") } };
	struct turn b = { .host_key = STR("b") }, c = { .host_key = STR("c") };
	for (int i = 0; i < 3; i++)
		turns_add(turns, &a[i]);
	turns_add(turns, &b);
	turns_add(turns, &c);
	struct turn *expected[] = { &a[0], &b, &c, &a[1], &a[2], NULL };
	for (size_t i = 0; i < ARRAY_LENGTH(expected); i++)
		assert_ptr_equal(turns_next(turns), expected[i]);
	assert_int_equal(turns_running(turns), 5);
	for (size_t i = 0; i < 5; i++)
		turns_done(turns, expected[i]);
	assert_int_equal(turns_running(turns), 0);
	turns_free(turns);
}

static void turns_hold_both_limits(void **state)
{
	(void)state;
	struct turns *turns = turns_new(3, 2);
	struct turn a[4] = { { .host_key = STR("a") }, { .host_key = STR("a") }, { .host_key = STR("a") },
		{ .host_key = STR("a") } };
	struct turn b = { .host_key = STR("b") }, c = { .host_key = STR("c") };
	for (int i = 0; i < 4; i++)
		turns_add(turns, &a[i]);
	assert_ptr_equal(turns_next(turns), &a[0]);
	assert_ptr_equal(turns_next(turns), &a[1]);
	assert_null(turns_next(turns)); /* the host's limit */
	turns_add(turns, &b);
	turns_add(turns, &c);
	assert_ptr_equal(turns_next(turns), &b);
	assert_null(turns_next(turns)); /* the whole's limit */
	assert_int_equal(turns_waiting(turns), 3);
	turns_done(turns, &a[0]);
	assert_ptr_equal(turns_next(turns), &c);
	turns_done(turns, &c);
	assert_ptr_equal(turns_next(turns), &a[2]);
	assert_null(turns_next(turns));
	turns_done(turns, &a[1]);
	assert_ptr_equal(turns_next(turns), &a[3]);
	assert_int_equal(turns_waiting(turns), 0);
	turns_done(turns, &a[2]), turns_done(turns, &a[3]), turns_done(turns, &b);
	turns_free(turns);
}

static void turns_drop_gives_all_that_waits_and_leaves_the_rest(void **state)
{
	(void)state;
	struct turns *turns = turns_new(1, 1);
	struct turn a[3] = { { .host_key = STR("a") }, { .host_key = STR("a") }, { .host_key = STR("a") } };
	struct turn b = { .host_key = STR("b") };
	for (int i = 0; i < 3; i++)
		turns_add(turns, &a[i]);
	turns_add(turns, &b);
	assert_ptr_equal(turns_next(turns), &a[0]);
	size_t dropped = 0;
	while (turns_drop(turns))
		dropped++;
	assert_int_equal(dropped, 3);
	assert_int_equal(turns_waiting(turns), 0);
	turns_done(turns, &a[0]);
	assert_null(turns_next(turns));
	turns_add(turns, &b);
	assert_ptr_equal(turns_next(turns), &b);
	turns_done(turns, &b);
	turns_free(turns);
}

/* CVE-2026-1180 */
static void policy_denies_by_the_table(void **state)
{
	(void)state;
	static const struct { const char *address; bool admin, allowing, stranger; } rows[] = {
		{ "93.184.216.34", false, false, false }, { "2606:2800:220:1::1", false, false, false },
		{ "169.254.169.254", true, false, true }, { "169.254.0.1", true, false, true },
		{ "169.253.255.255", false, false, false }, { "100.100.100.200", true, false, true },
		{ "100.100.100.201", false, false, true }, { "192.0.0.192", true, false, true },
		{ "168.63.129.16", true, false, true }, { "168.63.129.17", false, false, false },
		{ "0.0.0.0", true, true, true }, { "0.1.2.3", true, true, true },
		{ "224.0.0.1", true, true, true }, { "239.255.255.255", true, true, true },
		{ "255.255.255.255", true, true, true }, { "240.0.0.1", false, false, true },
		{ "127.0.0.1", false, false, true }, { "127.255.0.1", false, false, true },
		{ "10.0.0.1", false, false, true }, { "11.0.0.1", false, false, false },
		{ "172.16.0.1", false, false, true }, { "172.31.255.255", false, false, true },
		{ "172.32.0.1", false, false, false }, { "192.168.1.1", false, false, true },
		{ "198.18.0.1", false, false, true }, { "198.20.0.1", false, false, false },
		{ "::", true, true, true }, { "::1", false, false, true }, { "::2", false, false, false },
		{ "fe80::1", true, false, true }, { "febf::1", true, false, true },
		{ "fec0::1", false, false, true }, { "fd00:ec2::254", true, false, true },
		{ "fd20:ce::254", true, false, true }, { "fd00:ec2::255", false, false, true },
		{ "fc00::1", false, false, true }, { "ff02::1", true, true, true },
		{ "2001:db8::1", false, false, true },
		{ "::ffff:169.254.169.254", true, false, true }, { "::ffff:127.0.0.1", false, false, true },
		{ "::ffff:0.0.0.0", true, true, true }, { "::ffff:93.184.216.34", false, false, false },
		{ "64:ff9b::169.254.169.254", true, false, true }, { "64:ff9b::10.0.0.1", false, false, true },
		{ "64:ff9b:1::1", false, false, true }, { "2002:a9fe:a9fe::1", true, false, true },
		{ "2002:7f00:1::1", false, false, true }, { "2002:5db8:d822::1", false, false, false },
		{ "no address", true, true, true }, { "", true, true, true },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *address = rows[i].address;
		bool admin = policy_denies_text(CLIENT_POLICY_ADMIN, false, address);
		bool allowing = policy_denies_text(CLIENT_POLICY_ADMIN, true, address);
		bool stranger = policy_denies_text(CLIENT_POLICY_STRANGER, true, address);
		if (admin != rows[i].admin || allowing != rows[i].allowing || stranger != rows[i].stranger)
			fail_msg("%s: %d %d %d", address, admin, allowing, stranger);
		assert_false(policy_denies_text(CLIENT_POLICY_ANY, false, address));
	}
}

static void policy_forbids_other_families(void **state)
{
	(void)state;
	struct sockaddr local = { .sa_family = AF_UNIX };
	assert_true(policy_denies(CLIENT_POLICY_ADMIN, true, &local));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns_serve_hosts_one_after_another),
		cmocka_unit_test(turns_hold_both_limits),
		cmocka_unit_test(turns_drop_gives_all_that_waits_and_leaves_the_rest),
		cmocka_unit_test(policy_denies_by_the_table),
		cmocka_unit_test(policy_forbids_other_families),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

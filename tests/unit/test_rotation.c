/* model/rotation: chains of refresh tokens. */
#include "realm_fixture.h"

#include "base/text.h"
#include "model/rotation.h"

static struct client_session part;

static int setup(void **state)
{
	part = (struct client_session){ .client_id = STR("web") };
	return realm_setup(state);
}

static struct refresh_chain chain(const char *id)
{
	struct refresh_chain chain = { .generation = -1 };
	assert_true(rotation_find(&part, str_from(id), &chain));
	return chain;
}

static void use(const char *id, int64_t generation)
{
	rotation_use(arena, &part, &(struct refresh_place){ str_from(id), generation });
}

static void chains_turn_each_for_itself(void **state)
{
	(void)state;
	rotation_begin(arena, &part, STR("a"));
	rotation_begin(arena, &part, STR("b"));
	use("a", 0);
	use("a", 1);
	use("a", 1);
	assert_int_equal(chain("a").generation, 1);
	assert_int_equal(chain("a").use_count, 2);
	assert_int_equal(chain("b").generation, 0);
	assert_int_equal(chain("b").use_count, 0);
	assert_int_equal(part.refresh_use_count, 0);
	assert_int_equal(part.chains_n, 2);
}

static void tokens_without_a_chain_share_one(void **state)
{
	(void)state;
	assert_int_equal(rotation_unchained(&part), 0);
	use("", 3);
	assert_int_equal(chain("").generation, 3);
	assert_int_equal(chain("").use_count, 1);
	assert_int_equal(part.chains_n, 0);
	assert_int_equal(rotation_unchained(&part), 5); /* 4 was given for 3 */
}

static void the_one_not_used_for_longest_makes_room(void **state)
{
	(void)state;
	for (int i = 0; i < ROTATION_CHAINS; i++)
		rotation_begin(arena, &part, arena_format(arena, "c%d", i));
	use("c0", 0);
	rotation_begin(arena, &part, STR("new"));
	struct refresh_chain gone;
	assert_int_equal(part.chains_n, ROTATION_CHAINS);
	assert_false(rotation_find(&part, STR("c1"), &gone));
	assert_int_equal(chain("c0").use_count, 1);
	assert_int_equal(chain("c2").use_count, 0);
	/* What is gone does not come back by being used. */
	use("c1", 0);
	assert_false(rotation_find(&part, STR("c1"), &gone));
	assert_int_equal(part.chains_n, ROTATION_CHAINS);
}

static void lists_are_replaced_not_written(void **state)
{
	(void)state;
	rotation_begin(arena, &part, STR("a"));
	struct client_session before = part;
	use("a", 0);
	assert_int_equal(before.chains[0].use_count, 0);
	assert_int_equal(part.chains[0].use_count, 1);
}

#define ROTATION(test) cmocka_unit_test_setup_teardown(test, setup, realm_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROTATION(chains_turn_each_for_itself),
		ROTATION(tokens_without_a_chain_share_one),
		ROTATION(the_one_not_used_for_longest_makes_room),
		ROTATION(lists_are_replaced_not_written),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

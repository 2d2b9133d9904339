/* What an import collects beyond its memory: everything comes back, in the order of the keys. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/spill.h"

enum { FEW = 1000, MANY = 60000, LARGE = 14 << 20 };

/* Keys are no rising numbers: the same steps give all of them, in an order of their own. */
static uint32_t mixed(uint32_t i)
{
	return i * 2654435761u;
}

static struct str key_at(uint32_t i, char *buffer, size_t size)
{
	/* The first bytes of many are equal. */
	int n = snprintf(buffer, size, "%02x-%s-%08x", mixed(i) >> 28, "the same", mixed(i));
	return str_of(buffer, (size_t)n);
}

static void add(struct spill *spill, uint32_t i, size_t n)
{
	char key[32], *record = calloc(1, n + sizeof i);
	memcpy(record, &i, sizeof i);
	memset(record + sizeof i, (int)(i & 0x7f), n);
	EXPECT(spill_add(spill, key_at(i, key, sizeof key), str_of(record, n + sizeof i), NULL), OK);
	free(record);
}

/* Takes all; each is whole, and comes once. */
static void take_all(struct spill *spill, uint32_t n, size_t (*size_of)(uint32_t i))
{
	struct str key, record;
	char before[32] = "", again[32];
	EXPECT(spill_sort(spill, NULL), OK);
	for (uint32_t taken = 0; taken < n; taken++) {
		uint32_t i;
		EXPECT(spill_next(spill, &key, &record, NULL), OK);
		assert_true(str_compare(str_from(before), key) < 0);
		memcpy(before, key.p, key.n);
		before[key.n] = '\0';
		assert_true(record.n >= sizeof i);
		memcpy(&i, record.p, sizeof i);
		assert_true(i < n && str_eq(key_at(i, again, sizeof again), key));
		assert_int_equal(record.n, size_of(i) + sizeof i);
		for (size_t at = sizeof i; at < record.n; at += 1 + record.n / 7)
			assert_int_equal(record.p[at], i & 0x7f);
	}
	EXPECT(spill_next(spill, &key, &record, NULL), OK);
	assert_int_equal(key.n, 0);
	EXPECT(spill_next(spill, &key, &record, NULL), OK);
	assert_int_equal(key.n, 0);
	spill_free(spill);
}

static size_t small(uint32_t i)
{
	return i % 90;
}

/* Some hundred bytes; one is larger than all the memory that is to be used. */
static size_t mixed_sizes(uint32_t i)
{
	return i == MANY / 2 ? LARGE : i % 1000;
}

static void in_memory(void **state)
{
	(void)state;
	/* No file is needed. */
	struct spill *spill = spill_new("/nowhere");
	for (uint32_t i = 0; i < FEW; i++)
		add(spill, i, small(i));
	take_all(spill, FEW, small);
	take_all(spill_new("/nowhere"), 0, small);
	spill_free(NULL);
}

static void in_a_file(void **state)
{
	(void)state;
	struct spill *spill = spill_new(NULL);
	for (uint32_t i = 0; i < MANY; i++)
		add(spill, i, mixed_sizes(i));
	take_all(spill, MANY, mixed_sizes);
	/* One that is given up. */
	spill = spill_new(NULL);
	for (uint32_t i = 0; i < MANY; i++)
		add(spill, i, mixed_sizes(i));
	spill_free(spill);
}

static void no_file(void **state)
{
	(void)state;
	struct spill *spill = spill_new("/nowhere");
	struct why why = { "" };
	enum error_code error = OK;
	char key[32], record[1000] = "";
	for (uint32_t i = 0; !error && i < MANY; i++)
		error = spill_add(spill, key_at(i, key, sizeof key), str_of(record, sizeof record), &why);
	assert_int_equal(error, ERROR_FILE_FAILED);
	assert_non_null(strstr(why.text, "no temporary file in '/nowhere'"));
	spill_free(spill);
}

int main(int argc, char **argv)
{
	static const struct fixture_test tests[] = {
		{ cmocka_unit_test(in_memory), EVERY_ENGINE },
		{ cmocka_unit_test(in_a_file), EVERY_ENGINE },
		{ cmocka_unit_test(no_file), EVERY_ENGINE },
	};
	fixture_start(argc, argv, "spill");
	return fixture_run("spill", tests, sizeof tests / sizeof tests[0]);
}

/* model/attribute_query.h: what the parameter `q` says, and what it says nothing by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tables.h"
#include "base/text.h"
#include "model/attribute_query.h"

static const struct {
	const char *q, *pairs; /* each "key=value;" */
} rows[] = {
	{ "", "" },
	{ "dept:it", "dept=it;" },
	{ "  dept:it   floor:3 ", "dept=it;floor=3;" },
	{ "\"home town\":\"New York\" a:b", "home town=New York;a=b;" },
	{ "\"dept\":it", "dept=it;" },
	{ "url:http://x:80/", "url=http://x:80/;" },
	{ "say:\"a \\\"b\\\" \\\\ c\"", "say=a \"b\" \\ c;" },
	{ "word", "" },
	{ "word other:1", "other=1;" },
	{ "a: b:c", "b=c;" },
	{ ":x y:z", "y=z;" },
	{ "\"open:it", "" },
	{ "a:\"open", "" },
	{ "\"\":x", "" },
	{ ":::: \"", "" },
	{ "a:b:c", "a=b:c;" },
};

static void what_can_be_read_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		ARENA_SCOPED arena = arena_new(0);
		struct attribute_query query = attribute_query_read(arena, str_from(rows[i].q));
		struct text text = text_new(arena, 0);
		for (size_t k = 0; k < query.n; k++)
			text_addf(&text, "%.*s=%.*s;", STR_ARG(query.pairs[k].key),
				STR_ARG(query.pairs[k].value));
		assert_string_equal(arena_z(arena, text_str(&text)), rows[i].pairs);
	}
}

static void all_pairs_are_to_hold(void **state)
{
	(void)state;
	struct str values[] = { STR_INIT("it"), STR_INIT("ops") };
	const struct json_list_pair attributes[] = { { STR_INIT("dept"), values, 2 }, { STR_INIT("none"), NULL, 0 } };
	static const struct {
		const char *q;
		bool holds;
	} cases[] = { { "", true }, { "dept:it", true }, { "dept:ops dept:it", true }, { "dept:op", false },
		{ "dept:it none:it", false }, { "other:it", false }, { "DEPT:it", false } };
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		ARENA_SCOPED arena = arena_new(0);
		struct attribute_query query = attribute_query_read(arena, str_from(cases[i].q));
		assert_int_equal(attribute_query_holds(&query, attributes, 2), cases[i].holds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_be_read_is_taken),
		cmocka_unit_test(all_pairs_are_to_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

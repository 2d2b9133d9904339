/* base/: text, arenas, tables, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/errors.h"
#include "base/pattern.h"
#include "base/tables.h"
#include "base/text.h"

static void str_next_cuts_every_piece(void **state)
{
	(void)state;
	struct str rest = STR("a,,b,"), piece;
	assert_true(str_next(&rest, ',', &piece) && str_eq_z(piece, "a"));
	assert_true(str_next(&rest, ',', &piece) && piece.n == 0);
	assert_true(str_next(&rest, ',', &piece) && str_eq_z(piece, "b"));
	assert_true(str_next(&rest, ',', &piece) && piece.n == 0);
	assert_false(str_next(&rest, ',', &piece));
}

static void str_to_int64_is_strict(void **state)
{
	(void)state;
	int64_t v = 7;
	assert_true(str_to_int64(STR("-12"), &v) && v == -12);
	assert_true(str_to_int64(STR("9223372036854775807"), &v) && v == INT64_MAX);
	assert_true(str_to_int64(STR("-9223372036854775808"), &v) && v == INT64_MIN);
	const char *bad[] = { "", "-", "+1", " 1", "1 ", "0x1", "9223372036854775808",
		"-9223372036854775809", "1e3", "12345678901234567890" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		v = 7;
		assert_false(str_to_int64(str_from(bad[i]), &v));
		assert_int_equal(v, 7);
	}
}

static void str_distance_counts_edits(void **state)
{
	(void)state;
	assert_int_equal(str_distance(STR("realm"), STR("realm")), 0);
	assert_int_equal(str_distance(STR("raelm"), STR("realm")), 2);
	assert_int_equal(str_distance(STR("relm"), STR("realm")), 1);
	assert_int_equal(str_distance(STR("realms"), STR("realm")), 1);
	assert_int_equal(str_distance(STR(""), STR("realm")), 5);
	assert_int_equal(str_distance(STR("kitten"), STR("sitting")), 3);
	char longest[64];
	memset(longest, 'x', sizeof longest);
	assert_int_equal(str_distance(str_of(longest, 63), STR("")), 63);
	assert_true(str_distance(str_of(longest, 64), STR("")) == SIZE_MAX);
	assert_true(str_distance(STR(""), str_of(longest, 64)) == SIZE_MAX);
}

static void str_is_utf8_refuses_what_rfc_3629_refuses(void **state)
{
	(void)state;
	assert_true(str_is_utf8(STR("h\xc3\xa9 \xf0\x9f\x94\x91")));
	const char *bad[] = { "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80", "\xff", "\xc3" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(str_is_utf8(str_from(bad[i])));
}

static void arena_push_grows_and_keeps(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	int *list = NULL;
	size_t n = 0;
	for (int i = 0; i < 1000; i++)
		*(int *)arena_push(arena, &list, &n, sizeof *list) = i;
	assert_int_equal(n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(list[i], i);
}

static void text_fails_at_its_limit_and_stays_failed(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct text text = text_new(arena, 4);
	text_add_z(&text, "abcd");
	assert_true(str_eq_z(text_str(&text), "abcd"));
	text_add_char(&text, 'e');
	assert_true(text.failed);
	assert_int_equal(text_str(&text).n, 0);
}

static void text_escapes_for_each_place(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct text text = text_new(arena, 0);
	text_add_html(&text, STR("<a href=\"x\">'&"));
	assert_true(str_eq_z(text_str(&text), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"));
	text = text_new(arena, 0);
	text_add_quoted(&text, STR("a\"b\\c\n"));
	assert_true(str_eq_z(text_str(&text), "a\\\"b\\\\c\\x0a"));
	text = text_new(arena, 0);
	text_add_percent(&text, STR("a b/~{}"));
	assert_true(str_eq_z(text_str(&text), "a%20b%2F~%7B%7D"));
	text = text_new(arena, 0);
	text_add_clean(&text, STR("a\r\x1b\x7f\xc2\x9b|\xc2\xa0|\xff\xed\xa0\x80|\xc3\xa9\xc3\xa9"), 17);
	assert_true(str_eq_z(text_str(&text), "a????|\xc2\xa0|????|\xc3\xa9"));
}

static void patterns_match_the_whole_text(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool same, any_case;
	} cases[] = {
		{ "", "", true, true }, { "", "a", false, false }, { "*", "", true, true },
		{ "**", "ab", true, true }, { "a*", "a", true, true }, { "a*", "ba", false, false },
		{ "*a", "ba", true, true }, { "*ab*c", "aabxabc", true, true },
		{ "a*b*c", "aXbX", false, false }, { "Shop*", "shops", false, true },
		{ "a?", "ab", false, false }, { "aa", "a", false, false },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct str pattern = str_from(cases[i].pattern), text = str_from(cases[i].text);
		assert_int_equal(pattern_matches(pattern, text, false), cases[i].same);
		assert_int_equal(pattern_matches(pattern, text, true), cases[i].any_case);
	}
}

static void table_finds_what_was_put(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct table table = table_new(arena, 0);
	int values[500];
	for (int i = 0; i < 500; i++)
		assert_null(table_put(&table, arena_format(arena, "key %d", i), &values[i]));
	for (int i = 0; i < 500; i++)
		assert_ptr_equal(table_get(&table, arena_format(arena, "key %d", i)), &values[i]);
	assert_null(table_get(&table, STR("key 500")));
	assert_ptr_equal(table_put(&table, STR("key 3"), &values[4]), &values[3]);
}

static void every_error_has_a_text_and_a_status(void **state)
{
	(void)state;
	for (int i = 1; i < ERROR_COUNT; i++) {
		assert_true(error_http_status((enum error_code)i) >= 400);
		assert_true(error_text((enum error_code)i)[0] && error_oauth((enum error_code)i)[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(str_next_cuts_every_piece),
		cmocka_unit_test(str_to_int64_is_strict),
		cmocka_unit_test(str_distance_counts_edits),
		cmocka_unit_test(str_is_utf8_refuses_what_rfc_3629_refuses),
		cmocka_unit_test(arena_push_grows_and_keeps),
		cmocka_unit_test(text_fails_at_its_limit_and_stays_failed),
		cmocka_unit_test(text_escapes_for_each_place),
		cmocka_unit_test(patterns_match_the_whole_text),
		cmocka_unit_test(table_finds_what_was_put),
		cmocka_unit_test(every_error_has_a_text_and_a_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* json/merge_patch.h: the examples of RFC 7396, and what no patch may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tables.h"
#include "base/text.h"
#include "json/merge_patch.h"

/* RFC 7396 appendix A, but for those whose target or patch is no object, and section 3. */
static const struct {
	const char *target, *patch, *result;
} rows[] = {
	{ "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
	{ "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
	{ "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
	{ "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}" },
	{ "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
	{ "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
	{ "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}" },
	{ "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
	{ "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
	{ "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
	{ "{\"a\":\"b\"}", "{\"a\":{\"b\":{\"c\":null,\"d\":1}}}", "{\"a\":{\"b\":{\"d\":1}}}" },
	{ "{\"a\":1}", "{\"a\":[null,{\"b\":null}]}", "{\"a\":[null,{\"b\":null}]}" },
	{ "{\"title\":\"Goodbye!\",\"author\":{\"givenName\":\"John\",\"familyName\":\"Doe\"},\"tags\":[\"example\",\"sample\"],"
	  "\"content\":\"This will be unchanged\"}",
	  "{\"title\":\"Hello!\",\"phoneNumber\":\"+01-123-456-7890\",\"author\":{\"familyName\":null},\"tags\":[\"example\"]}",
	  "{\"title\":\"Hello!\",\"author\":{\"givenName\":\"John\"},\"tags\":[\"example\"],"
	  "\"content\":\"This will be unchanged\",\"phoneNumber\":\"+01-123-456-7890\"}" },
};

static void patches_as_the_rfc_shows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		ARENA_SCOPED arena = arena_new(0);
		struct str result;
		assert_int_equal(json_merge_patch(arena, str_from(rows[i].target), str_from(rows[i].patch), &result, NULL), OK);
		assert_string_equal(arena_z(arena, result), rows[i].result);
	}
}

static void refuses_what_is_no_patch(void **state)
{
	static const struct {
		const char *patch;
		enum error_code code;
	} bad[] = { { "", ERROR_BAD_JSON }, { "{", ERROR_BAD_JSON }, { "[]", ERROR_INVALID_VALUE },
		    { "null", ERROR_INVALID_VALUE }, { "\"x\"", ERROR_INVALID_VALUE },
		    { "{\"a\":1,\"a\":2}", ERROR_INVALID_VALUE } };
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		ARENA_SCOPED arena = arena_new(0);
		struct str result = STR("untouched");
		assert_int_equal(json_merge_patch(arena, STR("{\"a\":1}"), str_from(bad[i].patch), &result, NULL), bad[i].code);
		assert_true(str_eq_z(result, "untouched"));
	}
}

static void refuses_a_patch_of_very_many_members(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct text patch = text_new(arena, 0);
	struct str result;
	struct why why;
	text_add_z(&patch, "{\"in\":{\"a\":1");
	for (int i = 0; i < JSON_PATCH_MEMBERS_MAX; i++)
		text_addf(&patch, ",\"%d\":1", i);
	text_add_z(&patch, "}}");
	assert_int_equal(json_merge_patch(arena, STR("{}"), text_str(&patch), &result, &why), ERROR_INVALID_VALUE);
	assert_non_null(strstr(why.text, "4096"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patches_as_the_rfc_shows),
		cmocka_unit_test(refuses_what_is_no_patch),
		cmocka_unit_test(refuses_a_patch_of_very_many_members),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

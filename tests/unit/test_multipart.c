/* http/multipart.h: forms with files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tables.h"
#include "base/text.h"
#include "http/multipart.h"

#define TYPE STR("multipart/form-data; boundary=xyz")

static void assert_value(const struct multipart *form, const char *name, const char *expected)
{
	struct str value = multipart_value(form, name);
	assert_int_equal(value.n, strlen(expected));
	assert_memory_equal(value.p, expected, value.n);
}

static void reads_fields_and_files(void **state)
{
	struct multipart form;
	(void)state;
	struct str body = STR("before\r\n--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--xyz\r\n"
			      "content-type: text/plain\r\nCONTENT-DISPOSITION: form-data; filename=\"f;g\"; name=file\r\n\r\n"
			      "two\r\n--xy\r\n\r\n\r\n--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--xyz--\r\nafter");
	assert_int_equal(multipart_parse(STR("Multipart/Form-Data; charset=utf-8; boundary=\"xyz\""), body, &form, NULL), OK);
	assert_int_equal(form.n, 3);
	assert_value(&form, "a", "one");
	assert_value(&form, "file", "two\r\n--xy\r\n\r\n");
	assert_null(multipart_value(&form, "b").p);
}

static void refuses_what_is_no_form(void **state)
{
	static const char *const bodies[] = { "", "--xyz", "--xyz\r\n", "--xyz\r\n\r\n", "junk", "--xyz\r\n\r\na\r\n--xyz--",
		"--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none",
		"--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--xyz",
		"--xyz\r\nContent-Disposition: form-data; name=\"\"\r\n\r\none\r\n--xyz--",
		"--xyz\r\nContent-Disposition: form-data\r\n\r\none\r\n--xyz--",
		"--xyzContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--xyz--" };
	static const char *const types[] = { "multipart/form-data", "multipart/form-data; boundary=",
		"multipart/form-data; boundary=\"\"", "multipart/form-data; boundary" };
	struct multipart form = { .n = 7 };
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++)
		assert_int_equal(multipart_parse(TYPE, str_from(bodies[i]), &form, NULL), ERROR_INVALID_REQUEST);
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		assert_int_equal(multipart_parse(str_from(types[i]), STR("--xyz--"), &form, NULL), ERROR_INVALID_REQUEST);
	assert_int_equal(multipart_parse(STR("text/plain; boundary=xyz"), STR("--xyz--"), &form, NULL),
			 ERROR_UNSUPPORTED_MEDIA_TYPE);
	assert_int_equal(multipart_parse(STR(""), STR(""), &form, NULL), ERROR_UNSUPPORTED_MEDIA_TYPE);
	assert_int_equal(form.n, 7);
}

static void refuses_very_many_parts(void **state)
{
	ARENA_SCOPED arena = arena_new(0);
	struct text text = text_new(arena, 0);
	struct multipart form;
	(void)state;
	for (int i = 0; i <= MULTIPART_PARTS_MAX; i++)
		text_add_z(&text, "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n");
	text_add_z(&text, "--xyz--");
	assert_int_equal(multipart_parse(TYPE, text_str(&text), &form, NULL), ERROR_INVALID_REQUEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_fields_and_files),
		cmocka_unit_test(refuses_what_is_no_form),
		cmocka_unit_test(refuses_very_many_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* json/cutter.h: large exports in pieces. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/failpoint.h"
#include "base/limits.h"
#include "base/tables.h"
#include "base/text.h"
#include "json/cutter.h"

static const char *const streamed[] = { "users", "clients", "roles.realm", NULL };

static int set_up(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static void assert_text(struct str s, const char *expected)
{
	assert_int_equal(s.n, strlen(expected));
	assert_memory_equal(s.p, expected, s.n);
}

/* The items as one text: "<0", "name=raw", "name[3]=raw", ">0", "end", each with ';'. */
static void add_item(struct text *out, const struct json_cut_item *item)
{
	unsigned long long index = item->index;
	switch (item->kind) {
	case JSON_CUT_MORE: break;
	case JSON_CUT_OBJECT_BEGIN: text_addf(out, "<%llu;", index); break;
	case JSON_CUT_OBJECT_END: text_addf(out, ">%llu;", index); break;
	case JSON_CUT_MEMBER:
		text_addf(out, "%.*s=%.*s;", STR_ARG(item->name), STR_ARG(item->raw));
		break;
	case JSON_CUT_ELEMENT:
		text_addf(out, "%.*s[%llu]=%.*s;", STR_ARG(item->name), index, STR_ARG(item->raw));
		break;
	case JSON_CUT_END: text_add_z(out, "end"); break;
	}
}

/* Feeds `json` in chunks of `chunk` bytes. */
static enum error_code cut(struct arena *arena, const struct json_cutter_options *options,
			   struct str json, size_t chunk, struct str *ret_items, struct why *why)
{
	struct json_cutter *cutter = json_cutter_new(options);
	struct text out = text_new(arena, 0);
	struct json_cut_item item = { .kind = JSON_CUT_MORE };
	enum error_code error = OK;
	while (!error && item.kind != JSON_CUT_END) {
		error = json_cutter_next(cutter, &item, why);
		if (error || item.kind != JSON_CUT_MORE) {
			if (!error)
				add_item(&out, &item);
			continue;
		}
		if (json.n)
			error = json_cutter_feed(cutter, str_take(json, chunk), why);
		else
			json_cutter_finish(cutter);
		json = str_drop(json, chunk);
	}
	if (error) { /* it stays */
		struct why again = { "" };
		assert_int_equal(json_cutter_next(cutter, &item, &again), error);
		assert_string_equal(again.text, why->text);
		assert_int_equal(json_cutter_feed(cutter, STR(" "), NULL), error);
	} else {
		assert_int_equal(json_cutter_next(cutter, &item, why), OK);
		assert_int_equal(item.kind, JSON_CUT_END);
	}
	json_cutter_free(cutter);
	*ret_items = text_str(&out);
	return error;
}

/* In chunks of every size: always the same. */
static void assert_cut(struct arena *arena, const char *json, const char *expected)
{
	const struct json_cutter_options options = { .streamed = streamed };
	for (size_t chunk = 1; chunk <= strlen(json) + 1; chunk++) {
		struct str items;
		struct why why = { "" };
		assert_int_equal(cut(arena, &options, str_from(json), chunk, &items, &why), OK);
		assert_text(items, expected);
	}
}

static void assert_fails(struct arena *arena, const char *json, const char *expected_why)
{
	const struct json_cutter_options options = { .streamed = streamed };
	for (size_t chunk = 1; chunk <= strlen(json) + 1; chunk++) {
		struct str items;
		struct why why = { "" };
		assert_int_equal(cut(arena, &options, str_from(json), chunk, &items, &why),
				 ERROR_BAD_JSON);
		if (expected_why)
			assert_string_equal(why.text, expected_why);
		else
			assert_true(str_starts(str_from(why.text), STR("line 1, byte ")));
	}
}

static void a_realm_is_cut_into_members_and_elements(void **state)
{
	assert_cut(*state, "{}", "<0;>0;end");
	assert_cut(*state, " {\"id\" : \"x\\\"}\" , \"n\":1,\n\"users\":[ {\"a\":[1]} , 2,\"]\" ] } ",
		   "<0;id=\"x\\\"}\";n=1;users[0]={\"a\":[1]};users[1]=2;users[2]=\"]\";>0;end");
	assert_cut(*state, "{\"users\":[],\"clients\":[[]],\"other\":[1,2]}",
		   "<0;clients[0]=[];other=[1,2];>0;end");
	assert_cut(*state, "{\"n\\u0061me\":true,\"b\":-1.5e3 ,\"c\":null}",
		   "<0;name=true;b=-1.5e3;c=null;>0;end");
}

static void a_member_with_a_dot_is_walked_one_level_down(void **state)
{
	assert_cut(*state, "{\"roles\":{\"realm\":[{},{}],\"client\":{\"a\":[]}},\"x\":{\"realm\":[1]}}",
		   "<0;roles.realm[0]={};roles.realm[1]={};roles.client={\"a\":[]};x={\"realm\":[1]};>0;end");
	assert_cut(*state, "{\"roles\":{},\"realm\":[1]}", "<0;realm=[1];>0;end");
	/* A name that has the dot itself is another one. */
	assert_cut(*state, "{\"roles.realm\":[1],\"roles\":{\"users\":[1]}}",
		   "<0;roles.realm=[1];roles.users=[1];>0;end");
}

static void values_of_another_kind_come_whole(void **state)
{
	assert_cut(*state, "{\"users\":null,\"clients\":{\"a\":1},\"roles\":[{\"realm\":[1]}]}",
		   "<0;users=null;clients={\"a\":1};roles=[{\"realm\":[1]}];>0;end");
	assert_cut(*state, "{\"roles\":{\"realm\":{\"a\":1}}}", "<0;roles.realm={\"a\":1};>0;end");
}

static void several_realms_come_one_after_another(void **state)
{
	assert_cut(*state, "[]", "end");
	assert_cut(*state, " [ {\"a\":1} , {\"a\":2,\"users\":[3]} ] ",
		   "<0;a=1;>0;<1;a=2;users[0]=3;>1;end");
}

static void broken_input_is_refused_wherever_it_is_cut(void **state)
{
	static const char *const broken[] = {
		"", " ", "1", "\"x\"", "null", "[1]", "[{}", "[{},]", "[,{}]", "[{} {}]", "[{}]]", "{", "{\"a\"",
		"{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\":,}", "{\"a\" 1}", "{\"a\":1 \"b\":2}",
		"{\"a\":tru}", "{\"a\":nulll}", "{\"a\":01}", "{\"a\":1}x", "{}{}", "{\"a\":[1,]}", "{\"a\":[1}",
		"{\"a\":{\"b\"}}", "{\"a\":[}]}", "{a:1}", "{1:2}", "{\"a\":\"\\x\"}", "{\"a\":\"\xff\"}",
		"{\"\\u0000\":1}", "{\"\\ud800\":1}", "{\"a\":1e999999}", "{\"users\":[1,]}", "{\"users\":[,1]}",
		"{\"users\":[1 2]}", "{\"users\":[1", "{\"users\":[", "{\"users\":[{}},", "{\"users\":[1}}",
		"{\"users\":[tru]}", "{\"users\":[\"a", "{\"roles\":{\"realm\":[1]}", "{\"roles\":{,}}", "{\"a\":\"b}",
		"{\"roles\":{\"realm\":[{}]]}}", "{\"a\":1}}", "\xef\xbb\xbf{}", "{\"a\":\"\t\"}", "{\"a\":+1}",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(broken); i++)
		assert_fails(*state, broken[i], NULL);
}

static void errors_say_line_and_byte(void **state)
{
	assert_fails(*state, "{\n\"a\":[1,\n x]}", "line 3, byte 11: expected a value");
	assert_fails(*state, "{\n\"users\":[\n{},\n{\"a\":1,}]}", "line 4, byte 23: expected a member's name");
	assert_fails(*state, "{\"users\":[{\"a\":1},{\"b\"", "line 1, byte 22: the input ends too early");
	assert_fails(*state, "{\"a\":1,\n\"a\":2}", "line 2, byte 8: a name that stands twice in one object");
	assert_fails(*state, "{\"roles\":{\"x\":1,\"\\u0078\":2}}",
		     "line 1, byte 16: a name that stands twice in one object");
	const struct json_cutter_options options = { .streamed = streamed };
	struct json_cutter *cutter = json_cutter_new(&options);
	struct json_cut_item item = { .kind = JSON_CUT_MORE };
	assert_int_equal(json_cutter_feed(cutter, STR("{\n\n \"users\": [1,\n  {}]}"), NULL), OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(json_cutter_next(cutter, &item, NULL), OK);
	assert_int_equal(item.kind, JSON_CUT_ELEMENT);
	assert_int_equal(item.index, 1);
	assert_int_equal(item.line, 4);
	assert_int_equal(item.offset, 19);
	assert_int_equal(json_cutter_taken(cutter), 23);
	json_cutter_free(cutter);
}

static struct str repeated(struct arena *arena, const char *before, const char *piece, size_t n,
			   const char *after)
{
	struct text text = text_new(arena, 0);
	text_add_z(&text, before);
	for (size_t i = 0; i < n; i++)
		text_add_z(&text, piece);
	text_add_z(&text, after);
	return text_str(&text);
}

static void deep_nesting_is_refused(void **state)
{
	const struct json_cutter_options options = { .streamed = streamed };
	const char *heads[] = { "{\"a\":", "{\"users\":[", "{\"roles\":{\"realm\":[{\"a\":", "", "[" };
	const char *pieces[] = { "[", "{\"a\":" };
	for (size_t i = 0; i < ARRAY_LENGTH(heads) * ARRAY_LENGTH(pieces); i++) {
		struct str items, json = repeated(*state, heads[i / 2], pieces[i % 2], 10000, "");
		struct why why = { "" };
		assert_int_equal(cut(*state, &options, json, 4096, &items, &why), ERROR_BAD_JSON);
	}
	struct str open = repeated(*state, "{\"a\":", "[", LIMIT_JSON_DEPTH, ""), items;
	struct str json = repeated(*state, open.p, "]", LIMIT_JSON_DEPTH, "}");
	struct why why = { "" };
	assert_int_equal(cut(*state, &options, json, 7, &items, &why), OK);
	open = repeated(*state, "{\"a\":", "[", LIMIT_JSON_DEPTH + 1, "");
	json = repeated(*state, open.p, "]", LIMIT_JSON_DEPTH + 1, "}");
	assert_int_equal(cut(*state, &options, json, 7, &items, &why), ERROR_BAD_JSON);
	assert_non_null(strstr(why.text, "nested too deeply"));
}

static void limits_hold(void **state)
{
	const struct json_cutter_options options = {
		.streamed = streamed, .member_limit = 10, .element_limit = 5, .total_limit = 60,
	};
#define OVER(byte, name, limit) \
	ERROR_TOO_LARGE, "line 1, byte " byte ": a value in \"" name "\" is larger than " limit " bytes"
#define BLANKS "                                                     " /* 53 */
	static const struct {
		const char *json;
		enum error_code error;
		const char *why;
	} cases[] = {
		{ "{\"a\":\"12345678\"}", OK, "" },
		{ "{\"a\":\"123456789\"}", OVER("5", "a", "10") },
		{ "{\"a\":[1,2,3,4,5,6]}", OVER("5", "a", "10") },
		{ "{\"users\":[\"123\"]}", OK, "" },
		{ "{\"users\":[1,\"1234\"]}", OVER("12", "users", "5") },
		{ "{\"roles\":{\"realm\":[123456]}}", OVER("19", "roles.realm", "5") },
		{ "{\"a\":1}" BLANKS, OK, "" },
		{ "{\"a\":1} " BLANKS, ERROR_TOO_LARGE, "the input is larger than 60 bytes" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		for (size_t chunk = 1; chunk < 70; chunk++) {
			struct str items;
			struct why why = { "" };
			assert_int_equal(cut(*state, &options, str_from(cases[i].json), chunk, &items, &why),
					 cases[i].error);
			assert_string_equal(why.text, cases[i].why);
		}
	const struct json_cutter_options roomy = { .streamed = NULL };
	struct str items, long_name = repeated(*state, "{\"", "n", 1024, "\":1}");
	struct why why = { "" };
	assert_int_equal(cut(*state, &roomy, long_name, 100, &items, &why), OK);
	long_name = repeated(*state, "{\"", "n", 1025, "\":1}");
	assert_int_equal(cut(*state, &roomy, long_name, 100, &items, &why), ERROR_BAD_JSON);
	assert_string_equal(why.text, "line 1, byte 1: a name of more than 1024 bytes");
	long_name = repeated(*state, "{\"", "n", 100000, "");
	assert_int_equal(cut(*state, &roomy, long_name, 1000, &items, &why), ERROR_BAD_JSON);
	assert_string_equal(why.text, "line 1, byte 1: a name of more than 1024 bytes");
}

static void many_members_are_refused(void **state)
{
	const struct json_cutter_options options = { .streamed = streamed };
	struct text json = text_new(*state, 0);
	for (int i = 0; i < 10000; i++)
		text_addf(&json, "%c\"%d\":0", i ? ',' : '{', i);
	struct str items, all = arena_str(*state, text_str(&json));
	struct why why = { "" };
	assert_int_equal(cut(*state, &options, arena_join(*state, all, STR("}"), STR("")), 5000, &items,
			     &why), OK);
	assert_int_equal(cut(*state, &options, arena_join(*state, all, STR(",\"x\":0}"), STR("")), 5000,
			     &items, &why), ERROR_BAD_JSON);
	assert_non_null(strstr(why.text, "more than 10000 members"));
}

static void a_descriptor_is_read_to_its_end(void **state)
{
	/* Larger than the buffer, with one member that is larger than the buffer as well. */
	FILE *file = tmpfile();
	assert_non_null(file);
	struct str big = repeated(*state, "\"", "0123456789", 100000, "\"");
	fprintf(file, "{\"big\":%s,\"users\":[", big.p);
	for (int i = 0; i < 50000; i++)
		fprintf(file, "%s{\"username\":\"user%d\"}", i ? ",\n" : "", i);
	fprintf(file, "],\"last\":1}\n");
	assert_int_equal(fflush(file), 0);
	long size = ftell(file);
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	const struct json_cutter_options options = { .streamed = streamed };
	struct json_cutter *cutter = json_cutter_new_fd(&options, fileno(file));
	struct json_cut_item item = { .kind = JSON_CUT_MORE };
	struct why why = { "" };
	int users = 0;
	while (item.kind != JSON_CUT_END) {
		assert_int_equal(json_cutter_next(cutter, &item, &why), OK);
		if (item.kind == JSON_CUT_MEMBER && str_eq_z(item.name, "big"))
			assert_true(str_eq(item.raw, big));
		if (item.kind != JSON_CUT_ELEMENT)
			continue;
		char expected[64];
		snprintf(expected, sizeof expected, "{\"username\":\"user%d\"}", users);
		assert_int_equal(item.index, users);
		assert_int_equal(item.line, users + 1);
		assert_text(item.raw, expected);
		users++;
	}
	assert_int_equal(users, 50000);
	assert_int_equal(json_cutter_taken(cutter), size);
	json_cutter_free(cutter);
	fclose(file);
}

static void a_descriptor_that_cannot_be_read_is_an_error(void **state)
{
	(void)state;
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	const struct json_cutter_options options = { .streamed = NULL };
	struct json_cutter *cutter = json_cutter_new_fd(&options, fd);
	struct json_cut_item item = { .kind = JSON_CUT_MEMBER };
	struct why why = { "" };
	assert_int_equal(json_cutter_next(cutter, &item, &why), ERROR_FILE_FAILED);
	assert_string_equal(why.text, "reading at byte 0: Is a directory");
	assert_int_equal(item.kind, JSON_CUT_MEMBER);
	json_cutter_free(cutter);
	json_cutter_free(NULL);
	close(fd);
}

#ifdef CURFEW_TEST_BUILD
static void memory_that_is_not_there_is_an_error(void **state)
{
	struct json_cut_item item;
	struct why why = { "" };
	const struct json_cutter_options options = { .streamed = streamed };
	failpoint_set("json.cutter.room=error:1");
	struct json_cutter *cutter = json_cutter_new(&options);
	assert_int_equal(json_cutter_feed(cutter, STR("{}"), &why), ERROR_BUSY);
	assert_string_equal(why.text, "no memory for 262144 bytes of input");
	assert_int_equal(json_cutter_next(cutter, &item, &why), ERROR_BUSY);
	json_cutter_free(cutter);
	FILE *file = tmpfile();
	assert_non_null(file);
	failpoint_set("json.cutter.room=error:1");
	cutter = json_cutter_new_fd(&options, fileno(file));
	assert_int_equal(json_cutter_next(cutter, &item, &why), ERROR_BUSY);
	json_cutter_free(cutter);
	failpoint_set("");
	/* The descriptor's bytes are counted as they come. */
	struct str blanks = repeated(*state, "{}", " ", 2000, "");
	assert_int_equal(fwrite(blanks.p, 1, blanks.n, file), blanks.n);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	const struct json_cutter_options few = { .total_limit = 1000 };
	cutter = json_cutter_new_fd(&few, fileno(file));
	assert_int_equal(json_cutter_next(cutter, &item, &why), ERROR_TOO_LARGE);
	json_cutter_free(cutter);
	fclose(file);
}
#endif

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_realm_is_cut_into_members_and_elements),
		T(a_member_with_a_dot_is_walked_one_level_down),
		T(values_of_another_kind_come_whole),
		T(several_realms_come_one_after_another),
		T(broken_input_is_refused_wherever_it_is_cut),
		T(errors_say_line_and_byte),
		T(deep_nesting_is_refused),
		T(limits_hold),
		T(many_members_are_refused),
		T(a_descriptor_is_read_to_its_end),
		T(a_descriptor_that_cannot_be_read_is_an_error),
#ifdef CURFEW_TEST_BUILD
		T(memory_that_is_not_there_is_an_error),
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

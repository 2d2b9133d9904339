/* json/tree.h: claims by path, and JSON of unknown shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/tables.h"
#include "json/tree.h"
#include "json/where.h"

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

static void assert_tree(struct arena *arena, const struct json_node *node, const char *expected)
{
	assert_text(json_tree_text(arena, node), expected);
}

static struct json_node *tree_of(struct arena *arena, const char *json)
{
	struct json_node *node = NULL;
	struct why why;
	assert_int_equal(json_tree_read(arena, str_from(json), &node, &why), OK);
	return node;
}

static void paths_split_as_keycloak_splits_claim_names(void **state)
{
	static const struct {
		const char *path, *pieces; /* joined by '|' */
	} cases[] = {
		{ "a", "a" }, { "a.b", "a|b" }, { "realm_access.roles", "realm_access|roles" },
		{ "a\\.b", "a.b" }, { "a\\.b.c", "a.b|c" }, { "a.b\\.c.d", "a|b.c|d" },
		{ "a\\\\.b", "a\\|b" }, { "\\a", "a" }, { "a\\", "a\\" }, { "a..b", "a|.b" },
		{ ".a", ".a" }, { ".a.b", ".a.b" }, { "a.", "a" }, { ".", "." }, { "", "" },
		{ "https://example\\.org/groups", "https://example.org/groups" },
		{ "resource_access.${client_id}.roles", "resource_access|${client_id}|roles" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text joined = text_new(*state, 0);
		struct str rest = str_from(cases[i].path), piece;
		while (json_path_next(*state, &rest, &piece)) {
			if (joined.n)
				text_add_char(&joined, '|');
			text_add(&joined, piece);
		}
		assert_text(text_str(&joined), cases[i].pieces);
	}
}

static void claims_are_set_at_paths_in_order(void **state)
{
	struct json_node *claims = json_node_object(*state);
	const struct str roles[] = { STR_INIT("manager"), STR_INIT("auditor") };
	assert_true(json_tree_set_text(claims, STR("iss"), STR("http://op/realms/x")));
	assert_true(json_tree_set_int(claims, STR("exp"), 1795253095));
	assert_true(json_tree_set_texts(claims, STR("realm_access.roles"), roles, 2));
	assert_true(json_tree_set_bool(claims, STR("email_verified"), false));
	assert_true(json_tree_set_raw(claims, STR("realm_access.more.raw"), STR("{\"a\":0.50}")));
	assert_true(json_tree_set_text(claims, STR("a\\.b.c"), STR("\"")));
	assert_true(json_tree_set(claims, STR("nothing"), json_node_null(*state)));
	assert_true(json_tree_set_int(claims, STR("iss"), 1)); /* in its old place */
	assert_tree(*state, claims,
		    "{\"iss\":1,\"exp\":1795253095,\"realm_access\":{\"roles\":[\"manager\",\"auditor\"],"
		    "\"more\":{\"raw\":{\"a\":0.50}}},\"email_verified\":false,\"a.b\":{\"c\":\"\\\"\"},"
		    "\"nothing\":null}");
	assert_text(json_tree_get_text(claims, STR("a\\.b.c")), "\"");
	assert_true(json_tree_has_text(claims, STR("realm_access.roles"), STR("auditor")));
	assert_false(json_tree_has_text(claims, STR("realm_access.roles"), STR("other")));
	json_tree_delete(claims, STR("realm_access.more.raw"));
	json_tree_delete(claims, STR("realm_access.roles"));
	json_tree_delete(claims, STR("iss"));
	json_tree_delete(claims, STR("no.such.thing"));
	json_tree_delete(claims, STR("exp.deeper"));
	assert_true(json_tree_set_int(claims, STR("last"), 2));
	assert_tree(*state, claims,
		    "{\"exp\":1795253095,\"realm_access\":{\"more\":{}},\"email_verified\":false,"
		    "\"a.b\":{\"c\":\"\\\"\"},\"nothing\":null,\"last\":2}");
}

static void a_claim_never_replaces_what_is_no_object_on_its_way(void **state)
{
	struct json_node *claims = tree_of(*state, "{\"sub\":\"x\",\"list\":[1],\"raw\":1.5}");
	assert_false(json_tree_set_text(claims, STR("sub.name"), STR("y")));
	assert_false(json_tree_set_text(claims, STR("list.a.b"), STR("y")));
	assert_false(json_tree_set_text(claims, STR("raw.a"), STR("y")));
	assert_false(json_tree_set_text(claims, STR(""), STR("y")));
	assert_false(json_tree_set_text(json_node_list(*state), STR("a"), STR("y")));
	struct json_node *text = json_node_text(*state, STR("t"));
	assert_false(json_tree_set_text(text, STR("a.b"), STR("y")) || text->n);
	struct text deep = text_new(*state, 0);
	for (int i = 0; i <= LIMIT_JSON_DEPTH; i++)
		text_add_z(&deep, "a.");
	assert_false(json_tree_set_text(claims, text_str(&deep), STR("y")));
	assert_tree(*state, claims, "{\"sub\":\"x\",\"list\":[1],\"raw\":1.5}");
}

static void lists_are_merged_without_doubles(void **state)
{
	struct json_node *claims = tree_of(*state, "{\"aud\":\"me\",\"mixed\":[1,\"a\",\"a\"],\"n\":5}");
	const struct str more[] = { STR_INIT("me"), STR_INIT("a"), STR_INIT("you"), STR_INIT("you") };
	assert_true(json_tree_merge_texts(claims, STR("aud"), more, 4));
	assert_true(json_tree_merge_texts(claims, STR("mixed"), more, 4));
	assert_true(json_tree_merge_texts(claims, STR("new.list"), more, 4));
	assert_false(json_tree_merge_texts(claims, STR("n"), more, 4));
	assert_false(json_tree_merge_texts(claims, STR("n.x"), more, 4));
	assert_tree(*state, claims,
		    "{\"aud\":[\"me\",\"a\",\"you\"],\"mixed\":[1,\"a\",\"a\",\"me\",\"you\"],\"n\":5,"
		    "\"new\":{\"list\":[\"me\",\"a\",\"you\"]}}");
	assert_true(json_tree_has_text(claims, STR("aud"), STR("you")));
}

static void texts_are_read_into_trees_and_come_back(void **state)
{
	static const char *const texts[] = {
		"{}", "[]", "null", "true", "\"\"", "-7", "1.50", "1E5", "[[],{},[{}]]",
		"{\"a\":{\"b\":[1,2.0,\"x\",true,false,null]},\"\":\"\xc3\xa9\",\"c\":\"\\\\\\\"\\n\"}",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_tree(*state, tree_of(*state, texts[i]), texts[i]);
	char json[] = " { \"n\\u0061me\" : \"\\u00e9\\ud83d\\udd11\\/\\b\" , \"i\" : [ 3 ] } ";
	struct json_node *node = tree_of(*state, json);
	memset(json, 'x', sizeof json); /* nothing is borrowed */
	assert_tree(*state, node, "{\"name\":\"\xc3\xa9\xf0\x9f\x94\x91/\\b\",\"i\":[3]}");
	assert_int_equal(json_tree_get(node, STR("i"))->items[0]->integer, 3);
}

static void questions_about_what_is_not_there_have_no_answer(void **state)
{
	struct json_node *node = tree_of(*state, "{\"t\":\"x\",\"i\":7,\"o\":{\"e\":\"\"},\"l\":[\"y\"]}");
	int64_t value = 3;
	assert_true(json_tree_get_int(node, STR("i"), &value) && value == 7);
	assert_false(json_tree_get_int(node, STR("t"), &value) || value != 7);
	assert_false(json_tree_get_int(node, STR("none"), &value));
	assert_null(json_tree_get(node, STR("")));
	assert_null(json_tree_get(node, STR("t.deeper")));
	assert_null(json_tree_get(node, STR("o.none.at.all")));
	assert_null(json_tree_get_text(node, STR("i")).p);
	assert_non_null(json_tree_get_text(node, STR("o.e")).p);
	assert_true(json_tree_has_text(node, STR("t"), STR("x")));
	assert_true(json_tree_has_text(node, STR("l"), STR("y")));
	assert_false(json_tree_has_text(node, STR("i"), STR("7")));
	assert_null(json_node_find(json_tree_get(node, STR("l")), STR("y")));
	json_node_remove(node, STR("none"));
	assert_int_equal(node->n, 4);
}

static void a_tree_that_is_too_deep_is_not_written(void **state)
{
	struct json_node *node = json_node_list(*state);
	json_node_add(node, node); /* without end */
	assert_int_equal(json_tree_text(*state, node).n, 0);
}

static void a_path_leads_to_line_and_column(void **state)
{
	static const char json[] = "{\n \"a\": [7, {\"b c\": \"text\"},\n  [true]],\n \"\\u0061\\\"]\" : 12.5\n, \"z\":null}";
	static const struct {
		const char *message;
		size_t line, column; /* 0: nothing stands there */
		const char *name;
	} cases[] = {
		{ "$: expected", 1, 2, "" }, { "$.a = [...]: x", 2, 8, "a" }, { "$.a[0] = 7", 2, 9, "" },
		{ "$.a[1][\"b c\"]: y", 2, 20, "b c" }, { "$.a[2][0] = true", 3, 8, "" },
		{ "$[\"a\\\"]\"] = 12.5: unknown field", 4, 20, "a\"]" }, { "$.z", 5, 11, "z" },
		{ "$.b: a required field is absent", 0, 0, "" }, { "$.a[3]", 0, 0, "" }, { "$.a.b", 0, 0, "" },
		{ "$[0]", 0, 0, "" }, { "no path", 0, 0, "" }, { "", 0, 0, "" }, { "...a.b = 1", 0, 0, "" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct json_where where = { 0 };
		bool found = json_where(*state, str_from(json), str_from(cases[i].message), &where);
		if (found != (cases[i].line > 0))
			fail_msg("%s", cases[i].message);
		assert_int_equal(where.line, cases[i].line);
		assert_int_equal(where.column, cases[i].column);
		assert_text(where.name, cases[i].name);
	}
	struct json_where where;
	assert_false(json_where(*state, STR("{\"a\": tru"), STR("$.a"), &where));
	assert_false(json_where(*state, STR("{\"a\": 1, \"b"), STR("$.c"), &where));
	assert_false(json_where(*state, STR(""), STR("$"), &where));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_path_leads_to_line_and_column),
		T(paths_split_as_keycloak_splits_claim_names),
		T(claims_are_set_at_paths_in_order),
		T(a_claim_never_replaces_what_is_no_object_on_its_way),
		T(lists_are_merged_without_doubles),
		T(texts_are_read_into_trees_and_come_back),
		T(questions_about_what_is_not_there_have_no_answer),
		T(a_tree_that_is_too_deep_is_not_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

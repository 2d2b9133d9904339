/* cli/: what the command line means, and how answers are laid out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tables.h"
#include "cli/arguments.h"
#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/help.h"
#include "cli/newest.h"
#include "cli/receipt.h"
#include "cli/resource.h"
#include "cli/setting.h"

/* ---- arguments ---- */

#define WORDS(...)                                                                   \
	(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)), (const char *[]) \
	{                                                                            \
		__VA_ARGS__                                                          \
	}

static struct arguments good(struct arena *arena, size_t n, const char *const *words)
{
	struct arguments arguments;
	struct why why = { "" };
	enum error_code code = arguments_read(arena, n, words, &arguments, &why);
	if (code != OK)
		fail_msg("%s: %s", error_name(code), why.text);
	return arguments;
}

/* The reason has `part` in it. */
static void bad(size_t n, const char *const *words, const char *part)
{
	ARENA_SCOPED arena = arena_new(0);
	struct arguments arguments;
	struct why why = { "" };
	assert_int_equal(arguments_read(arena, n, words, &arguments, &why), ERROR_USAGE);
	if (!strstr(why.text, part))
		fail_msg("\"%s\" is not in: %s", part, why.text);
}

static void verbs_of_one_and_of_two_words(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	assert_string_equal(good(arena, WORDS("events")).verb->name, "events");
	assert_string_equal(good(arena, WORDS("realm", "list")).verb->name, "realm list");
	assert_string_equal(good(arena, WORDS("--version")).verb->name, "version");
	struct arguments one = good(arena, WORDS("signout", "show", "3f2c"));
	assert_string_equal(one.verb->name, "signout show");
	assert_int_equal(one.n, 1);
	assert_true(str_eq_z(one.operands[0], "3f2c"));
}

static void flags_stand_anywhere_behind_the_verb(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	const struct arguments all[] = {
		good(arena, WORDS("signout", "retry", "id", "--realm", "customers", "--json")),
		good(arena, WORDS("signout", "retry", "--json", "-r", "customers", "id")),
		good(arena, WORDS("signout", "retry", "--realm=customers", "id", "--json")),
		good(arena, WORDS("signout", "retry", "-r=customers", "--json", "--", "id")),
		good(arena,
			WORDS("signout", "retry", "-r", "x", "-r", "customers", "--json", "id")),
	};
	for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
		assert_true(all[i].given[FLAG_REALM] && all[i].given[FLAG_JSON]);
		assert_false(all[i].given[FLAG_HELP] || all[i].given[FLAG_DATA]);
		assert_true(str_eq_z(all[i].values[FLAG_REALM], "customers"));
		assert_int_equal(all[i].n, 1);
		assert_true(str_eq_z(all[i].operands[0], "id"));
	}
}

static void ids_may_begin_with_a_dash(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct arguments one =
		good(arena, WORDS("session", "end", "-3QEx7WH8v", "--", "--x", "-r"));
	assert_int_equal(one.n, 3);
	assert_true(str_eq_z(one.operands[0], "-3QEx7WH8v"));
	assert_true(str_eq_z(one.operands[1], "--x"));
	assert_true(str_eq_z(one.operands[2], "-r"));
	assert_true(str_eq_z(good(arena, WORDS("realm", "export", "-")).operands[0], "-"));
}

static void a_mistyped_verb_gets_its_neighbour(void **state)
{
	(void)state;
	bad(WORDS("relm", "list"), "'curfew realm list'");
	bad(WORDS("realm", "lst"), "'curfew realm list'");
	bad(WORDS("signout", "shw"), "'curfew signout show'");
	bad(WORDS("singout", "show", "x"), "'curfew signout show'");
	bad(WORDS("evnts"), "'curfew events'");
	bad(WORDS("server"), "'curfew serve'");
	bad(WORDS("retry"), "'curfew signout retry'");
	bad(WORDS("recover-admn"), "'curfew user recover-admin'");
	bad(WORDS("realm"), "curfew realm --help");
	bad(WORDS("realm", "--json"), "curfew realm --help");
	bad(WORDS("--json", "realm", "list"), "a verb comes first");
	bad(0, NULL, "curfew help");
	bad(WORDS("bogus"), "'bogus' is not a verb; see curfew help");
	bad(WORDS("user", "bogus", "x"), "'user bogus' is not a verb; see curfew help user");
}

static void names_of_keycloak_lead_to_ours(void **state)
{
	(void)state;
	bad(WORDS("start", "--optimized"), "'curfew serve'");
	bad(WORDS("start-dev"), "'curfew serve'");
	bad(WORDS("import", "--file", "x"), "'curfew realm import'");
	bad(WORDS("bootstrap-admin", "user"), "'curfew user recover-admin'");
	ARENA_SCOPED arena = arena_new(0);
	assert_string_equal(good(arena, WORDS("build", "postgres")).verb->name, "build");
}

static void a_wrong_flag_is_refused(void **state)
{
	(void)state;
	bad(WORDS("realm", "list", "--jsn"), "did you mean --json?");
	bad(WORDS("usr"), "did you mean 'curfew user'?");
	bad(WORDS("realm", "list", "--nothing-like-it"), "see curfew realm list --help");
	bad(WORDS("realm", "list", "--realm", "x"), "unknown flag --realm"); /* of other verbs */
	bad(WORDS("realm", "list", "-x"), "unknown flag -x");
	bad(WORDS("realm", "list", "--json=yes"), "--json takes no value");
	bad(WORDS("signout", "list", "--realm"), "--realm needs a value");
	bad(WORDS("signout", "list", "--realm="), "--realm needs a value");
	bad(WORDS("signout", "list", "-r", ""), "--realm needs a value");
	bad(WORDS("version", "--data", "x"), "unknown flag --data");
}

static void operands_are_counted(void **state)
{
	(void)state;
	bad(WORDS("realm", "import"), "it needs FILE...");
	bad(WORDS("realm", "export", "a", "b"), "'b' is one too many");
	bad(WORDS("realm", "list", "x"), "'x' is one too many");
	bad(WORDS("signout", "show", ""), "empty"); /* would be the list of all */
	ARENA_SCOPED arena = arena_new(0);
	assert_int_equal(good(arena, WORDS("realm", "import", "a", "b", "c")).n, 3);
	assert_int_equal(good(arena, WORDS("signout", "show")).n, 0);
}

static void help_comes_whatever_else_is_wrong(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct arguments one = good(arena, WORDS("realm", "import", "--nothing", "-h"));
	assert_true(one.given[FLAG_HELP]);
	assert_string_equal(one.verb->name, "realm import");
	one = good(arena, WORDS("realm", "--help"));
	assert_true(one.given[FLAG_HELP] && !one.verb && str_eq_z(one.group, "realm"));
	one = good(arena, WORDS("--help"));
	assert_true(one.given[FLAG_HELP] && !one.verb && !one.group.n);
	bad(WORDS("nonsense", "--help"), "not a verb");
	one = good(arena, WORDS("session", "end", "--", "--help"));
	assert_false(one.given[FLAG_HELP]);
	/* The flags of `serve` are main's. */
	one = good(arena, WORDS("serve", "--listen", "x", "--whatever"));
	assert_true(one.verb && !one.verb->run && !one.n);
}

static void counts_and_times(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	const struct arguments none = good(arena, WORDS("signout", "list"));
	const int64_t now = 1700000000000;
	int64_t value = 0;
	assert_int_equal(arguments_max(&none, 100, &value, NULL), OK);
	assert_int_equal(value, 100);
	assert_int_equal(arguments_since(&none, now, &value, NULL), OK);
	assert_int_equal(value, 0);
	const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} times[] = {
		{ "0s", now },
		{ "90s", now - 90000 },
		{ "30m", now - 1800000 },
		{ "12h", now - 43200000 },
		{ "7d", now - 604800000 },
		{ "2026-11-21", 1795219200000 },
		{ "2024-02-29", 1709164800000 },
		{ "2026-02-29", -1 },
		{ "2026-13-01", -1 },
		{ "2026-1-1", -1 },
		{ "1969-01-01", -1 },
		{ "-5m", -1 },
		{ "m", -1 },
		{ "5", -1 },
		{ "5w", -1 },
		{ "999999999999d", -1 },
		{ "2026/11/21", -1 },
		{ "yesterday", -1 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
		struct arguments one =
			good(arena, WORDS("signout", "list", "--since", times[i].text));
		value = -1;
		enum error_code code = arguments_since(&one, now, &value, NULL);
		assert_int_equal(code, times[i].ms < 0 ? ERROR_USAGE : OK);
		assert_int_equal(value, times[i].ms);
	}
	const char *counts[] = { "0", "-1", "x", "1000001", "1e3", "99999999999999999999" };
	for (size_t i = 0; i < ARRAY_LENGTH(counts); i++) {
		struct arguments one = good(arena, WORDS("signout", "list", "--max", counts[i]));
		assert_int_equal(arguments_max(&one, 100, &value, NULL), ERROR_USAGE);
	}
	struct arguments most = good(arena, WORDS("signout", "list", "-n", "1000000"));
	assert_int_equal(arguments_max(&most, 100, &value, NULL), OK);
	assert_int_equal(value, 1000000);
}

/* No two flags of one verb may be typed alike, and no verb hides another. */
static void the_tables_are_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < verbs_n; i++) {
		const struct verb *verb = &verbs[i];
		assert_true(verb->least <= verb->most);
		assert_true((verb->flags & FLAG(HELP)) || !verb->run);
		struct str name = str_from(verb->name), piece;
		const char *words[2] = { NULL, NULL };
		ARENA_SCOPED arena = arena_new(0);
		size_t n = 0, taken;
		while (str_next(&name, ' ', &piece))
			words[n++] = arena_z(arena, piece);
		assert_ptr_equal(arguments_verb(words, n, &taken), verb);
		assert_int_equal(taken, n);
		for (size_t a = 0; a < FLAG_COUNT; a++)
			for (size_t b = 0; b < a; b++) {
				bool both = (verb->flags & (UINT64_C(1) << a)) &&
					(verb->flags & (UINT64_C(1) << b));
				assert_string_not_equal(flag_rows[a].name, flag_rows[b].name);
				if (both && flag_rows[a].letter)
					assert_int_not_equal(
						flag_rows[a].letter, flag_rows[b].letter);
			}
	}
}

static void help_names_every_verb_and_flag(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct str all = help_verbs(arena, STR("")), group = help_verbs(arena, STR("user"));
	for (size_t i = 0; i < verbs_n; i++) {
		struct str line = arena_format(arena, "\n  %s", verbs[i].name);
		struct str kind = arena_format(
			arena, "\n  %s ", verbs[i].resource ? verbs[i].resource->word : verbs[i].name);
		assert_true(str_contains(all, kind));
		assert_int_equal(str_contains(group, line),
			str_starts(str_from(verbs[i].name), STR("user ")));
		struct str help = help_verb(arena, &verbs[i]);
		for (size_t f = 0; f < FLAG_COUNT; f++) {
			const char letter[] = { '-', flag_rows[f].letter, ',', 0 };
			struct str flag = arena_format(arena, "\n  %s --%s ",
				flag_rows[f].letter ? letter : "   ", flag_rows[f].name);
			assert_int_equal(str_contains(help, flag), (verbs[i].flags >> f) & 1);
		}
	}
}

/* Words as a shell would cut the example: quotes hold blanks together and go away. */
static size_t shell_words(struct arena *arena, const char *text, const char **words, size_t most)
{
	size_t n = 0;
	while (*text) {
		char *word = arena_z(arena, str_from(text)), quote = 0;
		size_t length = 0;
		for (; *text && (quote || *text != ' '); text++) {
			if (*text == quote)
				quote = 0;
			else if (!quote && *text == '\'')
				quote = *text;
			else
				word[length++] = *text;
		}
		word[length] = 0;
		while (*text == ' ')
			text++;
		assert_true(n < most);
		words[n++] = word;
	}
	return n;
}

static void every_verb_has_an_example_that_is_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < verbs_n; i++) {
		ARENA_SCOPED arena = arena_new(0);
		const char *words[32];
		struct str line = arena_format(
			arena, "%s %s", verbs[i].name, arguments_example(&verbs[i]));
		size_t n = shell_words(arena, line.p, words, 32);
		assert_ptr_equal(good(arena, n, words).verb, &verbs[i]);
		assert_true(arguments_example(&verbs[i])[0] || !verbs[i].least);
	}
}

/* ---- what is sent ---- */

static void values_are_what_they_look_like(void **state)
{
	(void)state;
	static const struct {
		size_t resource;
		const char *before, *typed, *after;
	} cases[] = {
		{ RESOURCE_CLIENT, "{}", "name=x", "{\"name\":\"x\"}" },
		{ RESOURCE_CLIENT, "{}", "enabled=true", "{\"enabled\":true}" },
		{ RESOURCE_CLIENT, "{}", "x=12", "{\"x\":12}" },
		{ RESOURCE_CLIENT, "{}", "x=012", "{\"x\":\"012\"}" },
		{ RESOURCE_CLIENT, "{}", "clientId=12", "{\"clientId\":\"12\"}" },
		{ RESOURCE_CLIENT, "{\"x\":\"y\"}", "x=12", "{\"x\":\"12\"}" },
		{ RESOURCE_CLIENT, "{}", "x=a=b", "{\"x\":\"a=b\"}" },
		{ RESOURCE_CLIENT, "{}", "x=\"12\"", "{\"x\":\"12\"}" },
		{ RESOURCE_CLIENT, "{}", "x=[1,\"b\"]", "{\"x\":[1,\"b\"]}" },
		{ RESOURCE_CLIENT, "{}", "attributes.x=1", "{\"attributes\":{\"x\":\"1\"}}" },
		{ RESOURCE_CLIENT, "{}", "attributes.\"a.b\"=true",
			"{\"attributes\":{\"a.b\":\"true\"}}" },
		{ RESOURCE_USER, "{}", "attributes.x=1", "{\"attributes\":{\"x\":[\"1\"]}}" },
		{ RESOURCE_USER, "{\"attributes\":{\"x\":[\"1\"]}}", "attributes.x+=2",
			"{\"attributes\":{\"x\":[\"1\",\"2\"]}}" },
		{ RESOURCE_USER, "{}", "attributes.x+=[\"1\",\"2\"]",
			"{\"attributes\":{\"x\":[\"1\",\"2\"]}}" },
		{ RESOURCE_CLIENT, "{\"l\":[\"a\"]}", "l=b", "{\"l\":[\"b\"]}" },
		{ RESOURCE_CLIENT, "{\"l\":[\"a\"]}", "l=", "{\"l\":[]}" },
		{ RESOURCE_CLIENT, "{\"t\":\"a\"}", "t=", "{\"t\":\"\"}" },
		{ RESOURCE_CLIENT, "{}", "attributes.x=", "{\"attributes\":{\"x\":\"\"}}" },
		{ RESOURCE_COMPONENT, "{}", "config.x=", "{\"config\":{\"x\":[]}}" },
		{ RESOURCE_USER, "{\"attributes\":{\"x\":[\"1\"],\"y\":[\"2\"]}}", "attributes.x=",
			"{\"attributes\":{\"y\":[\"2\"]}}" },
		{ RESOURCE_USER, "{}", "attributes.x=", "{}" },
		{ RESOURCE_CLIENT, "{\"o\":{\"a\":1}}", "o.b=2", "{\"o\":{\"a\":1,\"b\":2}}" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		ARENA_SCOPED arena = arena_new(0);
		struct json_node *object = NULL;
		struct why why = { "" };
		assert_int_equal(
			json_tree_read(arena, str_from(cases[i].before), &object, NULL), OK);
		if (setting_apply(arena, &resources[cases[i].resource], object,
			    str_from(cases[i].typed), &why) != OK)
			fail_msg("%s: %s", cases[i].typed, why.text);
		assert_string_equal(json_tree_text(arena, object).p, cases[i].after);
	}
}

static void what_is_no_setting_is_refused(void **state)
{
	(void)state;
	static const char *const cases[] = { "", "x", "=x", "+=x", "x+=", "a..b=1", ".a=1", "a.=1",
		"\"a=1", "a\"b\"=1", "x=[1", "x={]", "t.x=1", "t.x.y=1" };
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		ARENA_SCOPED arena = arena_new(0);
		struct json_node *object = NULL;
		struct why why = { "" };
		assert_int_equal(json_tree_read(arena, STR("{\"t\":\"a\"}"), &object, NULL), OK);
		assert_int_equal(setting_apply(arena, &resources[RESOURCE_USER], object,
					 str_from(cases[i]), &why),
			ERROR_USAGE);
		assert_true(why.text[0]);
		assert_string_equal(json_tree_text(arena, object).p, "{\"t\":\"a\"}");
	}
}

static void files_go_over_what_is_there(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct json_node *object = NULL, *from = NULL;
	assert_int_equal(json_tree_read(arena,
				 STR("{\"a\":1,\"o\":{\"x\":1,\"y\":2},\"l\":[1]}"), &object,
				 NULL),
		OK);
	assert_int_equal(
		json_tree_read(arena, STR("{\"o\":{\"y\":3},\"l\":[],\"n\":null}"), &from, NULL),
		OK);
	setting_merge(object, from);
	assert_string_equal(json_tree_text(arena, object).p,
		"{\"a\":1,\"o\":{\"x\":1,\"y\":3},\"l\":[],\"n\":null}");
}

/* ---- paths ---- */

static void paths_are_encoded(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct str path =
		ask_path(arena, "/admin/realms/{}/users/{}/x", STR("a/b ?"), STR("\xc3\xa9&"));
	assert_true(str_eq_z(path, "/admin/realms/a%2Fb%20%3F/users/%C3%A9%26/x"));
	path = ask_with(arena, STR("/a"), "max", STR("5"));
	assert_true(str_eq_z(path, "/a?max=5"));
	path = ask_with(arena, path, "user", STR("a&b=c"));
	assert_true(str_eq_z(path, "/a?max=5&user=a%26b%3Dc"));
	assert_true(str_eq_z(ask_with(arena, path, "client", STR("")), "/a?max=5&user=a%26b%3Dc"));
}

/* ---- tables ---- */

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct grid grid = grid_new(arena, (const char *[]){ "NAME", "N", "WHY", NULL });
	assert_int_equal(grid_rows(&grid), 0);
	grid_add(&grid, STR("\xc3\xa9t\xc3\xa9-and-more")); /* 12 characters of 14 bytes */
	grid_add_int(&grid, 12345);
	grid_add(&grid, STR("because"));
	grid_add(&grid, STR(""));
	grid_add_time(&grid, 0);
	grid_add(&grid, STR(""));
	assert_int_equal(grid_rows(&grid), 2);
	assert_string_equal(grid_text(&grid, 1).p,
		" NAME          N      WHY\n"
		" \xc3\xa9t\xc3\xa9-and-more  12345  because\n"
		" -             -      -\n");
}

static void a_cell_obeys_nobody(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct grid grid = grid_new(arena, (const char *[]){ "A", NULL });
	grid_add(&grid,
		STR("\033[2J\nx\xc2\x9b"
		    "31m\xff"));
	assert_string_equal(grid_text(&grid, 0).p, "A\n?[2J?x?31m?\n");
}

static void times_are_utc(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	assert_string_equal(grid_time(arena, 1795219200000).p, "2026-11-21 00:00:00Z");
	assert_string_equal(grid_time(arena, 1795219199999).p, "2026-11-20 23:59:59Z");
	assert_string_equal(grid_time(arena, 0).p, "-");
	assert_string_equal(grid_time(arena, -1).p, "-");
}

/* ---- receipts ---- */

static struct json_node *read(struct arena *arena, const char *json)
{
	struct json_node *node = NULL;
	assert_int_equal(json_tree_read(arena, str_from(json), &node, NULL), OK);
	return node;
}

static void a_receipt_tells_of_each_application(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	const struct json_node *signout = read(arena,
		"{\"id\":\"3f2c\",\"realm\":\"customers\",\"username\":\"ada\",\"offline\":false,"
		"\"doorText\":\"signed out at an application (redirect_uri)\",\"initiator\":\"\","
		"\"ipAddress\":\"127.0.0.1\",\"time\":1795219200000,\"deliveries\":["
		"{\"clientId\":\"django-shop\",\"channel\":\"back-channel\",\"state\":\"delivered\","
		"\"attempts\":1,\"httpStatus\":200,\"settled\":1795219200020},"
		"{\"clientId\":\"blog\",\"channel\":\"back-channel\",\"state\":\"waiting\",\"attempts\":2,"
		"\"due\":1795219265000,\"reason\":\"refused\\u001b\"},"
		"{\"clientId\":\"old\",\"channel\":\"none\",\"state\":\"delivered\",\"attempts\":0,"
		"\"settled\":1795223400000}]}");
	assert_string_equal(receipt_text(arena, signout, 1795219205000).p,
		"sign-out 3f2c  ada  realm customers  2026-11-21 00:00:00Z  "
		"signed out at an application (redirect_uri)  from 127.0.0.1\n"
		"  APPLICATION  CHANNEL       STATE      TRIES  HTTP  WHEN                WHY\n"
		"  django-shop  back-channel  delivered  1      200   +0.02 s             -\n"
		"  blog         back-channel  waiting    2      -     again in 1 min 0 s  refused?\n"
		"  old          none          delivered  0      -     +1 h 10 min         -\n");
	assert_string_equal(receipt_states(arena, signout).p, "2 delivered, 1 waiting");
}

static void an_order_for_all_shows_how_far_it_is(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	const struct json_node *signout = read(arena,
		"{\"id\":\"x\",\"realm\":\"r\",\"username\":\"\",\"doorText\":\"all\",\"time\":0,"
		"\"offline\":true,\"initiator\":\"admin\",\"progress\":40,\"total\":1000,\"deliveries\":[]}");
	assert_string_equal(receipt_text(arena, signout, 5).p,
		"sign-out x  realm r  -  all  (offline session)  by admin\n"
		"  40 of 1000 sessions, being told\n"
		"  the receipts of its sessions: curfew signout list --order x\n");
	/* An answer of another shape is shown as far as it goes. */
	assert_string_equal(
		receipt_text(arena, read(arena, "[1]"), 5).p, "sign-out   -\n  none to tell\n");
}

static void lists_of_realms_become_one(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct json_node *list = read(arena,
		"[{\"n\":1,\"time\":5},{\"n\":2,\"time\":9},{\"n\":3},{\"n\":4,\"time\":9},{\"n\":5,\"time\":7}]");
	newest_first(list, 4);
	const int64_t order[] = { 2, 4, 5, 1 };
	assert_int_equal(list->n, 4);
	for (size_t i = 0; i < ARRAY_LENGTH(order); i++)
		assert_int_equal(ask_int(list->items[i], "n"), order[i]);
	struct json_node *empty = json_node_list(arena);
	newest_first(empty, 1);
	assert_int_equal(empty->n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verbs_of_one_and_of_two_words),
		cmocka_unit_test(flags_stand_anywhere_behind_the_verb),
		cmocka_unit_test(ids_may_begin_with_a_dash),
		cmocka_unit_test(a_mistyped_verb_gets_its_neighbour),
		cmocka_unit_test(names_of_keycloak_lead_to_ours),
		cmocka_unit_test(a_wrong_flag_is_refused),
		cmocka_unit_test(operands_are_counted),
		cmocka_unit_test(help_comes_whatever_else_is_wrong),
		cmocka_unit_test(counts_and_times),
		cmocka_unit_test(the_tables_are_sound),
		cmocka_unit_test(help_names_every_verb_and_flag),
		cmocka_unit_test(every_verb_has_an_example_that_is_understood),
		cmocka_unit_test(values_are_what_they_look_like),
		cmocka_unit_test(what_is_no_setting_is_refused),
		cmocka_unit_test(files_go_over_what_is_there),
		cmocka_unit_test(paths_are_encoded),
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(a_cell_obeys_nobody),
		cmocka_unit_test(times_are_utc),
		cmocka_unit_test(a_receipt_tells_of_each_application),
		cmocka_unit_test(an_order_for_all_shows_how_far_it_is),
		cmocka_unit_test(lists_of_realms_become_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* web/: templates, and that no page writes a value as markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "base/tables.h"
#include "web/pages.h"


static void expect(const char *template, const struct template_scope *scope, const char *expected)
{
	static const struct template_scope nothing = { NULL, 0 };
	struct str got = template_render(arena, str_from(template), messages_default(),
		scope ? scope : &nothing);
	if (!str_eq_z(got, expected))
		fail_msg("%s: \"%.*s\" instead of \"%s\"", template, STR_ARG(got), expected);
}

static void insertion_escapes(void **state)
{
	(void)state;
	const struct template_value values[] = {
		{ .name = "bad", .text = STR("<b a=\"1\" c='2'>&amp;") },
		{ .name = "html", .text = STR("<b>") },
	};
	const struct template_scope scope = { values, 2 };
	expect("{{bad}}", &scope, "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
	expect("a{{&html}}b{{none}}c", &scope, "a<b>bc");
	expect("no tags } {", &scope, "no tags } {");
	expect("", &scope, "");
}

static void sections_ask_for_values(void **state)
{
	(void)state;
	const struct template_value inner[] = { { .name = "x", .text = STR("1") } };
	const struct template_value other[] = { { .name = "x", .text = STR("2") }, { .name = "a", .text = STR("own") } };
	const struct template_scope items[] = { { inner, 1 }, { other, 2 } };
	const struct template_value values[] = {
		{ .name = "a", .text = STR("A") },
		{ .name = "empty", .text = STR("") },
		{ .name = "list", .items = items, .items_n = 2 },
		{ .name = "none", .items = items, .items_n = 0 },
	};
	const struct template_scope scope = { values, 4 };
	expect("{{#a}}yes {{a}}{{/a}}{{^a}}no{{/a}}", &scope, "yes A");
	expect("{{#empty}}yes{{/empty}}{{^empty}}no{{/empty}}", &scope, "no");
	expect("{{#absent}}yes{{/absent}}{{^absent}}no{{/absent}}", &scope, "no");
	expect("{{#list}}[{{x}}{{a}}]{{/list}}{{^list}}no{{/list}}", &scope, "[1A][2own]");
	expect("{{#none}}yes{{/none}}{{^none}}no{{/none}}", &scope, "no");
}

static void sections_of_one_name_nest(void **state)
{
	(void)state;
	const struct template_value values[] = { { .name = "a", .text = STR("A") }, { .name = "b", .text = STR("B") } };
	const struct template_scope scope = { values, 2 };
	expect("{{#a}}1{{#a}}2{{/a}}3{{/a}}4", &scope, "1234");
	expect("{{#a}}1{{^a}}2{{/a}}3{{/a}}4", &scope, "134");
	expect("{{^a}}1{{#a}}2{{/a}}3{{/a}}4", &scope, "4");
	expect("{{#a}}{{#b}}{{#a}}x{{/a}}{{/b}}{{/a}}", &scope, "x");
}

static void addresses_never_run_code(void **state)
{
	(void)state;
	static const char *const good[] = { "https://app.example.org/x", "http://127.0.0.1:8001/", "/realms/x/account",
		"?a=1", "com.example.app:/cb" };
	static const char *const bad[] = { "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
		"java\tscript:alert(1)", "\x01javascript:alert(1)", "data:text/html,<script>", "vbscript:x", "x",
		"https://app.example.org/ x", "" };
	struct template_value value = { .name = "u" };
	const struct template_scope scope = { &value, 1 };
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		value.text = str_from(good[i]);
		expect("{{@u}}", &scope, good[i]);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		value.text = str_from(bad[i]);
		expect("{{@u}}", &scope, "");
	}
	value.text = STR("/a?b=1&c='\"><script>");
	expect("{{@u}}", &scope, "/a?b=1&amp;c=&#39;&quot;&gt;&lt;script&gt;");
}

/* True when rendering it ends the process, as it does with what is our own mistake. */
static bool aborts(const char *template)
{
	pid_t child = fork();
	if (child == 0) {
		const struct template_value values[] = { { .name = "a", .text = STR("A") } };
		const struct template_scope scope = { values, 1 };
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		signal(SIGABRT, SIG_DFL);
		(void)template_render(arena, str_from(template), messages_default(), &scope);
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void a_malformed_template_is_our_own_mistake(void **state)
{
	(void)state;
	static const char *const bad[] = { "{{", "{{a", "{{}}", "{{#}}x{{/}}", "{{#a}}", "{{#a}}x{{/b}}", "{{/a}}",
		"{{#a}}{{#b}}{{/a}}{{/b}}", "{{^a}}", "{{#b}}{{/c}}{{/b}}", "{{&}}", "x{{#a}}{{",
		"{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (!aborts(bad[i]))
			fail_msg("%s is rendered", bad[i]);
	assert_false(aborts("{{#a}}x{{/a}}"));
}

static const char *const pages[] = { "account", "action_token", "consent", "error", "form_post",
	"info", "login", "logout_confirm", "signed_out",
	"update_password" };
/* Every name that a template has, so that each is filled or empty in turn. */
static const char *const names[] = { "text", "back", "request", "action", "error", "notice", "ticket", "fixed_user",
	"label", "username", "remember_me", "checked", "done", "question", "next", "resources", "name", "value",
	"title",
	"left", "email", "actions", "parameters", "what", "application", "news", "listed", "open", "applications",
	"client", "scopes" };

/* Opening angle brackets and quotes: the shape of a page. */
static size_t marks(struct str html)
{
	size_t n = 0;
	for (size_t i = 0; i < html.n; i++)
		n += html.p[i] == '<' || html.p[i] == '>' || html.p[i] == '"' || html.p[i] == '\'';
	return n;
}

static struct str page(const char *name, struct str text, bool lists)
{
	struct template_value values[ARRAY_LENGTH(names)] = { { 0 } };
	const struct template_value item[] = { { .name = "name", .text = text }, { .name = "value", .text = text },
		{ .name = "client", .text = text }, { .name = "heard", .text = text }, { .name = "state", .text = text },
		{ .name = "frame", .text = text }, { .name = "scope", .text = text } };
	static struct template_scope items[2];
	items[0] = items[1] = (struct template_scope){ item, ARRAY_LENGTH(item) };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		bool list = !strcmp(names[i], "parameters") || !strcmp(names[i], "applications") ||
			    !strcmp(names[i], "actions") ||
			    !strcmp(names[i], "scopes");
		values[i] = (struct template_value){ .name = names[i], .text = text };
		if (list) {
			values[i].items = items;
			values[i].items_n = lists ? 2 : 0;
		}
	}
	const struct pages_frame frame = { .messages = messages_default(), .realm = text, .resources = text };
	return pages_render(arena, name, &frame, values, ARRAY_LENGTH(names));
}

/* With harmless values and with hostile ones a page has the same markup. */
static void no_page_writes_a_value_as_markup(void **state)
{
	(void)state;
	static const char *const hostile[] = { "/<script>alert(1)</script>", "/\"><img src=x onerror=alert(1)>",
		"/' onmouseover='alert(1)", "/</title></p></form>", "/{{text}}{{#a}}", "/&lt;b&gt;", "/\"\" autofocus" };
	for (size_t p = 0; p < ARRAY_LENGTH(pages); p++)
		for (int lists = 0; lists < 2; lists++) {
			size_t plain = marks(page(pages[p], STR("/plain"), lists));
			assert_true(plain > 20);
			for (size_t i = 0; i < ARRAY_LENGTH(hostile); i++) {
				struct str html = page(pages[p], str_from(hostile[i]), lists);
				if (marks(html) != plain || str_contains(html, STR("<script>")))
					fail_msg("%s lets %s through", pages[p], hostile[i]);
			}
		}
}

static void every_page_renders_without_values(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_LENGTH(pages); p++) {
		const struct pages_frame frame = { .messages = messages_default(), .resources = STR("/resources") };
		struct str html = pages_render(arena, pages[p], &frame, NULL, 0);
		assert_true(str_starts(html, STR("<!DOCTYPE html>")) && str_contains(html, STR("</html>")));
		assert_false(str_contains(html, STR("{{")));
	}
}

/* CVE-2026-79651 */
static void messages_speak_every_language(void **state)
{
	(void)state;
	const struct messages *german = messages_of(STR("de"));
	assert_non_null(german);
	assert_ptr_equal(messages_of(STR("DE-at")), german);
	assert_ptr_equal(messages_of(STR("de_CH")), german);
	assert_ptr_equal(messages_of(STR("en-GB")), messages_default());
	static const char *const none[] = { "", "d", "dex", "-de", "xx", "*" };
	for (size_t i = 0; i < ARRAY_LENGTH(none); i++)
		assert_null(messages_of(str_from(none[i])));
	assert_true(str_eq_z(messages_text(german, STR("doLogIn")), "Anmelden"));
	const struct template_value values[] = {
		{ .name = "request", .text = STR("<7>") },
		{ .name = "chosen", .message = "doLogIn" },
	};
	const struct template_scope scope = { values, 2 };
	expect("{{%requestId}}: {{chosen}}{{#chosen}}!{{/chosen}}", &scope, "Request &lt;7&gt;: Sign In!");
	struct str text = template_render(arena, STR("{{chosen}}"), german, &scope);
	assert_true(str_eq_z(text, "Anmelden"));
}

/* B2.12 */
static void pages_load_only_from_here(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_LENGTH(pages); p++)
		assert_false(str_contains(page(pages[p], STR("/x"), true), STR("//")));
	assert_non_null(pages_file(STR("curfew.css")));
	assert_null(pages_file(STR("../pages.c")));
	assert_null(pages_file(STR("")));
}

/* What scripts made for Keycloak look for. */
static void the_login_form_comes_first_with_keycloaks_names(void **state)
{
	(void)state;
	static const char *const ids[] = { "id=\"kc-form-login\"", "name=\"username\"", "name=\"password\"",
		"id=\"kc-login\"", "method=\"post\"" };
	struct str html = page("login", STR("/x"), false);
	const char *form = memmem(html.p, html.n, "<form", 5);
	assert_non_null(form);
	for (size_t i = 0; i < ARRAY_LENGTH(ids); i++)
		assert_non_null(memmem(form, html.n - (size_t)(form - html.p), ids[i], strlen(ids[i])));
	assert_true(str_contains(page("logout_confirm", STR("/x"), false), STR("id=\"kc-logout\"")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(insertion_escapes),
		IN_ARENA(sections_ask_for_values),
		IN_ARENA(sections_of_one_name_nest),
		IN_ARENA(addresses_never_run_code),
		IN_ARENA(a_malformed_template_is_our_own_mistake),
		IN_ARENA(no_page_writes_a_value_as_markup),
		IN_ARENA(every_page_renders_without_values),
		IN_ARENA(messages_speak_every_language),
		IN_ARENA(pages_load_only_from_here),
		IN_ARENA(the_login_form_comes_first_with_keycloaks_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

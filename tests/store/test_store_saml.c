/* store/: what SAML asks of it. */
#include "store_fixture.h"

#include "base/tables.h"
#include "base/text.h"

/* Which sessions a LogoutRequest without a SessionIndex means. */
static void sessions_by_name_id(void **state)
{
	(void)state;
	static const struct {
		const char *id, *client, *name, *format;
	} rows[] = { { "one", "shop", "ada", "f" }, { "two", "shop", "ada", "f" },
		{ "three", "shop", "ada", "g" }, { "four", "blog", "ada", "f" },
		{ "five", "shop", "bob", "f" }, { "six", "shop", "", "" } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = some_session(rows[i].id);
		struct client_session c = some_client(rows[i].id, rows[i].client);
		c.saml.name_id = str_from(rows[i].name);
		c.saml.name_id_format = str_from(rows[i].format);
		ADD(CLIENT_SESSION_PUT, client_session, .row = c, .session_version = 1);
	}
	APPLY(OK);
	static const struct {
		const char *realm, *client, *name, *format;
		size_t n;
	} asked[] = { { "realm", "shop", "ada", "f", 2 }, { "realm", "shop", "ada", "", 3 },
		{ "realm", "blog", "ada", "f", 1 }, { "realm", "shop", "bob", "g", 0 },
		{ "other", "shop", "ada", "f", 0 }, { "realm", "shop", "", "", 0 } };
	for (size_t i = 0; i < ARRAY_LENGTH(asked); i++) {
		const struct name_id_query query = { str_from(asked[i].realm), str_from(asked[i].client),
			str_from(asked[i].name), str_from(asked[i].format), 10 };
		struct session *sessions;
		size_t n;
		EXPECT(store_list_sessions_by_name_id(
			       on.store, on.arena, &query, &sessions, &n, &why), OK);
		assert_int_equal(n, asked[i].n);
		assert_true(!n || sessions[0].clients_n == 1);
	}
}

/* ---- what a browser is to carry ---- */

static void owe(const char *id, const char *client, const char *browser, int64_t give_up_ms, int64_t attempts,
	enum delivery_state state)
{
	struct delivery d = some_delivery(id, "so", 10);
	d.client_id = str_from(client);
	d.channel = CHANNEL_SAML_BROWSER;
	d.state = state;
	d.browser = str_from(browser);
	d.give_up_ms = give_up_ms;
	d.attempts = attempts;
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = d;
}

static void expect_debts(const char *browser, int64_t now_s, const char *ids)
{
	struct delivery *list;
	size_t n;
	struct text got = text_new(on.arena, 0);
	EXPECT(store_find_browser_debts(
		       on.store, on.arena, STR("realm"), str_from(browser), now_s, &list, &n, &why), OK);
	for (size_t i = 0; i < n; i++)
		text_add(&got, list[i].id);
	expect_text(text_str(&got), ids);
}

/* Those first that it was given least often, then those of who has ever answered. */
static void a_browser_carries_what_it_is_owed(void **state)
{
	(void)state;
	owe("a", "silent", "b1", 100000, 0, DELIVERY_WAITING_BROWSER);
	owe("b", "answers", "b1", 100000, 0, DELIVERY_WAITING_BROWSER);
	owe("c", "answers", "b1", 100000, 1, DELIVERY_WAITING_BROWSER);
	owe("d", "answers", "b1", 50000, 0, DELIVERY_WAITING_BROWSER);
	owe("e", "answers", "b2", 100000, 0, DELIVERY_WAITING_BROWSER);
	owe("f", "answers", "b1", 100000, 0, DELIVERY_DELIVERED);
	owe("g", "answers", "", 100000, 0, DELIVERY_WAITING_BROWSER);
	APPLY(OK);
	expect_debts("b1", 40, "bdac");
	expect_debts("b1", 50, "bac");
	expect_debts("b1", 100, "");
	expect_debts("b2", 40, "e");
	expect_debts("", 40, "");
}

/* Without a lease: the browser's next request is what changes it. */
static void a_debt_is_counted_and_settled(void **state)
{
	(void)state;
	owe("a", "sp", "b", 100000, 0, DELIVERY_WAITING_BROWSER);
	owe("b", "sp", "b", 100000, 0, DELIVERY_WAITING_BROWSER);
	APPLY(OK);
	ADD(DELIVERY_UPDATE, delivery_update, .id = STR("a"), .expected = DELIVERY_WAITING_BROWSER,
		.state = DELIVERY_WAITING_BROWSER, .now_ms = 20, .attempts = 1, .reason = STR("asked"));
	APPLY(OK);
	expect_debts("b", 1, "ba");
	ADD(DELIVERY_UPDATE, delivery_update, .id = STR("a"), .expected = DELIVERY_WAITING_BROWSER,
		.state = DELIVERY_DELIVERED, .now_ms = 30, .attempts = 1);
	APPLY(OK);
	ADD(DELIVERY_UPDATE, delivery_update, .id = STR("a"), .expected = DELIVERY_WAITING_BROWSER,
		.state = DELIVERY_GAVE_UP, .now_ms = 30, .attempts = 1);
	APPLY(ERROR_STALE);
	expect_debts("b", 1, "b");
	assert_int_equal(count("select count(*) from delivery where settled_ms = 30"), 1);
}

static void debts_whose_time_is_over_are_found(void **state)
{
	(void)state;
	struct delivery *list;
	size_t n;
	owe("late", "sp", "b", 500, 0, DELIVERY_WAITING_BROWSER);
	owe("later", "sp", "c", 700, 0, DELIVERY_WAITING_BROWSER);
	owe("open", "sp", "b", 900, 0, DELIVERY_WAITING_BROWSER);
	owe("told", "sp", "b", 500, 0, DELIVERY_DELIVERED);
	APPLY(OK);
	EXPECT(store_list_not_fetched(on.store, on.arena, 700, 10, &list, &n, &why), OK);
	assert_int_equal(n, 2);
	expect_text(list[0].id, "late");
	expect_text(list[1].id, "later");
	EXPECT(store_list_not_fetched(on.store, on.arena, 700, 1, &list, &n, &why), OK);
	assert_int_equal(n, 1);
}

int main(int argc, char **argv)
{
	static const struct fixture_test tests[] = {
		IN_STORE(sessions_by_name_id),
		IN_STORE(a_browser_carries_what_it_is_owed),
		IN_STORE(a_debt_is_counted_and_settled),
		IN_STORE(debts_whose_time_is_over_are_found),
	};
	fixture_start(argc, argv, "store_saml");
	return fixture_run("store_saml", tests, ARRAY_LENGTH(tests));
}

/* store/: statements, migrations, and what each effect does and demands. */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/tables.h"
#include "crypto/random.h"
#include "store/migrate.h"
#include "store/statements.h"

static const struct str realm = STR_INIT("realm");

/* ---- statements and migrations ---- */

static void every_statement_prepares(void **state)
{
	(void)state;
	struct db *db = fixture_open();
	assert_true(statements_all_n > 60);
	for (size_t i = 0; i < statements_all_n; i++)
		EXPECT(db_prepare(db, statements_all[i], &why), OK);
	db_close(db);
}

static const struct migration first = { 1, "first", { "create table one (n {bigint})" } };
static const struct migration second = { 2, "second",
	{ "create table two (n {bigint})",
		"insert into two values (1); insert into one values (2)" } };
static const struct migration broken = { 2, "broken",
	{ "create table two (n {bigint})", "insert into missing values (1)" } };

static void migrations_resume(void **state)
{
	(void)state;
	struct db *db = fixture_open();
	const struct migration *list[] = { &first, &broken };
	EXPECT(migrate_list(db, list, 1, 5, &why), OK);
	assert_int_not_equal(migrate_list(db, list, 2, 6, NULL), OK);
	assert_int_equal(fixture_number(db, "select cast(count(*) as {bigint}) from one"), 0);
	list[1] = &second;
	EXPECT(migrate_list(db, list, 2, 7, &why), OK);
	EXPECT(migrate_list(db, list, 2, 8, &why), OK);
	assert_int_equal(fixture_number(db, "select n from one"), 2);
	assert_int_equal(fixture_number(db, "select n from two"), 1);
	assert_int_equal(
		fixture_number(db, "select applied_ms from schema_migration where number = 2"), 7);
	db_close(db);
}

static void newer_schema_is_refused(void **state)
{
	(void)state;
	struct db *db = fixture_open();
	const struct migration *list[] = { &first, &second };
	EXPECT(migrate_list(db, list, 2, 5, &why), OK);
	struct why why = { "" };
	assert_int_equal(migrate_list(db, list, 1, 5, &why), ERROR_UNSUPPORTED_VERSION);
	assert_non_null(strstr(why.text, "newer version"));
	db_close(db);
}

static void open_refuses_bad_urls(void **state)
{
	(void)state;
	static const char *const urls[] = { "", "sqlite:", "mysql://x", "/tmp/x" };
	struct store *store = NULL;
	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++)
		EXPECT(store_open(&(struct store_config){ .url = str_from(urls[i]) }, &store, &why),
			ERROR_INVALID_CONFIG);
	assert_null(store);
}

static void health(void **state)
{
	(void)state;
	struct str findings = STR("x");
	EXPECT(store_ping(on.store, &why), OK);
	assert_int_equal(store_is_local(on.store), fixture_engine() == DB_SQLITE);
	EXPECT(store_check(on.store, on.arena, &findings, &why), OK);
	expect_text(findings, "");
	script("insert into user_role (user_id, role_id) values ('nobody', 'r')");
	EXPECT(store_check(on.store, on.arena, &findings, &why), OK);
	expect_text(findings, "1 role mappings without a user\n");
}

/* ---- sessions ---- */

static void session_comes_back(void **state)
{
	(void)state;
	struct session s = some_session("s");
	s.cookie_hash = STR("cookie");
	s.user_agent = STR("a \xff\xc3\xa9 b");
	s.remember_me = true;
	s.notes = STR("{\"a\":\"b\"}");
	struct client_session c = some_client("s", "shop");
	c.redirect_uri = STR("http://shop.test/cb");
	c.adapter_session_id = STR("JS");
	c.adapter_host = STR("node1");
	c.adapter_bound_ms = 5;
	c.refresh_generation = 3;
	c.refresh_use_count = 2;
	struct refresh_chain chains[] = { { STR("one"), 7, 2 }, { STR("two"), 0, 0 } };
	c.chains = chains;
	c.chains_n = 2;
	c.notes = STR("{\"nonce\":\"n\"}");
	c.saml = (struct saml_part){ STR("ada@example.org"), STR("urn:email"), STR("post"), 90 };
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = s;
	ADD(CLIENT_SESSION_PUT, client_session, .row = c, .session_version = 1);
	ADD(CLIENT_SESSION_PUT, client_session, .row = some_client("s", "blog"),
		.session_version = 2);
	APPLY(OK);
	struct session got;
	EXPECT(store_find_session_by_cookie(on.store, on.arena, realm, STR("cookie"), &got, &why),
		OK);
	expect_text(got.id, "s");
	expect_text(got.user_id, "ada");
	expect_text(got.user_agent, "a ?\xc3\xa9 b");
	expect_text(got.notes, "{\"a\":\"b\"}");
	expect_text(got.auth_method, "openid-connect");
	assert_true(got.remember_me && !got.offline);
	assert_int_equal(got.version, 3);
	assert_int_equal(got.started_ms, 1000);
	assert_int_equal(got.clients_n, 2);
	expect_text(got.clients[0].client_id, "blog");
	const struct client_session *shop = &got.clients[1];
	expect_text(shop->client_id, "shop");
	expect_text(shop->session_id, "s");
	expect_text(shop->issuer, "http://localhost/realms/realm");
	expect_text(shop->scope, "openid");
	expect_text(shop->redirect_uri, "http://shop.test/cb");
	expect_text(shop->adapter_session_id, "JS");
	expect_text(shop->adapter_host, "node1");
	expect_text(shop->notes, "{\"nonce\":\"n\"}");
	expect_text(shop->saml.name_id, "ada@example.org");
	expect_text(shop->saml.name_id_format, "urn:email");
	expect_text(shop->saml.binding, "post");
	assert_int_equal(shop->saml.until_s, 90);
	expect_text(got.clients[0].saml.name_id, "");
	assert_int_equal(shop->adapter_bound_ms, 5);
	assert_int_equal(shop->refresh_generation, 3);
	assert_int_equal(shop->refresh_use_count, 2);
	assert_int_equal(shop->chains_n, 2);
	expect_text(shop->chains[0].reuse_id, "one");
	assert_int_equal(shop->chains[0].generation, 7);
	assert_int_equal(shop->chains[0].use_count, 2);
	expect_text(shop->chains[1].reuse_id, "two");
	assert_int_equal(got.clients[0].chains_n, 0);
}

static void sessions_are_found_in_their_place_only(void **state)
{
	(void)state;
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = some_session("s");
	APPLY(OK);
	struct session got;
	EXPECT(store_find_session(on.store, on.arena, STR("other"), STR("s"), false, &got, &why),
		ERROR_NAME_NOT_FOUND);
	EXPECT(store_find_session(on.store, on.arena, realm, STR("s"), true, &got, &why),
		ERROR_NAME_NOT_FOUND);
	EXPECT(store_find_session(on.store, on.arena, realm, STR("' or 1=1 --"), false, &got, &why),
		ERROR_NAME_NOT_FOUND);
	EXPECT(store_find_session_by_cookie(on.store, on.arena, realm, STR(""), &got, &why),
		ERROR_NAME_NOT_FOUND);
	assert_int_equal(find_session("s").clients_n, 0);
}

static void session_id_and_cookie_are_unique(void **state)
{
	(void)state;
	struct session s = some_session("s"), t = some_session("t");
	s.cookie_hash = t.cookie_hash = STR("same");
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = s;
	APPLY(OK);
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = s;
	APPLY(ERROR_STALE);
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = t;
	APPLY(ERROR_STALE);
	s.offline = true;
	s.cookie_hash = STR("");
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = s;
	APPLY(OK);
}

static void session_versions(void **state)
{
	(void)state;
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = some_session("s");
	APPLY(OK);
	ADD(CLIENT_SESSION_PUT, client_session, .row = some_client("s", "shop"),
		.session_version = 9);
	APPLY(ERROR_STALE);
	assert_int_equal(find_session("s").clients_n, 0);
	ADD(CLIENT_SESSION_PUT, client_session, .row = some_client("s", "shop"),
		.session_version = 1);
	APPLY(OK);
	/* Rotation. */
	struct client_session turned = some_client("s", "shop");
	turned.refresh_generation = 4;
	turned.refresh_use_count = 1;
	turned.chains = &(struct refresh_chain){ STR("chain"), 1, 1 };
	turned.chains_n = 1;
	turned.last_refresh_s = 50;
	ADD(CLIENT_SESSION_REFRESH, client_session, .row = turned, .session_version = 1);
	APPLY(ERROR_STALE);
	ADD(CLIENT_SESSION_REFRESH, client_session, .row = turned, .session_version = 2);
	APPLY(OK);
	turned.client_id = STR("blog");
	ADD(CLIENT_SESSION_REFRESH, client_session, .row = turned, .session_version = 3);
	APPLY(ERROR_STALE);
	struct session got = find_session("s");
	assert_int_equal(got.version, 3);
	assert_int_equal(got.clients[0].refresh_generation, 4);
	assert_int_equal(got.clients[0].refresh_use_count, 1);
	assert_int_equal(got.clients[0].chains_n, 1);
	expect_text(got.clients[0].chains[0].reuse_id, "chain");
	assert_int_equal(got.clients[0].last_refresh_s, 50);
	expect_text(got.clients[0].scope, "openid");
	/* One client's end. */
	ADD(CLIENT_SESSION_END, client_end, .session_id = STR("s"), .client_id = STR("shop"),
		.session_version = 2);
	APPLY(ERROR_STALE);
	ADD(CLIENT_SESSION_END, client_end, .session_id = STR("s"), .client_id = STR("blog"),
		.session_version = 3);
	APPLY(ERROR_STALE);
	ADD(CLIENT_SESSION_END, client_end, .session_id = STR("s"), .client_id = STR("shop"),
		.session_version = 3);
	APPLY(OK);
	assert_int_equal(find_session("s").version, 4);
	assert_int_equal(find_session("s").clients_n, 0);
}

static bool stands(const struct client_session *part)
{
	bool stands = false;
	EXPECT(store_part_stands(on.store, realm, part, 100, &stands, &why), OK);
	return stands;
}

static void a_part_stands_until_anything_ends_it(void **state)
{
	(void)state;
	static const char *const ends[][2] = {
		{ "update users set enabled = false", "update users set enabled = true" },
		{ "update users set not_before_s = 101", "update users set not_before_s = 100" },
		{ "update users set sessions_ended_before_ms = 1000",
			"update users set sessions_ended_before_ms = 999" },
		{ "update realm set sessions_ended_before_ms = 1000",
			"update realm set sessions_ended_before_ms = 999" },
		{ "update realm set enabled = false", "update realm set enabled = true" },
		{ "update realm set deleted = true", "update realm set deleted = false" },
		{ "update realm set remembered_ended_before_ms = 1000",
			"update realm set remembered_ended_before_ms = 999" },
		{ "update client set sessions_ended_before_ms = 1000",
			"update client set sessions_ended_before_ms = 999" },
		{ "update client_session set started_ms = 1001",
			"update client_session set started_ms = 1000" },
		{ "update session set user_id = 'nobody'", "update session set user_id = 'ada'" },
		{ "delete from client_session where client_id = 'shop'", NULL },
	};
	struct client_session part = some_client("s", "shop");
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = some_user("ada", "ada", "");
	struct session session = some_session("s");
	session.remember_me = true;
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = session;
	ADD(CLIENT_SESSION_PUT, client_session, .row = part, .session_version = 1);
	ADD(CLIENT_SESSION_PUT, client_session, .row = some_client("s", "blog"), .session_version = 2);
	APPLY(OK);
	script("insert into client (id, realm_id, client_id, doc, sealed)"
	       " values ('shop', 'realm', 'shop', '{}', ''), ('blog', 'realm', 'blog', '{}', '')");
	assert_true(stands(&part));
	for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
		script(ends[i][0]);
		if (stands(&part))
			fail_msg("it stands after: %s", ends[i][0]);
		if (ends[i][1]) {
			script(ends[i][1]);
			assert_true(stands(&part));
		}
	}
	part.offline = true;
	part.client_id = STR("blog");
	assert_false(stands(&part));
}

/* Sessions of a database of version 2 go on, their tokens without a chain as they were. */
static void client_sessions_of_before_the_chains(void **state)
{
	(void)state;
	struct db *db = fixture_open();
	const struct migration *list[] = { &migration_0001, &migration_0002 };
	EXPECT(migrate_list(db, list, 2, 5, &why), OK);
	fixture_script(db,
		"insert into session values ('s', false, 'realm', 'ada', 'ada', '', '', '',"
		" 'openid-connect', 1000, 1, 1, false, 3, '');"
		"insert into client_session values ('s', false, 'shop', 'http://i', 1000, 1,"
		" 'openid', '', '', '', 0, 4, 1, '')");
	db_close(db);
	struct arena *arena = arena_new(0);
	struct store *store;
	EXPECT(store_open(&(struct store_config){ .url = store_url(arena),
				  .seal_key = random_token(arena, 32),
				  .max_connections = 2 },
		       &store, &why),
		OK);
	struct session got;
	EXPECT(store_find_session(store, arena, realm, STR("s"), false, &got, &why), OK);
	assert_int_equal(got.version, 3);
	assert_int_equal(got.clients_n, 1);
	assert_int_equal(got.clients[0].refresh_generation, 4);
	assert_int_equal(got.clients[0].refresh_use_count, 1);
	assert_int_equal(got.clients[0].chains_n, 0);
	store_close(store);
	arena_free(arena);
}

static void session_signs_in_again(void **state)
{
	(void)state;
	struct session s = some_session("s");
	s.notes = STR("{}");
	s.last_refresh_s = 70;
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = s;
	APPLY(OK);
	ADD(SESSION_SIGN_IN_AGAIN, session, .id = STR("s"), .version = 2,
		.cookie_hash = STR("new"));
	APPLY(ERROR_STALE);
	ADD(SESSION_SIGN_IN_AGAIN, session, .id = STR("s"), .version = 1, .cookie_hash = STR("new"),
		.auth_time_s = 60, .last_refresh_s = 60);
	APPLY(OK);
	struct session got = find_session("s");
	expect_text(got.cookie_hash, "new");
	expect_text(got.notes, "{}");
	assert_int_equal(got.auth_time_s, 60);
	assert_int_equal(got.last_refresh_s, 70);
	assert_int_equal(got.version, 2);
}

static void touch_never_moves_back(void **state)
{
	(void)state;
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = some_session("s");
	ADD(CLIENT_SESSION_PUT, client_session, .row = some_client("s", "shop"),
		.session_version = 1);
	APPLY(OK);
	ADD(SESSION_TOUCH, touch, .session_id = STR("s"), .client_id = STR("shop"),
		.last_refresh_s = 90);
	ADD(SESSION_TOUCH, touch, .session_id = STR("s"), .client_id = STR("shop"),
		.last_refresh_s = 80);
	ADD(SESSION_TOUCH, touch, .session_id = STR("gone"), .last_refresh_s = 80);
	APPLY(OK);
	assert_int_equal(find_session("s").last_refresh_s, 90);
	assert_int_equal(find_session("s").clients[0].last_refresh_s, 90);
	assert_int_equal(find_session("s").version, 2);
}

static void bind_needs_the_row(void **state)
{
	(void)state;
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = some_session("s");
	ADD(CLIENT_SESSION_PUT, client_session, .row = some_client("s", "shop"),
		.session_version = 1);
	APPLY(OK);
	struct client_session bound = some_client("s", "shop");
	bound.adapter_session_id = STR("JS");
	bound.adapter_host = STR("node1");
	bound.adapter_bound_ms = 2000;
	ADD(CLIENT_SESSION_BIND, client_session, .row = bound);
	APPLY(OK);
	expect_text(find_session("s").clients[0].adapter_session_id, "JS");
	bool newer = false;
	EXPECT(store_newer_client_session(
		       on.store, realm, STR("ada"), STR("shop"), STR("JS"), 1999, &newer, &why),
		OK);
	assert_true(newer);
	EXPECT(store_newer_client_session(
		       on.store, realm, STR("ada"), STR("shop"), STR("JS"), 2000, &newer, &why),
		OK);
	assert_false(newer);
	EXPECT(store_newer_client_session(
		       on.store, realm, STR("ada"), STR("shop"), STR(""), 1999, &newer, &why),
		OK);
	assert_true(newer);
	EXPECT(store_newer_client_session(
		       on.store, realm, STR("eve"), STR("shop"), STR(""), 0, &newer, &why),
		OK);
	assert_false(newer);
	bound.client_id = STR("blog");
	ADD(CLIENT_SESSION_BIND, client_session, .row = bound);
	APPLY(ERROR_STALE);
}

/* CVE-2025-29928 */
static void end_takes_the_clients(void **state)
{
	(void)state;
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = some_session("s");
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = some_session("other");
	ADD(CLIENT_SESSION_PUT, client_session, .row = some_client("s", "shop"),
		.session_version = 1);
	ADD(CLIENT_SESSION_PUT, client_session, .row = some_client("other", "shop"),
		.session_version = 1);
	APPLY(OK);
	ADD(SESSION_END, end, .session_id = STR("s"), .version = 1);
	ADD(EVENT, event, .realm_id = realm, .type = STR("LOGOUT"));
	APPLY(ERROR_STALE);
	assert_int_equal(find_session("s").clients_n, 1);
	assert_int_equal(count("select count(*) from event"), 0);
	ADD(SESSION_END, end, .session_id = STR("s"), .version = 2);
	APPLY(OK);
	ADD(SESSION_END, end, .session_id = STR("s"), .version = 2);
	APPLY(ERROR_STALE);
	assert_int_equal(count("select count(*) from client_session"), 1);
	assert_int_equal(find_session("other").clients_n, 1);
	ADD(CLIENT_SESSION_PUT, client_session, .row = some_client("s", "blog"),
		.session_version = 2);
	APPLY(ERROR_STALE);
}

/* Four sessions, started at 1000, 2000 ..., last used at 10, 20 ...; "d" is eve's. */
static void add_four_sessions(bool offline)
{
	static const char *const ids[] = { "a", "b", "c", "d" };
	for (size_t i = 0; i < 4; i++) {
		struct session s = some_session(ids[i]);
		s.offline = offline;
		s.started_ms = (int64_t)(i + 1) * 1000;
		s.last_refresh_s = (int64_t)(i + 1) * 10;
		s.user_id = i == 3 ? STR("eve") : STR("ada");
		s.remember_me = i == 1;
		effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = s;
		struct client_session c = some_client(ids[i], "shop");
		c.offline = offline;
		c.started_ms = s.started_ms;
		ADD(CLIENT_SESSION_PUT, client_session, .row = c, .session_version = 1);
		c.client_id = STR("blog");
		ADD(CLIENT_SESSION_PUT, client_session, .row = c, .session_version = 2);
	}
	APPLY(OK);
}

static void expect_sessions(const struct session *sessions, size_t n, const char *ids)
{
	assert_int_equal(n, strlen(ids));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(sessions[i].id.p[0], ids[i]);
		assert_int_equal(sessions[i].clients_n, 2);
		expect_text(sessions[i].clients[0].client_id, "blog");
		assert_true(str_eq(sessions[i].clients[1].session_id, sessions[i].id));
	}
}

static void expect_mass(struct effect_mass order, const char *ids)
{
	struct session *s;
	size_t n;
	int64_t number;
	EXPECT(store_list_mass(on.store, on.arena, &order, false, 9, &s, &n, &why), OK);
	expect_sessions(s, n, ids);
	EXPECT(store_count_mass(on.store, &order, false, &number, &why), OK);
	assert_int_equal(number, n);
}

static struct effect_mass some_order(enum mass_scope scope, const char *target)
{
	return (struct effect_mass){ .job_id = str_from(mass_scope_name(scope)), .signout_id = STR("so"),
		.realm_id = realm, .scope = scope, .target_id = str_from(target), .door = STR("d"),
		.epoch_ms = 2500 };
}

/* Sessions a, b, c and d began at 1000, 2000, 3000 and 4000; b is remembered, d is eve's. */
static void mass_orders_end_what_they_concern(void **state)
{
	(void)state;
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = some_user("ada", "ada", "");
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = some_user("eve", "eve", "");
	script("insert into client (id, realm_id, client_id, doc, sealed) values"
	       " ('shop', 'realm', 'shop', '{\"clientId\":\"shop\"}', ''),"
	       " ('blog', 'realm', 'blog', '{\"clientId\":\"blog\"}', '')");
	add_four_sessions(false);
	assert_false(find_session("a").ended || find_session("a").clients[1].ended);

	struct effect_mass client = some_order(MASS_CLIENT, "shop");
	effects_add(&on.list, EFFECT_MASS_END)->u.mass = client;
	APPLY(OK);
	expect_mass(client, "ab");
	struct session a = find_session("a"), c = find_session("c");
	assert_true(!a.ended && !a.clients[0].ended && a.clients[1].ended && !c.clients[1].ended);
	struct client_session part = some_client("c", "shop");
	part.started_ms = 2500;
	ADD(CLIENT_SESSION_PUT, client_session, .row = part, .session_version = c.version);
	APPLY(ERROR_STALE);
	part.started_ms = 2501;
	ADD(CLIENT_SESSION_PUT, client_session, .row = part, .session_version = c.version);
	APPLY(OK);
	script("delete from client where id = 'shop'");
	assert_int_equal(count("select count(*) from job where client_name = 'shop' and client_doc <> ''"), 1);

	struct effect_mass user = some_order(MASS_USER, "ada");
	user.spared = STR("a");
	user.not_before_s = 2;
	effects_add(&on.list, EFFECT_MASS_END)->u.mass = user;
	APPLY(OK);
	expect_mass(user, "b");
	assert_true(!find_session("a").ended && find_session("b").ended && !find_session("c").ended);
	assert_int_equal(count("select not_before_s from users where id = 'ada'"), 2);

	struct effect_mass remembered = some_order(MASS_REMEMBERED, "");
	effects_add(&on.list, EFFECT_MASS_END)->u.mass = remembered;
	APPLY(OK);
	expect_mass(remembered, "b");
	struct effect_mass all = some_order(MASS_REALM, "");
	effects_add(&on.list, EFFECT_MASS_END)->u.mass = all;
	APPLY(OK);
	expect_mass(all, "ab");
	assert_true(find_session("a").ended && !find_session("c").ended);
}

/* Two sign-ins that both counted the same sessions: the second decides again. */
static void sessions_are_counted_where_one_begins(void **state)
{
	(void)state;
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = some_user("ada", "ada", "");
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = some_session("s");
	APPLY(OK);
	ADD(SESSION_COUNT, count, .realm_id = realm, .user_id = STR("ada"), .sessions = 0);
	APPLY(ERROR_STALE);
	ADD(SESSION_COUNT, count, .realm_id = realm, .user_id = STR("ada"), .sessions = 1);
	APPLY(OK);
}

static void lists_of_sessions(void **state)
{
	(void)state;
	add_four_sessions(false);
	add_four_sessions(true);
	struct session *s;
	size_t n;
	EXPECT(store_list_sessions(on.store, on.arena, realm, STR(""), false, 0, -1, &s, &n, &why),
		OK);
	expect_sessions(s, n, "dcba");
	EXPECT(store_list_sessions(on.store, on.arena, realm, STR(""), true, 1, 2, &s, &n, &why),
		OK);
	expect_sessions(s, n, "cb");
	assert_true(s[0].offline && s[0].clients[0].offline);
	EXPECT(store_list_sessions(
		       on.store, on.arena, realm, STR("ada"), false, 0, 2, &s, &n, &why),
		OK);
	expect_sessions(s, n, "cb");
	EXPECT(store_list_sessions(
		       on.store, on.arena, STR("x"), STR(""), false, 0, -1, &s, &n, &why),
		OK);
	assert_int_equal(n, 0);
	struct effect_mass order = { .realm_id = realm, .epoch_ms = 3000 };
	EXPECT(store_list_mass(on.store, on.arena, &order, false, 2, &s, &n, &why), OK);
	expect_sessions(s, n, "ab");
	order.epoch_ms = 999;
	EXPECT(store_list_mass(on.store, on.arena, &order, true, 2, &s, &n, &why), OK);
	assert_int_equal(n, 0);
	EXPECT(store_list_expired(on.store, on.arena, realm, false, false, 10, 0, 9, &s, &n, &why),
		OK);
	expect_sessions(s, n, "a");
	EXPECT(store_list_expired(
		       on.store, on.arena, realm, false, false, 10, 3000, 9, &s, &n, &why),
		OK);
	expect_sessions(s, n, "ac");
	EXPECT(store_list_expired(on.store, on.arena, realm, false, true, 100, 0, 9, &s, &n, &why),
		OK);
	expect_sessions(s, n, "b");
	EXPECT(store_list_expired(on.store, on.arena, realm, false, false, 100, 0, 2, &s, &n, &why),
		OK);
	assert_int_equal(n, 2);
}

/* ---- codes and tokens ---- */

/* CVE-2026-90997 */
static void code_works_once(void **state)
{
	(void)state;
	struct code code = { .hash = STR("h"),
		.realm_id = realm,
		.client_id = STR("shop"),
		.session_id = STR("s"),
		.user_id = STR("ada"),
		.redirect_uri = STR("http://shop.test/"),
		.scope = STR("openid"),
		.nonce = STR("n"),
		.state = STR("st"),
		.code_challenge = STR("cc"),
		.code_challenge_method = STR("S256"),
		.issuer = STR("iss"),
		.acr = STR("1"),
		.offline_asked = true,
		.auth_time_s = 3,
		.expires_ms = 9,
		.message = STR("<sealed>") };
	struct code got;
	effects_add(&on.list, EFFECT_CODE_CREATE)->u.code = code;
	APPLY(OK);
	EXPECT(store_find_code(on.store, on.arena, STR("h"), &got, &why), OK);
	expect_text(got.message, "<sealed>");
	effects_add(&on.list, EFFECT_CODE_CREATE)->u.code = code;
	APPLY(ERROR_STALE);
	ADD(CODE_USE, code_use, .hash = STR("h"));
	APPLY(ERROR_INVALID_VALUE);
	ADD(CODE_USE, code_use, .hash = STR("h"), .used_ms = 77);
	APPLY(OK);
	ADD(CODE_USE, code_use, .hash = STR("h"), .used_ms = 78);
	APPLY(ERROR_STALE);
	ADD(CODE_USE, code_use, .hash = STR("other"), .used_ms = 78);
	APPLY(ERROR_STALE);
	EXPECT(store_find_code(on.store, on.arena, STR("h"), &got, &why), OK);
	expect_text(got.redirect_uri, "http://shop.test/");
	expect_text(got.code_challenge_method, "S256");
	expect_text(got.acr, "1");
	assert_true(got.offline_asked);
	assert_int_equal(got.expires_ms, 9);
	assert_int_equal(got.used_ms, 77);
	expect_text(got.message, "");
	EXPECT(store_find_code(on.store, on.arena, STR("x"), &got, &why), ERROR_NAME_NOT_FOUND);
}

static struct token_rows token_rows(struct str in_realm, const char *user, const char *session,
	bool offline)
{
	struct token_rows rows = { .revoked = true };
	EXPECT(store_find_token_rows(on.store, on.arena, in_realm, str_from(user),
		       str_from(session), offline, STR("jti"), &rows, &why),
		OK);
	return rows;
}

static void tokens_are_revoked_by_realm(void **state)
{
	(void)state;
	assert_false(token_rows(realm, "u", "", false).revoked);
	ADD(TOKEN_REVOKE, token_revoke, .realm_id = realm, .jti = STR("jti"), .expires_s = 5);
	ADD(TOKEN_REVOKE, token_revoke, .realm_id = realm, .jti = STR("jti"), .expires_s = 5);
	APPLY(OK);
	assert_true(token_rows(realm, "u", "", false).revoked);
	assert_false(token_rows(STR("other"), "u", "", false).revoked);
}

static void what_a_token_names_is_found_in_its_realm_only(void **state)
{
	(void)state;
	const char *user = "u1";
	struct session s = some_session("s");
	s.user_id = str_from(user);
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = some_user(user, "eve", "eve@example.org");
	effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = s;
	ADD(CLIENT_SESSION_PUT, client_session, .row = some_client("s", "shop"),
		.session_version = 1);
	APPLY(OK);
	struct session session = find_session("s");
	struct token_rows rows = token_rows(realm, user, "s", false);
	assert_non_null(rows.user);
	assert_non_null(rows.session);
	assert_true(str_eq(rows.user->id, session.user_id));
	expect_text(rows.session->id, "s");
	assert_int_equal(rows.session->version, session.version);
	assert_int_equal(rows.session->clients_n, 1);
	expect_text(rows.session->clients[0].client_id, "shop");
	/* Offline, of no session, of another session, of another user, of another realm. */
	assert_null(token_rows(realm, user, "s", true).session);
	assert_null(token_rows(realm, user, "", false).session);
	assert_null(token_rows(realm, user, "t", false).session);
	assert_null(token_rows(realm, "nobody", "s", false).user);
	assert_non_null(token_rows(realm, "nobody", "s", false).session);
	rows = token_rows(STR("other"), user, "s", false);
	assert_null(rows.user);
	assert_null(rows.session);
}

/* ---- events ---- */

static void add_event(int64_t time_ms, const char *type, const char *user)
{
	struct event_detail *details = arena_array(on.arena, 2, sizeof *details);
	details[0] = (struct event_detail){ STR("reason"), STR("bad \"value\" \x01") };
	details[1] = (struct event_detail){ STR("reason"), STR("\xff") };
	ADD(EVENT, event, .time_ms = time_ms, .type = str_from(type), .realm_id = realm,
		.realm_name = STR("realm"), .client_id = STR("shop"), .user_id = str_from(user),
		.ip_address = STR("192.0.2.1"), .details = details, .details_n = 2);
}

static void expect_events(struct event_query query, const char *times)
{
	struct event *events = NULL;
	size_t n = 99;
	query.realm_id = realm;
	EXPECT(store_list_events(on.store, on.arena, &query, &events, &n, &why), OK);
	assert_int_equal(n, strlen(times));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(events[i].time_ms, times[i] - '0');
		assert_int_equal(events[i].id.n, 36);
		assert_int_equal(events[i].details_n, 2);
		expect_text(events[i].details[0].value, "bad \"value\" \x01");
		expect_text(events[i].details[1].value, "\xef\xbf\xbd");
	}
}

static void events_by_every_filter(void **state)
{
	(void)state;
	add_event(1, "LOGIN", "ada");
	add_event(2, "LOGIN_ERROR", "");
	add_event(3, "LOGOUT", "ada");
	add_event(4, "LOGINXERROR", "eve");
	APPLY(OK);
	struct str types[] = { STR("LOGIN_ERROR"), STR("LOGOUT") };
	expect_events((struct event_query){ .first = 0 }, "4321");
	expect_events((struct event_query){ .first = 1, .max = 2 }, "32");
	expect_events((struct event_query){ .types = { types, 2 } }, "32");
	expect_events((struct event_query){ .types = { types, 2 }, .user_id = STR("ada") }, "3");
	expect_events((struct event_query){ .user_id = STR("ada") }, "31");
	expect_events((struct event_query){ .from_ms = 2, .to_ms = 3 }, "32");
	expect_events(
		(struct event_query){
			.client_id = STR("shop"), .ip_address = STR("192.0.2.1"), .from_ms = 4 },
		"4");
	expect_events((struct event_query){ .client_id = STR("blog") }, "");
	ADD(ADMIN_EVENT, admin_event, .realm_id = realm, .operation = STR("CREATE"), .time_ms = 3);
	APPLY(OK);
	assert_int_equal(count("select time_ms from admin_event where operation = 'CREATE'"), 3);
}

static void damaged_rows_are_told_of(void **state)
{
	(void)state;
	static const char *const damages[] = { "{", "[\"a\"]", "[1,2]", "\"x\"",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[" };
	add_event(1, "LOGIN", "ada");
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = some_user("ada", "ada", "");
	ADD(SIGNOUT_CREATE, signout, .id = STR("so"), .realm_id = realm);
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = some_delivery("d", "so", 1);
	APPLY(OK);
	for (size_t i = 0; i < ARRAY_LENGTH(damages); i++) {
		char sql[400];
		snprintf(sql, sizeof sql,
			"update event set details = '%s'; update users set attributes"
			" = '%s'",
			damages[i], damages[i]);
		script(sql);
		struct event_query query = { .realm_id = realm };
		struct event *events = NULL;
		struct user *user = NULL;
		size_t n;
		EXPECT(store_list_events(on.store, on.arena, &query, &events, &n, &why),
			ERROR_CORRUPT);
		EXPECT(store_find_user(
			       on.store, on.arena, realm, STR("ada"), USER_ROW, &user, &why),
			ERROR_CORRUPT);
		assert_null(events);
		assert_null(user);
	}
	script("update delivery set state = 'lost'");
	struct signout got;
	EXPECT(store_find_signout(on.store, on.arena, realm, STR("so"), &got, &why), ERROR_CORRUPT);
}

#define ON_EMPTY(test)                                                    \
	{                                                                 \
		cmocka_unit_test_setup(test, fixture_fresh), EVERY_ENGINE \
	}

int main(int argc, char **argv)
{
	static const struct fixture_test tests[] = {
		IN_STORE(every_statement_prepares),
		ON_EMPTY(migrations_resume),
		ON_EMPTY(newer_schema_is_refused),
		ON_EMPTY(open_refuses_bad_urls),
		IN_STORE(health),
		IN_STORE(session_comes_back),
		IN_STORE(sessions_are_found_in_their_place_only),
		IN_STORE(session_id_and_cookie_are_unique),
		IN_STORE(session_versions),
		IN_STORE(a_part_stands_until_anything_ends_it),
		ON_EMPTY(client_sessions_of_before_the_chains),
		IN_STORE(session_signs_in_again),
		IN_STORE(touch_never_moves_back),
		IN_STORE(bind_needs_the_row),
		IN_STORE(end_takes_the_clients),
		IN_STORE(lists_of_sessions),
		IN_STORE(mass_orders_end_what_they_concern),
		IN_STORE(sessions_are_counted_where_one_begins),
		IN_STORE(code_works_once),
		IN_STORE(tokens_are_revoked_by_realm),
		IN_STORE(what_a_token_names_is_found_in_its_realm_only),
		IN_STORE(events_by_every_filter),
		IN_STORE(damaged_rows_are_told_of),
	};
	fixture_start(argc, argv, "store");
	return fixture_run("store", tests, ARRAY_LENGTH(tests));
}

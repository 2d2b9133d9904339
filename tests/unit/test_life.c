/* model/life: how long sessions and tokens live. */
#include "realm_fixture.h"

#include "model/life.h"

static void remember_me_has_limits_of_its_own(void **state)
{
	(void)state;
	struct realm_settings *settings = &realm.settings;
	struct life_limits limits = life_of_session(settings, false, true);
	assert_int_equal(limits.idle_s, 1800); /* 0: as without */
	assert_int_equal(limits.maximum_s, 36000);
	settings->sso_session_idle_timeout_remember_me_s = 600;
	settings->sso_session_max_lifespan_remember_me_s = 864000;
	limits = life_of_session(settings, false, true);
	assert_int_equal(limits.idle_s, 600);
	assert_int_equal(limits.maximum_s, 864000);
	assert_int_equal(life_of_session(settings, false, false).idle_s, 1800);
	assert_int_equal(life_of_session(settings, true, true).idle_s, 2592000);
}

/* GHSA-895x-rfqp-jh5c */
static void remembered_sessions_end_with_the_setting(void **state)
{
	(void)state;
	struct session *session = new_session("S");
	session->remember_me = true;
	assert_int_equal(life_of(&realm, NULL, session, NOW_MS), LIFE_ALIVE);
	realm.settings.remember_me = false;
	assert_int_equal(life_of(&realm, NULL, session, NOW_MS), LIFE_MAXIMUM);
	session->offline = true;
	assert_int_equal(life_of(&realm, NULL, session, NOW_MS), LIFE_ALIVE);
}

/* B2.18 */
static void a_session_ends_on_the_second(void **state)
{
	(void)state;
	struct session *session = new_session("S"); /* started and used 60 s ago */
	int64_t start_ms = session->started_ms;
	assert_int_equal(life_of(&realm, NULL, session, start_ms + 1799999), LIFE_ALIVE);
	assert_int_equal(life_of(&realm, NULL, session, start_ms + 1800000), LIFE_IDLE);
	session->last_refresh_s = start_ms / 1000 + 35999;
	assert_int_equal(life_of(&realm, NULL, session, start_ms + 35999999), LIFE_ALIVE);
	assert_int_equal(life_of(&realm, NULL, session, start_ms + 36000000), LIFE_MAXIMUM);
	assert_int_equal(life_session_expires_s(&realm, session), start_ms / 1000 + 36000);
	session->last_refresh_s = start_ms / 1000;
	assert_int_equal(life_session_expires_s(&realm, session), start_ms / 1000 + 36000); /* at the latest */
	session->offline = true;
	assert_int_equal(life_of(&realm, NULL, session, start_ms + 36000000), LIFE_ALIVE);
	assert_int_equal(life_session_expires_s(&realm, session), start_ms / 1000 + 2592000);
	assert_int_equal(life_of(&realm, NULL, session, start_ms + INT64_C(2592000000)), LIFE_IDLE);
	realm.settings.offline_session_max_lifespan_enabled = true;
	session->last_refresh_s = start_ms / 1000 + 5183999;
	assert_int_equal(life_of(&realm, NULL, session, start_ms + INT64_C(5184000000)), LIFE_MAXIMUM);
}

static void an_epoch_ends_what_began_before_it(void **state)
{
	(void)state;
	const struct session *session = new_session("S");
	struct user user = { .id = STR("ada-id") };
	assert_int_equal(life_of(&realm, &user, session, NOW_MS), LIFE_ALIVE);
	user.sessions_ended_before_ms = session->started_ms - 1;
	assert_int_equal(life_of(&realm, &user, session, NOW_MS), LIFE_ALIVE);
	user.sessions_ended_before_ms = session->started_ms;
	assert_int_equal(life_of(&realm, &user, session, NOW_MS), LIFE_ENDED);
	assert_int_equal(life_of(&realm, NULL, session, NOW_MS), LIFE_ALIVE);
	realm.sessions_ended_before_ms = session->started_ms;
	assert_int_equal(life_of(&realm, NULL, session, NOW_MS), LIFE_ENDED);
	assert_int_equal(life_expiry(&realm, session, NOW_MS), LIFE_ALIVE);
}

/* Of orders about the user alone; what the store says goes before what a snapshot knows. */
static void a_session_may_be_spared(void **state)
{
	(void)state;
	struct session *session = new_session("S");
	struct user user = { .id = STR("ada-id"), .sessions_ended_before_ms = session->started_ms + 5 };
	session->spared_ms = session->started_ms + 5;
	assert_int_equal(life_of(&realm, &user, session, NOW_MS), LIFE_ALIVE);
	user.sessions_ended_before_ms++;
	assert_int_equal(life_of(&realm, &user, session, NOW_MS), LIFE_ENDED);
	realm.sessions_ended_before_ms = session->started_ms;
	session->spared_ms = NOW_MS;
	assert_int_equal(life_of(&realm, &user, session, NOW_MS), LIFE_ENDED);
	realm.sessions_ended_before_ms = 0;
	session->ended = true;
	assert_int_equal(life_of(&realm, &user, session, NOW_MS), LIFE_ENDED);
}

static void epochs_of_clients_and_of_remembered_sessions(void **state)
{
	(void)state;
	struct session *session = new_session("S");
	struct client *client = add_client("app");
	struct client_session part = { .started_ms = session->started_ms, .last_refresh_s = NOW_MS / 1000 };
	assert_int_equal(life_of_part(&realm, client, session, &part, NOW_MS), LIFE_ALIVE);
	client->sessions_ended_before_ms = part.started_ms;
	assert_int_equal(life_of_part(&realm, client, session, &part, NOW_MS), LIFE_ENDED);
	assert_int_equal(life_of(&realm, NULL, session, NOW_MS), LIFE_ALIVE);
	realm.settings.remember_me = true;
	realm.remembered_ended_before_ms = session->started_ms;
	assert_int_equal(life_of(&realm, NULL, session, NOW_MS), LIFE_ALIVE);
	session->remember_me = true;
	assert_int_equal(life_of(&realm, NULL, session, NOW_MS), LIFE_ENDED);
}

static void a_clients_part_never_outlives_the_session(void **state)
{
	(void)state;
	struct client *client = add_client("app");
	struct life_limits limits = life_of_client_session(&realm.settings, client, false, false);
	assert_int_equal(limits.idle_s, 1800);
	realm.settings.client_session_idle_timeout_s = 900;
	realm.settings.client_session_max_lifespan_s = 90000;
	limits = life_of_client_session(&realm.settings, client, false, false);
	assert_int_equal(limits.idle_s, 900);
	assert_int_equal(limits.maximum_s, 36000);
	add_attribute(client, "client.session.idle.timeout", "300");
	add_attribute(client, "client.session.max.lifespan", "7200");
	add_attribute(client, "client.offline.session.idle.timeout", "nonsense");
	limits = life_of_client_session(&realm.settings, client, false, false);
	assert_int_equal(limits.idle_s, 300);
	assert_int_equal(limits.maximum_s, 7200);
	limits = life_of_client_session(&realm.settings, client, true, false);
	assert_int_equal(limits.idle_s, 2592000);
	assert_true(limits.maximum_s == INT64_MAX);
}

static void an_access_token_never_outlives_its_session(void **state)
{
	(void)state;
	struct session *session = new_session("S");
	struct client *client = add_client("app"), *own = add_client("own"), *longest = add_client("longest");
	add_attribute(own, "access.token.lifespan", "60");
	add_attribute(longest, "access.token.lifespan", "-1");
	assert_int_equal(life_access_token_s(&realm, client, NULL, NOW_MS), 300);
	assert_int_equal(life_access_token_s(&realm, own, NULL, NOW_MS), 60);
	assert_int_equal(life_access_token_s(&realm, client, session, NOW_MS), 300);
	assert_int_equal(life_access_token_s(&realm, client, session, session->started_ms + 35990000), 10);
	assert_int_equal(life_access_token_s(&realm, client, session, session->started_ms + 36001000), 0);
	assert_int_equal(life_access_token_s(&realm, longest, session, NOW_MS), 35940);
	assert_int_equal(life_access_token_s(&realm, longest, NULL, NOW_MS), 300);
	realm.settings.access_token_lifespan_for_implicit_flow_s = 900;
	assert_int_equal(life_implicit_token_s(&realm, session, NOW_MS), 900);
	assert_int_equal(life_implicit_token_s(&realm, session, session->started_ms + 35990000), 10);
	assert_int_equal(life_implicit_token_s(&realm, session, session->started_ms + 36001000), 0);
	session->offline = true;
	assert_int_equal(life_access_token_s(&realm, longest, session, NOW_MS), 300);
	assert_int_equal(life_implicit_token_s(&realm, session, session->started_ms + 36001000), 900);
}

static void a_refresh_token_ends_with_what_ends_first(void **state)
{
	(void)state;
	struct session *session = new_session("S");
	const struct client *client = add_client("app");
	struct client_session *part = add_part(session, client);
	assert_int_equal(life_refresh_token_s(&realm, client, session, part, NOW_MS), 1800);
	int64_t late_ms = session->started_ms + 35000000;
	assert_int_equal(life_refresh_token_s(&realm, client, session, part, late_ms), 1000);
	realm.settings.client_session_max_lifespan_s = 3600;
	part->started_ms = late_ms - 3500000;
	assert_int_equal(life_refresh_token_s(&realm, client, session, part, late_ms), 100);
	session->offline = true;
	assert_int_equal(life_refresh_token_s(&realm, client, session, part, NOW_MS), 0);
	realm.settings.offline_session_max_lifespan_enabled = true;
	assert_int_equal(life_refresh_token_s(&realm, client, session, part, NOW_MS), 2592000);
}

/* Every setting of idle time and maximum, one at a time, beside an idle time of 1800 s and a maximum
 * of 36000 s (offline: 2592000 s and none): what a client's part then has. */
static void every_limit_has_its_say(void **state)
{
	(void)state;
	struct realm_settings *settings = &realm.settings;
	struct client *client = add_client("app");
	const struct {
		int64_t *setting;      /* of the realm; NULL: an attribute of the client */
		const char *attribute;
		bool offline, remembered;
		int64_t idle_s, maximum_s; /* with 700 in the setting; 0: as without it */
	} rows[] = {
		{ &settings->sso_session_idle_timeout_s, NULL, false, false, 700, 0 },
		{ &settings->sso_session_max_lifespan_s, NULL, false, false, 0, 700 },
		{ &settings->sso_session_idle_timeout_remember_me_s, NULL, false, true, 700, 0 },
		{ &settings->sso_session_max_lifespan_remember_me_s, NULL, false, true, 0, 700 },
		{ &settings->sso_session_idle_timeout_remember_me_s, NULL, false, false, 0, 0 },
		{ &settings->client_session_idle_timeout_s, NULL, false, false, 700, 0 },
		{ &settings->client_session_max_lifespan_s, NULL, false, false, 0, 700 },
		{ &settings->offline_session_idle_timeout_s, NULL, true, false, 700, 0 },
		{ &settings->client_offline_session_idle_timeout_s, NULL, true, false, 700, 0 },
		{ &settings->client_offline_session_max_lifespan_s, NULL, true, false, 0, 700 },
		{ &settings->client_session_idle_timeout_s, NULL, true, false, 0, 0 },
		{ NULL, "client.session.idle.timeout", false, false, 700, 0 },
		{ NULL, "client.session.max.lifespan", false, false, 0, 700 },
		{ NULL, "client.offline.session.idle.timeout", true, false, 700, 0 },
		{ NULL, "client.offline.session.max.lifespan", true, false, 0, 700 },
		{ NULL, "client.offline.session.idle.timeout", false, false, 0, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct life_limits before = life_of_client_session(settings, client, rows[i].offline, rows[i].remembered);
		int64_t kept = rows[i].setting ? *rows[i].setting : 0;
		if (rows[i].setting)
			*rows[i].setting = 700;
		else
			add_attribute(client, rows[i].attribute, "700");
		struct life_limits after = life_of_client_session(settings, client, rows[i].offline, rows[i].remembered);
		if (after.idle_s != (rows[i].idle_s ? rows[i].idle_s : before.idle_s) ||
		    after.maximum_s != (rows[i].maximum_s ? rows[i].maximum_s : before.maximum_s))
			fail_msg("row %zu: idle %lld s, maximum %lld s", i, (long long)after.idle_s, (long long)after.maximum_s);
		if (rows[i].setting)
			*rows[i].setting = kept;
		client->attributes.n = 0;
	}
}

/* Realm, client and user in each order: the largest counts (CVE-2026-8922). */
static void the_largest_not_before_counts(void **state)
{
	(void)state;
	static const int64_t orders[][3] = { { 1, 2, 3 }, { 1, 3, 2 }, { 2, 1, 3 }, { 2, 3, 1 }, { 3, 1, 2 },
		{ 3, 2, 1 }, { 3, 3, 1 }, { 3, 1, 3 }, { 1, 3, 3 } };
	struct client *client = add_client("app");
	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++) {
		struct user user = { .not_before_s = orders[i][2] };
		realm.settings.not_before_s = orders[i][0];
		client->not_before_s = orders[i][1];
		assert_int_equal(life_not_before_s(&realm, client, &user), 3);
	}
	realm.settings.not_before_s = 5;
	assert_int_equal(life_not_before_s(&realm, NULL, NULL), 5);
}

static void a_disabled_realm_serves_its_keys_while_it_owes(void **state)
{
	(void)state;
	const int64_t hour_ms = LIFE_KEYS_SERVED_MS;
	realm.sessions_ended_before_ms = NOW_MS;
	assert_true(life_serves_keys(&realm, false, NOW_MS + 2 * hour_ms));
	realm.settings.enabled = false;
	assert_true(life_serves_keys(&realm, true, NOW_MS));
	assert_false(life_serves_keys(&realm, false, NOW_MS));
	assert_true(life_serves_keys(&realm, true, NOW_MS + hour_ms - 1));
	assert_false(life_serves_keys(&realm, true, NOW_MS + hour_ms));
	realm.sessions_ended_before_ms = 0; /* imported so */
	assert_false(life_serves_keys(&realm, true, NOW_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_REALM(remember_me_has_limits_of_its_own),
		IN_REALM(remembered_sessions_end_with_the_setting),
		IN_REALM(a_session_ends_on_the_second),
		IN_REALM(an_epoch_ends_what_began_before_it),
		IN_REALM(a_session_may_be_spared),
		IN_REALM(epochs_of_clients_and_of_remembered_sessions),
		IN_REALM(a_clients_part_never_outlives_the_session),
		IN_REALM(an_access_token_never_outlives_its_session),
		IN_REALM(a_refresh_token_ends_with_what_ends_first),
		IN_REALM(every_limit_has_its_say),
		IN_REALM(the_largest_not_before_counts),
		IN_REALM(a_disabled_realm_serves_its_keys_while_it_owes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

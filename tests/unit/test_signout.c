/* signout/: the doors, the notices. What decisions lead to is in tests/cases/signout. */
#include "realm_fixture.h"

#include "model/nodes.h"
#include "signout/channel.h"
#include "signout/decide.h"
#include "signout/notice.h"

static struct delivery some_delivery(void)
{
	return (struct delivery){ .client_name = STR("app0"), .session_id = STR("wvFcsSX1mupVNnhvjmOQDbAI"),
		.user_id = STR("846a03b7-b97b-49a9-8779-18c280c445bb"),
		.issuer = STR("http://op.example/realms/customers"), .send_sid = true };
}

#define HEAD "{\"exp\":1795256858,\"iat\":1795256738,\"jti\":\"J\",\"iss\":\"http://op.example/realms/customers\"," \
	     "\"aud\":\"app0\",\"sub\":\"846a03b7-b97b-49a9-8779-18c280c445bb\",\"typ\":\"Logout\""
#define SID ",\"sid\":\"wvFcsSX1mupVNnhvjmOQDbAI\""
#define EVENTS ",\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}"

/* Byte for byte what Keycloak 26.7 sends, but for the random part. */
static void logout_tokens_are_keycloaks(void **state)
{
	(void)state;
	struct delivery delivery = some_delivery();
	expect_text(notice_logout_token(arena, &delivery, STR("J"), 1795256738), HEAD SID EVENTS "}}");
	delivery.revoke_offline_access = true;
	expect_text(notice_logout_token(arena, &delivery, STR("J"), 1795256738),
		HEAD SID EVENTS ",\"revoke_offline_access\":true}}");
	delivery.send_sid = delivery.revoke_offline_access = false;
	expect_text(notice_logout_token(arena, &delivery, STR("J"), 1795256738), HEAD EVENTS "}}");
}

static void admin_orders_are_keycloaks(void **state)
{
	(void)state;
	struct delivery delivery = some_delivery();
	delivery.client_name = STR("legacy");
	delivery.adapter_session_id = STR("http-session-1");
	expect_text(notice_admin_logout(arena, &delivery, STR("I"), 1795256738656),
		"{\"id\":\"I-1795256738656\",\"expiration\":1795256768,\"resource\":\"legacy\",\"action\":\"LOGOUT\","
		"\"adapterSessionIds\":[\"http-session-1\"],\"notBefore\":0,"
		"\"keycloakSessionIds\":[\"wvFcsSX1mupVNnhvjmOQDbAI\"]}");
	/* Absent would mean everybody. */
	delivery.adapter_session_id = STR("");
	expect_text(notice_admin_logout(arena, &delivery, STR("I"), 1795256738656),
		"{\"id\":\"I-1795256738656\",\"expiration\":1795256768,\"resource\":\"legacy\",\"action\":\"LOGOUT\","
		"\"adapterSessionIds\":[],\"notBefore\":0,\"keycloakSessionIds\":[\"wvFcsSX1mupVNnhvjmOQDbAI\"]}");
	delivery.all_sessions = true;
	delivery.not_before_s = 1795256740;
	expect_text(notice_admin_logout(arena, &delivery, STR("I"), 1795256740534),
		"{\"id\":\"I-1795256740534\",\"expiration\":1795256770,\"resource\":\"legacy\",\"action\":\"LOGOUT\","
		"\"notBefore\":1795256740}");
}

static void a_question_for_an_adapter_ends_nothing(void **state)
{
	(void)state;
	ARENA_SCOPED own = arena_new(0);
	const struct delivery delivery = { .client_name = STR("legacy") };
	expect_text(notice_admin_test(own, &delivery, STR("I"), 1795256741973),
		"{\"id\":\"I-1795256741973\",\"expiration\":1795256771,\"resource\":\"legacy\","
		"\"action\":\"TEST_AVAILABILITY\"}");
}

static void notices_escape_what_clients_chose(void **state)
{
	(void)state;
	struct delivery delivery = some_delivery();
	delivery.client_name = STR("a\"b\\c\n");
	delivery.adapter_session_id = STR("x\",\"y");
	assert_true(str_contains(notice_logout_token(arena, &delivery, STR("J"), NOW_S), STR("\"aud\":\"a\\\"b\\\\c\\n\"")));
	assert_true(str_contains(notice_admin_logout(arena, &delivery, STR("I"), NOW_MS),
		STR("\"adapterSessionIds\":[\"x\\\",\\\"y\"]")));
}

static void every_door_has_a_row(void **state)
{
	(void)state;
	for (int i = 0; i < DOOR_COUNT; i++) {
		const struct door_row *row = door_row((enum door)i);
		enum door found = DOOR_COUNT;
		assert_true(row->name && row->event && row->text && row->name[0] && row->event[0] && row->text[0]);
		assert_true(door_of(str_from(row->name), &found));
		assert_int_equal(found, i); /* no name twice */
		/* What concerns one client's part of one session has no say over others; who withdraws
		 * access walks all of the user's sessions. */
		assert_true(row->ends == DOOR_ENDS_SESSION || row->whose == DOOR_WHOSE_CLIENT ||
			    row->offline != DOOR_OFFLINE_ENDS || i == DOOR_CONSENT_WITHDRAWN);
	}
	enum door none = DOOR_COUNT;
	assert_false(door_of(STR("no-such-door"), &none));
	assert_int_equal(none, DOOR_COUNT);
}

static void the_algorithm_is_that_of_id_tokens(void **state)
{
	(void)state;
	struct client *client = add_client("app");
	expect_text(channel_algorithm(&realm, client), "RS256");
	realm.settings.default_signature_algorithm = STR("ES384");
	expect_text(channel_algorithm(&realm, client), "ES384");
	add_attribute(client, "id.token.signed.response.alg", "PS256");
	expect_text(channel_algorithm(&realm, client), "PS256");
}

/* The transaction must find the rows as they were judged, and know when to give up. */
static void effects_carry_their_conditions(void **state)
{
	(void)state;
	struct client *client = add_client("app");
	add_attribute(client, "backchannel.logout.url", "https://app.example.org/bc");
	add_pair(&realm.settings.attributes, "curfew.signout.give_up_s", "3600");
	struct session *session = new_session("S");
	struct client_session *part = add_part(session, client);
	part->adapter_bound_ms = part->started_ms + 5;
	struct effects effects = effects_new(arena);
	struct signout_outcome outcome;
	const struct signout_order order = { .door = DOOR_RP_LOGOUT, .id = STR("out"), .now_ms = NOW_MS };
	signout_session(&order, &realm, session, &effects, &outcome);
	assert_int_equal(effects.n, 4);
	assert_int_equal(effects.items[0].u.end.version, 7);
	const struct delivery *delivery = &effects.items[2].u.delivery;
	assert_int_equal(effects.items[2].kind, EFFECT_DELIVERY_CREATE);
	expect_text(delivery->id, "out-1");
	expect_text(delivery->issuer, "https://sso.example.org/realms/customers");
	assert_true(delivery->queued_ms == NOW_MS && delivery->due_ms == NOW_MS);
	assert_true(delivery->give_up_ms == NOW_MS + 3600000 && delivery->settled_ms == 0);
	assert_true(delivery->bound_ms == part->adapter_bound_ms);
	assert_false(delivery->all_sessions);
}

static void the_other_orders_are_keycloaks(void **state)
{
	(void)state;
	const struct delivery notice = { .client_name = STR_INIT("legacy"), .not_before_s = 7 };
	struct str push = notice_admin_not_before(arena, &notice, STR("I"), NOW_MS);
	struct str test = notice_admin_test(arena, &notice, STR("I"), NOW_MS);
	struct str head = arena_format(arena, "{\"id\":\"I-%lld\",\"expiration\":%lld,\"resource\":\"legacy\",",
				       (long long)NOW_MS, (long long)NOW_S + NOTICE_ADMIN_LIFE_S);
	assert_true(str_eq(push, arena_join(arena, head, STR("\"action\":\"PUSH_NOT_BEFORE\",\"notBefore\":7}"), STR(""))));
	assert_true(str_eq(test, arena_join(arena, head, STR("\"action\":\"TEST_AVAILABILITY\"}"), STR(""))));
}

/* CVE-2026-4874 */
static void only_hosts_are_nodes(void **state)
{
	(void)state;
	static const char *const good[] = { "a", "node-1.example.org", "192.0.2.1", "[2001:db8::1]", "n_1:8443",
		"[::1]:65535", "a:1" };
	static const char *const bad[] = { "", ":80", "a:", "a:0", "a:65536", "a:-1", "a:+1", "a b", "a/b", "u@a", "a#b",
		"a?b", "[", "[]", "[:]", "[::1", "[g!]", "[::1]x", "a:1:2", "\"", "${application.session.host}" };
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		if (!node_is_host(str_from(good[i])))
			fail_msg("%s is a host", good[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (node_is_host(str_from(bad[i])))
			fail_msg("%s is no host", bad[i]);
}

static void expect_node(const struct client *client, size_t i, size_t of, const char *url)
{
	size_t n;
	const struct channel_node *nodes = channel_nodes(arena, client, NOW_S, &n);
	assert_int_equal(n, of);
	expect_text(nodes[i].url, url);
}

static void orders_go_to_every_living_node(void **state)
{
	(void)state;
	struct client *client = add_client("app");
	size_t n;
	(void)channel_nodes(arena, client, NOW_S, &n);
	assert_int_equal(n, 0);
	client->admin_url = STR("https://app.example.org:8443/adapter?x");
	expect_node(client, 0, 1, "https://app.example.org:8443/adapter?x");
	assert_true(nodes_put(arena, client, STR("n1"), NOW_S - 50) && nodes_put(arena, client, STR("n2:1"), NOW_S));
	expect_node(client, 0, 2, "https://n1:8443/adapter?x");
	expect_node(client, 1, 2, "https://n2:1/adapter?x");
	expect_text(channel_everybody(arena, client, STR("n2:1")).url, "https://n2:1/adapter?x/k_logout");
	client->node_re_registration_timeout_s = 20;
	expect_node(client, 0, 1, "https://n2:1/adapter?x");
	client->admin_url = STR("http://${application.session.host}/a");
	expect_node(client, 0, 1, "http://n2:1/a");
	assert_int_equal(channel_everybody(arena, client, STR("")).channel, CHANNEL_NONE);
	assert_true(nodes_remove(client, STR("n2:1")) && !nodes_remove(client, STR("n2:1")));
	client->admin_url = STR("http://[::1]:80");
	client->node_re_registration_timeout_s = -1;
	expect_node(client, 0, 1, "http://n1:80");
	add_attribute(client, "backchannel.logout.url", "https://app.example.org/bc");
	assert_int_equal(channel_everybody(arena, client, STR("n1")).channel, CHANNEL_NONE);
}

/* Its processing URL is no adapter's, and it takes no tokens. */
static void a_saml_client_gets_nothing_of_openid(void **state)
{
	(void)state;
	size_t n;
	struct client *client = add_client("sp");
	const struct client_session session = { .session_id = STR("S"), .issuer = STR("I") };
	client->protocol = STR("saml");
	client->frontchannel_logout = true;
	client->admin_url = STR("https://sp.example.org/saml");
	add_attribute(client, "backchannel.logout.url", "https://sp.example.org/bc");
	add_attribute(client, "frontchannel.logout.url", "https://sp.example.org/out");
	(void)channel_nodes(arena, client, NOW_S, &n);
	assert_int_equal(n, 0);
	assert_int_equal(channel_everybody(arena, client, STR("")).channel, CHANNEL_NONE);
	assert_int_equal(channel_front(arena, client, &session).channel, CHANNEL_NONE);
	assert_int_equal(channel_server(arena, client, &session).channel, CHANNEL_NONE);
	struct channel_target browser = channel_browser(arena, client, STR("redirect"));
	assert_int_equal(browser.channel, CHANNEL_SAML_BROWSER);
	expect_text(browser.url, "https://sp.example.org/saml");
	client->frontchannel_logout = false;
	assert_int_equal(channel_server(arena, client, &session).channel, CHANNEL_SAML_POST);
	expect_text(channel_server(arena, client, &session).url, "https://sp.example.org/saml");
	expect_text(channel_saml_algorithm(arena, client), "");
	client->protocol = STR("openid-connect");
	assert_int_equal(channel_browser(arena, client, STR("redirect")).channel, CHANNEL_NONE);
}

static void channels_and_states_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < CHANNELS; i++) {
		enum channel found = CHANNEL_BACKCHANNEL;
		assert_true(channel_of(str_from(channel_name((enum channel)i)), &found));
		assert_int_equal(found, i);
	}
	for (int i = 0; i < DELIVERY_STATES; i++) {
		enum delivery_state found = DELIVERY_QUEUED, one = (enum delivery_state)i;
		assert_true(delivery_state_of(str_from(delivery_state_name(one)), &found));
		assert_int_equal(found, i);
		assert_false(delivery_state_owed(one) && delivery_state_settled(one));
		assert_true(delivery_state_settled(one) || !delivery_state_told(one));
	}
	assert_false(delivery_state_settled(DELIVERY_WAITING_BROWSER) || delivery_state_owed(DELIVERY_WAITING_BROWSER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_REALM(logout_tokens_are_keycloaks),
		IN_REALM(admin_orders_are_keycloaks),
		IN_REALM(a_question_for_an_adapter_ends_nothing),
		IN_REALM(notices_escape_what_clients_chose),
		IN_REALM(every_door_has_a_row),
		IN_REALM(the_algorithm_is_that_of_id_tokens),
		IN_REALM(effects_carry_their_conditions),
		IN_REALM(the_other_orders_are_keycloaks),
		IN_REALM(only_hosts_are_nodes),
		IN_REALM(orders_go_to_every_living_node),
		IN_REALM(a_saml_client_gets_nothing_of_openid),
		IN_REALM(channels_and_states_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

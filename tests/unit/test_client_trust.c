/* client/: whom TLS trusts, in words, and where requests may go. */
#include "client_fixture.h"

/* ---- TLS ---- */

/* CVE-2025-3501 */
static void a_certificate_that_is_not_trusted_is_explained(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ .ca_pem = servers.root_pem });
	static const struct { const char *server; enum client_outcome outcome; const char *words; } rows[] = {
		{ "expired", CLIENT_TLS_EXPIRED, "certificate 'CN=app.curfew.test' expired at "
		  "2025-01-01 00:00:00 UTC; chain: 'CN=app.curfew.test' <- 'O=Example, CN=Private Root'" },
		{ "future", CLIENT_TLS_EXPIRED, "certificate 'CN=app.curfew.test' is not valid before "
		  "2039-01-01 00:00:00 UTC; chain: 'CN=app.curfew.test' <- 'O=Example, CN=Private Root'" },
		{ "other", CLIENT_TLS_NAME, "it is for other names: old.curfew.test, *.old.test" },
		{ "nameless", CLIENT_TLS_NAME, "it is for another subject: CN=old.curfew.test" },
		{ "self", CLIENT_TLS_UNTRUSTED, "certificate 'CN=app.curfew.test' is self-signed and not "
		  "trusted; chain: 'CN=app.curfew.test'; to trust it, add the issuer's certificate with "
		  "--ca-file" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct client_result result = ask_url(client,
			url_to("https", "app.curfew.test", rows[i].server, "/count"));
		assert_outcome(&result, rows[i].outcome, arena_format(servers.arena,
			"certificate of app.curfew.test: %s", rows[i].words));
		assert_int_equal(result.http_status, 0);
	}
	client_free(client);
}

static void trust_comes_from_the_config_or_the_request(void **state)
{
	(void)state;
	struct str url = url_to("https", "app.curfew.test", "chained", "/count");
	struct str untrusted = STR("certificate of app.curfew.test: issuer 'O=Example, CN=Private Root' "
		"not trusted; chain: 'CN=app.curfew.test' <- 'CN=Private Issuer' <- "
		"'O=Example, CN=Private Root' (not sent); to trust it, add the issuer's certificate with "
		"--ca-file");
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct client_result result = ask_url(client, url);
	assert_outcome(&result, CLIENT_TLS_UNTRUSTED, untrusted);
	struct client_request trusting = { .url = url, .ca_pem = servers.root_pem };
	result = ask(client, trusting);
	assert_outcome(&result, CLIENT_ANSWERED, STR("HTTP 200"));
	result = ask(client, trusting);
	assert_true(result.outcome == CLIENT_ANSWERED && result.reused);
	/* The connection that is kept is not for those who do not trust it. */
	result = ask_url(client, url);
	assert_outcome(&result, CLIENT_TLS_UNTRUSTED, untrusted);
	trusting.ca_pem = STR("no certificate");
	result = ask(client, trusting);
	assert_int_equal(result.outcome, CLIENT_BAD_REQUEST);
	client_free(client);
	client = client_of((struct client_config){
		.ca_file = arena_format(servers.arena, "%s/root.pem", servers.folder) });
	result = ask_url(client, url);
	assert_outcome(&result, CLIENT_ANSWERED, STR("HTTP 200"));
	result = ask_url(client, url_to("https", "127.0.0.1", "good", "/count"));
	assert_outcome(&result, CLIENT_ANSWERED, STR("HTTP 200"));
	trusting.ca_pem = read_file("self.pem");
	trusting.url = url_to("https", "app.curfew.test", "self", "/count");
	result = ask(client, trusting);
	assert_outcome(&result, CLIENT_ANSWERED, STR("HTTP 200"));
	client_free(client);
}

static void what_speaks_no_modern_tls_is_told(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ .ca_pem = servers.root_pem });
	static const char *const others[] = { "old", "plain" };
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
		struct client_result result = ask_url(client, url_to("https", "app.curfew.test", others[i], "/"));
		assert_int_equal(result.outcome, CLIENT_TLS_PROTOCOL);
		assert_true(str_contains(result.reason, arena_format(servers.arena,
			"app.curfew.test:%s did not agree on TLS: ", port_of(others[i]))));
	}
	client_free(client);
}

static void a_broken_ca_refuses_to_start(void **state)
{
	(void)state;
	struct outgoing *client = NULL;
	struct why why = { "" };
	struct client_config config = { .ca_file = STR("/nonexistent/ca.pem") };
	assert_int_equal(client_new(&config, &client, &why), ERROR_INVALID_CONFIG);
	assert_non_null(strstr(why.text, "/nonexistent/ca.pem"));
	config = (struct client_config){ .ca_pem = STR("-----BEGIN CERTIFICATE-----\nAAAA\n") };
	assert_int_equal(client_new(&config, &client, &why), ERROR_INVALID_CONFIG);
	assert_null(client);
}

/* ---- where requests may go ---- */

static void forbidden_addresses_are_not_asked(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	static const struct { const char *url, *host, *address; bool strange; } rows[] = {
		{ "http://169.254.169.254/latest/meta-data/", "169.254.169.254", "169.254.169.254", false },
		{ "http://metadata.curfew.test/", "metadata.curfew.test", "169.254.169.254", false },
		{ "http://[fd00:ec2::254]/", "fd00:ec2::254", "fd00:ec2::254", false },
		{ "http://mapped.curfew.test/", "mapped.curfew.test", "::ffff:169.254.169.254", false },
		{ "http://app.curfew.test:1/", "app.curfew.test", "127.0.0.1", true },
		{ "http://10.1.2.3/", "10.1.2.3", "10.1.2.3", true },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct client_result result = ask(client, (struct client_request){
			.url = str_from(rows[i].url),
			.policy = rows[i].strange ? CLIENT_POLICY_STRANGER : CLIENT_POLICY_ADMIN });
		assert_outcome(&result, CLIENT_DENIED_ADDRESS, arena_format(servers.arena,
			"address %s of %s is not allowed for this URL", rows[i].address, rows[i].host));
	}
	assert_int_equal(client_figures(client).connections, 0);
	client_free(client);
}

static void a_kept_connection_opens_no_forbidden_door(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct client_request request = { .url = plain_url("/count") };
	assert_int_equal(ask(client, request).outcome, CLIENT_ANSWERED);
	request.policy = CLIENT_POLICY_STRANGER;
	assert_int_equal(ask(client, request).outcome, CLIENT_DENIED_ADDRESS);
	assert_int_equal(client_figures(client).connections, 1);
	client_free(client);
}

static void only_the_configured_proxy_is_used(void **state)
{
	(void)state;
	/* The environment's would refuse. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	struct outgoing *client = client_of((struct client_config){ 0 });
	assert_int_equal(ask_url(client, plain_url("/count")).outcome, CLIENT_ANSWERED);
	client_free(client);
	setenv("no_proxy", "*", 1);
	client = client_of((struct client_config){ .proxy_except = STR("example.org, .direct.curfew.test"),
		.proxy = arena_format(servers.arena, "http://127.0.0.1:%s", port_of("plain")) });
	/* The proxy resolves the name; a stranger's literal address is judged all the same. */
	struct client_result result = ask(client, (struct client_request){
		.url = STR("http://nowhere.curfew.test/x"), .policy = CLIENT_POLICY_STRANGER });
	assert_true(str_starts(result.body, STR("GET http://nowhere.curfew.test/x HTTP/1.1\r\n")));
	result = ask(client, (struct client_request){ .url = STR("http://127.0.0.1:2/x"),
		.policy = CLIENT_POLICY_STRANGER });
	assert_int_equal(result.outcome, CLIENT_DENIED_ADDRESS);
	result = ask_url(client, url_to("http", "a.direct.curfew.test", "plain", "/echo"));
	assert_true(str_starts(result.body, STR("GET /echo HTTP/1.1\r\n")));
	client_free(client);
	client = client_of((struct client_config){ .proxy = STR("http://127.0.0.1:1") });
	result = ask_url(client, plain_url("/count"));
	assert_int_equal(result.outcome, CLIENT_PROXY_FAILED);
	client_free(client);
	unsetenv("http_proxy"), unsetenv("ALL_PROXY"), unsetenv("no_proxy");
}

/* CVE-2026-1180: 0.0.0.0 is this machine too, and forbidden: whoever connected there would be answered. */
static void a_name_that_moves_to_a_forbidden_address_leads_nowhere(void **state)
{
	(void)state;
	static const char *const addresses[] = { "127.0.0.1", "0.0.0.0", NULL };
	moving_addresses = addresses;
	moving_asked = 0;
	struct str url = url_to("http", "moving.curfew.test", "plain", "/count");
	struct outgoing *client = client_of((struct client_config){ 0 });
	for (int i = 0; i < 3; i++) {
		struct client_result result = ask_url(client, url);
		assert_outcome(&result, CLIENT_ANSWERED, STR("HTTP 200"));
		assert_true(str_starts(result.address, STR("127.0.0.1:")));
	}
	client_free(client);
	/* Asked again, the name leads elsewhere: judged again, and no socket is opened. */
	client = client_of((struct client_config){ 0 });
	for (int i = 0; i < 3; i++) {
		struct client_result result = ask_url(client, url);
		assert_int_equal(result.outcome, CLIENT_DENIED_ADDRESS);
		assert_true(str_index(result.reason, '0') < result.reason.n && !result.address.n);
	}
	assert_int_equal(client_figures(client).connections, 0);
	assert_true(moving_asked >= 1);
	client_free(client);
}

/* Of several addresses only those that are allowed are tried, in whatever order they come. */
static void a_forbidden_address_among_others_is_not_tried(void **state)
{
	(void)state;
	static const char *const denied_last[] = { "127.0.0.2", "0.0.0.0", NULL };
	static const char *const denied_first[] = { "0.0.0.0", "127.0.0.1", NULL };
	struct str url = url_to("http", "many.curfew.test", "plain", "/count");
	struct outgoing *client = client_of((struct client_config){ 0 });
	many_addresses = denied_last; /* nobody listens at the first */
	struct client_result result = ask_url(client, url);
	assert_true(result.outcome == CLIENT_REFUSED || result.outcome == CLIENT_DENIED_ADDRESS);
	assert_int_equal(result.http_status, 0);
	client_free(client);
	client = client_of((struct client_config){ 0 });
	many_addresses = denied_first;
	result = ask_url(client, url);
	assert_outcome(&result, CLIENT_ANSWERED, STR("HTTP 200"));
	assert_true(str_starts(result.address, STR("127.0.0.1:")));
	client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_that_is_not_trusted_is_explained),
		cmocka_unit_test(trust_comes_from_the_config_or_the_request),
		cmocka_unit_test(what_speaks_no_modern_tls_is_told),
		cmocka_unit_test(a_broken_ca_refuses_to_start),
		cmocka_unit_test(forbidden_addresses_are_not_asked),
		cmocka_unit_test(a_kept_connection_opens_no_forbidden_door),
		cmocka_unit_test(only_the_configured_proxy_is_used),
		cmocka_unit_test(a_name_that_moves_to_a_forbidden_address_leads_nowhere),
		cmocka_unit_test(a_forbidden_address_among_others_is_not_tried),
	};
	return cmocka_run_group_tests(tests, start_servers, stop_servers);
}

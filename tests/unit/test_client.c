/* client/: answers, what goes wrong on the way, many at once, and the end. */
#include "client_fixture.h"

#include <arpa/inet.h>
#include <sched.h>

/* ---- answers ---- */

static void an_answer_comes_with_all_its_parts(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct client_header headers[] = { { STR("X-One"), STR("1") }, { STR("X-None"), STR("") } };
	struct client_result result = ask(client, (struct client_request){ .method = STR("POST"),
		.url = plain_url("/echo?a=%2f..;/../b"), .content_type = STR("text/plain; charset=x"),
		.body = STR("lo\0ng"), .headers = headers, .headers_n = ARRAY_LENGTH(headers) });
	assert_outcome(&result, CLIENT_ANSWERED, STR("HTTP 200"));
	assert_int_equal(result.http_status, 200);
	assert_true(result.body_complete && !result.reused && result.started_ms > 0);
	assert_text(result.address, arena_z(servers.arena, arena_format(servers.arena, "127.0.0.1:%s",
		port_of("plain"))));
	assert_text(client_result_header(&result, STR("x-request-ID")), "abc");
	assert_int_equal(client_result_header(&result, STR("X-Empty")).n, 0);
	assert_int_equal(client_result_header(&result, STR("X-Not")).n, 0);
	assert_true(str_starts(result.body, STR("POST /echo?a=%2f..;/../b HTTP/1.1\r\n")));
	assert_true(str_ends(result.body, STR("\r\n\r\nlo\0ng")));
	static const char *const lines[] = { "\r\nContent-Type: text/plain; charset=x\r\n",
		"\r\nX-One: 1\r\n", "\r\nX-None:\r\n", "\r\nUser-Agent: Curfew/", "\r\nContent-Length: 5\r\n" };
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
		assert_true(str_contains(result.body, str_from(lines[i])));
	assert_false(str_contains(result.body, STR("Expect")));
	client_free(client);
}

static void a_method_is_sent_as_named(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ .user_agent = STR("Other/1") });
	static const struct { const char *method, *body, *starts; bool length; } rows[] = {
		{ "", "", "GET /echo", false }, { "PUT", "x", "PUT /echo", true },
		{ "DELETE", "", "DELETE /echo", false }, { "POST", "", "POST /echo", true },
		{ "DELETE", "x", "DELETE /echo", true }, { "PATCH", "", "PATCH /echo", true },
		{ "GET", "", "GET /echo", false }, { "HEAD", "", "", false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct client_result result = ask(client, (struct client_request){ .url = plain_url("/echo"),
			.method = str_from(rows[i].method), .body = str_from(rows[i].body) });
		assert_int_equal(result.http_status, 200);
		assert_true(str_starts(result.body, str_from(rows[i].starts)));
		assert_int_equal(str_contains(result.body, STR("\r\nContent-Length:")), rows[i].length);
		assert_false(str_contains(result.body, STR("\r\nContent-Type:")));
		assert_int_equal(str_contains(result.body, STR("Other/1")), i < 7);
	}
	client_free(client);
}

static void a_status_comes_with_the_start_of_its_body_cleaned(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct client_result result = ask_url(client, plain_url("/status/503"));
	char filler[172]; /* with the 28 bytes before: 200 of the body */
	memset(filler, 'z', sizeof filler);
	assert_outcome(&result, CLIENT_ANSWERED, arena_join(servers.arena,
		STR("HTTP 503: \"no ?[31mroom??? for caf\xc3\xa9 ?"), str_of(filler, sizeof filler), STR("\"")));
	assert_true(result.http_status == 503 && result.body.n == 1028 && result.body_complete);
	client_free(client);
}

/* CVE-2026-1180 */
static void a_redirect_is_not_followed(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct client_result result = ask_url(client, plain_url("/redirect"));
	assert_outcome(&result, CLIENT_REDIRECT,
		STR("HTTP 302 (redirects are not followed) to http://127.0.0.1:1/else?where"));
	assert_text(result.location, "http://127.0.0.1:1/else?where");
	assert_int_equal(result.http_status, 302);
	client_free(client);
}

static void cookies_are_not_kept(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	for (int i = 0; i < 2; i++) {
		struct client_result result = ask_url(client, plain_url("/cookie"));
		assert_text(result.body, "none");
		assert_text(client_result_header(&result, STR("set-cookie")), "a=b");
	}
	client_free(client);
}

static void early_heads_and_trailers_are_not_the_head(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct client_result result = ask_url(client, plain_url("/trailer"));
	assert_outcome(&result, CLIENT_ANSWERED, STR("HTTP 200"));
	assert_text(result.body, "hello");
	assert_text(client_result_header(&result, STR("X-Late")), "2");
	assert_int_equal(client_result_header(&result, STR("X-Early")).n, 0);
	assert_int_equal(client_result_header(&result, STR("X-Trailer")).n, 0);
	client_free(client);
}

static void connections_are_kept(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct str first = ask_url(client, plain_url("/count")).body, number;
	assert_true(str_next(&first, ' ', &number));
	for (int i = 2; i <= 50; i++) {
		struct client_result result = ask(client, (struct client_request){
			.url = plain_url("/count"), .method = STR("POST"), .body = STR("x") });
		assert_true(result.reused && result.connect_ms == 0);
		assert_true(str_eq(result.body, arena_format(servers.arena, "%.*s %d", STR_ARG(number), i)));
	}
	assert_int_equal(client_figures(client).connections, 1);
	client_free(client);
}

static void a_big_borrowed_body_arrives(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	size_t n = 8 << 20;
	char *body = calloc(1, n);
	struct client_result result = ask(client, (struct client_request){ .url = plain_url("/length"),
		.method = STR("PUT"), .body = str_of(body, n), .body_borrowed = true,
		.total_timeout_ms = -1 });
	assert_text(result.body, "8388608");
	free(body);
	client_free(client);
}

static void a_unix_socket_is_asked(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ .proxy = STR("http://127.0.0.1:1") });
	struct client_request request = { .url = STR("http://curfew/echo"),
		.policy = CLIENT_POLICY_STRANGER,
		.unix_socket = arena_format(servers.arena, "%s/socket", servers.folder) };
	struct client_result result = ask(client, request);
	assert_outcome(&result, CLIENT_ANSWERED, STR("HTTP 200"));
	assert_true(str_starts(result.body, STR("GET /echo HTTP/1.1\r\nHost: curfew\r\n")));
	assert_int_equal(result.address.n, 0);
	request.unix_socket = STR("/nonexistent/socket");
	result = ask(client, request);
	assert_outcome(&result, CLIENT_UNREACHABLE,
		STR("unix socket /nonexistent/socket cannot be reached: No such file or directory"));
	client_free(client);
}

/* ---- what goes wrong ---- */

static void a_broken_answer_is_told_in_words(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	static const struct { const char *path; enum client_outcome outcome; const char *words; } rows[] = {
		{ "/close", CLIENT_RESET, "closed the connection without an answer" },
		{ "/reset", CLIENT_RESET, "closed the connection without an answer" },
		{ "/half-head", CLIENT_RESET, "closed the connection without an answer" },
		{ "/junk", CLIENT_BROKEN_ANSWER,
		  "did not answer with HTTP: Received HTTP/0.9 when not allowed" },
		{ "/nul-head", CLIENT_BROKEN_ANSWER, "did not answer with HTTP: Nul byte in header" },
		{ "/huge-head", CLIENT_BROKEN_ANSWER, "has more than 16384 bytes of headers" },
		{ "/many-heads", CLIENT_BROKEN_ANSWER, "has more than 16384 bytes of headers" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct client_result result = ask_url(client, plain_url(rows[i].path));
		bool of_head = str_ends(str_from(rows[i].words), STR("headers"));
		assert_outcome(&result, rows[i].outcome, arena_format(servers.arena, "%sapp.curfew.test:%s %s",
			of_head ? "the answer of " : "", port_of("plain"), rows[i].words));
		assert_int_equal(result.http_status, 0);
	}
	client_free(client);
}

static void a_status_counts_though_the_body_never_ends(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ .total_timeout_ms = 60000 });
	static const struct { const char *path, *reason; int64_t limit_ms; size_t least, most; } rows[] = {
		{ "/endless", "HTTP 200; its body is longer than 262144 bytes", 0, 262144, 262144 },
		{ "/drip", "HTTP 200; its body did not end within 1.5 s", 1500, 1, 100 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct client_result result = ask(client, (struct client_request){
			.url = plain_url(rows[i].path), .total_timeout_ms = rows[i].limit_ms });
		assert_outcome(&result, CLIENT_ANSWERED, str_from(rows[i].reason));
		assert_true(result.http_status == 200 && !result.body_complete);
		assert_true(result.body.n >= rows[i].least && result.body.n <= rows[i].most);
	}
	struct client_result result = ask_url(client, plain_url("/half-body"));
	assert_true(result.outcome == CLIENT_ANSWERED && !result.body_complete);
	assert_text(result.body, "0123456789");
	assert_true(str_starts(result.reason, STR("HTTP 200; its body broke off: ")));
	result = ask_url(client, plain_url("/bad-chunk"));
	assert_true(result.outcome == CLIENT_ANSWERED && !result.body_complete);
	result = ask(client, (struct client_request){ .url = plain_url("/status/500"), .max_body = 300 });
	assert_true(result.http_status == 500 && result.body.n == 300);
	assert_true(str_ends(result.reason, STR("\"; its body is longer than 300 bytes")));
	client_free(client);
}

/* A listening socket whose queue is full: connections to it are neither taken nor refused. */
struct hole {
	int sockets[4];
	struct str url;
};

static struct hole hole_open(void)
{
	struct hole hole;
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	hole.sockets[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(hole.sockets[0], (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(hole.sockets[0], 0), 0);
	assert_int_equal(getsockname(hole.sockets[0], (struct sockaddr *)&at, &n), 0);
	for (size_t i = 1; i < ARRAY_LENGTH(hole.sockets); i++) {
		hole.sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)!connect(hole.sockets[i], (struct sockaddr *)&at, sizeof at);
	}
	hole.url = arena_format(servers.arena, "http://hole.curfew.test:%d/", ntohs(at.sin_port));
	return hole;
}

static void hole_close(struct hole *hole)
{
	for (size_t i = 0; i < ARRAY_LENGTH(hole->sockets); i++)
		close(hole->sockets[i]);
}

static void time_outs_say_what_was_waited_for(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct hole hole = hole_open();
	struct str place = str_drop(str_take(hole.url, hole.url.n - 1), 7);
	struct str mute = url_to("https", "app.curfew.test", "mute", "/");
	struct client_result result = ask(client, (struct client_request){ .url = hole.url,
		.connect_timeout_ms = 300 });
	assert_outcome(&result, CLIENT_CONNECT_TIMEOUT, arena_join(servers.arena,
		STR("no connection to "), place, STR(" within 300 ms")));
	hole_close(&hole);
	result = ask(client, (struct client_request){ .url = plain_url("/silent"),
		.total_timeout_ms = 1000 });
	assert_outcome(&result, CLIENT_ANSWER_TIMEOUT, arena_format(servers.arena,
		"no answer from app.curfew.test:%s within 1 s", port_of("plain")));
	result = ask(client, (struct client_request){ .url = mute, .connect_timeout_ms = 1000 });
	assert_outcome(&result, CLIENT_CONNECT_TIMEOUT, arena_format(servers.arena,
		"TLS handshake not finished with app.curfew.test:%s within 1 s", port_of("mute")));
	result = ask(client, (struct client_request){ .url = mute, .total_timeout_ms = 1500 });
	assert_outcome(&result, CLIENT_CONNECT_TIMEOUT, arena_format(servers.arena,
		"TLS handshake not finished with app.curfew.test:%s within 1.5 s", port_of("mute")));
	client_free(client);
}

static void names_and_refusals_are_told(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct client_result result = ask_url(client, STR("http://nowhere.curfew.test/"));
	assert_outcome(&result, CLIENT_NAME_NOT_FOUND, STR("name nowhere.curfew.test does not resolve"));
	/* Port 1 of the loopback: nobody listens on tcpmux. */
	result = ask_url(client, STR("https://app.curfew.test:1/"));
	assert_outcome(&result, CLIENT_REFUSED, STR("app.curfew.test:1 refused the connection"));
	result = ask_url(client, STR("http://[::1]:1/"));
	assert_true(result.outcome == CLIENT_REFUSED || result.outcome == CLIENT_UNREACHABLE);
	assert_true(str_starts(result.reason, STR("[::1]:1 ")));
	client_free(client);
}

static void a_slow_name_server_stops_nobody_else(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ .connect_timeout_ms = 200 });
	struct tally others = TALLY;
	answer_slow_names(false);
	struct client_result result = ask_url(client, STR("http://slow.curfew.test/"));
	assert_outcome(&result, CLIENT_NAME_NOT_FOUND,
		STR("name slow.curfew.test did not resolve within 200 ms"));
	struct client_request slow = { .url = STR("http://slow.curfew.test/"), .connect_timeout_ms = 60000,
		.total_timeout_ms = -1 };
	struct tally waiting = TALLY;
	assert_int_equal(client_send(client, &slow, count, &waiting, NULL), OK);
	for (int i = 0; i < 20; i++)
		send_url(client, plain_url("/count"), &others);
	wait_for(&others, 20); /* the name server still does not answer */
	assert_int_equal(others.by_outcome[CLIENT_ANSWERED], 20);
	assert_int_equal(waiting.done, 0);
	client_free(client); /* does not wait for it either */
	assert_int_equal(waiting.by_outcome[CLIENT_CANCELLED], 1);
	answer_slow_names(true);
}

static void unusable_requests_are_told_by_the_callback(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct client_header bad_name = { STR("X:Y"), STR("1") }, bad_value = { STR("X"), STR("1\r\nY: 2") };
	const struct client_request requests[] = {
		{ .url = STR("") }, { .url = STR("app") }, { .url = STR("ftp://app/") },
		{ .url = STR("file:///etc/passwd") }, { .url = STR("http://u:p@app/") },
		{ .url = STR("http://app/#x") }, { .url = STR("http://2130706433/") },
		{ .url = STR("http://app/a b") }, { .url = STR("http://app/\r\n") },
		{ .url = STR("http://app/"), .method = STR("GET /") },
		{ .url = STR("http://app/"), .content_type = STR("a\nb") },
		{ .url = STR("http://app/"), .headers = &bad_name, .headers_n = 1 },
		{ .url = STR("http://app/"), .headers = &bad_value, .headers_n = 1 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
		struct client_result result = ask(client, requests[i]);
		assert_int_equal(result.outcome, CLIENT_BAD_REQUEST);
		assert_true(result.reason.n > 5 && !str_has_control(result.reason));
	}
	assert_int_equal(client_figures(client).connections, 0);
	client_free(client);
}

/* ---- many at once, and the end ---- */

static void five_hundred_at_once_beside_dead_hosts(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ .max_running = 40, .max_per_host = 8,
		.connect_timeout_ms = 60000, .total_timeout_ms = 60000 });
	struct client_request to_dead = { .connect_timeout_ms = 1000 };
	struct tally living = TALLY, dead = TALLY;
	struct hole hole = hole_open();
	to_dead.url = hole.url;
	for (int i = 0; i < 20; i++)
		assert_int_equal(client_send(client, &to_dead, count, &dead, NULL), OK);
	for (int i = 0; i < 500; i++) {
		char host[40];
		snprintf(host, sizeof host, "app%d.curfew.test", i % 10);
		send_url(client, url_to("http", host, "plain", "/slow/5"), &living);
	}
	wait_for(&living, 500);
	assert_int_equal(living.by_outcome[CLIENT_ANSWERED], 500);
	wait_for(&dead, 20);
	assert_int_equal(dead.by_outcome[CLIENT_CONNECT_TIMEOUT], 20);
	int64_t most = 0;
	assert_true(str_to_int64(ask_url(client, plain_url("/most")).body, &most));
	assert_in_range(most, 2, 40);
	hole_close(&hole);
	client_free(client);
}

static void one_host_gets_no_more_than_its_limit(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ .max_per_host = 3 });
	struct tally tally = TALLY;
	for (int i = 0; i < 60; i++)
		send_url(client, plain_url("/count"), &tally);
	wait_for(&tally, 60);
	assert_int_equal(tally.by_outcome[CLIENT_ANSWERED], 60);
	assert_in_range(client_figures(client).connections, 1, 3);
	client_free(client);
}

static void a_callback_may_send(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct tally tally = TALLY;
	tally.again = client;
	tally.again_url = plain_url("/count");
	send_url(client, plain_url("/count"), &tally);
	wait_for(&tally, 2);
	assert_int_equal(tally.by_outcome[CLIENT_ANSWERED], 2);
	client_free(client);
}

static void too_many_waiting_are_refused(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ .max_running = 1, .max_waiting = 5 });
	struct tally tally = TALLY;
	struct client_request request = { .url = plain_url("/silent") };
	size_t taken = 0;
	enum error_code code;
	struct why why = { "" };
	while (!(code = client_send(client, &request, count, &tally, &why)))
		taken++;
	assert_int_equal(code, ERROR_BUSY);
	assert_true(why.text[0] && taken >= 5 && taken <= 7);
	client_free(client);
	assert_int_equal(tally.by_outcome[CLIENT_CANCELLED], taken);
}

static void a_stop_lets_some_finish_and_cancels_the_rest(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ .max_running = 2, .total_timeout_ms = -1 });
	struct tally quick = TALLY, stuck = TALLY, waiting = TALLY;
	send_url(client, plain_url("/slow/200"), &quick);
	send_url(client, plain_url("/silent"), &stuck);
	while (client_figures(client).running < 2)
		sched_yield();
	for (int i = 0; i < 10; i++)
		send_url(client, plain_url("/count"), &waiting);
	client_stop(client, 3000);
	assert_int_equal(quick.by_outcome[CLIENT_ANSWERED], 1);
	assert_int_equal(stuck.by_outcome[CLIENT_CANCELLED], 1);
	assert_int_equal(waiting.by_outcome[CLIENT_CANCELLED], 10);
	struct client_request late = { .url = plain_url("/count") };
	assert_int_equal(client_send(client, &late, count, &waiting, NULL), ERROR_STOPPED);
	client_free(client);
	assert_int_equal(waiting.done, 10);
}

struct sender {
	struct outgoing *client;
	struct tally *tally;
	struct str url;
};

static void *send_fifty(void *argument)
{
	struct sender *sender = argument;
	struct client_request request = { .url = sender->url, .method = STR("POST") };
	for (int i = 0; i < 50; i++)
		if (client_send(sender->client, &request, count, sender->tally, NULL))
			abort();
	return NULL;
}

static void any_thread_may_send(void **state)
{
	(void)state;
	struct outgoing *client = client_of((struct client_config){ 0 });
	struct tally tally = TALLY;
	struct sender sender = { client, &tally, plain_url("/count") };
	pthread_t threads[4];
	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, send_fifty, &sender), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
		pthread_join(threads[i], NULL);
	wait_for(&tally, 200);
	assert_int_equal(tally.by_outcome[CLIENT_ANSWERED], 200);
	client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_with_all_its_parts),
		cmocka_unit_test(a_method_is_sent_as_named),
		cmocka_unit_test(a_status_comes_with_the_start_of_its_body_cleaned),
		cmocka_unit_test(a_redirect_is_not_followed),
		cmocka_unit_test(cookies_are_not_kept),
		cmocka_unit_test(early_heads_and_trailers_are_not_the_head),
		cmocka_unit_test(connections_are_kept),
		cmocka_unit_test(a_big_borrowed_body_arrives),
		cmocka_unit_test(a_unix_socket_is_asked),
		cmocka_unit_test(a_broken_answer_is_told_in_words),
		cmocka_unit_test(a_status_counts_though_the_body_never_ends),
		cmocka_unit_test(time_outs_say_what_was_waited_for),
		cmocka_unit_test(names_and_refusals_are_told),
		cmocka_unit_test(a_slow_name_server_stops_nobody_else),
		cmocka_unit_test(unusable_requests_are_told_by_the_callback),
		cmocka_unit_test(five_hundred_at_once_beside_dead_hosts),
		cmocka_unit_test(one_host_gets_no_more_than_its_limit),
		cmocka_unit_test(a_callback_may_send),
		cmocka_unit_test(too_many_waiting_are_refused),
		cmocka_unit_test(a_stop_lets_some_finish_and_cancels_the_rest),
		cmocka_unit_test(any_thread_may_send),
	};
	return cmocka_run_group_tests(tests, start_servers, stop_servers);
}

/* http/server: the real server on loopback, asked as it should be. */
#include "http_fixture.h"

static void routes_answer_from_every_thread(void **state)
{
	(void)state;
	struct running *r = start_default();
	int before_worker = atomic_load(&worker_jobs), before_gate = atomic_load(&gate_jobs);
	int fd = dial(r);
	for (int i = 0; i < 20; i++) {
		SAY(fd, "GET /realms/a%20b?x=%41 HTTP/1.1\r\nHost: localhost:1\r\n\r\n");
		assert_contains(hear(fd, 1, false), "GET /realms/a b a b q=x=%41 body=");
		SAY(fd, "POST /worker/w HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nhello");
		assert_contains(hear(fd, 1, false), "POST /worker/w w q= body=hello");
		SAY(fd, "GET /gate/g HTTP/1.1\r\nHost: [::1]:80\r\n\r\n");
		assert_contains(hear(fd, 1, false), "GET /gate/g g");
		SAY(fd, "GET /steps HTTP/1.1\r\nHost: localhost\r\n\r\n");
		assert_contains(hear(fd, 1, false), "first then second then third");
	}
	close(fd);
	assert_int_equal(atomic_load(&worker_jobs) - before_worker, 40);
	assert_int_equal(atomic_load(&gate_jobs) - before_gate, 40);
	assert_contains(ASK(r, "GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n"), "file contents");
	assert_status(ASK(r, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"), 500);
	assert_contains(ASK(r, "GET /auth/realms/a/who HTTP/1.1\r\nHost: LocalHost\r\n\r\n"),
		"127.0.0.1 127.0.0.1 http://localhost auth");
	struct http_counters counters;
	http_server_counters(r->server, &counters);
	assert_int_equal(counters.requests[2], 82);
	assert_int_equal(counters.requests[5], 1);
	stop(r);
}

static void every_response_has_an_id_of_its_own(void **state)
{
	(void)state;
	struct running *r = start_default();
	char ids[2][17] = { "", "" };
	for (int i = 0; i < 2; i++) {
		struct answer a = ASK(r, HEAD_OF_A "X-Request-Id: mine\r\n\r\n");
		const char *at = strstr(a.p, "\r\nX-Request-Id: ");
		assert_non_null(at);
		assert_int_equal(strspn(at + 16, "0123456789abcdef"), 16);
		memcpy(ids[i], at + 16, 16);
		free(a.p);
	}
	assert_string_not_equal(ids[0], ids[1]);
	stop(r);
}

static void full_queues_answer_503(void **state)
{
	(void)state;
	struct running *r = start_default();
	atomic_store(&pool_full, true);
	static const char *const paths[] = { "/worker/a", "/gate/a", "/steps" };
	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
		char request[100];
		snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n",
			paths[i]);
		struct answer a = ask(r, request, strlen(request), 1);
		assert_non_null(strstr(a.p, "HTTP/1.1 503 "));
		assert_non_null(strstr(a.p, "Retry-After: 2"));
		assert_contains(a, "\"error\":\"temporarily_unavailable\"");
	}
	must_live(r);
	atomic_store(&pool_full, false);
	assert_status(ASK(r, "GET /worker/a HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200);
	struct http_counters counters;
	http_server_counters(r->server, &counters);
	assert_int_equal(counters.busy, 3);
	stop(r);
}

static void large_bodies_are_spooled_after_the_early_check(void **state)
{
	(void)state;
	struct running *r = start_default();
	assert_status(ASK(r, POST_IMPORT "Content-Length: 4000000\r\n\r\n"), 401);
	assert_contains(ask_with_filler(r, POST_IMPORT AUTHORIZED "Content-Length: 4000000\r\n\r\n",
				4000000, ""),
		"4000000 bytes sum 388000000 in memory 0");
	assert_status(ASK(r, POST_IMPORT AUTHORIZED "Content-Length: 5000000\r\n\r\n"), 413);
	assert_contains(ASK(r, POST_IMPORT AUTHORIZED "\r\n"), "0 bytes sum 0");
	stop(r);
}

#define PREFLIGHT "Origin: http://a.example\r\nAccess-Control-Request-Method: POST\r\n\r\n"

static void methods_and_paths_are_answered(void **state)
{
	(void)state;
	struct running *r = start_default();
	int fd = dial(r);
	SAY(fd, "HEAD /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct answer a = hear(fd, 1, true);
	assert_int_equal(
		header_number(a.p, "\r\nContent-Length: "), strlen("GET /realms/a a q= body="));
	assert_string_equal(strstr(a.p, "\r\n\r\n"), "\r\n\r\n");
	assert_status(a, 200);
	SAY(fd, "DELETE /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
	a = hear(fd, 1, false);
	assert_non_null(strstr(a.p, "HTTP/1.1 405 "));
	assert_contains(a, "\r\nAllow: GET, HEAD, POST, OPTIONS\r\n");
	SAY(fd, "BREW /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_status(hear(fd, 1, false), 405);
	SAY(fd, "OPTIONS /small HTTP/1.1\r\nHost: localhost\r\n" PREFLIGHT);
	a = hear(fd, 1, false);
	assert_null(strstr(a.p, "Access-Control"));
	assert_contains(a, "\r\nAllow: POST, OPTIONS\r\n");
	SAY(fd, "OPTIONS /realms/a HTTP/1.1\r\nHost: localhost\r\n" PREFLIGHT);
	a = hear(fd, 1, false);
	assert_null(strstr(a.p, "Allow: "));
	assert_contains(a, "\r\nAccess-Control-Allow-Origin: http://a.example\r\n");
	SAY(fd, "GET /realms/a/none HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_status(hear(fd, 1, false), 404);
	SAY(fd, "GET /realms/%2e%2e HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_status(hear(fd, 1, false), 400);
	/* The connection has outlived all of that. */
	SAY(fd, "GET /realms/last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	a = hear(fd, 0, false);
	assert_true(a.closed);
	assert_contains(a, "GET /realms/last last");
	close(fd);
	assert_status(ASK(r, "GET /realms/a HTTP/1.0\r\nHost: localhost\r\n\r\n"), 200);
	stop(r);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
	(void)state;
	struct running *r = start_default();
	int fd = dial(r);
	SAY(fd,
		"GET /worker/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
		"POST /realms/2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\ntwo"
		"GET /steps HTTP/1.1\r\nHost: localhost\r\n\r\nGET /realms/4 HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct answer a = hear(fd, 4, false);
	const char *one = strstr(a.p, "GET /worker/1"), *two = strstr(a.p, "body=two"),
		   *three = strstr(a.p, "then third"), *four = strstr(a.p, "GET /realms/4");
	assert_true(one && two && three && four && one < two && two < three && three < four);
	free(a.p);
	close(fd);
	stop(r);
}

static void only_our_own_hosts_are_served(void **state)
{
	(void)state;
	static const char *const bad[] = { "evil.example", "localhost.evil.example", "127.0.0.2",
		"[::2]", "localhost@evil", "a b", "", "localhost:x", "localhost:80:80", "0x7f.1",
		"localhost,evil" };
	struct running *r = start_default();
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		char request[200];
		snprintf(request, sizeof request, "GET /realms/a HTTP/1.1\r\nHost: %s\r\n\r\n",
			bad[i]);
		assert_status(ask(r, request, strlen(request), 1), 400);
	}
	assert_status(ASK(r, "GET /realms/a HTTP/1.0\r\n\r\n"), 400);
	stop(r);
	static const struct str hosts[] = { STR_INIT("sso.example") };
	r = prepare();
	r->config.allowed_hosts = hosts;
	r->config.n_allowed_hosts = 1;
	start(r);
	assert_status(ASK(r, "GET /realms/a HTTP/1.1\r\nHost: SSO.example:8443\r\n\r\n"), 200);
	assert_status(ASK(r, HEAD_OF_A "\r\n"), 400);
	stop(r);
	r = prepare();
	r->listener.any_host = true;
	start(r);
	assert_status(ASK(r, "GET /realms/a HTTP/1.1\r\nHost: anything:1\r\n\r\n"), 200);
	assert_status(ASK(r, "GET /realms/a HTTP/1.0\r\n\r\n"), 200);
	stop(r);
}

#define FORGED                                                          \
	"X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\n" \
	"X-Forwarded-Host: sso.example\r\nX-Request-Id: from-proxy-1\r\n\r\n"

static void only_trusted_proxies_are_believed(void **state)
{
	(void)state;
	struct arena *arena = arena_new(0);
	static const struct str hosts[] = { STR_INIT("sso.example"), STR_INIT("localhost") };
	for (int trusted = 0; trusted < 2; trusted++) {
		struct running *r = prepare();
		r->config.allowed_hosts = hosts;
		r->config.n_allowed_hosts = 2;
		assert_int_equal(proxy_rules_parse(arena, PROXY_X_FORWARDED,
					 trusted ? STR("127.0.0.0/8") : STR("10.0.0.1"),
					 &r->config.proxies, NULL),
			OK);
		start(r);
		struct answer a =
			ASK(r, "GET /realms/a/who HTTP/1.1\r\nHost: localhost\r\n" FORGED);
		assert_int_equal(strstr(a.p, "X-Request-Id: from-proxy-1") != NULL, trusted);
		assert_int_equal(strstr(a.p, "Strict-Transport-Security") != NULL, trusted);
		assert_contains(a,
			trusted ? "127.0.0.1 198.51.100.7 https://sso.example "
				: "127.0.0.1 127.0.0.1 http://localhost ");
		a = ASK(r,
			"GET /realms/a/who HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: a b\r\n\r\n");
		assert_null(strstr(a.p, "X-Request-Id: a"));
		assert_status(a, 200);
		stop(r);
	}
	arena_free(arena);
}

/* B2.14 */
static void forms_of_other_sites_are_refused(void **state)
{
	(void)state;
	struct running *r = start_default();
	static const struct {
		const char *headers;
		int status;
	} cases[] = {
		{ "", 200 },
		{ "Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n", 200 },
		{ "Sec-Fetch-Site: none\r\n", 200 },
		{ "Sec-Fetch-Site: cross-site\r\n", 403 },
		{ "Sec-Fetch-Site: same-site\r\n", 403 },
		{ "Sec-Fetch-Site: cross-site\r\nOrigin: http://localhost\r\n", 403 },
		{ "Origin: http://localhost\r\n", 200 },
		{ "Origin: null\r\n", 200 },
		{ "Origin: http://evil.example\r\n", 403 },
		{ "Origin: http://localhost.evil.example\r\n", 403 },
		{ "Origin: https://localhost\r\n", 403 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char request[300];
		snprintf(request, sizeof request,
			"POST /form HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: 3\r\n\r\na=b",
			cases[i].headers);
		assert_status(ask(r, request, strlen(request), 1), cases[i].status);
	}
	stop(r);
}

static void *stop_in_thread(void *context)
{
	struct running *r = context;
	return (void *)(intptr_t)http_server_stop(r->server, NULL);
}

static void a_stop_finishes_what_is_under_way(void **state)
{
	(void)state;
	struct running *r = start_default();
	int busy[8], idle = dial(r), unused = dial(r);
	SAY(idle, HEAD_OF_A "\r\n");
	assert_status(hear(idle, 1, false), 200);
	for (size_t i = 0; i < ARRAY_LENGTH(busy); i++) {
		busy[i] = dial(r);
		SAY(busy[i], "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
	}
	struct http_counters counters = { 0 };
	while (counters.under_way < ARRAY_LENGTH(busy))
		http_server_counters(r->server, &counters);
	pthread_t thread;
	pthread_create(&thread, NULL, stop_in_thread, r);
	for (size_t i = 0; i < ARRAY_LENGTH(busy); i++) {
		struct answer a = hear(busy[i], 0, false);
		assert_non_null(strstr(a.p, "slow done"));
		assert_non_null(strstr(a.p, "Connection: close"));
		assert_true(a.closed);
		free(a.p);
		close(busy[i]);
	}
	char byte;
	assert_int_equal(recv(idle, &byte, 1, 0), 0);
	assert_int_equal(recv(unused, &byte, 1, 0), 0);
	close(idle);
	close(unused);
	void *code;
	pthread_join(thread, &code);
	assert_int_equal((intptr_t)code, OK);
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(r->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), -1);
	close(fd);
	while (atomic_load(&open_jobs))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	http_server_free(r->server);
	router_free(r->router);
	free(r);
}

static void a_stop_cuts_what_does_not_end(void **state)
{
	(void)state;
	struct running *r = prepare();
	r->config.drain_timeout_ms = 1000;
	start(r);
	int fd = dial(r);
	SAY(fd, POST_A "Content-Length: 100\r\n\r\nhalf");
	struct http_counters counters = { 0 };
	while (!counters.under_way)
		http_server_counters(r->server, &counters);
	stop(r);
	char byte;
	assert_true(recv(fd, &byte, 1, 0) <= 0);
	close(fd);
}

static void a_unix_socket_is_served(void **state)
{
	(void)state;
	struct running *r = prepare();
	char path[100];
	snprintf(path, sizeof path, "%s/socket", directory);
	struct http_listener both[] = { r->listener,
		{ .name = "unix", .unix_path = path, .router = r->router, .any_host = true } };
	r->config.listeners = both;
	r->config.n_listeners = 2;
	for (int round = 0; round < 2; round++) {
		struct sockaddr_un address = { .sun_family = AF_UNIX };
		memcpy(address.sun_path, path, strlen(path));
		if (round == 0) { /* one that a killed server left behind */
			int old = socket(AF_UNIX, SOCK_STREAM, 0);
			assert_int_equal(bind(old, (struct sockaddr *)&address, sizeof address), 0);
			close(old);
		}
		start(r);
		struct stat status;
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 0777, 0600);
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
		SAY(fd, "GET /realms/a/who HTTP/1.1\r\nHost: curfew\r\n\r\n");
		assert_contains(hear(fd, 1, false), "unix unix http://curfew local");
		close(fd);
		assert_int_equal(http_server_stop(r->server, NULL), OK);
		http_server_free(r->server);
		assert_int_equal(stat(path, &status), -1);
	}
	router_free(r->router);
	free(r);
}

static void a_taken_port_is_told_in_words(void **state)
{
	(void)state;
	struct running *r = start_default(), *second = prepare();
	struct why why;
	struct http_server *server;
	second->listener.port = r->port;
	assert_int_equal(http_server_start(&second->config, &server, &why), ERROR_FILE_FAILED);
	assert_non_null(strstr(why.text, "another program listens there"));
	second->listener.address = "no such address";
	assert_int_equal(http_server_start(&second->config, &server, &why), ERROR_INVALID_CONFIG);
	second->listener.address = "127.0.0.1";
	second->listener.tls_certificate_file = "/nonexistent";
	second->listener.tls_key_file = "/nonexistent";
	assert_int_equal(http_server_start(&second->config, &server, &why), ERROR_INVALID_CONFIG);
	assert_non_null(strstr(why.text, "/nonexistent"));
	router_free(second->router);
	free(second);
	stop(r);
}

struct hammer {
	const struct running *r;
	atomic_int *failures;
	unsigned seed;
};

static void *hammer(void *context)
{
	struct hammer *h = context;
	static const char *const requests[] = { "GET /realms/h HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /worker/h HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /steps HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /gate/h HTTP/1.1\r\nHost: localhost\r\n\r\n" };
	for (int c = 0; c < 10; c++) {
		int fd = dial(h->r);
		for (int i = 0; i < 20; i++) {
			const char *request =
				requests[(unsigned)rand_r(&h->seed) % ARRAY_LENGTH(requests)];
			say(fd, request, strlen(request));
			struct answer a = hear(fd, 1, false);
			if (strncmp(a.p, "HTTP/1.1 200", 12))
				atomic_fetch_add(h->failures, 1);
			free(a.p);
		}
		close(fd);
	}
	return NULL;
}

static void many_at_once_are_served(void **state)
{
	(void)state;
	struct running *r = start_default();
	pthread_t threads[8];
	struct hammer hammers[8];
	atomic_int failures = 0;
	for (unsigned i = 0; i < 8; i++) {
		hammers[i] = (struct hammer){ r, &failures, i + 1 };
		pthread_create(&threads[i], NULL, hammer, &hammers[i]);
	}
	for (unsigned i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&failures), 0);
	stop(r);
}

static void the_connection_limit_holds_others_back(void **state)
{
	(void)state;
	struct running *r = prepare();
	r->config.connections_max = 4;
	start(r);
	int fds[6];
	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
		fds[i] = dial(r);
	for (size_t i = 0; i < 4; i++) {
		SAY(fds[i], HEAD_OF_A "\r\n");
		assert_status(hear(fds[i], 1, false), 200);
	}
	SAY(fds[4], HEAD_OF_A "\r\n");
	struct pollfd polled = { .fd = fds[4], .events = POLLIN };
	assert_int_equal(poll(&polled, 1, 200), 0);
	close(fds[0]);
	assert_status(hear(fds[4], 1, false), 200);
	for (size_t i = 1; i < ARRAY_LENGTH(fds); i++)
		close(fds[i]);
	stop(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_answer_from_every_thread),
		cmocka_unit_test(every_response_has_an_id_of_its_own),
		cmocka_unit_test(full_queues_answer_503),
		cmocka_unit_test(large_bodies_are_spooled_after_the_early_check),
		cmocka_unit_test(methods_and_paths_are_answered),
		cmocka_unit_test(pipelined_requests_are_answered_in_order),
		cmocka_unit_test(only_our_own_hosts_are_served),
		cmocka_unit_test(only_trusted_proxies_are_believed),
		cmocka_unit_test(forms_of_other_sites_are_refused),
		cmocka_unit_test(a_stop_finishes_what_is_under_way),
		cmocka_unit_test(a_stop_cuts_what_does_not_end),
		cmocka_unit_test(a_unix_socket_is_served),
		cmocka_unit_test(a_taken_port_is_told_in_words),
		cmocka_unit_test(many_at_once_are_served),
		cmocka_unit_test(the_connection_limit_holds_others_back),
	};
	return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}

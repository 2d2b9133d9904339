/* client/ against real servers (client_servers.py), healthy ones and ones that fail on purpose.
 *
 * Only name resolution is this program's own: names end in "curfew.test" and lead where the
 * test wants, and a slow name server is one that answers when the test says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tables.h"
#include "base/text.h"
#include "client/client.h"

/* ---- names ---- */

static pthread_mutex_t name_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t name_changed = PTHREAD_COND_INITIALIZER;
static bool slow_names_answer;
static int slow_names_asked, slow_names_answered;

static void answer_slow_names(bool answer)
{
	pthread_mutex_lock(&name_lock);
	slow_names_answer = answer;
	pthread_cond_broadcast(&name_changed);
	while (answer && slow_names_answered < slow_names_asked)
		pthread_cond_wait(&name_changed, &name_lock);
	pthread_mutex_unlock(&name_lock);
}

static void wait_like_a_slow_name_server(void)
{
	pthread_mutex_lock(&name_lock);
	slow_names_asked++;
	while (!slow_names_answer)
		pthread_cond_wait(&name_changed, &name_lock);
	slow_names_answered++;
	pthread_cond_broadcast(&name_changed);
	pthread_mutex_unlock(&name_lock);
}

/* libcurl calls this one instead of libc's. */
__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
	const struct addrinfo *hints, struct addrinfo **ret_list)
{
	static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (strcmp(name, "slow.curfew.test") == 0)
		wait_like_a_slow_name_server();
	if (strcmp(name, "nowhere.curfew.test") == 0)
		return EAI_NONAME;
	if (strcmp(name, "metadata.curfew.test") == 0)
		name = "169.254.169.254";
	else if (strcmp(name, "mapped.curfew.test") == 0)
		name = "::ffff:169.254.169.254";
	else if (str_ends(str_from(name), STR("curfew.test")))
		name = "127.0.0.1";
	return real(name, service, hints, ret_list);
}

/* ---- servers ---- */

struct servers {
	struct arena *arena;
	FILE *from;
	int to;
	pid_t pid;
	char folder[64];
	struct table ports;
	struct str root_pem;
};

static struct servers servers;

static void read_ports(void)
{
	char line[200];
	while (fgets(line, sizeof line, servers.from)) {
		struct str rest = str_from(line), name;
		str_next(&rest, ' ', &name);
		if (str_eq(name, STR("ready")))
			return;
		struct str port = arena_str(servers.arena, str_take(rest, str_index(rest, '\n')));
		table_put(&servers.ports, arena_str(servers.arena, name),
			arena_z(servers.arena, port));
	}
	fail_msg("the servers did not start");
}

static struct str read_file(const char *name)
{
	char bytes[8192];
	FILE *file = fopen(arena_z(servers.arena, arena_format(servers.arena, "%s/%s",
		servers.folder, name)), "r");
	assert_non_null(file);
	size_t n = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	return arena_str(servers.arena, str_of(bytes, n));
}

static int start_servers(void **state)
{
	(void)state;
	int in[2], out[2];
	servers.arena = arena_new(0);
	servers.ports = table_new(servers.arena, 0);
	memcpy(servers.folder, "/tmp/curfew-client-XXXXXX", sizeof "/tmp/curfew-client-XXXXXX");
	assert_non_null(mkdtemp(servers.folder));
	assert_int_equal(pipe2(in, 02000000 /* O_CLOEXEC */) | pipe2(out, 02000000), 0);
	servers.pid = fork();
	if (servers.pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execlp("python3", "python3", "-W", "ignore", TESTS_UNIT "/client_servers.py",
			servers.folder, (char *)NULL);
		_exit(127);
	}
	close(in[0]), close(out[1]);
	servers.to = in[1];
	servers.from = fdopen(out[0], "r");
	read_ports();
	servers.root_pem = read_file("root.pem");
	return 0;
}

static int stop_servers(void **state)
{
	(void)state;
	close(servers.to);
	fclose(servers.from);
	waitpid(servers.pid, NULL, 0);
	/* The folder was made by mkdtemp above and holds test certificates only. */
	if (fork() == 0) {
		execlp("rm", "rm", "-rf", servers.folder, (char *)NULL);
		_exit(127);
	}
	wait(NULL);
	arena_free(servers.arena);
	return 0;
}

static const char *port_of(const char *server)
{
	const char *port = table_get(&servers.ports, str_from(server));
	assert_non_null(port);
	return port;
}

/* scheme://host:PORT-OF-SERVER/path */
static struct str url_to(const char *scheme, const char *host, const char *server, const char *path)
{
	return arena_format(servers.arena, "%s://%s:%s%s", scheme, host, port_of(server), path);
}

static struct str plain_url(const char *path)
{
	return url_to("http", "app.curfew.test", "plain", path);
}

/* ---- helpers ---- */

static struct client *client_of(struct client_config config)
{
	struct client *client = NULL;
	struct why why = { "" };
	if (client_new(&config, &client, &why))
		fail_msg("%s", why.text);
	return client;
}

static struct client_result ask(struct client *client, struct client_request request)
{
	struct client_result result;
	assert_int_equal(client_send_wait(client, &request, servers.arena, &result, NULL), OK);
	return result;
}

static struct client_result ask_url(struct client *client, struct str url)
{
	return ask(client, (struct client_request){ .url = url });
}

static void assert_text(struct str text, const char *expected)
{
	assert_string_equal(arena_z(servers.arena, text), expected);
}

static void assert_outcome(const struct client_result *result, enum client_outcome outcome,
	struct str reason)
{
	if (result->outcome != outcome || !str_eq(result->reason, reason))
		fail_msg("%s: \"%.*s\", not %s: \"%.*s\"", client_outcome_name(result->outcome),
			STR_ARG(result->reason), client_outcome_name(outcome), STR_ARG(reason));
}

/* Counts callbacks of client_send. */
struct tally {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t done, by_outcome[CLIENT_OUTCOMES];
	struct client *again; /* send once more from the callback */
	struct str again_url;
};

#define TALLY { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER }

static void count(void *context, const struct client_result *result)
{
	struct tally *tally = context;
	pthread_mutex_lock(&tally->lock);
	tally->done++;
	tally->by_outcome[result->outcome]++;
	struct client *again = tally->again;
	tally->again = NULL;
	pthread_cond_broadcast(&tally->changed);
	pthread_mutex_unlock(&tally->lock);
	struct client_request request = { .url = tally->again_url };
	if (again)
		assert_int_equal(client_send(again, &request, count, tally, NULL), OK);
}

static void wait_for(struct tally *tally, size_t n)
{
	pthread_mutex_lock(&tally->lock);
	while (tally->done < n)
		pthread_cond_wait(&tally->changed, &tally->lock);
	pthread_mutex_unlock(&tally->lock);
}

static void send_url(struct client *client, struct str url, struct tally *tally)
{
	struct client_request request = { .url = url };
	assert_int_equal(client_send(client, &request, count, tally, NULL), OK);
}

/* ---- answers ---- */

static void an_answer_comes_with_all_its_parts(void **state)
{
	(void)state;
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ .user_agent = STR("Other/1") });
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
	struct client *client = client_of((struct client_config){ 0 });
	struct client_result result = ask_url(client, plain_url("/status/503"));
	char filler[172]; /* with the 28 bytes before: 200 of the body */
	memset(filler, 'z', sizeof filler);
	assert_outcome(&result, CLIENT_ANSWERED, arena_join(servers.arena,
		STR("HTTP 503: \"no ?[31mroom??? for caf\xc3\xa9 ?"), str_of(filler, sizeof filler), STR("\"")));
	assert_true(result.http_status == 503 && result.body.n == 1028 && result.body_complete);
	client_free(client);
}

static void a_redirect_is_not_followed(void **state)
{
	(void)state;
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ .proxy = STR("http://127.0.0.1:1") });
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
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ .total_timeout_ms = 400 });
	static const struct { const char *path, *reason; size_t least, most; } rows[] = {
		{ "/endless", "HTTP 200; its body is longer than 262144 bytes", 262144, 262144 },
		{ "/drip", "HTTP 200; its body did not end within 400 ms", 1, 100 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct client_result result = ask_url(client, plain_url(rows[i].path));
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
	struct client *client = client_of((struct client_config){ .connect_timeout_ms = 300,
		.total_timeout_ms = 600 });
	struct hole hole = hole_open();
	struct client_result result = ask_url(client, hole.url);
	struct str place = str_drop(str_take(hole.url, hole.url.n - 1), 7);
	assert_outcome(&result, CLIENT_CONNECT_TIMEOUT, arena_join(servers.arena,
		STR("no connection to "), place, STR(" within 300 ms")));
	hole_close(&hole);
	result = ask_url(client, plain_url("/silent"));
	assert_outcome(&result, CLIENT_ANSWER_TIMEOUT, arena_format(servers.arena,
		"no answer from app.curfew.test:%s within 600 ms", port_of("plain")));
	result = ask_url(client, url_to("https", "app.curfew.test", "mute", "/"));
	assert_outcome(&result, CLIENT_CONNECT_TIMEOUT, arena_format(servers.arena,
		"TLS handshake not finished with app.curfew.test:%s within 300 ms", port_of("mute")));
	result = ask(client, (struct client_request){ .connect_timeout_ms = 1500, .total_timeout_ms = 1000,
		.url = url_to("https", "app.curfew.test", "mute", "/") });
	assert_outcome(&result, CLIENT_CONNECT_TIMEOUT, arena_format(servers.arena,
		"TLS handshake not finished with app.curfew.test:%s within 1 s", port_of("mute")));
	client_free(client);
}

static void names_and_refusals_are_told(void **state)
{
	(void)state;
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ .connect_timeout_ms = 200 });
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
	struct client *client = client_of((struct client_config){ 0 });
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

/* ---- TLS ---- */

static void a_certificate_that_is_not_trusted_is_explained(void **state)
{
	(void)state;
	struct client *client = client_of((struct client_config){ .ca_pem = servers.root_pem });
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
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ .ca_pem = servers.root_pem });
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
	struct client *client = NULL;
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
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ 0 });
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

/* ---- many at once, and the end ---- */

static void five_hundred_at_once_beside_dead_hosts(void **state)
{
	(void)state;
	struct client *client = client_of((struct client_config){ .max_running = 40, .max_per_host = 8,
		.connect_timeout_ms = 1000 });
	struct tally living = TALLY, dead = TALLY;
	struct hole hole = hole_open();
	for (int i = 0; i < 20; i++)
		send_url(client, hole.url, &dead);
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
	struct client *client = client_of((struct client_config){ .max_per_host = 3 });
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
	struct client *client = client_of((struct client_config){ 0 });
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
	struct client *client = client_of((struct client_config){ .max_running = 1, .max_waiting = 5 });
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
	struct client *client = client_of((struct client_config){ .max_running = 2, .total_timeout_ms = -1 });
	struct tally quick = TALLY, stuck = TALLY, waiting = TALLY;
	send_url(client, plain_url("/slow/200"), &quick);
	send_url(client, plain_url("/silent"), &stuck);
	while (client_figures(client).running < 2)
		sched_yield();
	for (int i = 0; i < 10; i++)
		send_url(client, plain_url("/count"), &waiting);
	client_stop(client, 1500);
	assert_int_equal(quick.by_outcome[CLIENT_ANSWERED], 1);
	assert_int_equal(stuck.by_outcome[CLIENT_CANCELLED], 1);
	assert_int_equal(waiting.by_outcome[CLIENT_CANCELLED], 10);
	struct client_request late = { .url = plain_url("/count") };
	assert_int_equal(client_send(client, &late, count, &waiting, NULL), ERROR_STOPPED);
	client_free(client);
	assert_int_equal(waiting.done, 10);
}

struct sender {
	struct client *client;
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
	struct client *client = client_of((struct client_config){ 0 });
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
		cmocka_unit_test(a_certificate_that_is_not_trusted_is_explained),
		cmocka_unit_test(trust_comes_from_the_config_or_the_request),
		cmocka_unit_test(what_speaks_no_modern_tls_is_told),
		cmocka_unit_test(a_broken_ca_refuses_to_start),
		cmocka_unit_test(forbidden_addresses_are_not_asked),
		cmocka_unit_test(a_kept_connection_opens_no_forbidden_door),
		cmocka_unit_test(only_the_configured_proxy_is_used),
		cmocka_unit_test(five_hundred_at_once_beside_dead_hosts),
		cmocka_unit_test(one_host_gets_no_more_than_its_limit),
		cmocka_unit_test(a_callback_may_send),
		cmocka_unit_test(too_many_waiting_are_refused),
		cmocka_unit_test(a_stop_lets_some_finish_and_cancels_the_rest),
		cmocka_unit_test(any_thread_may_send),
	};
	return cmocka_run_group_tests(tests, start_servers, stop_servers);
}

/* http/server: the real server on loopback, attacked with raw sockets. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/tables.h"
#include "http/server.h"

enum { WAIT_MS = 20000, ANSWER_MAX = 1 << 20 };

static atomic_bool pool_full;
static atomic_int worker_jobs, gate_jobs, open_jobs;
static char directory[64];

/* --- handlers --------------------------------------------------------------- */

static void hello(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	http_respond_text(response, 200,
			  arena_format(request->arena, "%s %.*s %.*s q=%.*s body=%.*s",
				       http_method_name(request->method), STR_ARG(request->path),
				       STR_ARG(http_route_value(request, "name")),
				       STR_ARG(request->raw_query), STR_ARG(request->body)));
}

static void who(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	http_respond_text(response, 200,
			  arena_format(request->arena, "%.*s %.*s %.*s://%.*s %s%s",
				       STR_ARG(request->peer), STR_ARG(request->client),
				       STR_ARG(request->scheme), STR_ARG(request->host),
				       request->under_auth ? "auth" : "", request->local ? "local" : ""));
}

static void slow(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
	http_respond_text(response, 200, arena_str(request->arena, STR("slow done")));
}

static void third_step(void *context, struct http_request *request, struct http_response *response)
{
	http_respond_text(response, 200,
			  arena_format(request->arena, "%s then third", (const char *)context));
}

static void second_step(void *context, struct http_request *request, struct http_response *response)
{
	(void)response;
	struct str text = arena_format(request->arena, "%s then second", (const char *)context);
	http_hand_over(request, HTTP_QUEUE_WORKER, third_step, arena_z(request->arena, text));
}

static void first_step(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)response;
	http_hand_over(request, HTTP_QUEUE_GATE, second_step, arena_z(request->arena, STR("first")));
}

static void large(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	char *p = arena_alloc(request->arena, 8 << 20);
	memset(p, 'x', 8 << 20);
	http_respond_bytes(response, 200, "application/octet-stream", str_of(p, 8 << 20));
}

/* Adds up the bytes of a spooled body. */
static void spooled(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	unsigned long sum = 0;
	char buffer[4096];
	ssize_t n;
	while ((n = read(request->body_fd, buffer, sizeof buffer)) > 0)
		for (ssize_t i = 0; i < n; i++)
			sum += (unsigned char)buffer[i];
	http_respond_text(response, 200,
			  arena_format(request->arena, "%llu bytes sum %lu in memory %zu",
				       (unsigned long long)request->body_n, sum, request->body.n));
}

static void only_with_token(void *context, struct http_request *request,
			    struct http_response *response)
{
	(void)context;
	if (!http_bearer(request).n)
		http_respond_error_code(response, ERROR_UNAUTHORIZED);
}

static void from_file(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	int fd = open(directory, O_TMPFILE | O_RDWR, 0600);
	assert_int_equal(write(fd, "file contents", 13), 13);
	http_respond_empty(response, 200);
	response->body_fd = fd;
	response->body_fd_n = 13;
}

static void nothing(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	(void)response;
}

static const struct http_route ROUTES[] = {
	{ .methods = HTTP_GET | HTTP_POST, .pattern = "/realms/{name}", .handler = hello, .flags = HTTP_CORS },
	{ .methods = HTTP_GET | HTTP_POST, .pattern = "/worker/{name}", .handler = hello, .flags = HTTP_WORKER },
	{ .methods = HTTP_GET, .pattern = "/gate/{name}", .handler = hello, .flags = HTTP_GATE },
	{ .methods = HTTP_GET, .pattern = "/realms/{name}/who", .handler = who },
	{ .methods = HTTP_GET, .pattern = "/slow", .handler = slow, .flags = HTTP_WORKER },
	{ .methods = HTTP_GET, .pattern = "/steps", .handler = first_step },
	{ .methods = HTTP_GET, .pattern = "/large", .handler = large },
	{ .methods = HTTP_GET, .pattern = "/file", .handler = from_file },
	{ .methods = HTTP_GET, .pattern = "/nothing", .handler = nothing },
	{ .methods = HTTP_POST, .pattern = "/small", .handler = hello, .body_limit = 1000 },
	{ .methods = HTTP_POST, .pattern = "/form", .handler = hello, .flags = HTTP_CSRF },
	{ .methods = HTTP_POST, .pattern = "/import", .handler = spooled, .body_limit = 4 << 20,
	  .flags = HTTP_WORKER | HTTP_STREAM_BODY, .early = only_with_token },
};

/* --- pools: a thread a job ----------------------------------------------------- */

static void *run_job(void *job)
{
	http_job_run(job);
	atomic_fetch_sub(&open_jobs, 1);
	return NULL;
}

static bool submit(void *pool, struct http_job *job)
{
	pthread_t thread;
	if (atomic_load(&pool_full))
		return false;
	atomic_fetch_add((atomic_int *)pool, 1);
	atomic_fetch_add(&open_jobs, 1);
	assert_int_equal(pthread_create(&thread, NULL, run_job, job), 0);
	pthread_detach(thread);
	return true;
}

/* --- server -------------------------------------------------------------------- */

struct running {
	struct http_router *router;
	struct http_server *server;
	struct http_listener listener;
	struct http_config config;
	uint16_t port;
};

static void show_message(void *context, const char *text)
{
	(void)context;
	if (getenv("HTTP_TEST_VERBOSE"))
		fprintf(stderr, "# %s\n", text);
}

static struct running *prepare(void)
{
	struct running *r = calloc(1, sizeof *r);
	r->router = router_new(true);
	router_add(r->router, ROUTES, ARRAY_LENGTH(ROUTES), NULL);
	r->listener = (struct http_listener){ .name = "test", .address = "127.0.0.1",
					      .router = r->router, .io_threads = 2 };
	r->config = (struct http_config){
		.listeners = &r->listener, .n_listeners = 1, .request_id_seed = 42,
		.submit_worker = submit, .worker_pool = &worker_jobs,
		.submit_gate = submit, .gate_pool = &gate_jobs, .spool_directory = directory,
		.drain_timeout_ms = 20000, .message = show_message,
	};
	return r;
}

static void start(struct running *r)
{
	struct why why = { "" };
	if (http_server_start(&r->config, &r->server, &why))
		fail_msg("%s", why.text);
	r->port = http_server_port(r->server, 0);
}

static struct running *start_default(void)
{
	struct running *r = prepare();
	start(r);
	return r;
}

static void stop(struct running *r)
{
	struct why why;
	assert_int_equal(http_server_stop(r->server, &why), OK);
	while (atomic_load(&open_jobs))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	http_server_free(r->server);
	router_free(r->router);
	free(r);
}

/* --- client -------------------------------------------------------------------- */

static int dial(const struct running *r)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(r->port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

/* What the server refuses early it may also cut: an error is no failure of the test. */
static bool say(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

#define SAY(fd, literal) say(fd, literal, sizeof(literal) - 1)

/* Reads until the end, `until` responses of known length, or the deadline. */
struct answer {
	char *p;
	size_t n;
	bool closed;
};

static size_t header_number(const char *head, const char *name)
{
	const char *at = strcasestr(head, name);
	return at ? strtoul(at + strlen(name), NULL, 10) : 0;
}

/* How many whole responses are in it (bodies by Content-Length; none for HEAD). */
static unsigned whole(const struct answer *a, bool is_head)
{
	unsigned n = 0;
	const char *at = a->p, *end = a->p + a->n;
	for (;;) {
		const char *body = strstr(at, "\r\n\r\n");
		if (at >= end || !body)
			return n;
		body += 4;
		size_t length = is_head ? 0 : header_number(at, "\r\nContent-Length: ");
		if (!strncmp(at, "HTTP/1.1 100", 12))
			length = 0;
		if ((size_t)(end - body) < length)
			return n;
		at = body + length;
		n++;
	}
}

static struct answer hear(int fd, unsigned until, bool is_head)
{
	struct answer a = { .p = calloc(1, ANSWER_MAX + 1) };
	while (a.n < ANSWER_MAX && (!until || whole(&a, is_head) < until)) {
		struct pollfd polled = { .fd = fd, .events = POLLIN };
		if (poll(&polled, 1, WAIT_MS) <= 0)
			break;
		ssize_t n = recv(fd, a.p + a.n, ANSWER_MAX - a.n, 0);
		if (n <= 0) {
			a.closed = true;
			break;
		}
		a.n += (size_t)n;
	}
	return a;
}

/* One request on a connection of its own, until the server closes or one response came. */
static struct answer ask(const struct running *r, const char *request, size_t n, unsigned until)
{
	int fd = dial(r);
	say(fd, request, n);
	struct answer a = hear(fd, until, false);
	close(fd);
	return a;
}

#define ASK(r, literal) ask(r, literal, sizeof(literal) - 1, 1)

static void assert_contains(struct answer a, const char *part)
{
	if (!strstr(a.p, part))
		fail_msg("no '%s' in '%.2000s'", part, a.p);
	free(a.p);
}

static void assert_status(struct answer a, int status)
{
	char line[32];
	snprintf(line, sizeof line, "HTTP/1.1 %d ", status);
	if (strncmp(a.p, line, strlen(line)))
		fail_msg("not %d: '%.2000s'", status, a.p);
	free(a.p);
}

static void must_live(const struct running *r)
{
	assert_contains(ASK(r, "GET /realms/alive HTTP/1.1\r\nHost: localhost\r\n\r\n"), "GET /realms/alive alive");
}

/* --- tests --------------------------------------------------------------------- */

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
		struct answer a = ASK(r, "GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: mine\r\n\r\n");
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
		snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", paths[i]);
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

#define SMUGGLED "GET /realms/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define RAW(literal) { literal SMUGGLED, sizeof(literal SMUGGLED) - 1 }

/* Each is one ambiguous request with another behind it: 400, the end, and the second one is
 * never answered. */
static void ambiguous_requests_are_refused_and_cut(void **state)
{
	(void)state;
	static const struct {
		const char *p;
		size_t n;
	} list[] = {
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 52\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\ncontent-length: 0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0, 0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: +0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length :0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\x0b" "chunked\r\n\r\n0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nX: y\0Transfer-Encoding: chunked\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nX: y\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX: a\0\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX\0: a\r\nY: b\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX: a\0\0Y: b\r\n\r\n"),
		RAW("GET /realms/a\0b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET\0 /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\0\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/a b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET  /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/a  HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1 \r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX: a\r\n folded\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX: a\r\n\tfolded\r\nY: b\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\nHost: localhost\n\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX: y\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX: \x1b[31m\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nX y: z\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\n: z\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n"),
		RAW("GET /realms/a#b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET http://localhost/realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"),
	};
	struct running *r = start_default();
	for (size_t i = 0; i < ARRAY_LENGTH(list); i++) {
		struct answer a = ask(r, list[i].p, list[i].n, 0);
		if (strncmp(a.p, "HTTP/1.1 400 ", 13) || !a.closed || whole(&a, false) != 1 ||
		    strstr(a.p, "smuggled"))
			fail_msg("request %zu '%.200s': '%.2000s'", i, list[i].p, a.p);
		free(a.p);
	}
	must_live(r);
	stop(r);
}

/* Half-closed connections are left to the reaper. */
static struct running *start_impatient(void)
{
	struct running *r = prepare();
	r->config.head_timeout_ms = r->config.body_timeout_ms = r->config.idle_timeout_ms = 200;
	start(r);
	return r;
}

/* Without a blank the server sees no end of a version or a target at all: closing is enough. */
static void what_is_no_http_ends_the_connection(void **state)
{
	(void)state;
	static const char *const list[] = {
		"GET\r\n\r\n", "\r\n\r\n\r\nnonsense\r\n\r\n", "GET /realms/a\r\n\r\n", "GET /realms/a HTTP/2.0\r\nHost: localhost\r\n\r\n",
		"GET /realms/a HTTP/1\r\nHost: localhost\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /realms/a http/1.1\r\nHost: localhost\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n", " \r\n\r\n", "a\n\n", "GET  \r\n\r\n",
	};
	struct running *r = start_impatient();
	for (size_t i = 0; i < ARRAY_LENGTH(list); i++) {
		int fd = dial(r);
		say(fd, list[i], strlen(list[i]));
		shutdown(fd, SHUT_WR);
		struct answer a = hear(fd, 0, false);
		if (!a.closed || strstr(a.p, " 200 "))
			fail_msg("request %zu: '%.2000s'", i, a.p);
		free(a.p);
		close(fd);
	}
	must_live(r);
	stop(r);
}

static struct answer ask_with_filler(const struct running *r, const char *before, size_t filler,
				     const char *after)
{
	size_t n = strlen(before) + filler + strlen(after);
	char *request = malloc(n + 1);
	memset(request, 'a', n);
	memcpy(request, before, strlen(before));
	memcpy(request + strlen(before) + filler, after, strlen(after));
	struct answer a = ask(r, request, n, 1);
	free(request);
	return a;
}

#define HEAD_OF_A "GET /realms/a HTTP/1.1\r\nHost: localhost\r\n"

static void heads_have_limits(void **state)
{
	(void)state;
	struct running *r = start_default();
	assert_status(ask_with_filler(r, "GET /realms/a?", 16000, " HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200);
	assert_status(ask_with_filler(r, "GET /realms/a?", 17000, " HTTP/1.1\r\nHost: localhost\r\n\r\n"), 414);
	assert_status(ask_with_filler(r, "GET /realms/a?", 100000, " HTTP/1.1\r\nHost: localhost\r\n\r\n"), 414);
	assert_status(ask_with_filler(r, HEAD_OF_A "X: ", 32000, "\r\n\r\n"), 200);
	assert_status(ask_with_filler(r, HEAD_OF_A "X: ", 33000, "\r\n\r\n"), 431);
	assert_status(ask_with_filler(r, HEAD_OF_A "X: ", 200000, "\r\n\r\n"), 431);
	assert_status(ask_with_filler(r, HEAD_OF_A "Cookie: a=", 12000, "\r\n\r\n"), 200);
	assert_status(ask_with_filler(r, HEAD_OF_A "Cookie: a=", 31000, "\r\n\r\n"), 431);
	for (int many = 99; many <= 1000; many += 901) {
		char *request = calloc(1, 8 << 10);
		strcpy(request, HEAD_OF_A);
		for (int i = 0; i < many; i++)
			strcat(request, "X: y\r\n");
		strcat(request, "\r\n");
		assert_status(ask(r, request, strlen(request), 1), many == 99 ? 200 : 431);
		free(request);
	}
	must_live(r);
	stop(r);
}

/* The library makes records of cookies and arguments, which we never read. */
static void many_small_pieces_do_no_harm(void **state)
{
	(void)state;
	struct running *r = start_default();
	static const struct {
		const char *before, *piece, *after;
	} cases[] = {
		{ HEAD_OF_A "Cookie: ", "a;", "\r\n\r\n" },	  { HEAD_OF_A "Cookie: ", "=", "\r\n\r\n" },
		{ HEAD_OF_A "Cookie: ", "a=\";", "\r\n\r\n" },	  { HEAD_OF_A "Cookie: ", ";", "\r\n\r\n" },
		{ "GET /realms/a?", "&", " HTTP/1.1\r\nHost: localhost\r\n\r\n" },
		{ "GET /realms/a?", "a=b&", " HTTP/1.1\r\nHost: localhost\r\n\r\n" },
		{ HEAD_OF_A, ":\r\n", "\r\n" },			  { HEAD_OF_A, "a:\r\n", "\r\n" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		for (size_t n = 1; n < 9000; n = n * 2 + 1) {
			struct arena *arena = arena_new(0);
			size_t piece = strlen(cases[i].piece), before = strlen(cases[i].before);
			char *request = arena_alloc(arena, before + n * piece + 100);
			memcpy(request, cases[i].before, before);
			for (size_t j = 0; j < n; j++)
				memcpy(request + before + j * piece, cases[i].piece, piece);
			strcat(request, cases[i].after);
			struct answer a = ask(r, request, strlen(request), 1);
			if (strncmp(a.p, "HTTP/1.1 200", 12) && strncmp(a.p, "HTTP/1.1 4", 10))
				fail_msg("case %zu with %zu: '%.500s'", i, n, a.p);
			free(a.p);
			arena_free(arena);
		}
	}
	must_live(r);
	stop(r);
}

static void bodies_have_limits(void **state)
{
	(void)state;
	struct running *r = start_default();
	assert_contains(ask_with_filler(r, "POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", 1000, ""), "body=aaa");
	/* Refused by the announced length, nothing sent of it. */
	assert_status(ASK(r, "POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n"), 413);
	assert_status(ASK(r, "POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n"), 413);
	assert_status(ASK(r, "POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999999999\r\n\r\n"), 413);
	struct answer a = ASK(r, "POST /realms/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 10000000\r\n\r\n");
	assert_null(strstr(a.p, " 100 "));
	assert_status(a, 413);
	int fd = dial(r);
	SAY(fd, "POST /realms/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
	a = hear(fd, 1, false);
	assert_status(a, 100);
	SAY(fd, "hello");
	assert_contains(hear(fd, 1, false), "body=hello");
	close(fd);
	/* Chunked: the sum counts. */
	fd = dial(r);
	SAY(fd, "POST /small HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;ext=\"x\"\r\n world\r\n0\r\nTrailer: x\r\n\r\n");
	assert_contains(hear(fd, 1, false), "body=hello world");
	close(fd);
	fd = dial(r);
	SAY(fd, "POST /small HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
	bool open = true;
	for (int i = 0; open && i < 100000; i++)
		open = SAY(fd, "64\r\n0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\r\n");
	assert_false(open);
	a = hear(fd, 0, false);
	assert_null(strstr(a.p, " 200 "));
	free(a.p);
	close(fd);
	must_live(r);
	stop(r);
}

static void a_refusal_of_a_sent_body_arrives(void **state)
{
	(void)state;
	struct running *r = start_default();
	for (int i = 0; i < 20; i++) {
		assert_status(ask_with_filler(r, "POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n", 300000, ""), 413);
		assert_status(ask_with_filler(r, "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n", 300000, ""), 404);
	}
	stop(r);
}

static void large_bodies_are_spooled_after_the_early_check(void **state)
{
	(void)state;
	struct running *r = start_default();
	assert_status(ASK(r, "POST /import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n"), 401);
	assert_contains(ask_with_filler(r, "POST /import HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nContent-Length: 4000000\r\n\r\n", 4000000, ""),
			"4000000 bytes sum 388000000 in memory 0");
	assert_status(ASK(r, "POST /import HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nContent-Length: 5000000\r\n\r\n"), 413);
	assert_contains(ASK(r, "POST /import HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n"), "0 bytes sum 0");
	stop(r);
}

static void methods_and_paths_are_answered(void **state)
{
	(void)state;
	struct running *r = start_default();
	int fd = dial(r);
	SAY(fd, "HEAD /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct answer a = hear(fd, 1, true);
	assert_int_equal(header_number(a.p, "\r\nContent-Length: "), strlen("GET /realms/a a q= body="));
	assert_string_equal(strstr(a.p, "\r\n\r\n"), "\r\n\r\n");
	assert_status(a, 200);
	SAY(fd, "DELETE /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
	a = hear(fd, 1, false);
	assert_non_null(strstr(a.p, "HTTP/1.1 405 "));
	assert_contains(a, "\r\nAllow: GET, HEAD, POST, OPTIONS\r\n");
	SAY(fd, "BREW /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_status(hear(fd, 1, false), 405);
	SAY(fd, "OPTIONS /small HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a.example\r\nAccess-Control-Request-Method: POST\r\n\r\n");
	a = hear(fd, 1, false);
	assert_null(strstr(a.p, "Access-Control"));
	assert_contains(a, "\r\nAllow: POST, OPTIONS\r\n");
	SAY(fd, "OPTIONS /realms/a HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a.example\r\nAccess-Control-Request-Method: POST\r\n\r\n");
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
	SAY(fd, "GET /worker/1 HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /realms/2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\ntwo"
		"GET /steps HTTP/1.1\r\nHost: localhost\r\n\r\nGET /realms/4 HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct answer a = hear(fd, 4, false);
	const char *one = strstr(a.p, "GET /worker/1"), *two = strstr(a.p, "body=two"), *three = strstr(a.p, "then third"),
		   *four = strstr(a.p, "GET /realms/4");
	assert_true(one && two && three && four && one < two && two < three && three < four);
	free(a.p);
	close(fd);
	stop(r);
}

static void only_our_own_hosts_are_served(void **state)
{
	(void)state;
	static const char *const bad[] = { "evil.example", "localhost.evil.example", "127.0.0.2", "[::2]", "localhost@evil", "a b", "", "localhost:x",
					   "localhost:80:80", "0x7f.1", "localhost,evil" };
	struct running *r = start_default();
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		char request[200];
		snprintf(request, sizeof request, "GET /realms/a HTTP/1.1\r\nHost: %s\r\n\r\n", bad[i]);
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
	assert_status(ASK(r, "GET /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400);
	stop(r);
	r = prepare();
	r->listener.any_host = true;
	start(r);
	assert_status(ASK(r, "GET /realms/a HTTP/1.1\r\nHost: anything:1\r\n\r\n"), 200);
	assert_status(ASK(r, "GET /realms/a HTTP/1.0\r\n\r\n"), 200);
	stop(r);
}

#define FORGED "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: sso.example\r\nX-Request-Id: from-proxy-1\r\n\r\n"

static void only_trusted_proxies_are_believed(void **state)
{
	(void)state;
	struct arena *arena = arena_new(0);
	static const struct str hosts[] = { STR_INIT("sso.example"), STR_INIT("localhost") };
	for (int trusted = 0; trusted < 2; trusted++) {
		struct running *r = prepare();
		r->config.allowed_hosts = hosts;
		r->config.n_allowed_hosts = 2;
		assert_int_equal(proxy_rules_parse(arena, PROXY_X_FORWARDED, trusted ? STR("127.0.0.0/8") : STR("10.0.0.1"),
						   &r->config.proxies, NULL), OK);
		start(r);
		struct answer a = ASK(r, "GET /realms/a/who HTTP/1.1\r\nHost: localhost\r\n" FORGED);
		assert_int_equal(strstr(a.p, "X-Request-Id: from-proxy-1") != NULL, trusted);
		assert_int_equal(strstr(a.p, "Strict-Transport-Security") != NULL, trusted);
		assert_contains(a, trusted ? "127.0.0.1 198.51.100.7 https://sso.example " : "127.0.0.1 127.0.0.1 http://localhost ");
		a = ASK(r, "GET /realms/a/who HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: a b\r\n\r\n");
		assert_null(strstr(a.p, "X-Request-Id: a"));
		assert_status(a, 200);
		stop(r);
	}
	arena_free(arena);
}

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
		snprintf(request, sizeof request, "POST /form HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: 3\r\n\r\na=b", cases[i].headers);
		assert_status(ask(r, request, strlen(request), 1), cases[i].status);
	}
	stop(r);
}

/* Sends one byte of `text` every 50 ms; true when the server ended the connection before a
 * response and before 10 s. */
static bool is_cut_while_trickling(const struct running *r, const char *before, const char *text)
{
	int fd = dial(r);
	bool cut = false;
	say(fd, before, strlen(before));
	for (int i = 0; !cut && i < 200; i++) {
		char byte;
		if (text[0] && send(fd, &text[(size_t)i % strlen(text)], 1, MSG_NOSIGNAL) < 0)
			cut = true;
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
		ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);
		if (n == 1)
			break;
		if (n == 0 || errno != EAGAIN)
			cut = true;
	}
	close(fd);
	return cut;
}

static void slow_senders_are_ended(void **state)
{
	(void)state;
	struct running *r = prepare();
	r->config.head_timeout_ms = 400;
	r->config.body_timeout_ms = 400;
	r->config.idle_timeout_ms = 400;
	start(r);
	assert_true(is_cut_while_trickling(r, "", ""));
	assert_true(is_cut_while_trickling(r, "", "abc"));
	assert_true(is_cut_while_trickling(r, "", "\r\n"));
	assert_true(is_cut_while_trickling(r, "GET /realms/a HTTP/1.1\r\n", "X: y\r\n"));
	assert_true(is_cut_while_trickling(r, "POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", "a"));
	assert_true(is_cut_while_trickling(r, "POST /realms/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"));
	assert_true(is_cut_while_trickling(r, "POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n", ""));
	struct http_counters counters;
	http_server_counters(r->server, &counters);
	assert_true(counters.connections_reaped >= 7);
	/* A kept-alive connection: idle, and trickling its second request. */
	for (int trickle = 0; trickle < 2; trickle++) {
		int fd = dial(r);
		SAY(fd, "GET /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
		assert_status(hear(fd, 1, false), 200);
		bool cut = false;
		for (int i = 0; !cut && i < 200; i++) {
			char byte;
			if (trickle)
				send(fd, "a", 1, MSG_NOSIGNAL);
			nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
			cut = recv(fd, &byte, 1, MSG_DONTWAIT) == 0 || errno != EAGAIN;
		}
		assert_true(cut);
		close(fd);
	}
	must_live(r);
	stop(r);
}

static void slow_readers_are_ended(void **state)
{
	(void)state;
	struct running *r = prepare();
	r->config.idle_timeout_ms = 300;
	start(r);
	int fd = dial(r), small = 4096;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	SAY(fd, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct http_counters counters = { 0 };
	for (int i = 0; i < 400 && !counters.connections_reaped; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
		http_server_counters(r->server, &counters);
	}
	assert_int_equal(counters.connections_reaped, 1);
	close(fd);
	stop(r);
}

static void leaving_clients_do_no_harm(void **state)
{
	(void)state;
	struct running *r = start_default();
	for (int i = 0; i < 30; i++) {
		int fd = dial(r);
		SAY(fd, "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
		struct linger reset = { .l_onoff = 1, .l_linger = 0 };
		if (i % 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		close(fd);
	}
	must_live(r);
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
	SAY(idle, "GET /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
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
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(r->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
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
	SAY(fd, "POST /realms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
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
	struct http_listener both[] = { r->listener, { .name = "unix", .unix_path = path, .router = r->router, .any_host = true } };
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

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
	char command[600];
	va_list list;
	va_start(list, format);
	vsnprintf(command, sizeof command, format, list);
	va_end(list);
	if (system(command))
		fail_msg("failed: %s", command);
}

static void make_certificate(const char *name)
{
	run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=%s -addext subjectAltName=DNS:localhost "
	    "-keyout %s/key.pem -out %s/cert.pem 2>/dev/null", name, directory, directory);
}

static bool tls_answers(const struct running *r, const char *options, const char *expected)
{
	char command[600], output[16384];
	snprintf(command, sizeof command,
		 "printf 'GET /realms/a/who HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' | "
		 "timeout 20 openssl s_client -connect 127.0.0.1:%u -ign_eof -CAfile %s/cert.pem %s 2>&1", r->port, directory, options);
	FILE *pipe = popen(command, "r");
	size_t n = fread(output, 1, sizeof output - 1, pipe);
	output[n] = '\0';
	pclose(pipe);
	return strstr(output, expected) != NULL;
}

static void tls_is_served_and_reloaded(void **state)
{
	(void)state;
	struct running *r = prepare();
	char cert[100], key[100];
	snprintf(cert, sizeof cert, "%s/cert.pem", directory);
	snprintf(key, sizeof key, "%s/key.pem", directory);
	make_certificate("first");
	r->listener.tls_certificate_file = cert;
	r->listener.tls_key_file = key;
	start(r);
	assert_true(tls_answers(r, "-verify_return_error", "127.0.0.1 127.0.0.1 https://localhost"));
	assert_true(tls_answers(r, "-tls1_2", "https://localhost"));
	assert_true(tls_answers(r, "", "Strict-Transport-Security: max-age=31536000"));
	assert_true(tls_answers(r, "", "subject=CN = first"));
	assert_false(tls_answers(r, "-tls1_1 -cipher DEFAULT@SECLEVEL=0", "https://localhost"));
	make_certificate("second");
	assert_int_equal(http_server_reload_tls(r->server, NULL), OK);
	assert_true(tls_answers(r, "-verify_return_error", "subject=CN = second"));
	/* A key of another certificate: the old pair stays. */
	struct why why;
	run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out %s 2>/dev/null", key);
	assert_int_equal(http_server_reload_tls(r->server, &why), ERROR_INVALID_CONFIG);
	assert_non_null(strstr(why.text, "is not the key of"));
	assert_true(tls_answers(r, "", "subject=CN = second"));
	/* Plain HTTP on the TLS port, and a handshake that never goes on. */
	struct answer a = ask(r, "GET / HTTP/1.1\r\n\r\n", 18, 1);
	assert_null(strstr(a.p, " 200 "));
	free(a.p);
	stop(r);
}

static void random_bytes_do_no_harm(void **state)
{
	(void)state;
	static const char *const pieces[] = { "GET ", "POST ", "/realms/a", " HTTP/1.1", "\r\n", "\n", "\r", "Host: localhost\r\n", "Content-Length: ",
					      "5\r\n", "Transfer-Encoding: chunked\r\n", "Cookie: a=b; c\r\n", "\r\n\r\n", "hello", "0\r\n\r\n", " ", ":", "%00",
					      "?a=b&c", "\t", "Expect: 100-continue\r\n", "Connection: close\r\n", "/worker/w", "HEAD " };
	struct running *r = start_impatient();
	unsigned seed = 7;
	for (int i = 0; i < 600; i++) {
		char request[2000];
		size_t n = 0;
		if (rand_r(&seed) % 2) {
			memcpy(request, HEAD_OF_A, sizeof HEAD_OF_A - 1);
			n = sizeof HEAD_OF_A - 1;
		}
		for (int k = rand_r(&seed) % 25; k > 0; k--) {
			const char *piece = pieces[(size_t)rand_r(&seed) % ARRAY_LENGTH(pieces)];
			if (rand_r(&seed) % 8 == 0) {
				request[n++] = (char)rand_r(&seed);
				continue;
			}
			memcpy(request + n, piece, strlen(piece));
			n += strlen(piece);
		}
		int fd = dial(r);
		say(fd, request, n);
		shutdown(fd, SHUT_WR);
		struct answer a = hear(fd, 0, false);
		assert_true(a.closed);
		free(a.p);
		close(fd);
	}
	must_live(r);
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
	static const char *const requests[] = { "GET /realms/h HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /worker/h HTTP/1.1\r\nHost: localhost\r\n\r\n",
						"GET /steps HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /gate/h HTTP/1.1\r\nHost: localhost\r\n\r\n" };
	for (int c = 0; c < 10; c++) {
		int fd = dial(h->r);
		for (int i = 0; i < 20; i++) {
			const char *request = requests[(unsigned)rand_r(&h->seed) % ARRAY_LENGTH(requests)];
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
		SAY(fds[i], "GET /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
		assert_status(hear(fds[i], 1, false), 200);
	}
	SAY(fds[4], "GET /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct pollfd polled = { .fd = fds[4], .events = POLLIN };
	assert_int_equal(poll(&polled, 1, 200), 0);
	close(fds[0]);
	assert_status(hear(fds[4], 1, false), 200);
	for (size_t i = 1; i < ARRAY_LENGTH(fds); i++)
		close(fds[i]);
	stop(r);
}

static int group_set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	strcpy(directory, "/tmp/curfew-http-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int group_tear_down(void **state)
{
	(void)state;
	char path[100];
	static const char *const names[] = { "cert.pem", "key.pem" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		snprintf(path, sizeof path, "%s/%s", directory, names[i]);
		unlink(path);
	}
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_answer_from_every_thread),
		cmocka_unit_test(every_response_has_an_id_of_its_own),
		cmocka_unit_test(full_queues_answer_503),
		cmocka_unit_test(ambiguous_requests_are_refused_and_cut),
		cmocka_unit_test(what_is_no_http_ends_the_connection),
		cmocka_unit_test(heads_have_limits),
		cmocka_unit_test(many_small_pieces_do_no_harm),
		cmocka_unit_test(bodies_have_limits),
		cmocka_unit_test(a_refusal_of_a_sent_body_arrives),
		cmocka_unit_test(large_bodies_are_spooled_after_the_early_check),
		cmocka_unit_test(methods_and_paths_are_answered),
		cmocka_unit_test(pipelined_requests_are_answered_in_order),
		cmocka_unit_test(only_our_own_hosts_are_served),
		cmocka_unit_test(only_trusted_proxies_are_believed),
		cmocka_unit_test(forms_of_other_sites_are_refused),
		cmocka_unit_test(slow_senders_are_ended),
		cmocka_unit_test(slow_readers_are_ended),
		cmocka_unit_test(leaving_clients_do_no_harm),
		cmocka_unit_test(a_stop_finishes_what_is_under_way),
		cmocka_unit_test(a_stop_cuts_what_does_not_end),
		cmocka_unit_test(a_unix_socket_is_served),
		cmocka_unit_test(a_taken_port_is_told_in_words),
		cmocka_unit_test(tls_is_served_and_reloaded),
		cmocka_unit_test(random_bytes_do_no_harm),
		cmocka_unit_test(many_at_once_are_served),
		cmocka_unit_test(the_connection_limit_holds_others_back),
	};
	return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}

/* A real HTTP server on loopback, its handlers and pools, and a client that speaks raw bytes. */
#ifndef TESTS_HTTP_FIXTURE_H
#define TESTS_HTTP_FIXTURE_H

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
#include <sys/wait.h>
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

static inline void hello(
	void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	http_respond_text(response, 200,
		arena_format(request->arena, "%s %.*s %.*s q=%.*s body=%.*s",
			http_method_name(request->method), STR_ARG(request->path),
			STR_ARG(http_route_value(request, "name")), STR_ARG(request->raw_query),
			STR_ARG(request->body)));
}

static inline void who(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	http_respond_text(response, 200,
		arena_format(request->arena, "%.*s %.*s %.*s://%.*s %s%s", STR_ARG(request->peer),
			STR_ARG(request->client), STR_ARG(request->scheme), STR_ARG(request->host),
			request->under_auth ? "auth" : "", request->local ? "local" : ""));
}

static inline void slow(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
	http_respond_text(response, 200, arena_str(request->arena, STR("slow done")));
}

static inline void third_step(
	void *context, struct http_request *request, struct http_response *response)
{
	http_respond_text(response, 200,
		arena_format(request->arena, "%s then third", (const char *)context));
}

static inline void second_step(
	void *context, struct http_request *request, struct http_response *response)
{
	(void)response;
	struct str text = arena_format(request->arena, "%s then second", (const char *)context);
	http_hand_over(request, HTTP_QUEUE_WORKER, third_step, arena_z(request->arena, text));
}

static inline void first_step(
	void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)response;
	http_hand_over(
		request, HTTP_QUEUE_GATE, second_step, arena_z(request->arena, STR("first")));
}

static inline void large(
	void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	char *p = arena_alloc(request->arena, 8 << 20);
	memset(p, 'x', 8 << 20);
	http_respond_bytes(response, 200, "application/octet-stream", str_of(p, 8 << 20));
}

/* Adds up the bytes of a spooled body. */
static inline void spooled(
	void *context, struct http_request *request, struct http_response *response)
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

static inline void only_with_token(
	void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	if (!http_bearer(request).n)
		http_respond_error_code(response, ERROR_INVALID_TOKEN);
}

static inline void from_file(
	void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	int fd = open(directory, O_TMPFILE | O_RDWR, 0600);
	assert_int_equal(write(fd, "file contents", 13), 13);
	http_respond_empty(response, 200);
	response->body_fd = fd;
	response->body_fd_n = 13;
}

static inline void nothing(
	void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	(void)response;
}

static const struct http_route ROUTES[] = {
	{ .methods = HTTP_GET | HTTP_POST,
		.pattern = "/realms/{name}",
		.handler = hello,
		.flags = HTTP_CORS },
	{ .methods = HTTP_GET | HTTP_POST,
		.pattern = "/worker/{name}",
		.handler = hello,
		.flags = HTTP_WORKER },
	{ .methods = HTTP_GET, .pattern = "/gate/{name}", .handler = hello, .flags = HTTP_GATE },
	{ .methods = HTTP_GET, .pattern = "/realms/{name}/who", .handler = who },
	{ .methods = HTTP_GET, .pattern = "/slow", .handler = slow, .flags = HTTP_WORKER },
	{ .methods = HTTP_GET, .pattern = "/steps", .handler = first_step },
	{ .methods = HTTP_GET, .pattern = "/large", .handler = large },
	{ .methods = HTTP_GET, .pattern = "/file", .handler = from_file },
	{ .methods = HTTP_GET, .pattern = "/nothing", .handler = nothing },
	{ .methods = HTTP_POST, .pattern = "/small", .handler = hello, .body_limit = 1000 },
	{ .methods = HTTP_POST, .pattern = "/form", .handler = hello, .flags = HTTP_CSRF },
	{ .methods = HTTP_POST,
		.pattern = "/import",
		.handler = spooled,
		.body_limit = 4 << 20,
		.flags = HTTP_WORKER | HTTP_STREAM_BODY,
		.early = only_with_token },
};

/* --- pools: a thread a job ----------------------------------------------------- */

static inline void *run_job(void *job)
{
	http_job_run(job);
	atomic_fetch_sub(&open_jobs, 1);
	return NULL;
}

static inline bool submit(void *pool, struct http_job *job)
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

static inline void show_message(void *context, const char *text)
{
	(void)context;
	if (getenv("HTTP_TEST_VERBOSE"))
		fprintf(stderr, "# %s\n", text);
}

static inline struct running *prepare(void)
{
	struct running *r = calloc(1, sizeof *r);
	r->router = router_new(true);
	router_add(r->router, ROUTES, ARRAY_LENGTH(ROUTES), NULL);
	r->listener = (struct http_listener){
		.name = "test", .address = "127.0.0.1", .router = r->router, .io_threads = 2
	};
	r->config = (struct http_config){
		.listeners = &r->listener,
		.n_listeners = 1,
		.request_id_seed = 42,
		.submit_worker = submit,
		.worker_pool = &worker_jobs,
		.submit_gate = submit,
		.gate_pool = &gate_jobs,
		.spool_directory = directory,
		.drain_timeout_ms = 20000,
		.message = show_message,
	};
	return r;
}

static inline void start(struct running *r)
{
	struct why why = { "" };
	if (http_server_start(&r->config, &r->server, &why))
		fail_msg("%s", why.text);
	r->port = http_server_port(r->server, 0);
}

static inline struct running *start_default(void)
{
	struct running *r = prepare();
	start(r);
	return r;
}

static inline void stop(struct running *r)
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

static inline int dial(const struct running *r)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(r->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

/* What the server refuses early it may also cut: an error is no failure of the test. */
static inline bool say(int fd, const char *p, size_t n)
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

static inline size_t header_number(const char *head, const char *name)
{
	const char *at = strcasestr(head, name);
	return at ? strtoul(at + strlen(name), NULL, 10) : 0;
}

/* How many whole responses are in it (bodies by Content-Length; none for HEAD). */
static inline unsigned whole(const struct answer *a, bool is_head)
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

static inline struct answer hear(int fd, unsigned until, bool is_head)
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
static inline struct answer ask(
	const struct running *r, const char *request, size_t n, unsigned until)
{
	int fd = dial(r);
	say(fd, request, n);
	struct answer a = hear(fd, until, false);
	close(fd);
	return a;
}

#define ASK(r, literal) ask(r, literal, sizeof(literal) - 1, 1)

static inline void assert_contains(struct answer a, const char *part)
{
	if (!strstr(a.p, part))
		fail_msg("no '%s' in '%.2000s'", part, a.p);
	free(a.p);
}

static inline void assert_status(struct answer a, int status)
{
	char line[32];
	snprintf(line, sizeof line, "HTTP/1.1 %d ", status);
	if (strncmp(a.p, line, strlen(line)))
		fail_msg("not %d: '%.2000s'", status, a.p);
	free(a.p);
}

static inline void must_live(const struct running *r)
{
	assert_contains(ASK(r, "GET /realms/alive HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		"GET /realms/alive alive");
}

/* Half-closed connections are left to the reaper. */
static inline struct running *start_impatient(void)
{
	struct running *r = prepare();
	r->config.head_timeout_ms = r->config.body_timeout_ms = r->config.idle_timeout_ms = 200;
	start(r);
	return r;
}

#define HEAD_OF_A "GET /realms/a HTTP/1.1\r\nHost: localhost\r\n"
#define POST_SMALL "POST /small HTTP/1.1\r\nHost: localhost\r\n"
#define POST_IMPORT "POST /import HTTP/1.1\r\nHost: localhost\r\n"
#define AUTHORIZED "Authorization: Bearer x\r\n"
#define POST_A "POST /realms/a HTTP/1.1\r\nHost: localhost\r\n"

static inline struct answer ask_with_filler(
	const struct running *r, const char *before, size_t filler, const char *after)
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

static inline int group_set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	memcpy(directory, "/tmp/curfew-http-XXXXXX", sizeof "/tmp/curfew-http-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static inline int group_tear_down(void **state)
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

#endif

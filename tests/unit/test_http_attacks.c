/* http/server: the real server on loopback, attacked with raw sockets. */
#include "http_fixture.h"

#include "base/text.h"

#define SMUGGLED "GET /realms/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define RAW(literal)                                           \
	{                                                      \
		literal SMUGGLED, sizeof(literal SMUGGLED) - 1 \
	}

/* Each is one ambiguous request with another behind it: 400, the end, and the second one is
 * never answered. */
static void ambiguous_requests_are_refused_and_cut(void **state)
{
	(void)state;
	static const struct {
		const char *p;
		size_t n;
	} list[] = {
		RAW(POST_A "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		RAW(POST_A "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
		RAW(POST_A "Content-Length: 0\r\nContent-Length: 52\r\n\r\n"),
		RAW(POST_A "Content-Length: 0\r\ncontent-length: 0\r\n\r\n"),
		RAW(POST_A "Content-Length: 0, 0\r\n\r\n"),
		RAW(POST_A "Content-Length: +0\r\n\r\n"),
		RAW(POST_A "Content-Length: -1\r\n\r\n"),
		RAW(POST_A "Content-Length: 0x0\r\n\r\n"),
		RAW(POST_A "Content-Length :0\r\n\r\n"),
		RAW(POST_A "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
		RAW(POST_A "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
		RAW(POST_A "Transfer-Encoding: identity\r\n\r\n"),
		RAW(POST_A
			"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		RAW(POST_A "Transfer-Encoding:\x0b"
			   "chunked\r\n\r\n0\r\n\r\n"),
		RAW(POST_A "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
		RAW(POST_A "X: y\0Transfer-Encoding: chunked\r\n\r\n"),
		RAW("POST /realms/a HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		RAW(HEAD_OF_A "Host: localhost\r\n\r\n"),
		RAW(HEAD_OF_A "host: evil.example\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\r\nX: y\r\n\r\n"),
		RAW(HEAD_OF_A "X: a\0b\r\n\r\n"),
		RAW(HEAD_OF_A "X: a\0\r\n\r\n"),
		RAW(HEAD_OF_A "X\0: a\r\nY: b\r\n\r\n"),
		RAW(HEAD_OF_A "X: a\0\0Y: b\r\n\r\n"),
		RAW("GET /realms/a\0b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET\0 /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\0\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/a b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET  /realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/a  HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1 \r\nHost: localhost\r\n\r\n"),
		RAW(HEAD_OF_A "X: a\r\n folded\r\n\r\n"),
		RAW(HEAD_OF_A "X: a\r\n\tfolded\r\nY: b\r\n\r\n"),
		RAW(HEAD_OF_A " folded\r\n\r\n"),
		RAW("GET /realms/a HTTP/1.1\nHost: localhost\n\n"),
		RAW("GET /realms/a HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n"),
		RAW(HEAD_OF_A "X: y\n\r\n"),
		RAW(HEAD_OF_A "X: y\r\n\n"),
		RAW(HEAD_OF_A "X: a\rb\r\n\r\n"),
		RAW(HEAD_OF_A "X: \x1b[31m\r\n\r\n"),
		RAW(HEAD_OF_A "X y: z\r\n\r\n"),
		RAW(HEAD_OF_A ": z\r\n\r\n"),
		RAW(HEAD_OF_A "no colon\r\n\r\n"),
		RAW("GET /realms/a#b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET http://localhost/realms/a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("GET /realms/\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		RAW(POST_A "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"),
		RAW(POST_A "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n"),
		RAW(POST_A "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"),
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

/* Without a blank the server sees no end of a version or a target at all: closing is enough. */
static void what_is_no_http_ends_the_connection(void **state)
{
	(void)state;
	static const char *const list[] = {
		"GET\r\n\r\n",
		"\r\n\r\n\r\nnonsense\r\n\r\n",
		"GET /realms/a\r\n\r\n",
		"GET /realms/a HTTP/2.0\r\nHost: localhost\r\n\r\n",
		"GET /realms/a HTTP/1\r\nHost: localhost\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"GET /realms/a http/1.1\r\nHost: localhost\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n",
		" \r\n\r\n",
		"a\n\n",
		"GET  \r\n\r\n",
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

static void heads_have_limits(void **state)
{
	(void)state;
	struct running *r = start_default();
	assert_status(
		ask_with_filler(r, "GET /realms/a?", 16000, " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		200);
	assert_status(
		ask_with_filler(r, "GET /realms/a?", 17000, " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		414);
	assert_status(ask_with_filler(
			      r, "GET /realms/a?", 100000, " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		414);
	assert_status(ask_with_filler(r, HEAD_OF_A "X: ", 32000, "\r\n\r\n"), 200);
	assert_status(ask_with_filler(r, HEAD_OF_A "X: ", 33000, "\r\n\r\n"), 431);
	assert_status(ask_with_filler(r, HEAD_OF_A "X: ", 200000, "\r\n\r\n"), 431);
	assert_status(ask_with_filler(r, HEAD_OF_A "Cookie: a=", 12000, "\r\n\r\n"), 200);
	assert_status(ask_with_filler(r, HEAD_OF_A "Cookie: a=", 31000, "\r\n\r\n"), 431);
	for (int many = 99; many <= 1000; many += 901) {
		struct arena *arena = arena_new(0);
		struct text request = text_new(arena, 0);
		text_add_z(&request, HEAD_OF_A);
		for (int i = 0; i < many; i++)
			text_add_z(&request, "X: y\r\n");
		text_add_z(&request, "\r\n");
		assert_status(ask(r, text_str(&request).p, text_str(&request).n, 1),
			many == 99 ? 200 : 431);
		arena_free(arena);
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
		{ HEAD_OF_A "Cookie: ", "a;", "\r\n\r\n" },
		{ HEAD_OF_A "Cookie: ", "=", "\r\n\r\n" },
		{ HEAD_OF_A "Cookie: ", "a=\";", "\r\n\r\n" },
		{ HEAD_OF_A "Cookie: ", ";", "\r\n\r\n" },
		{ "GET /realms/a?", "&", " HTTP/1.1\r\nHost: localhost\r\n\r\n" },
		{ "GET /realms/a?", "a=b&", " HTTP/1.1\r\nHost: localhost\r\n\r\n" },
		{ HEAD_OF_A, ":\r\n", "\r\n" },
		{ HEAD_OF_A, "a:\r\n", "\r\n" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		for (size_t n = 1; n < 9000; n = n * 2 + 1) {
			struct arena *arena = arena_new(0);
			struct text request = text_new(arena, 0);
			text_add_z(&request, cases[i].before);
			for (size_t j = 0; j < n; j++)
				text_add_z(&request, cases[i].piece);
			text_add_z(&request, cases[i].after);
			struct answer a = ask(r, text_str(&request).p, text_str(&request).n, 1);
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
	assert_contains(ask_with_filler(r, POST_SMALL "Content-Length: 1000\r\n\r\n", 1000, ""),
		"body=aaa");
	/* Refused by the announced length, nothing sent of it. */
	assert_status(ASK(r, POST_SMALL "Content-Length: 1001\r\n\r\n"), 413);
	assert_status(ASK(r, POST_SMALL "Content-Length: 1000000000000\r\n\r\n"), 413);
	assert_status(ASK(r, POST_SMALL "Content-Length: 999999999999999999\r\n\r\n"), 413);
	struct answer a = ASK(r, POST_A "Expect: 100-continue\r\nContent-Length: 10000000\r\n\r\n");
	assert_null(strstr(a.p, " 100 "));
	assert_status(a, 413);
	int fd = dial(r);
	SAY(fd, POST_A "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
	a = hear(fd, 1, false);
	assert_status(a, 100);
	SAY(fd, "hello");
	assert_contains(hear(fd, 1, false), "body=hello");
	close(fd);
	/* Chunked: the sum counts. */
	fd = dial(r);
	SAY(fd,
		POST_SMALL
		"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;ext=\"x\"\r\n world\r\n0\r\nTrailer: x\r\n\r\n");
	assert_contains(hear(fd, 1, false), "body=hello world");
	close(fd);
	fd = dial(r);
	SAY(fd, POST_SMALL "Transfer-Encoding: chunked\r\n\r\n");
	bool open = true;
	for (int i = 0; open && i < 200000; i++)
		open = SAY(fd, "32\r\n01234567890123456789012345678901234567890123456789\r\n");
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
		assert_status(
			ask_with_filler(r, POST_SMALL "Content-Length: 300000\r\n\r\n", 300000, ""),
			413);
		assert_status(
			ask_with_filler(r,
				"POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n",
				300000, ""),
			404);
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
	assert_true(is_cut_while_trickling(r, POST_A "Content-Length: 1000\r\n\r\n", "a"));
	assert_true(is_cut_while_trickling(
		r, POST_A "Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"));
	assert_true(is_cut_while_trickling(r, POST_A "Content-Length: 10\r\n\r\n", ""));
	struct http_counters counters;
	http_server_counters(r->server, &counters);
	assert_true(counters.connections_reaped >= 7);
	/* A kept-alive connection: idle, and trickling its second request. */
	for (int trickle = 0; trickle < 2; trickle++) {
		int fd = dial(r);
		SAY(fd, HEAD_OF_A "\r\n");
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

static void random_bytes_do_no_harm(void **state)
{
	(void)state;
	static const char *const pieces[] = { "GET ", "POST ", "/realms/a", " HTTP/1.1", "\r\n",
		"\n", "\r", "Host: localhost\r\n", "Content-Length: ", "5\r\n",
		"Transfer-Encoding: chunked\r\n", "Cookie: a=b; c\r\n", "\r\n\r\n", "hello",
		"0\r\n\r\n", " ", ":", "%00", "?a=b&c", "\t", "Expect: 100-continue\r\n",
		"Connection: close\r\n", "/worker/w", "HEAD " };
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ambiguous_requests_are_refused_and_cut),
		cmocka_unit_test(what_is_no_http_ends_the_connection),
		cmocka_unit_test(heads_have_limits),
		cmocka_unit_test(many_small_pieces_do_no_harm),
		cmocka_unit_test(bodies_have_limits),
		cmocka_unit_test(a_refusal_of_a_sent_body_arrives),
		cmocka_unit_test(slow_senders_are_ended),
		cmocka_unit_test(slow_readers_are_ended),
		cmocka_unit_test(leaving_clients_do_no_harm),
		cmocka_unit_test(random_bytes_do_no_harm),
	};
	return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}

/* Sends prepared HTTP requests over kept connections, one at a time on each, and counts.
 *
 *     load PORT CONNECTIONS SECONDS STATUS FILE
 *
 * FILE holds requests, each preceded by its length in decimal and a newline; they are sent in
 * turn. Every answer must have STATUS and a Content-Length; another one ends the program with
 * the answer on stderr. Prints requests, seconds, and the median and the 99th percentile of
 * the time to an answer in microseconds. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MAX = 128 << 10, CONNECTIONS_MAX = 256, TIMES_MAX = 1 << 22 };

struct request {
	const char *p;
	size_t n;
};

struct connection {
	int fd;
	int64_t sent_ns;
	size_t have, want; /* want: 0 while the head is not complete */
	char answer[ANSWER_MAX];
};

struct load {
	int status, epoll;
	uint16_t port;
	struct request *requests;
	size_t n_requests, next;
	uint32_t *times_us;
	size_t n_times, done;
};

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "load: %s\n", what);
	exit(1);
}

static char *read_all(const char *path, size_t *ret_n)
{
	FILE *file = fopen(path, "rb");
	if (!file || fseek(file, 0, SEEK_END))
		die("the file of requests cannot be read");
	size_t n = (size_t)ftell(file);
	char *p = calloc(1, n + 1);
	rewind(file);
	if (!p || fread(p, 1, n, file) != n)
		die("the file of requests cannot be read");
	fclose(file);
	*ret_n = n;
	return p;
}

static void read_requests(struct load *load, const char *path)
{
	size_t n;
	char *at = read_all(path, &n), *end = at + n;
	while (at < end) {
		size_t length = strtoul(at, &at, 10);
		if (!length || *at++ != '\n' || length > (size_t)(end - at))
			die("the file of requests is broken");
		load->requests = realloc(
			load->requests, (load->n_requests + 1) * sizeof *load->requests);
		if (!load->requests)
			die("no memory");
		load->requests[load->n_requests++] = (struct request){ at, length };
		at += length;
	}
	if (!load->n_requests)
		die("no requests");
}

static void send_next(struct load *load, struct connection *c)
{
	const struct request *request = &load->requests[load->next++ % load->n_requests];
	c->have = c->want = 0;
	c->sent_ns = now_ns();
	if (send(c->fd, request->p, request->n, MSG_NOSIGNAL) != (ssize_t)request->n)
		die("a request could not be sent whole");
}

static void connect_one(struct load *load, struct connection *c)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(load->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;
	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address))
		die("no connection");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
	epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd, &event);
}

/* The length of the whole answer once its head is there; 0 before. */
static size_t whole_length(const struct load *load, struct connection *c)
{
	c->answer[c->have] = '\0';
	const char *end = strstr(c->answer, "\r\n\r\n");
	if (!end)
		return 0;
	const char *length = strcasestr(c->answer, "\r\nContent-Length:");
	if (strtol(c->answer + strlen("HTTP/1.1 "), NULL, 10) != load->status || !length ||
		length > end) {
		fprintf(stderr, "%s\n", c->answer);
		die("not the answer that was expected");
	}
	return (size_t)(end + 4 - c->answer) +
		strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
}

static void receive(struct load *load, struct connection *c)
{
	ssize_t n = recv(c->fd, c->answer + c->have, ANSWER_MAX - 1 - c->have, 0);
	if (n <= 0)
		die("the server closed a connection");
	c->have += (size_t)n;
	if (!c->want)
		c->want = whole_length(load, c);
	if (!c->want || c->have < c->want)
		return;
	if (load->n_times < TIMES_MAX)
		load->times_us[load->n_times++] = (uint32_t)((now_ns() - c->sent_ns) / 1000);
	load->done++;
	send_next(load, c);
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	if (argc != 6)
		die("usage: load PORT CONNECTIONS SECONDS STATUS FILE");
	struct load load = { .port = (uint16_t)strtoul(argv[1], NULL, 10),
		.status = (int)strtol(argv[4], NULL, 10),
		.epoll = epoll_create1(0),
		.times_us = malloc(TIMES_MAX * sizeof *load.times_us) };
	size_t n = strtoul(argv[2], NULL, 10);
	struct connection *connections = calloc(n, sizeof *connections);
	if (!connections || !load.times_us || !n || n > CONNECTIONS_MAX)
		die("no memory");
	read_requests(&load, argv[5]);
	for (size_t i = 0; i < n; i++)
		connect_one(&load, &connections[i]);
	int64_t start = now_ns(), until = start + (int64_t)(strtod(argv[3], NULL) * 1e9);
	for (size_t i = 0; i < n; i++)
		send_next(&load, &connections[i]);
	while (now_ns() < until) {
		struct epoll_event events[CONNECTIONS_MAX];
		int ready = epoll_wait(load.epoll, events, CONNECTIONS_MAX, 100);
		for (int i = 0; i < ready; i++)
			receive(&load, events[i].data.ptr);
	}
	double seconds = (double)(now_ns() - start) / 1e9;
	if (!load.n_times)
		die("no answer came");
	qsort(load.times_us, load.n_times, sizeof *load.times_us, compare);
	printf("%zu %.3f %u %u\n", load.done, seconds, load.times_us[load.n_times / 2],
		load.times_us[load.n_times * 99 / 100]);
	return 0;
}

/* Connections of a server: their list, their deadlines, and the thread that ends those which
 * miss them. The HTTP library's own timeouts know only silence; a sender of one byte now and
 * then would live for ever. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "http/server_inner.h"

#include "base/condition.h"

enum { TICK_MIN_MS = 20, TICK_MAX_MS = 1000, NEW_GRACE_MS = 500 };

static int64_t read_clock(clockid_t clock, int64_t per_second)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return now.tv_sec * per_second + now.tv_nsec / (1000000000 / per_second);
}

int64_t server_now_ms(void)
{
	return read_clock(CLOCK_MONOTONIC_COARSE, 1000);
}

int64_t server_now_us(void)
{
	return read_clock(CLOCK_MONOTONIC, 1000000);
}

/* False for what is no IP address: a unix socket. */
static bool address_of(const struct sockaddr *address, uint8_t ret_address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	if (address && address->sa_family == AF_INET) {
		memcpy(ret_address, mapped, sizeof mapped);
		memcpy(ret_address + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
		return true;
	}
	if (address && address->sa_family == AF_INET6) {
		memcpy(ret_address, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
		return true;
	}
	return false;
}

static bool is_loopback(const uint8_t address[16])
{
	static const uint8_t v4[13] = { [10] = 0xff, [11] = 0xff, [12] = 127 };
	static const uint8_t v6[16] = { [15] = 1 };
	return !memcmp(address, v4, sizeof v4) || !memcmp(address, v6, sizeof v6);
}

static bool is_limited(
	const struct http_server *server, const struct sockaddr *from, uint8_t ret_address[16])
{
	return server->addresses && address_of(from, ret_address) && !is_loopback(ret_address) &&
		!proxy_is_trusted(&server->config.proxies, ret_address);
}

bool connection_is_full(const struct listener *listener)
{
	return atomic_load(&listener->n_open) >= listener->server->config.connections_max;
}

bool connection_admit(struct listener *listener, const struct sockaddr *from)
{
	struct http_server *server = listener->server;
	uint8_t address[16];
	if (is_limited(server, from, address)) {
		if (!addresses_has_room(
			    server->addresses, address, server->config.connections_per_address)) {
			atomic_fetch_add(&server->counters.refused, 1);
			return false;
		}
		addresses_enter(server->addresses, address);
	}
	atomic_fetch_add(&listener->n_open, 1);
	atomic_fetch_add(&server->counters.open, 1);
	atomic_fetch_add(&server->counters.total, 1);
	return true;
}

void connection_withdraw(struct listener *listener, const struct sockaddr *from)
{
	struct http_server *server = listener->server;
	uint8_t address[16];
	if (is_limited(server, from, address))
		addresses_leave(server->addresses, address);
	atomic_fetch_sub(&listener->n_open, 1);
	atomic_fetch_sub(&server->counters.open, 1);
}

static void write_peer(struct connection *connection, const struct sockaddr *from)
{
	uint8_t address[16];
	if (!address_of(from, address))
		memcpy(connection->peer, "unix", sizeof "unix");
	else if (proxy_is_v4(address))
		inet_ntop(AF_INET, address + 12, connection->peer, sizeof connection->peer);
	else
		inet_ntop(AF_INET6, address, connection->peer, sizeof connection->peer);
}

struct connection *connection_open(struct io *io, int fd, const struct sockaddr *from)
{
	struct http_server *server = io->listener->server;
	struct connection *connection = calloc(1, sizeof *connection);
	if (!connection)
		abort();
	connection->io = io;
	connection->fd = fd;
	connection->started_ms = server_now_ms();
	write_peer(connection, from);
	connection->is_counted = is_limited(server, from, connection->address);
	connection_phase(
		connection, PHASE_NEW, connection->started_ms + server->config.head_timeout_ms);
	pthread_mutex_lock(&io->lock);
	connection->next = io->connections;
	connection->link = &io->connections;
	if (connection->next)
		connection->next->link = &connection->next;
	io->connections = connection;
	pthread_mutex_unlock(&io->lock);
	return connection;
}

void connection_close(struct connection *connection)
{
	struct io *io = connection->io;
	struct http_server *server = io->listener->server;
	pthread_mutex_lock(&io->lock);
	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	pthread_mutex_unlock(&io->lock);
	if (connection->is_counted)
		addresses_leave(server->addresses, connection->address);
	free(connection);
	atomic_fetch_sub(&io->listener->n_open, 1);
	atomic_fetch_sub(&server->counters.open, 1);
}

void connection_phase(struct connection *connection, enum phase phase, int64_t deadline_ms)
{
	atomic_store(&connection->deadline_ms, deadline_ms);
	atomic_store(&connection->phase, phase);
}

/* Calls `each` for every connection, under its io's lock: the descriptor is open then. */
static void for_each(struct http_server *server, int64_t now_ms,
	void (*each)(struct connection *connection, int64_t now_ms))
{
	for (size_t i = 0; i < server->n_listeners; i++) {
		for (unsigned j = 0; j < server->listeners[i].n_ios; j++) {
			struct io *io = &server->listeners[i].ios[j];
			pthread_mutex_lock(&io->lock);
			for (struct connection *c = io->connections; c; c = c->next)
				each(c, now_ms);
			pthread_mutex_unlock(&io->lock);
		}
	}
}

static void cut(struct connection *connection, int64_t now_ms)
{
	(void)now_ms;
	atomic_store(&connection->deadline_ms, 0);
	shutdown(connection->fd, SHUT_RDWR);
}

static void cut_late(struct connection *connection, int64_t now_ms)
{
	int64_t deadline_ms = atomic_load(&connection->deadline_ms);
	if (!deadline_ms || now_ms < deadline_ms)
		return;
	atomic_fetch_add(&connection->io->listener->server->counters.reaped, 1);
	cut(connection, now_ms);
}

/* A browser opens spare connections: one that has been silent for a while holds up no stop. */
static void cut_unused(struct connection *connection, int64_t now_ms)
{
	int phase = atomic_load(&connection->phase);
	if (phase == PHASE_IDLE ||
		(phase == PHASE_NEW && now_ms - connection->started_ms >= NEW_GRACE_MS))
		cut(connection, now_ms);
}

void connections_cut(struct http_server *server, bool all)
{
	for_each(server, server_now_ms(), all ? cut : cut_unused);
}

/* A quarter of the shortest timeout: what is late is ended soon after. */
static int64_t tick_ms(const struct http_config *config)
{
	int64_t shortest = config->head_timeout_ms;
	if (config->body_timeout_ms < shortest)
		shortest = config->body_timeout_ms;
	if (config->idle_timeout_ms < shortest)
		shortest = config->idle_timeout_ms;
	int64_t tick = shortest / 4;
	return tick < TICK_MIN_MS ? TICK_MIN_MS : tick > TICK_MAX_MS ? TICK_MAX_MS : tick;
}

static void *reap(void *context)
{
	struct http_server *server = context;
	int64_t tick = tick_ms(&server->config);
	pthread_mutex_lock(&server->reaper_lock);
	while (!server->reaper_stops) {
		struct timespec until = condition_in(tick);
		pthread_cond_timedwait(&server->reaper_wake, &server->reaper_lock, &until);
		pthread_mutex_unlock(&server->reaper_lock);
		for_each(server, server_now_ms(), cut_late);
		pthread_mutex_lock(&server->reaper_lock);
	}
	pthread_mutex_unlock(&server->reaper_lock);
	return NULL;
}

void reaper_start(struct http_server *server)
{
	pthread_mutex_init(&server->reaper_lock, NULL);
	condition_init(&server->reaper_wake);
	server->reaper_runs = pthread_create(&server->reaper, NULL, reap, server) == 0;
	if (!server->reaper_runs)
		abort();
}

void reaper_stop(struct http_server *server)
{
	if (!server->reaper_runs)
		return;
	pthread_mutex_lock(&server->reaper_lock);
	server->reaper_stops = true;
	pthread_cond_signal(&server->reaper_wake);
	pthread_mutex_unlock(&server->reaper_lock);
	pthread_join(server->reaper, NULL);
	server->reaper_runs = false;
	pthread_cond_destroy(&server->reaper_wake);
	pthread_mutex_destroy(&server->reaper_lock);
}

/* Starting and stopping the server; see server.h. */
#include "http/server.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "http/listen.h"
#include "http/server_inner.h"

static void fill_defaults(struct http_config *config)
{
	if (!config->connections_max)
		config->connections_max = 20000;
	if (!config->head_timeout_ms)
		config->head_timeout_ms = 10000;
	if (!config->body_timeout_ms)
		config->body_timeout_ms = 30000;
	if (!config->idle_timeout_ms)
		config->idle_timeout_ms = 60000;
	if (!config->drain_timeout_ms)
		config->drain_timeout_ms = 30000;
	if (!config->spool_directory)
		config->spool_directory = "/tmp";
}

/* The socket and the certificate; no thread yet. */
static enum error_code prepare(struct listener *listener, struct why *reterr_why)
{
	const struct http_listener *config = &listener->config;
	enum error_code code = OK;
	if (config->tls_certificate_file)
		code = tls_new(config->tls_certificate_file, config->tls_key_file, &listener->tls,
			reterr_why);
	if (!code)
		code = listen_open(config, &listener->fd, reterr_why);
	return code;
}

static enum error_code start_threads(struct listener *listener, struct why *reterr_why)
{
	for (unsigned i = 0; i < listener->n_ios; i++) {
		enum error_code code = server_mhd_start(&listener->ios[i], reterr_why);
		if (code)
			return code;
	}
	return OK;
}

static struct http_server *server_new(const struct http_config *config)
{
	struct http_server *server = calloc(1, sizeof *server);
	struct listener *listeners = calloc(config->n_listeners + 1, sizeof *listeners);
	if (!server || !listeners)
		abort();
	server->config = *config;
	server->config.listeners = NULL;
	fill_defaults(&server->config);
	server->listeners = listeners;
	server->n_listeners = config->n_listeners;
	if (config->connections_per_address)
		server->addresses = addresses_new(config->request_id_seed);
	for (size_t i = 0; i < config->n_listeners; i++) {
		struct listener *listener = &listeners[i];
		listener->config = config->listeners[i];
		listener->server = server;
		listener->fd = -1;
		listener->n_ios = listener->config.io_threads ? listener->config.io_threads : 1;
		listener->ios = calloc(listener->n_ios, sizeof *listener->ios);
		if (!listener->ios)
			abort();
		for (unsigned j = 0; j < listener->n_ios; j++) {
			listener->ios[j].listener = listener;
			pthread_mutex_init(&listener->ios[j].lock, NULL);
		}
	}
	return server;
}

enum error_code http_server_start(
	const struct http_config *config, struct http_server **ret_server, struct why *reterr_why)
{
	struct http_server *server = server_new(config);
	enum error_code code = OK;
	/* All sockets first: when one port is taken nobody has been answered yet. */
	for (size_t i = 0; !code && i < server->n_listeners; i++)
		code = prepare(&server->listeners[i], reterr_why);
	if (!code)
		reaper_start(server);
	for (size_t i = 0; !code && i < server->n_listeners; i++)
		code = start_threads(&server->listeners[i], reterr_why);
	if (!code)
		acceptor_start(server);
	if (code) {
		struct why ignored;
		server->config.drain_timeout_ms = 1;
		if (!http_server_stop(server, &ignored))
			http_server_free(server);
		return code;
	}
	*ret_server = server;
	return OK;
}

uint16_t http_server_port(const struct http_server *server, size_t listener)
{
	return listen_port(server->listeners[listener].fd);
}

enum error_code http_server_reload_tls(struct http_server *server, struct why *reterr_why)
{
	for (size_t i = 0; i < server->n_listeners; i++) {
		if (!server->listeners[i].tls)
			continue;
		enum error_code code = tls_reload(server->listeners[i].tls, reterr_why);
		if (code)
			return code;
	}
	return OK;
}

/* After this nobody new comes in. */
static void close_listeners(struct http_server *server)
{
	acceptor_stop(server);
	for (size_t i = 0; i < server->n_listeners; i++) {
		struct listener *listener = &server->listeners[i];
		if (listener->fd < 0)
			continue;
		if (listener->config.unix_path)
			unlink(listener->config.unix_path);
		close(listener->fd);
		listener->fd = -1;
	}
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

/* Waits until the count is 0; false: not within the drain timeout. */
static bool wait_for_none(
	struct http_server *server, const _Atomic uint64_t *count, bool cut_unused)
{
	int64_t until = server_now_ms() + server->config.drain_timeout_ms;
	while (atomic_load(count)) {
		if (server_now_ms() > until)
			return false;
		if (cut_unused)
			connections_cut(server, false);
		nap();
	}
	return true;
}

enum error_code http_server_stop(struct http_server *server, struct why *reterr_why)
{
	atomic_store(&server->stopping, true);
	close_listeners(server);
	if (!wait_for_none(server, &server->counters.open, true))
		connections_cut(server, true);
	if (!wait_for_none(server, &server->jobs_out, false))
		return error_because(reterr_why, ERROR_TIMEOUT,
			"%llu requests are still being worked on",
			(unsigned long long)atomic_load(&server->jobs_out));
	for (size_t i = 0; i < server->n_listeners; i++)
		for (unsigned j = 0; j < server->listeners[i].n_ios; j++)
			server_mhd_stop(&server->listeners[i].ios[j]);
	reaper_stop(server);
	return OK;
}

void http_server_free(struct http_server *server)
{
	for (size_t i = 0; i < server->n_listeners; i++) {
		struct listener *listener = &server->listeners[i];
		for (unsigned j = 0; j < listener->n_ios; j++)
			pthread_mutex_destroy(&listener->ios[j].lock);
		free(listener->ios);
		tls_free(listener->tls);
	}
	addresses_free(server->addresses);
	free(server->listeners);
	free(server);
}

void http_server_counters(const struct http_server *server, struct http_counters *ret_counters)
{
	const struct atomic_counters *counters = &server->counters;
	*ret_counters = (struct http_counters){
		.connections_open = atomic_load(&counters->open),
		.connections_total = atomic_load(&counters->total),
		.connections_refused = atomic_load(&counters->refused),
		.connections_reaped = atomic_load(&counters->reaped),
		.under_way = atomic_load(&counters->under_way),
		.busy = atomic_load(&counters->busy),
	};
	for (size_t i = 0; i < 6; i++)
		ret_counters->requests[i] = atomic_load(&counters->requests[i]);
}

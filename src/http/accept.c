/* The thread that accepts connections for all listeners and deals them out to the I/O threads.
 *
 * It is ours and not the library's: the library can neither stop accepting without a race
 * (MHD_quiesce_daemon may abort the process) nor wait when descriptors run out. */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server_inner.h"

enum { AT_ONCE = 64, PAUSE_MS = 20 };

static void tell(struct http_server *server, const char *text)
{
	if (server->config.message)
		server->config.message(server->config.context, text);
}

static void deal_out(struct listener *listener, int fd, const struct sockaddr *address, socklen_t n)
{
	struct http_server *server = listener->server;
	struct io *io = &listener->ios[listener->next_io++ % listener->n_ios];
	if (!connection_admit(listener, address)) {
		close(fd);
		return;
	}
	/* On a failure the library has closed the descriptor. */
	if (MHD_add_connection(io->daemon, fd, address, n) != MHD_YES) {
		connection_withdraw(listener, address);
		atomic_fetch_add(&server->counters.refused, 1);
	}
}

/* False: the system has no room for another connection at the moment. */
static bool accept_some(struct listener *listener)
{
	for (int i = 0; i < AT_ONCE && !connection_is_full(listener); i++) {
		struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
		socklen_t n = sizeof address;
		int fd = accept4(listener->fd, (struct sockaddr *)&address, &n,
			SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0)
			deal_out(listener, fd, (struct sockaddr *)&address, n);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			return false;
		else if (errno != ECONNABORTED && errno != EINTR)
			return true;
	}
	return true;
}

static void *accept_all(void *context)
{
	struct http_server *server = context;
	nfds_t n = server->n_listeners;
	struct pollfd *polled = calloc(n + 1, sizeof *polled);
	bool was_short = false;
	if (!polled)
		abort();
	polled[n] = (struct pollfd){ .fd = server->acceptor_wake, .events = POLLIN };
	while (!atomic_load(&server->stopping)) {
		bool is_short = false, is_full = false;
		for (nfds_t i = 0; i < n; i++) {
			struct listener *listener = &server->listeners[i];
			bool full = connection_is_full(listener);
			polled[i] =
				(struct pollfd){ .fd = full ? -1 : listener->fd, .events = POLLIN };
			is_full |= full;
		}
		poll(polled, n + 1, is_full ? PAUSE_MS : -1);
		for (nfds_t i = 0; i < n && !atomic_load(&server->stopping); i++)
			if (polled[i].revents & POLLIN)
				is_short |= !accept_some(&server->listeners[i]);
		if (is_short && !was_short)
			tell(server, "no descriptor or memory for another connection; waiting");
		was_short = is_short;
		if (is_short)
			poll(&polled[n], 1, PAUSE_MS);
	}
	free(polled);
	return NULL;
}

void acceptor_start(struct http_server *server)
{
	server->acceptor_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	server->acceptor_runs = server->acceptor_wake >= 0 &&
		pthread_create(&server->acceptor, NULL, accept_all, server) == 0;
	if (!server->acceptor_runs)
		abort();
}

void acceptor_stop(struct http_server *server)
{
	if (!server->acceptor_runs)
		return;
	if (eventfd_write(server->acceptor_wake, 1))
		abort();
	pthread_join(server->acceptor, NULL);
	close(server->acceptor_wake);
	server->acceptor_runs = false;
}

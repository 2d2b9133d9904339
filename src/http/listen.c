/* Opening the sockets that a server listens on; see listen.h. */
#include "http/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static const char *bind_advice(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "; another program listens there: stop it or choose another port";
	case EACCES:
		return "; ports below 1024 need a privilege: choose a higher one";
	case EADDRNOTAVAIL:
		return "; this machine does not have that address";
	default:
		return "";
	}
}

/* IPv4 first, so that "localhost" is what people who type 127.0.0.1 reach. */
static const struct addrinfo *choose(const struct addrinfo *list)
{
	for (const struct addrinfo *info = list; info; info = info->ai_next)
		if (info->ai_family == AF_INET)
			return info;
	return list;
}

static int bind_tcp(const struct addrinfo *info)
{
	int on = 1, off = 0;
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static enum error_code open_tcp(
	const struct http_listener *listener, int *ret_fd, struct why *reterr_why)
{
	char port[8];
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *list;
	snprintf(port, sizeof port, "%u", listener->port);
	int failure = getaddrinfo(listener->address, port, &hints, &list);
	if (failure)
		return error_because(reterr_why, ERROR_INVALID_CONFIG,
			"%s listener, address '%s': %s", listener->name, listener->address,
			gai_strerror(failure));
	int fd = bind_tcp(choose(list)), error = errno;
	freeaddrinfo(list);
	if (fd < 0)
		return error_because(reterr_why, ERROR_FILE_FAILED,
			"%s listener cannot listen on %s port %u: %s%s", listener->name,
			listener->address, listener->port, strerror(error), bind_advice(error));
	*ret_fd = fd;
	return OK;
}

static enum error_code open_unix(
	const struct http_listener *listener, int *ret_fd, struct why *reterr_why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(listener->unix_path) >= sizeof address.sun_path)
		return error_because(reterr_why, ERROR_INVALID_CONFIG,
			"socket path '%s' is longer than %zu bytes", listener->unix_path,
			sizeof address.sun_path - 1);
	memcpy(address.sun_path, listener->unix_path, strlen(listener->unix_path));
	struct stat old;
	if (lstat(listener->unix_path, &old) == 0 && S_ISSOCK(old.st_mode))
		unlink(listener->unix_path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* fchmod on the unbound socket decides the mode of the path: no moment in which others
	 * may connect. */
	bool fine = fd >= 0 && fchmod(fd, 0600) == 0 &&
		bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
		chmod(listener->unix_path, 0600) == 0 && listen(fd, BACKLOG) == 0;
	if (!fine) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		return error_because(reterr_why, ERROR_FILE_FAILED, "%s listener, socket '%s': %s",
			listener->name, listener->unix_path, strerror(error));
	}
	*ret_fd = fd;
	return OK;
}

enum error_code listen_open(
	const struct http_listener *listener, int *ret_fd, struct why *reterr_why)
{
	return listener->unix_path ? open_unix(listener, ret_fd, reterr_why)
				   : open_tcp(listener, ret_fd, reterr_why);
}

uint16_t listen_port(int fd)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof address;
	if (getsockname(fd, (struct sockaddr *)&address, &n))
		return 0;
	if (address.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *)&address)->sin_port);
	if (address.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
	return 0;
}

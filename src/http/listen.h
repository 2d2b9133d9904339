/* Opening the sockets that a server listens on. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "http/server.h"

/* A listening, non-blocking socket for the listener's address and port or unix path.
 * INVALID_CONFIG: the address means nothing; FILE_FAILED: it cannot be bound, with what to do
 * in the reason. */
enum error_code listen_open(
	const struct http_listener *listener, int *ret_fd, struct why *reterr_why) MUST_USE;
/* The port of a TCP socket; 0 for others. */
uint16_t listen_port(int fd);

#endif

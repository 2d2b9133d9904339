/* Which addresses a request may go to (client.h, enum client_policy). Pure. */
#ifndef CLIENT_POLICY_H
#define CLIENT_POLICY_H

#include <sys/socket.h>

#include "client/client.h"

/* True when the policy forbids this address. Families other than IPv4 and IPv6 are forbidden but
 * to CLIENT_POLICY_ANY. allow_link_local: see client_config. */
bool policy_denies(enum client_policy policy, bool allow_link_local,
	const struct sockaddr *address);
/* The same of an address in text, as inet_pton takes it; true when it is not one. */
bool policy_denies_text(enum client_policy policy, bool allow_link_local, const char *address);

#endif

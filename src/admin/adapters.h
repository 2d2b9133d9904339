/* Orders to adapters whose answers the caller waits for: a not-before pushed, a test whether they
 * are there. They end nothing, so they owe nobody a receipt. Private to admin/. */
#ifndef ADMIN_ADAPTERS_H
#define ADMIN_ADAPTERS_H

#include "admin/call.h"

enum adapters_order { ADAPTERS_PUSH_NOT_BEFORE, ADAPTERS_TEST };

/* Asks the adapters of these clients, at each registered node's admin URL, all at once, and waits
 * for at most 5 s. Clients without an admin URL are passed over. Answers with Keycloak's
 * GlobalRequestResult: successRequests are the admin URLs that answered 2xx, failedRequests the
 * others; why they failed goes to the log. */
void adapters_ask(struct admin_call *call, enum adapters_order order, const struct client *const *clients,
		  size_t n);

#endif

/* What a client would get for a scope parameter: the route's {client} and the query. Private to
 * admin/. */
#ifndef ADMIN_EVALUATE_H
#define ADMIN_EVALUATE_H

#include "admin/call.h"
#include "oidc/scope.h"

struct evaluation {
	const struct client *client;
	struct scope_grant grant;
	const struct client_scope **scopes; /* the grant's; of SAML clients all default ones */
	size_t scopes_n;
};
/* Names that the client has not are passed over. False: answered. */
bool evaluate_open(struct admin_call *call, struct evaluation *ret_evaluation);

#endif

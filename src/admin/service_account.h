/* The user that stands for a client with a service account. Private to admin/. */
#ifndef ADMIN_SERVICE_ACCOUNT_H
#define ADMIN_SERVICE_ACCOUNT_H

#include "admin/call.h"

/* Adds to a transaction what the client's account needs to fit `client`: made, renamed, removed.
 * `gone`: the client goes, and its account with it. */
MUST_USE enum error_code service_account_fit(struct admin_call *call, const struct client *client, bool gone,
					     struct effects *effects, struct why *reterr_why);

#endif

/* The applications that a user has to do with: by session, offline access or consent. Private to
 * app/. */
#ifndef APP_ACCOUNT_APPLICATIONS_H
#define APP_ACCOUNT_APPLICATIONS_H

#include "app/visit.h"
#include "model/user.h"

struct account_application {
	const struct client *client;
	bool in_use, offline;
	const struct consent *consent; /* NULL: none */
};

/* By clientId. */
MUST_USE enum error_code account_applications_of(struct visit *visit, const struct user *user,
						 struct account_application **ret_applications, size_t *ret_n,
						 struct why *reterr_why);
/* Where an application begins; empty: it does not say. */
struct str account_application_url(struct visit *visit, const struct client *client);

#endif

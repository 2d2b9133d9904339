/* The admin REST API, under /admin (Keycloak's shapes and statuses). */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include "app/app.h"

struct admin {
	struct app *app;
	const char *spool_directory; /* for unlinked files; the data folder */
	/* The import that calls are parts of, in place of who a request says makes it; else NULL. */
	const struct admin_call *caller;
};

/* Adds the routes. On a router of the unix socket every request may do everything: whoever
 * can open the data folder can read the database. */
void admin_add_routes(struct admin *admin, struct http_router *router);
/* Adds those that only the unix socket has: imports of any size, the check of the database. */
void admin_add_local_routes(struct admin *admin, struct http_router *router);

#endif

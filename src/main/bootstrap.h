/* The first start: the master realm, its first administrator, the realms to import. */
#ifndef MAIN_BOOTSTRAP_H
#define MAIN_BOOTSTRAP_H

#include "app/app.h"
#include "main/config.h"

MUST_USE enum error_code bootstrap(struct app *app, const struct config *config, struct why *reterr_why);
/* POST /local/recover-admin on the unix socket: an administrator with a new random password. */
void bootstrap_add_routes(struct app *app, struct http_router *router);

#endif

/* What all imports through a server have in common, wherever the realm's JSON came from: the
 * unix socket, the admin REST API, `curfew serve --import`. */
#ifndef ADMIN_IMPORT_H
#define ADMIN_IMPORT_H

#include "app/app.h"
#include "store/import.h"

/* Writes go through the server's writer; the time is now. */
struct store_import_options import_options(struct app *app);
/* After an import: what it did goes to the log (`source` is the file's name, or "request"), and
 * administrators of `master`, which has a new client now, are judged by fresh roles. */
void import_published(
	struct app *app, struct str source, const struct store_import_summary *summary);

#endif

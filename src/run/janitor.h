/* The janitor: a thread that clears away what has expired and, with a store that others
 * write too, looks for realms that another node has changed. */
#ifndef RUN_JANITOR_H
#define RUN_JANITOR_H

#include "run/snapshots.h"
#include "run/writer.h"

struct janitor;

MUST_USE enum error_code janitor_new(struct store *store, struct writer *writer, struct snapshots *snapshots,
				     struct janitor **ret_janitor, struct why *reterr_why);
/* NULL is fine. */
void janitor_free(struct janitor *janitor);

#endif

/* How the verbs of the command line reach a server: the one that has the data folder, or one
 * that is started inside this process for as long as the verb takes. */
#ifndef MAIN_LOCAL_H
#define MAIN_LOCAL_H

#include "cli/cli.h"

struct local;

struct local *local_new(void);
/* Stops what is still open. */
void local_free(struct local *local);
/* cli_host.open and cli_host.close; `local` is the context. */
MUST_USE enum error_code local_open(void *local, struct arena *arena,
	const struct cli_target *target, struct str *ret_socket, struct why *reterr_why);
void local_close(void *local);
/* cli_host.restore. */
MUST_USE enum error_code local_restore(void *local, const struct cli_target *target, struct str file,
	bool force, void (*progress)(void *context, int64_t done, int64_t total),
	void *progress_context, int64_t *ret_schema, struct why *reterr_why);

#endif

/* `curfew db restore`: a backup in the place of the data folder's database. */
#ifndef MAIN_RESTORE_H
#define MAIN_RESTORE_H

#include "main/config.h"

/* cli_host.restore, by a configuration that was read. */
MUST_USE enum error_code restore(const struct config *config, struct str file, bool force,
	void (*progress)(void *context, int64_t done, int64_t total), void *context,
	int64_t *ret_schema, struct why *reterr_why);

#endif

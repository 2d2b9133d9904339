/* Mass jobs: the sessions that an order about a realm, a client or a user concerns, ended in
 * batches through the same decision as every other door. The order's epoch has made them dead already. */
#ifndef OUTBOX_JOBS_H
#define OUTBOX_JOBS_H

#include "outbox/outbox.h"

/* Does one batch of each unfinished job. *ret_more: there is more to do now. */
MUST_USE enum error_code jobs_step(const struct outbox_config *config, bool *ret_more, struct why *reterr_why);

#endif

/* A thread of its own for what ends without anybody asking at that moment: mass jobs, expired
 * sessions, debts of browsers past their time, and what lies ahead after the clock stepped back. */
#ifndef OUTBOX_KEEPER_H
#define OUTBOX_KEEPER_H

#include "outbox/outbox.h"

struct keeper;

/* `config` is borrowed. `worked` is called on the keeper's thread after each round: there may be
 * notices to send. INTERNAL: no thread. */
MUST_USE enum error_code keeper_new(const struct outbox_config *config, void (*worked)(void *context),
				    void *context, struct keeper **ret_keeper, struct why *reterr_why);
/* A mass order has been committed. */
void keeper_wake(struct keeper *keeper);
/* Asks it to stop after the step under way; keeper_free waits for that. NULL is fine in both. */
void keeper_stop(struct keeper *keeper);
void keeper_free(struct keeper *keeper);

#endif

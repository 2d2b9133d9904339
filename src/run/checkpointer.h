/* Moves SQLite's write-ahead log into the database file, on a thread and a connection of
 * its own, off the writer's path. The writer's own; not for others. */
#ifndef RUN_CHECKPOINTER_H
#define RUN_CHECKPOINTER_H

#include "db/db.h"

struct checkpointer;

MUST_USE enum error_code checkpointer_new(const struct db_config *config,
	struct checkpointer **ret_checkpointer, struct why *reterr_why);
/* Ends the thread, then empties the log. NULL is fine. */
void checkpointer_free(struct checkpointer *checkpointer);
/* The log has this many bytes. Each 4 MiB of growth start a checkpoint. Returns at once,
 * but above 64 MiB when that checkpoint is done: the log can start over only when all of
 * it was moved, which never happens while somebody writes without a pause. */
void checkpointer_notice(struct checkpointer *checkpointer, int64_t wal_bytes);
/* Checkpoints done. */
uint64_t checkpointer_count(struct checkpointer *checkpointer);

#endif

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
/* After each commit: the log has this many bytes. Every 4 MiB of growth start a
 * checkpoint, beside the writer; returns at once. When that is done, the call after it
 * waits some milliseconds while the little that was added is moved and the log starts
 * over: that happens only while nobody writes. So the log's file stays small and its
 * blocks are written again, which makes a sync cheaper than growth does. */
void checkpointer_notice(struct checkpointer *checkpointer, int64_t wal_bytes);
/* Checkpoints done. */
uint64_t checkpointer_count(struct checkpointer *checkpointer);

#endif

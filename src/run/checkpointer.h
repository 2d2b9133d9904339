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
/* After each commit: the log has this many bytes. 4 MiB of growth start a checkpoint, beside the
 * writer, and another one as long as much was added meanwhile; returns at once. When little was, or
 * the log has 40 MiB, the call waits some milliseconds while that is moved and the log starts over:
 * it does only while nobody writes. So the log's file stays small and its blocks are written again,
 * which makes a sync cheaper than growth does. */
void checkpointer_notice(struct checkpointer *checkpointer, int64_t wal_bytes);
/* Checkpoints done. */
uint64_t checkpointer_count(struct checkpointer *checkpointer);

#endif

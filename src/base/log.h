/* The log: one line an entry, to standard error.
 *
 *     2026-11-21T11:05:00.123Z WARN  outbox  req=4f1c... text of the entry
 *
 * Control bytes are escaped, so that no value can forge a line. Libraries do not log;
 * app, admin, outbox and main do, once for each thing that happens. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Entries below `level` are dropped. Default LOG_INFO. */
void log_set_level(enum log_level level);
/* Parses "debug", "info", "warn", "error". */
bool log_level_of(struct str name, enum log_level *ret_level);
/* True when an entry of this level is written: for entries that cost something to make. */
bool log_is_written(enum log_level level);
/* The request that this thread works on; empty when none. Copied (63 bytes at most). */
void log_set_request(struct str request_id);
/* Writes one entry; `area` is the folder's name. Cut at 8 KiB. */
void log_write(enum log_level level, const char *area, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif

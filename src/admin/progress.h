/* Long work of the unix socket (imports, backups), for who asks how far it is. Private to admin/. */
#ifndef ADMIN_PROGRESS_H
#define ADMIN_PROGRESS_H

#include "base/str.h"

struct progress;

/* `name` is chosen by the asker. NULL when nobody will ask, or too many do: the work goes on
 * without. */
struct progress *progress_begin(struct str name);
/* Bytes done and in all; users so far. */
void progress_note(struct progress *progress, int64_t done, int64_t total, int64_t users);
/* NULL is fine. */
void progress_end(struct progress *progress);

#endif

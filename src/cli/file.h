/* A file that a verb sends, in memory. Private to cli/. */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include "cli/call.h"

/* Maps a regular file that is not empty, of at most `max` bytes, until file_unmap. FILE_FAILED,
 * TOO_LARGE. */
MUST_USE enum error_code file_map(
	struct cli_call *call, struct str path, int64_t max, struct str *ret_text, struct why *reterr_why);
void file_unmap(struct str text);

#endif

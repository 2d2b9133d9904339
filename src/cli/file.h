/* Files that a verb reads and writes. Private to cli/. */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include "cli/call.h"

/* Maps a regular file that is not empty, of at most `max` bytes, until file_unmap. FILE_FAILED,
 * TOO_LARGE. */
MUST_USE enum error_code file_map(
	struct cli_call *call, struct str path, int64_t max, struct str *ret_text, struct why *reterr_why);
/* The same of an open file, which is told as `path`. */
MUST_USE enum error_code file_map_fd(
	int fd, const char *path, int64_t max, struct str *ret_text, struct why *reterr_why);
void file_unmap(struct str text);

/* Reads a file, or standard input for "-", into the arena. FILE_FAILED, TOO_LARGE. */
MUST_USE enum error_code file_read(
	struct cli_call *call, struct str path, size_t max, struct str *ret_text, struct why *reterr_why);
/* Writes a file that its owner alone may read: under another name first, so that no half of it is ever
 * found there. FILE_FAILED. */
MUST_USE enum error_code file_write_private(
	struct cli_call *call, struct str path, struct str text, struct why *reterr_why);

#endif

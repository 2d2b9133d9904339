/* The progress bar of long work, on the terminal's last line. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdio.h>

#include "base/str.h"

/* Draws it over the line: `what` is under way, bytes that are done, and users so far (0: none is
 * said of them). */
void progress_draw(FILE *to, const char *what, int64_t done, int64_t total, int64_t users);
/* Wipes the line. */
void progress_clear(FILE *to);

#endif

/* The progress bar of an import, on the terminal's last line. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdio.h>

#include "base/str.h"

/* Draws it over the line: bytes of the file that are done, and users so far. */
void progress_draw(FILE *to, int64_t done, int64_t total, int64_t users);
/* Wipes the line. */
void progress_clear(FILE *to);

#endif

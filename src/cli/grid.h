/* Tables for people: columns as wide as their widest cell, two blanks between. Pure. */
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include "base/text.h"

struct grid {
	struct arena *arena;
	size_t columns;
	struct str *cells; /* columns a row; the first row has the headings */
	size_t n;
};

/* `headings` ends with NULL; they stay the caller's. */
struct grid grid_new(struct arena *arena, const char *const *headings);
/* The next cell, row by row. What a terminal would obey is made harmless; longer than 1000 bytes
 * is cut; an empty one is shown as "-". */
void grid_add(struct grid *grid, struct str cell);
void grid_add_int(struct grid *grid, int64_t value);
/* Milliseconds since 1970 as "2026-11-21 12:00:03Z"; 0 as "-". */
void grid_add_time(struct grid *grid, int64_t ms);
size_t grid_rows(const struct grid *grid); /* without the headings */
/* The lines, each `indent` blanks in; nothing behind the last cell of a row. */
struct str grid_text(const struct grid *grid, size_t indent);

/* "2026-11-21 12:00:03Z"; "-" for 0 and what is before. */
struct str grid_time(struct arena *arena, int64_t ms);

#endif

/* Tables for people; see grid.h. */
#include "cli/grid.h"

#include <time.h>

enum { CELL_BYTES = 1000 };

struct grid grid_new(struct arena *arena, const char *const *headings)
{
	struct grid grid = { .arena = arena };
	while (headings[grid.columns])
		grid.columns++;
	for (size_t i = 0; i < grid.columns; i++)
		grid_add(&grid, str_from(headings[i]));
	return grid;
}

void grid_add(struct grid *grid, struct str cell)
{
	struct text text = text_new(grid->arena, 0);
	text_add_clean(&text, cell, CELL_BYTES);
	struct str *slot = arena_push(grid->arena, &grid->cells, &grid->n, sizeof *grid->cells);
	*slot = text.n ? text_str(&text) : STR("-");
}

void grid_add_int(struct grid *grid, int64_t value)
{
	grid_add(grid, arena_format(grid->arena, "%lld", (long long)value));
}

void grid_add_time(struct grid *grid, int64_t ms)
{
	grid_add(grid, grid_time(grid->arena, ms));
}

size_t grid_rows(const struct grid *grid)
{
	return grid->n / grid->columns - 1;
}

/* Characters, since they are what stands in columns. */
static size_t width(struct str cell)
{
	size_t n = 0;
	for (size_t i = 0; i < cell.n; i++)
		n += ((unsigned char)cell.p[i] & 0xc0) != 0x80;
	return n;
}

static void add_blanks(struct text *text, size_t n)
{
	while (n--)
		text_add_char(text, ' ');
}

struct str grid_text(const struct grid *grid, size_t indent)
{
	size_t *widest = arena_array(grid->arena, grid->columns, sizeof *widest);
	for (size_t i = 0; i < grid->n; i++)
		if (width(grid->cells[i]) > widest[i % grid->columns])
			widest[i % grid->columns] = width(grid->cells[i]);
	struct text text = text_new(grid->arena, 0);
	for (size_t i = 0; i < grid->n; i++) {
		size_t column = i % grid->columns;
		bool last = column + 1 == grid->columns;
		if (column == 0)
			add_blanks(&text, indent);
		text_add(&text, grid->cells[i]);
		add_blanks(&text, last ? 0 : widest[column] - width(grid->cells[i]) + 2);
		if (last)
			text_add_char(&text, '\n');
	}
	return text_str(&text);
}

struct str grid_time(struct arena *arena, int64_t ms)
{
	time_t seconds = ms / 1000;
	struct tm tm;
	if (ms <= 0 || !gmtime_r(&seconds, &tm))
		return STR("-");
	return arena_format(arena, "%04d-%02d-%02d %02d:%02d:%02dZ", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Lists of several realms as one; see newest.h. */
#include "cli/newest.h"

#include <stdlib.h>

#include "cli/ask.h"

struct entry {
	int64_t time;
	size_t place;
	struct json_node *item;
};

static int compare(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;
	if (one->time != other->time)
		return one->time > other->time ? -1 : 1;
	return one->place < other->place ? -1 : 1;
}

void newest_first(struct json_node *list, size_t max)
{
	struct entry *entries = arena_array(list->arena, list->n, sizeof *entries);
	for (size_t i = 0; i < list->n; i++)
		entries[i] = (struct entry){ ask_int(list->items[i], "time"), i, list->items[i] };
	if (list->n)
		qsort(entries, list->n, sizeof *entries, compare);
	if (list->n > max)
		list->n = max;
	for (size_t i = 0; i < list->n; i++)
		list->items[i] = entries[i].item;
}

/* Words that lists are searched by. Private to admin/. */
#ifndef ADMIN_SEARCH_H
#define ADMIN_SEARCH_H

#include "base/str.h"

/* Whether `part` is in `text`, ASCII letters in any case. */
bool search_contains(struct str text, struct str part);

/* Whether `pattern` fits `text` up to any end of it, and from any place in it unless `from_start`: `*` stands for any
 * text, ASCII letters for themselves in any case. Takes time of the product of their lengths at most. */
bool search_pattern(struct str text, struct str pattern, bool from_start);

#endif

/* Words that lists are searched by. Private to admin/. */
#ifndef ADMIN_SEARCH_H
#define ADMIN_SEARCH_H

#include "base/str.h"

/* Whether `part` is in `text`, ASCII letters in any case. */
bool search_contains(struct str text, struct str part);

#endif

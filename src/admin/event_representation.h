/* What an admin event keeps of the call that it tells of. Private to admin/. */
#ifndef ADMIN_EVENT_REPRESENTATION_H
#define ADMIN_EVENT_REPRESENTATION_H

#include "base/arena.h"

enum { EVENT_REPRESENTATION_MAX = 64 << 10 }; /* bytes */

/* The JSON of `body` with every secret masked and without credentials; empty when `body` is no
 * JSON. What would be longer than EVENT_REPRESENTATION_MAX is left out, with its size. */
struct str event_representation(struct arena *arena, struct str body);

#endif

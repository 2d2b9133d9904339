/* Where in a text something stands that a message of json/read names by its path. Looked for when
 * there is a message to write: reading itself remembers no positions. */
#ifndef JSON_WHERE_H
#define JSON_WHERE_H

#include "base/arena.h"

struct json_where {
	size_t line, column; /* from 1; columns are bytes, of what follows the value's first token
	                      * (of a text: its opening quote), as Jackson counts */
	struct str name;     /* of the member, in `message` or the arena; empty: none */
};

/* `message` begins with a path: "$.clients[3].nosuchfield = 1: unknown field". False when it begins
 * with none, or nothing stands there: the path was cut, or a field is absent. */
bool json_where(struct arena *arena, struct str json, struct str message, struct json_where *ret_where);

/* The next step of a path ".clients[3]...", which is cut off it. A member has a name with p != NULL,
 * an item has an index. False: no step follows. */
struct json_step {
	struct str name;
	size_t index;
};
bool json_step_next(struct arena *arena, struct str *path, struct json_step *ret_step);

#endif

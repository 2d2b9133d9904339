/* Members of JSON by what people type: attributes.office, attributes."a.b". Pure. */
#ifndef CLI_PATH_H
#define CLI_PATH_H

#include "json/tree.h"

struct path {
	struct str *pieces; /* at least one, none empty */
	size_t n;
};

/* Pieces between dots; what is between double quotes is one piece, dots and all. USAGE: an empty
 * piece, a quote without its other, deeper than LIMIT_JSON_DEPTH. Borrows from `text`. */
MUST_USE enum error_code path_read(
	struct arena *arena, struct str text, struct path *ret_path, struct why *reterr_why);
/* What stands there; NULL when nothing does. */
struct json_node *path_get(const struct json_node *object, const struct path *path);
/* Sets it; objects on the way are made. False, and nothing changed: something on the way is no
 * object. */
bool path_put(struct arena *arena, struct json_node *object, const struct path *path,
	struct json_node *value);
/* Takes it away, if it is there; objects on the way stay. */
void path_remove(struct json_node *object, const struct path *path);
/* The first `stop` that is not between quotes, or text.n. */
size_t path_index(struct str text, char stop);

#endif

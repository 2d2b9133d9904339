/* What a body takes away within a map: by a null, which the reader of shapes leaves out, or by an
 * empty list. Private to admin/. */
#ifndef ADMIN_SENT_MAPS_H
#define ADMIN_SENT_MAPS_H

#include "json/read.h"
#include "model/realm.h"

/* The pairs of `before`, in a list of their own that can grow, but for those that the body's map
 * `member` has as null. A body that cannot be read takes nothing away. */
struct attributes without_sent_nulls(struct arena *arena, struct str body, const char *member,
				     const struct attributes *before);
/* Takes out those without a value. */
void list_pairs_drop_empty(struct json_list_pair *pairs, size_t *n);

#endif

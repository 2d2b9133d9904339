/* Lists of several realms as one, by time. Pure. */
#ifndef CLI_NEWEST_H
#define CLI_NEWEST_H

#include "json/tree.h"

/* Orders the items by their "time", the newest first, those of one time as they stood, and
 * keeps `max` of them. */
void newest_first(struct json_node *list, size_t max);

#endif

/* What the lists of events and of admin events are asked alike, and clearing them. Private to
 * admin/. */
#ifndef ADMIN_EVENT_QUERY_H
#define ADMIN_EVENT_QUERY_H

#include "admin/call.h"
#include "model/log_change.h"

/* dateFrom, dateTo (yyyy-MM-dd or milliseconds since 1970; 0: absent), direction, first, max (100
 * when the query does not say). */
struct event_range {
	int64_t from_ms, to_ms, first, max;
	bool ascending;
};
/* False: answered. */
bool event_range_read(struct admin_call *call, struct event_range *ret_range);
/* All values of a query parameter, those that are empty left out. */
struct str_list event_query_values(struct admin_call *call, const char *name);
/* Clears what there is up to now, in batches; answers. */
void events_clear(struct admin_call *call, enum log_change_kind kind);

#endif

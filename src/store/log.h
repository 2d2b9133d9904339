/* Questions about what was recorded: events in either order, admin events; effects of clearing
 * them are in model/log_change.h. */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include "store/store.h"

/* store_list_events with the oldest first where `ascending`. */
MUST_USE enum error_code store_list_events_ordered(struct store *store, struct arena *arena,
						   const struct event_query *query, bool ascending,
						   struct event **ret_events, size_t *ret_n,
						   struct why *reterr_why);

struct admin_event_query {
	struct str realm_id;
	struct str_list operations, resource_types;                          /* empty: any */
	struct str auth_realm_id, auth_client_id, auth_user_id, auth_ip_address; /* empty: any */
	struct str resource_path; /* "*" in it stands for any text; empty: any */
	bool ascending;
	int64_t from_ms, to_ms, first, max; /* 0: no bound */
};
MUST_USE enum error_code store_list_admin_events(struct store *store, struct arena *arena,
						 const struct admin_event_query *query,
						 struct admin_event **ret_events, size_t *ret_n,
						 struct why *reterr_why);

#endif

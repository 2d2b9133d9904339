/* Events: what happened, in Keycloak's words. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "base/arena.h"

struct event_detail {
	struct str name, value;
};

struct event {
	struct str id; /* filled by the store when empty */
	int64_t time_ms;
	struct str type; /* "LOGIN", "LOGOUT_ERROR" ... */
	struct str realm_id, realm_name, client_id /* clientId */, user_id, session_id, ip_address, error;
	struct event_detail *details; /* in order; `reason` among them for errors */
	size_t details_n;
};

/* The line that Keycloak's log has for an event: type="...", realmId="...", ... */
struct str event_line(struct arena *arena, const struct event *event);

struct admin_event {
	struct str id, realm_id, auth_realm_id, auth_client_id, auth_user_id, auth_ip_address;
	int64_t time_ms;
	struct str operation; /* CREATE UPDATE DELETE ACTION */
	struct str resource_type, resource_path, representation /* JSON, secrets masked */, error;
};

#endif

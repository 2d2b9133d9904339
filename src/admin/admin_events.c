/* GET and DELETE /admin/realms/{realm}/admin-events. */
#include "admin/event_query.h"
#include "admin/handlers_events.h"
#include "admin/serve.h"
#include "store/log.h"

static void member(struct json_writer *w, const char *name, struct str value)
{
	if (value.n)
		json_member_text(w, name, value);
}

static void write_event(struct json_writer *w, const struct admin_event *event)
{
	json_write_object_begin(w);
	json_member_text(w, "id", event->id);
	json_member_int(w, "time", event->time_ms);
	json_member_text(w, "realmId", event->realm_id);
	json_member_object_begin(w, "authDetails");
	member(w, "realmId", event->auth_realm_id);
	member(w, "clientId", event->auth_client_id);
	member(w, "userId", event->auth_user_id);
	member(w, "ipAddress", event->auth_ip_address);
	json_write_object_end(w);
	json_member_text(w, "operationType", event->operation);
	json_member_text(w, "resourceType", event->resource_type);
	member(w, "resourcePath", event->resource_path);
	member(w, "representation", event->representation);
	member(w, "error", event->error);
	json_write_object_end(w);
}

static void list(struct admin_call *call, const struct admin_event_query *query)
{
	struct admin_event *events;
	size_t n;
	struct why why = { "" };
	enum error_code code = store_list_admin_events(call->app->store, call->arena, query, &events, &n, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < n; i++)
		write_event(w, &events[i]);
	admin_array_end(call, w);
}

static void serve_admin_events_list(struct admin_call *call)
{
	struct event_range range;
	bool good = event_range_read(call, &range);
	if (good && range.max == 0) {
		admin_json(call, STR("[]"));
	} else if (good) {
		const struct admin_event_query query = { .realm_id = call->realm->settings.id,
			.operations = event_query_values(call, "operationTypes"),
			.resource_types = event_query_values(call, "resourceTypes"),
			.auth_realm_id = admin_query(call, "authRealm"),
			.auth_client_id = admin_query(call, "authClient"),
			.auth_user_id = admin_query(call, "authUser"),
			.auth_ip_address = admin_query(call, "authIpAddress"),
			.resource_path = admin_query(call, "resourcePath"), .ascending = range.ascending,
			.from_ms = range.from_ms, .to_ms = range.to_ms, .first = range.first, .max = range.max };
		list(call, &query);
	}
}

ADMIN_HANDLER(admin_admin_events_list, serve_admin_events_list)
ADMIN_HANDLER_OF(admin_admin_events_clear, events_clear, LOG_CLEAR_ADMIN_EVENTS)

/* GET and DELETE /admin/realms/{realm}/events. */
#include "admin/event_query.h"
#include "admin/handlers_events.h"
#include "admin/serve.h"
#include "store/log.h"

static void write_event(struct json_writer *w, const struct event *event)
{
	json_write_object_begin(w);
	json_member_text(w, "id", event->id);
	json_member_int(w, "time", event->time_ms);
	json_member_text(w, "type", event->type);
	json_member_text(w, "realmId", event->realm_id);
	const struct {
		const char *name;
		struct str value;
	} optional[] = {
		{ "clientId", event->client_id }, { "userId", event->user_id }, { "sessionId", event->session_id },
		{ "ipAddress", event->ip_address }, { "error", event->error },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(optional); i++)
		if (optional[i].value.n)
			json_member_text(w, optional[i].name, optional[i].value);
	json_member_object_begin(w, "details");
	for (size_t i = 0; i < event->details_n; i++) {
		json_write_name(w, event->details[i].name);
		json_write_text(w, event->details[i].value);
	}
	json_write_object_end(w);
	json_write_object_end(w);
}

static void list(struct admin_call *call, const struct event_query *query, bool ascending)
{
	struct event *events;
	size_t n;
	struct why why = { "" };
	enum error_code code = store_list_events_ordered(call->app->store, call->arena, query, ascending, &events, &n,
							 &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < n; i++)
		write_event(w, &events[i]);
	admin_array_end(call, w);
}

static void events_list(struct admin_call *call)
{
	struct event_range range;
	/* What a request just told of may still be on its way to the store. */
	(void)writer_flush(call->app->writer);
	bool good = event_range_read(call, &range);
	if (good && range.max == 0) {
		admin_json(call, STR("[]"));
	} else if (good) {
		const struct event_query query = { .realm_id = call->realm->settings.id,
			.client_id = admin_query(call, "client"), .user_id = admin_query(call, "user"),
			.ip_address = admin_query(call, "ipAddress"), .types = event_query_values(call, "type"),
			.from_ms = range.from_ms, .to_ms = range.to_ms, .first = range.first, .max = range.max };
		list(call, &query, range.ascending);
	}
}

ADMIN_HANDLER(admin_events_list, events_list)
ADMIN_HANDLER_OF(admin_events_clear, events_clear, LOG_CLEAR_EVENTS)

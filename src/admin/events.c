/* GET /admin/realms/{realm}/events. */
#include "admin/call.h"
#include "admin/handlers.h"

#include <stdio.h>
#include <time.h>

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

/* yyyy-MM-dd, or milliseconds since 1970; 0: absent. False: answered. */
static bool read_date(struct admin_call *call, const char *name, bool end_of_day, int64_t *ret_ms)
{
	struct str text = admin_query(call, name);
	int year, month, day, used = 0;
	*ret_ms = 0;
	if (!text.n || str_to_int64(text, ret_ms))
		return true;
	char *z = arena_z(call->arena, text);
	if (sscanf(z, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || (size_t)used != text.n) {
		admin_refuse(call, 400, arena_format(call->arena, "Invalid value for '%s', expected format is yyyy-MM-dd or "
						     "an Epoch timestamp", name));
		return false;
	}
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day + end_of_day };
	*ret_ms = (int64_t)timegm(&tm) * 1000 - end_of_day;
	return true;
}

static bool read_query(struct admin_call *call, struct event_query *query)
{
	const struct params *params;
	query->realm_id = call->realm->settings.id;
	query->client_id = admin_query(call, "client");
	query->user_id = admin_query(call, "user");
	query->ip_address = admin_query(call, "ipAddress");
	if (http_query(call->request, &params, NULL) == OK)
		for (size_t i = 0; i < params->n; i++)
			if (str_eq_z(params->list[i].name, "type"))
				*(struct str *)arena_push(call->arena, &query->types.items, &query->types.n,
							  sizeof *query->types.items) = params->list[i].value;
	return read_date(call, "dateFrom", false, &query->from_ms) && read_date(call, "dateTo", true, &query->to_ms) &&
	       admin_query_int(call, "first", 0, &query->first) && admin_query_int(call, "max", 100, &query->max);
}

static void list(struct admin_call *call, const struct event_query *query)
{
	struct event *events;
	size_t n;
	struct why why = { "" };
	enum error_code code = store_list_events(call->app->store, call->arena, query, &events, &n, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct text text = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_array_begin(&w);
	for (size_t i = 0; i < n; i++)
		write_event(&w, &events[i]);
	json_write_array_end(&w);
	admin_json(call, text_str(&text));
}

void admin_events_list(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct event_query query = { 0 };
	if (!admin_open(&call, context, request, response))
		return;
	/* What a request just told of may still be on its way to the store. */
	(void)writer_flush(call.app->writer);
	if (read_query(&call, &query))
		list(&call, &query);
	admin_close(&call);
}

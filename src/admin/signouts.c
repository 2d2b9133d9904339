/* /admin/realms/{realm}/signouts: the receipts of sign-outs, application by application. */
#include "admin/call.h"
#include "admin/handlers.h"
#include "signout/doors.h"
#include "store/apply.h"

static void write_delivery(struct json_writer *w, const struct delivery *delivery)
{
	json_write_object_begin(w);
	json_member_text(w, "id", delivery->id);
	json_member_text(w, "clientId", delivery->client_name);
	json_member_text(w, "channel", str_from(channel_name(delivery->channel)));
	json_member_text(w, "state", str_from(delivery_state_name(delivery->state)));
	json_member_int(w, "attempts", delivery->attempts);
	if (delivery->http_status)
		json_member_int(w, "httpStatus", delivery->http_status);
	if (delivery->reason.n)
		json_member_text(w, "reason", delivery->reason);
	if (delivery->url.n)
		json_member_text(w, "url", delivery->url);
	json_member_int(w, "queued", delivery->queued_ms);
	if (!delivery_state_settled(delivery->state))
		json_member_int(w, "due", delivery->due_ms);
	if (delivery->settled_ms)
		json_member_int(w, "settled", delivery->settled_ms);
	json_write_object_end(w);
}

static void write_signout(struct json_writer *w, const struct signout *signout)
{
	enum door door;
	json_write_object_begin(w);
	json_member_text(w, "id", signout->id);
	json_member_text(w, "realm", signout->realm_name);
	json_member_text(w, "userId", signout->user_id);
	json_member_text(w, "username", signout->username);
	json_member_text(w, "sessionId", signout->session_id);
	json_member_bool(w, "offline", signout->offline);
	json_member_text(w, "door", signout->door);
	json_member_text(w, "doorText", door_of(signout->door, &door) ? str_from(door_row(door)->text) : signout->door);
	json_member_text(w, "initiator", signout->initiator);
	json_member_text(w, "ipAddress", signout->ip_address);
	json_member_int(w, "time", signout->at_ms);
	if (signout->total) {
		json_member_int(w, "progress", signout->progress);
		json_member_int(w, "total", signout->total);
	}
	json_member_array_begin(w, "deliveries");
	for (size_t i = 0; i < signout->deliveries_n; i++)
		write_delivery(w, &signout->deliveries[i]);
	json_write_array_end(w);
	json_write_object_end(w);
}

static bool read_query(struct admin_call *call, struct signout_query *query)
{
	struct str state = admin_query(call, "state");
	query->realm_id = call->realm->settings.id;
	query->user = admin_query(call, "user");
	query->client_id = admin_query(call, "client");
	query->session_id = admin_query(call, "session");
	query->has_state = state.n > 0;
	if (state.n && !delivery_state_of(state, &query->state)) {
		admin_refuse(call, 400, arena_format(call->arena, "query parameter state: '%.*s' is no state of a delivery",
						     STR_ARG(str_take(state, 40))));
		return false;
	}
	return admin_query_int(call, "since", 0, &query->since_ms) && admin_query_int(call, "first", 0, &query->first) &&
	       admin_query_int(call, "max", 100, &query->max);
}

void admin_signouts_list(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct signout_query query = { 0 };
	struct signout *signouts;
	struct why why = { "" };
	size_t n = 0;
	if (!admin_open(&call, context, request, response))
		return;
	(void)writer_flush(call.app->writer);
	bool good = read_query(&call, &query);
	enum error_code code = good ? store_list_signouts(call.app->store, call.arena, &query, &signouts, &n, &why) : OK;
	struct text text = text_new(call.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_array_begin(&w);
	for (size_t i = 0; i < n && code == OK; i++)
		write_signout(&w, &signouts[i]);
	json_write_array_end(&w);
	if (code != OK)
		admin_fail(&call, code, &why);
	else if (good)
		admin_json(&call, text_str(&text));
	admin_close(&call);
}

/* The receipt that the route names; false: answered. */
static bool find(struct admin_call *call, struct signout *ret_signout)
{
	struct why why = { "" };
	enum error_code code = store_find_signout(call->app->store, call->arena, call->realm->settings.id,
						  http_route_value(call->request, "signout"), ret_signout, &why);
	if (code == ERROR_NAME_NOT_FOUND)
		admin_not_found(call, "Sign-out not found");
	else if (code != OK)
		admin_fail(call, code, &why);
	return code == OK;
}

void admin_signout_get(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct signout signout;
	if (!admin_open(&call, context, request, response))
		return;
	(void)writer_flush(call.app->writer);
	if (find(&call, &signout)) {
		struct text text = text_new(call.arena, 0);
		struct json_writer w = json_writer_new(&text, false);
		write_signout(&w, &signout);
		admin_json(&call, text_str(&text));
	}
	admin_close(&call);
}

/* What waits is tried at once. */
void admin_signout_retry(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct signout signout;
	struct why why = { "" };
	if (!admin_open(&call, context, request, response))
		return;
	if (find(&call, &signout)) {
		struct store_hurry hurry = { .realm_id = call.realm->settings.id, .signout_id = signout.id,
			.now_ms = call.visit.now_ms };
		const struct store_work work = { .kind = STORE_WORK_HURRY, .u.hurry = &hurry };
		enum error_code code = writer_apply(call.app->writer, &work, &why);
		if (code == OK) {
			call.app->wake_outbox(call.app->outbox);
			admin_json(&call, arena_format(call.arena, "{\"hurried\":%lld}", (long long)hurry.ret_changed));
		} else {
			admin_fail(&call, code, &why);
		}
	}
	admin_close(&call);
}

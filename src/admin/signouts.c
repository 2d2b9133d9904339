/* /admin/realms/{realm}/signouts: the receipts of sign-outs, application by application. */
#include "admin/handlers.h"
#include "admin/serve.h"
#include "admin/signout_order.h"
#include "signout/doors.h"
#include "store/apply.h"

enum { TOTAL_MOST = 10000 };

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
	if (delivery_state_owed(delivery->state))
		json_member_int(w, "due", delivery->due_ms);
	if (delivery->state == DELIVERY_WAITING_BROWSER)
		json_member_int(w, "until", delivery->give_up_ms);
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
	json_member_bool(w, "settled", signout_settled(signout));
	json_member_bool(w, "everybodyTold", signout_told(signout));
	if (signout->order_id.n)
		json_member_text(w, "order", signout->order_id);
	/* The order of a mass door; its sessions have receipts of their own. */
	if (!signout->session_id.n) {
		json_member_bool(w, "ending", signout->ending);
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
	enum door door;
	struct admin_page page;
	struct str state = admin_query(call, "state");
	query->door = admin_query(call, "door");
	query->realm_id = call->realm->settings.id;
	query->user = admin_query(call, "user");
	query->client_id = admin_query(call, "client");
	query->session_id = admin_query(call, "session");
	query->order_id = admin_query(call, "order");
	query->has_state = state.n > 0;
	if (state.n && !delivery_state_of(state, &query->state)) {
		admin_refuse(call, 400, arena_format(call->arena, "query parameter state: '%.*s' is no state of a delivery",
						     STR_ARG(str_take(state, 40))));
		return false;
	}
	if (query->door.n && !door_of(query->door, &door)) {
		admin_refuse(call, 400, arena_format(call->arena, "query parameter door: there is no door '%.*s'",
						     STR_ARG(str_take(query->door, 40))));
		return false;
	}
	if (!admin_query_int(call, "since", 0, &query->since_ms) || !admin_query_page(call, 100, &page))
		return false;
	query->first = page.first;
	query->max = page.max;
	return true;
}

/* ?total=true: how many there are beside the page, in a header; left out where counting them
 * would cost. */
static enum error_code add_total(struct admin_call *call, const struct signout_query *query, struct why *reterr_why)
{
	int64_t n;
	if (!str_eq_z(admin_query(call, "total"), "true"))
		return OK;
	enum error_code code = store_count_signouts(call->app->store, query, TOTAL_MOST + 1, &n, reterr_why);
	if (code == OK && n <= TOTAL_MOST)
		http_set_header_z(call->response, "X-Total-Count",
				  arena_z(call->arena, arena_format(call->arena, "%lld", (long long)n)));
	return code;
}

static void signouts_list(struct admin_call *call)
{
	struct signout_query query = { 0 };
	struct signout *signouts;
	struct why why = { "" };
	size_t n = 0;
	(void)writer_flush(call->app->writer);
	bool good = read_query(call, &query);
	enum error_code code = good ? store_list_signouts(call->app->store, call->arena, &query, &signouts, &n, &why) : OK;
	if (good && code == OK)
		code = add_total(call, &query, &why);
	struct json_writer *w = admin_json_begin(call);
	json_write_array_begin(w);
	for (size_t i = 0; i < n && code == OK; i++)
		write_signout(w, &signouts[i]);
	json_write_array_end(w);
	if (code != OK)
		admin_fail(call, code, &why);
	else if (good)
		admin_json_end(call, w);
}

ADMIN_HANDLER(admin_signouts_list, signouts_list)

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

static void signout_get(struct admin_call *call)
{
	struct signout signout;
	(void)writer_flush(call->app->writer);
	if (find(call, &signout)) {
		struct json_writer *w = admin_json_begin(call);
		write_signout(w, &signout);
		admin_json_end(call, w);
	}
}

ADMIN_HANDLER(admin_signout_get, signout_get)

/* The route's {delivery}; empty: all of them. False: answered. */
static bool find_delivery(struct admin_call *call, const struct signout *signout, struct str *ret_id)
{
	struct str id = http_route_value(call->request, "delivery");
	*ret_id = id.n ? id : STR("");
	for (size_t i = 0; i < signout->deliveries_n; i++)
		if (str_eq(signout->deliveries[i].id, id))
			return true;
	if (id.n)
		admin_not_found(call, "Delivery not found");
	return !id.n;
}

static void give_order(struct admin_call *call, enum signout_order_kind kind, const char *member)
{
	struct signout signout;
	struct why why = { "" };
	struct str delivery_id;
	int64_t changed = 0;
	(void)writer_flush(call->app->writer);
	if (!find(call, &signout) || !find_delivery(call, &signout, &delivery_id))
		return;
	enum error_code code = signout_order_give(call, kind, &signout, delivery_id, &changed, &why);
	if (code == OK)
		admin_json(call, arena_format(call->arena, "{\"%s\":%lld}", member, (long long)changed));
	else
		admin_fail(call, code, &why);
}

ADMIN_HANDLER_OF(admin_signout_retry, give_order, SIGNOUT_RETRY, "retried")
ADMIN_HANDLER_OF(admin_signout_cancel, give_order, SIGNOUT_CANCEL, "cancelled")

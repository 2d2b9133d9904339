/* POST /realms/{realm}/clients-managements/register-node and unregister-node: an adapter tells on
 * which host it runs, so that orders to the client reach each of its nodes. */
#include "app/client_request.h"
#include "app/endpoints.h"
#include "base/limits.h"
#include "model/nodes.h"
#include "model/representation.h"

static enum error_code round_of(struct client_request *r, struct str host, bool registers, struct event *event,
				struct why *reterr_why)
{
	struct visit *visit = r->visit;
	struct client_rep client;
	int64_t version;
	enum error_code code = store_find_client(visit->app->store, visit->arena, visit->realm->settings.id,
						 r->client->id, &client, &version, reterr_why);
	if (code != OK)
		return code == ERROR_NAME_NOT_FOUND ? ERROR_INVALID_CLIENT : code;
	bool done = registers ? nodes_put(visit->arena, &client.client, host, visit->now_ms / 1000) :
				nodes_remove(&client.client, host);
	if (!done && registers)
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "the client has too many nodes");
	struct effects effects = effects_new(visit->arena);
	if (done) {
		effects_add(&effects, EFFECT_REALM_CHANGED)->u.realm_changed =
			(struct effect_realm_changed){ visit->realm->settings.id, version };
		effects_add(&effects, EFFECT_CLIENT_UPDATE)->u.client =
			(struct effect_client){ .realm_id = visit->realm->settings.id, .rep = &client };
	}
	event_add(visit, event, &effects);
	return app_apply(visit->app, &effects, reterr_why);
}

static void change(struct client_request *r, bool registers)
{
	struct visit *visit = r->visit;
	struct str host = client_request_value(r, "client_cluster_host");
	struct why why = { "" };
	if (r->client->public_client) {
		client_request_fail(r, ERROR_UNAUTHORIZED_CLIENT, STR("Public clients not allowed"), STR(""));
		return;
	}
	if (!host.n || !node_is_host(host)) {
		client_request_fail(r, ERROR_INVALID_REQUEST, host.n ? STR("Client cluster host is not a host") :
				    STR("Client cluster host not specified"), STR(""));
		return;
	}
	struct event event = r->event;
	event.type = registers ? STR("REGISTER_NODE") : STR("UNREGISTER_NODE");
	event_detail(visit, &event, "node_host", host);
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = round_of(r, host, registers, &event, &why);
	if (code == ERROR_INVALID_CLIENT || code == ERROR_INVALID_REQUEST) {
		client_request_fail(r, code, str_from(why.text), STR(""));
	} else if (code != OK) {
		client_request_broken(r, code, &why);
	} else {
		event_log(visit, &event);
		snapshots_changed(visit->app->snapshots, visit->realm->settings.id);
		http_respond_empty(visit->response, 204);
	}
}

static void handle(void *context, struct http_request *request, struct http_response *response, bool registers)
{
	struct visit visit;
	struct client_request r;
	if (!visit_open(&visit, context, request, response))
		return;
	if (client_request_open(&r, &visit, registers ? "REGISTER_NODE_ERROR" : "UNREGISTER_NODE_ERROR", false))
		change(&r, registers);
	visit_close(&visit);
}

void register_node_handle(void *context, struct http_request *request, struct http_response *response)
{
	handle(context, request, response, true);
}

void unregister_node_handle(void *context, struct http_request *request, struct http_response *response)
{
	handle(context, request, response, false);
}

/* Adapters of clients: nodes registered by hand, not-before pushed, availability tested. */
#include "admin/adapters.h"
#include "admin/client_change.h"
#include "admin/handlers.h"
#include "admin/serve.h"
#include "base/log.h"
#include "model/nodes.h"

/* ---- nodes ---- */

static bool add_node(struct admin_call *call, void *context, struct client_rep *client, struct effects *effects)
{
	const struct str *host = context;
	if (!nodes_put(call->arena, &client->client, *host, call->visit.now_ms / 1000)) {
		admin_refuse(call, 400, STR("The client has too many nodes"));
		return false;
	}
	admin_event_add(call, effects, "CREATE", "CLUSTER_NODE", client_rep_path(call, client,
			arena_z(call->arena, arena_join(call->arena, STR("/nodes/"), *host, STR("")))));
	return true;
}

/* {"node": host}; false: answered. */
static bool read_node(struct admin_call *call, struct str *ret_host)
{
	struct node_body {
		struct str node;
	} body = { { NULL, 0 } };
	static const struct json_field fields[] = { JSON_TEXT(struct node_body, node, "node", 0) };
	static const struct json_shape shape = JSON_SHAPE(struct node_body, fields);
	const struct json_read_options options = { .coerce = true, .unknown = JSON_UNKNOWN_IGNORED }; /* a map, at Keycloak */
	struct why why = { "" };
	enum error_code code = json_read(call->arena, call->request->body, &shape, &options, &body, &why);
	if (code == OK && !body.node.n) {
		http_respond_error(call->response, 400, STR("Node not found in params"), STR(""));
		return false;
	}
	if (code == OK && !node_is_host(body.node))
		code = error_because(&why, ERROR_INVALID_VALUE, "$.node = \"%.*s\": not a host",
				     STR_ARG(str_take(body.node, 80)));
	if (code != OK)
		admin_refuse_body(call, code, &why);
	*ret_host = body.node;
	return code == OK;
}

static void client_nodes_create(struct admin_call *call)
{
	struct str host;
	if (read_node(call, &host) && client_change(call, add_node, &host))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_client_nodes_create, client_nodes_create)

static bool remove_node(struct admin_call *call, void *context, struct client_rep *client, struct effects *effects)
{
	const struct str *host = context;
	if (!nodes_remove(&client->client, *host)) {
		admin_not_found(call, "Client does not have node ");
		return false;
	}
	admin_event_add(call, effects, "DELETE", "CLUSTER_NODE", client_rep_path(call, client,
			arena_z(call->arena, arena_join(call->arena, STR("/nodes/"), *host, STR("")))));
	return true;
}

static void client_node_delete(struct admin_call *call)
{
	struct str host = http_route_value(call->request, "node");
	if (client_change(call, remove_node, &host))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_client_node_delete, client_node_delete)

/* ---- orders ---- */

/* Orders change nothing: their event is all there is to commit. */
static void add_event(struct admin_call *call, const char *resource_type, struct str path)
{
	struct effects effects = effects_new(call->arena);
	struct why why = { "" };
	admin_event_add(call, &effects, "ACTION", resource_type, path);
	if (app_apply(call->app, &effects, &why) != OK)
		log_write(LOG_ERROR, "admin", "event of %.*s: %s", STR_ARG(path), why.text);
}

/* The route's client as the snapshot has it; NULL: answered. */
static const struct client *find(struct admin_call *call)
{
	const struct client *client = realm_client_by_id(call->realm, http_route_value(call->request, "client"));
	if (!client)
		admin_not_found(call, "Could not find client");
	return client;
}

static void order_one(struct admin_call *call, enum adapters_order order, const char *resource_type, const char *tail)
{
	const struct client *client = find(call);
	if (client) {
		adapters_ask(call, order, &client, 1);
		add_event(call, resource_type, arena_join(call->arena, STR("clients/"), client->id, str_from(tail)));
	}
}

ADMIN_HANDLER_OF(admin_client_push_revocation, order_one, ADAPTERS_PUSH_NOT_BEFORE, "CLIENT", "/push-revocation")
ADMIN_HANDLER_OF(admin_client_test_nodes, order_one, ADAPTERS_TEST, "CLUSTER_NODE", "/test-nodes-available")

static void realm_push_revocation(struct admin_call *call)
{
	const struct client **clients = arena_array(call->arena, call->realm->clients_n, sizeof *clients);
	for (size_t i = 0; i < call->realm->clients_n; i++)
		clients[i] = &call->realm->clients[i];
	adapters_ask(call, ADAPTERS_PUSH_NOT_BEFORE, clients, call->realm->clients_n);
	add_event(call, "REALM", STR("push-revocation"));
}

ADMIN_HANDLER(admin_realm_push_revocation, realm_push_revocation)

/* Calls for what this server has not: answered in words. */
#include "admin/client_rep.h"
#include "admin/handlers.h"
#include "admin/handlers_clients.h"
#include "admin/serve.h"
#include "json/tree.h"

ADMIN_HANDLER(admin_feature_off, admin_refuse_feature)

static void refuse(struct http_response *response)
{
	http_respond_error(response, 501, str_from(error_oauth(ERROR_NOT_BUILT)),
			   STR("Authorization services are not available in this server"));
}

/* The setting is among those of clients that are kept and not used. */
static bool has_authz(struct admin_call *call, const struct client_rep *client)
{
	struct json_node *kept, *value;
	if (!client->kept.n || json_tree_read(call->arena, client->kept, &kept, NULL) != OK)
		return false;
	value = json_node_find(kept, STR("authorizationServicesEnabled"));
	return value && value->kind == JSON_NODE_BOOL && value->boolean;
}

/* A client that is not there, or has not asked for them, has none to be refused. */
static void serve_authz_not_built(struct admin_call *call)
{
	struct client_rep client;
	int64_t version;
	if (!client_rep_find(call, &client, &version))
		return;
	if (has_authz(call, &client))
		refuse(call->response);
	else
		http_respond_error(call->response, 404, str_from(error_oauth(ERROR_NOT_FOUND)), STR(""));
}

ADMIN_HANDLER(admin_authz_not_built, serve_authz_not_built)

/* Their public part: the same to everybody. */
void authz_not_built(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	refuse(response);
}

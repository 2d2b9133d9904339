/* Calls for what this server has not: answered in words. */
#include "admin/handlers_clients.h"
#include "admin/serve.h"

/* Keycloak's answer where a feature is off. */
static void feature_off(struct admin_call *call)
{
	http_respond_error(call->response, 501, STR("Feature not enabled"), str_from(error_text(ERROR_NOT_FOUND)));
}

ADMIN_HANDLER(admin_feature_off, feature_off)

static void refuse(struct http_response *response)
{
	http_respond_error(response, 501, str_from(error_oauth(ERROR_NOT_BUILT)),
			   STR("Authorization services are not available in this server"));
}

static void serve_authz_not_built(struct admin_call *call)
{
	refuse(call->response);
}

ADMIN_HANDLER(admin_authz_not_built, serve_authz_not_built)

/* Their public part: the same to everybody. */
void authz_not_built(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	refuse(response);
}

/* Calls for what this server has not: answered in words. */
#include "admin/call.h"
#include "admin/handlers_clients.h"

/* Keycloak's answer where a feature is off. */
void admin_feature_off(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	if (!admin_open(&call, context, request, response))
		return;
	http_respond_error(response, 501, STR("Feature not enabled"), str_from(error_text(ERROR_NOT_FOUND)));
	admin_close(&call);
}

static void refuse(struct http_response *response)
{
	http_respond_error(response, 501, str_from(error_oauth(ERROR_NOT_BUILT)),
			   STR("Authorization services are not available in this server"));
}

void admin_authz_not_built(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	if (!admin_open(&call, context, request, response))
		return;
	refuse(response);
	admin_close(&call);
}

/* Their public part: the same to everybody. */
void authz_not_built(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	refuse(response);
}

/* Calls for what this server has not: answered in words. */
#include "admin/handlers.h"
#include "admin/handlers_clients.h"
#include "admin/serve.h"

ADMIN_HANDLER(admin_feature_off, admin_refuse_feature)

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

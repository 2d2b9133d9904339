/* See inner_call.h. */
#include "admin/inner_call.h"

#include "base/tables.h"

static struct http_request request_of(struct admin_call *call, const struct inner_call *inner)
{
	struct http_request request = *call->request;
	request.method = (enum http_method)inner->route->methods;
	request.route = inner->route;
	request.route_values[0] = call->realm->settings.name;
	for (size_t i = 0; i < ARRAY_LENGTH(inner->values); i++)
		request.route_values[i + 1] = inner->values[i];
	request.raw_query = STR("");
	request.query_params = request.form_params = NULL;
	request.body = inner->body;
	request.body_n = inner->body.n;
	return request;
}

bool inner_call_make(struct admin_call *call, void *context, const struct inner_call *inner, struct str *ret_id)
{
	struct http_request request = request_of(call, inner);
	struct http_response response;
	http_response_init(&response, call->arena);
	inner->route->handler(context, &request, &response);
	struct str location = http_response_header(&response, "Location");
	size_t slash = str_last_index(location, '/');
	*ret_id = slash < location.n ? str_drop(location, slash + 1) : STR("");
	if (response.status / 100 == 2)
		return true;
	http_respond_bytes(call->response, response.status ? response.status : 500, "application/json;charset=UTF-8",
			   response.body);
	return false;
}

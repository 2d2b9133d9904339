/* Entity tags and merge patches of things at one address; see entity.h. */
#include "admin/entity.h"

#include "admin/etag.h"
#include "http/router.h"
#include "json/merge_patch.h"
#include "json/tree.h"

/* What whoever asks now would be told. */
static bool read_state(struct admin_call *call, void *context, const struct admin_entity *entity, struct str *ret_state)
{
	struct http_request request = *call->request;
	struct http_route route = *call->request->route;
	struct http_response response;
	http_response_init(&response, call->arena);
	route.extra = NULL;
	request.route = &route;
	request.method = HTTP_GET;
	request.body = request.raw_query = STR("");
	request.query_params = NULL;
	entity->get(context, &request, &response);
	if (response.status == 200)
		*ret_state = response.body;
	else
		http_respond_bytes(call->response, response.status, "application/json", response.body);
	return response.status == 200;
}

/* What PUT takes for nothing; NULL: it has no such word. */
static struct json_node *nothing_of(struct arena *arena, const struct json_node *before)
{
	if (!before)
		return NULL;
	if (before->kind == JSON_NODE_TEXT)
		return json_node_text(arena, STR(""));
	if (before->kind == JSON_NODE_LIST)
		return json_node_list(arena);
	if (before->kind == JSON_NODE_OBJECT)
		return json_node_object(arena);
	return before->kind == JSON_NODE_BOOL ? json_node_bool(arena, false) : NULL;
}

static enum error_code merge(struct admin_call *call, struct str state, struct str *ret_body, struct why *reterr_why)
{
	struct str merged;
	struct json_node *patch, *before, *after;
	enum error_code code = json_merge_patch(call->arena, state, call->request->body, &merged, reterr_why);
	if (code != OK || (code = json_tree_read(call->arena, call->request->body, &patch, reterr_why)) != OK ||
	    (code = json_tree_read(call->arena, state, &before, reterr_why)) != OK ||
	    (code = json_tree_read(call->arena, merged, &after, reterr_why)) != OK)
		return code;
	for (size_t i = 0; i < patch->n; i++) {
		struct json_node *nothing = patch->members[i].value->kind == JSON_NODE_NULL ?
			nothing_of(call->arena, json_node_find(before, patch->members[i].name)) : NULL;
		if (nothing)
			json_node_put(after, patch->members[i].name, nothing);
	}
	*ret_body = json_tree_text(call->arena, after);
	return OK;
}

bool entity_stands(struct admin_call *call, int64_t realm_version)
{
	struct str state;
	if (!call->state.p)
		return true;
	if (realm_version != call->realm->version)
		snapshots_changed(call->app->snapshots, call->realm->settings.id);
	if (!read_state(call, call->route_context, call->request->route->extra, &state))
		return false;
	if (str_eq(state, call->state))
		return true;
	http_respond_error(call->response, call->is_tagged ? 412 : 409,
			   call->is_tagged ? STR("precondition_failed") : STR("conflict"),
			   STR("It was changed meanwhile. Read it again."));
	return false;
}

/* The handler would take it for the tag of the client that the thing belongs to. */
static void forget_if_match(struct http_request *request)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (str_eq_nocase(request->headers[i].name, STR("If-Match")))
			request->headers[i].value = STR("");
}

bool entity_open(struct admin_call *call, void *context)
{
	const struct admin_entity *entity = call->request->route->extra;
	struct str wanted = str_trim(http_header(call->request, "If-Match"));
	bool tagged = wanted.n > 0, patch = call->request->method == HTTP_PATCH;
	struct why why = { "" };
	struct str state;
	if (!entity || call->request->method == HTTP_GET || (!tagged && !patch))
		return true;
	if (!read_state(call, context, entity, &state) || !etag_fits(call, state))
		return false;
	call->is_tagged = tagged && !str_eq(wanted, STR("*"));
	call->route_context = context;
	if (patch || call->is_tagged)
		call->state = state;
	forget_if_match(call->request);
	if (!patch)
		return true;
	enum error_code code = merge(call, state, &call->request->body, &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	call->is_patch = code == OK;
	if (call->is_patch)
		call->request->method = HTTP_PUT;
	return code == OK;
}

void entity_close(struct admin_call *call)
{
	const struct http_request *request = call->request;
	if (call->is_patch)
		call->request->method = HTTP_PATCH;
	if (request->route->extra && request->method == HTTP_GET && call->response->status == 200 && !request->raw_query.n &&
	    !http_response_header(call->response, "ETag").p)
		etag_answer(call, call->response->body);
}

/* /admin/realms/{realm}/authentication/flows: list, create, get, put, delete. */
#include "admin/flow_rep.h"
#include "admin/handlers_authentication.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "crypto/random.h"

static void list(struct admin_call *call)
{
	struct realm_rep rep;
	int64_t version;
	struct json_writer *w = admin_array_begin(call);
	if (!realm_row_find(call, &rep, &version))
		return;
	for (size_t i = 0; i < rep.flows_n; i++)
		/* That of ECP is no administrator's affair, there as here. */
		if (rep.flows[i].top_level && !str_eq_z(rep.flows[i].alias, "saml ecp"))
			flow_write(call, w, &rep.flows[i]);
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_flows_list, list)

/* The route's {flow}; NULL: answered. */
static struct flow_rep *find(struct admin_call *call, const struct realm_rep *rep, const char *missing)
{
	struct flow_rep *flow = flow_of_id(rep, http_route_value(call->request, "flow"));
	if (!flow)
		admin_not_found(call, missing);
	return flow;
}

static void get(struct admin_call *call)
{
	struct realm_rep rep;
	int64_t version;
	struct json_writer *w = admin_json_begin(call);
	const struct flow_rep *flow = realm_row_find(call, &rep, &version) ?
		find(call, &rep, "Could not find flow with id") : NULL;
	if (!flow)
		return;
	flow_write(call, w, flow);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_flow_get, get)

/* ---- what comes in ---- */

struct sent_flow {
	struct str id, alias, description, provider_id, ignored;
	bool top_level, built_in;
};
static const struct json_field sent_fields[] = {
	JSON_TEXT(struct sent_flow, id, "id", 0),
	JSON_TEXT(struct sent_flow, alias, "alias", 0),
	JSON_TEXT(struct sent_flow, description, "description", 0),
	JSON_TEXT(struct sent_flow, provider_id, "providerId", 0),
	JSON_BOOL(struct sent_flow, top_level, "topLevel", 0),
	JSON_BOOL(struct sent_flow, built_in, "builtIn", 0),
	/* Executions have calls of their own. */
	JSON_ANY(struct sent_flow, ignored, "authenticationExecutions", JSON_NOT_READ),
};
static const struct json_shape sent_shape = JSON_SHAPE(struct sent_flow, sent_fields);

static bool is_short(struct str text)
{
	return text.n <= REPRESENTATION_NAME_MAX && !str_has_control(text);
}

static bool read_flow(struct admin_call *call, const char *empty_alias, struct sent_flow *ret_flow)
{
	struct sent_flow flow = { .id = STR("") };
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	enum error_code code = json_read(call->arena, call->request->body, &sent_shape, &options, &flow, &why);
	if (code == OK && (!is_short(flow.id) || !is_short(flow.alias) || !is_short(flow.provider_id) ||
			   !is_short(flow.description)))
		code = error_because(&why, ERROR_INVALID_VALUE, "$: a text is too long or has control characters");
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	if (!flow.alias.n) {
		admin_refuse(call, 409, str_from(empty_alias));
		return false;
	}
	*ret_flow = flow;
	return alias_is_plain(call, flow.alias);
}

/* What has no kind cannot be stored; a name that is taken is told of first. */
static bool has_kind(struct admin_call *call, const struct sent_flow *sent)
{
	if (!sent->provider_id.n)
		http_respond_error(call->response, 409, STR("conflict"), STR("Duplicate resource error"));
	return sent->provider_id.n;
}

static struct str path_of(struct admin_call *call, struct str id)
{
	return arena_join(call->arena, STR("authentication/flows/"), id, STR(""));
}

/* ---- create ---- */

static bool add(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct sent_flow *sent = context;
	if (flow_of_alias(rep, sent->alias) || flow_of_id(rep, sent->id)) {
		admin_refuse(call, 409, arena_format(call->arena, "Flow %.*s already exists", STR_ARG(sent->alias)));
		return false;
	}
	if (!has_kind(call, sent))
		return false;
	struct flow_rep *flow = arena_push(call->arena, &rep->flows, &rep->flows_n, sizeof *flow);
	*flow = (struct flow_rep){ .id = sent->id, .alias = sent->alias, .provider_id = sent->provider_id,
		.top_level = sent->top_level, .built_in = sent->built_in };
	flow_describe(call->arena, flow, sent->description.p ? sent->description : STR(""));
	admin_event_add(call, effects, "CREATE", "AUTH_FLOW", path_of(call, flow->id));
	return true;
}

static void create(struct admin_call *call)
{
	struct sent_flow sent;
	if (!read_flow(call, "Failed to create flow with empty alias name", &sent))
		return;
	if (!sent.id.n)
		sent.id = random_uuid(call->arena);
	if (realm_row_change(call, add, &sent))
		admin_created_part(call, path_of(call, sent.id));
}

ADMIN_HANDLER(admin_flows_create, create)

/* ---- put, delete ---- */

static bool replace(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct sent_flow sent;
	struct why why = { "" };
	struct flow_rep *flow = find(call, rep, "Could not find flow with id");
	(void)context;
	if (!flow || !read_flow(call, "Failed to update flow with empty alias name", &sent))
		return false;
	const struct flow_rep *other = flow_of_alias(rep, sent.alias);
	if (other && other != flow) {
		admin_refuse(call, 409, STR("Flow alias name already exists"));
		return false;
	}
	if (!has_kind(call, &sent))
		return false;
	enum error_code code = flow_rename(call->arena, rep, flow, sent.alias, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return false;
	}
	flow->provider_id = sent.provider_id;
	flow->top_level = sent.top_level;
	flow->built_in = sent.built_in;
	flow_describe(call->arena, flow, sent.description);
	admin_event_add(call, effects, "UPDATE", "AUTH_FLOW", path_of(call, flow->id));
	return true;
}

static void put(struct admin_call *call)
{
	if (realm_row_change(call, replace, NULL))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_flow_put, put)

static bool take_away(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct flow_rep *flow = find(call, rep, "Flow not found");
	(void)context;
	if (!flow)
		return false;
	if (flow->built_in) {
		http_respond_error(call->response, 400, STR("Can't delete built in flow"), STR(""));
		return false;
	}
	if (flow_is_bound(call, rep, flow)) {
		admin_refuse(call, 409, arena_format(call->arena, "Flow %.*s is bound by the realm, a client or an identity "
						     "provider", STR_ARG(flow->alias)));
		return false;
	}
	admin_event_add(call, effects, "DELETE", "AUTH_FLOW", path_of(call, flow->id));
	flow_remove(rep, flow->alias);
	return true;
}

static void delete(struct admin_call *call)
{
	if (realm_row_change(call, take_away, NULL))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_flow_delete, delete)

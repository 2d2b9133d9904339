/* /authentication/executions: one execution, by its id. */
#include "admin/flow_rep.h"
#include "admin/handlers_authentication.h"
#include "admin/realm_row.h"
#include "admin/serve.h"

static void get(struct admin_call *call)
{
	struct realm_rep rep;
	int64_t version;
	struct execution_place place;
	struct json_writer *w = admin_json_begin(call);
	if (!realm_row_find(call, &rep, &version) || !execution_find(call, &rep, &place))
		return;
	const struct execution_rep *execution = place.execution;
	const struct flow_config_rep *config = execution->config.n ? flow_config_of_alias(&rep, execution->config) : NULL;
	const struct flow_rep *below = execution->is_flow ? flow_of_alias(&rep, execution->flow) : NULL;
	json_write_object_begin(w);
	if (config)
		json_member_text(w, "authenticatorConfig", config->id);
	if (execution->authenticator.n)
		json_member_text(w, "authenticator", execution->authenticator);
	json_member_bool(w, "authenticatorFlow", execution->is_flow);
	json_member_text(w, "requirement", execution->requirement);
	json_member_int(w, "priority", execution->priority);
	json_member_bool(w, "autheticatorFlow", execution->is_flow);
	json_member_text(w, "id", execution->id);
	if (below)
		json_member_text(w, "flowId", below->id);
	json_member_text(w, "parentFlow", place.flow->id);
	json_write_object_end(w);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_execution_get, get)

static struct str path_of(struct admin_call *call, struct str id)
{
	return arena_join(call->arena, STR("authentication/executions/"), id, STR(""));
}

static bool refuse(struct admin_call *call, const char *text)
{
	http_respond_error(call->response, 400, str_from(text), STR(""));
	return false;
}

/* ---- delete ---- */

static bool take_away(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct execution_place place;
	(void)context;
	if (!execution_find(call, rep, &place))
		return false;
	if (place.flow->built_in)
		return refuse(call, "It is illegal to remove execution from a built in flow");
	admin_event_add(call, effects, "DELETE", "AUTH_EXECUTION", path_of(call, place.execution->id));
	execution_remove(rep, &place);
	return true;
}

static void delete(struct admin_call *call)
{
	if (realm_row_change(call, take_away, NULL))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_execution_delete, delete)

/* ---- priorities ---- */

/* Changes places with its neighbour; at the end nothing happens. */
static bool move(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	const bool raise = *(const bool *)context;
	struct execution_place place;
	if (!execution_find(call, rep, &place))
		return false;
	if (place.flow->built_in)
		return refuse(call, "It is illegal to modify execution in a built in flow");
	size_t i = (size_t)(place.execution - place.flow->executions);
	size_t other = raise ? i - 1 : i + 1;
	if (raise ? i > 0 : other < place.flow->executions_n) {
		struct execution_rep *neighbour = &place.flow->executions[other], moved = *place.execution;
		int64_t priority = moved.priority;
		moved.priority = neighbour->priority;
		neighbour->priority = priority;
		*place.execution = *neighbour;
		*neighbour = moved;
	}
	admin_event_add(call, effects, "UPDATE", "AUTH_EXECUTION",
			arena_join(call->arena, path_of(call, http_route_value(call->request, "execution")),
				   raise ? STR("/raise-priority") : STR("/lower-priority"), STR("")));
	return true;
}

static void change_priority(struct admin_call *call, bool raise)
{
	if (realm_row_change(call, move, &raise))
		admin_no_content(call);
}

ADMIN_HANDLER_OF(admin_execution_raise, change_priority, true)
ADMIN_HANDLER_OF(admin_execution_lower, change_priority, false)

/* ---- create ---- */

struct sent {
	struct str authenticator, parent, requirement, flow_id, id;
	int64_t priority;
};
static const struct json_field fields[] = {
	JSON_TEXT(struct sent, authenticator, "authenticator", 0),
	JSON_TEXT(struct sent, parent, "parentFlow", 0),
	JSON_TEXT(struct sent, requirement, "requirement", 0),
	JSON_TEXT(struct sent, flow_id, "flowId", 0),
	JSON_INT(struct sent, priority, "priority", 0),
};
static const char *const known[] = { "id", "authenticatorConfig", "authenticatorFlow", "autheticatorFlow", NULL };
static const struct json_shape shape = JSON_SHAPE(struct sent, fields, .known = known);

static bool add(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct sent *sent = context;
	struct flow_rep *flow = flow_of_id(rep, sent->parent);
	const struct flow_rep *below = sent->flow_id.n ? flow_of_id(rep, sent->flow_id) : NULL;
	if (!flow)
		return refuse(call, "execution parent flow does not exist");
	if (flow->built_in)
		return refuse(call, "It is illegal to add execution to a built in flow");
	if (sent->flow_id.n && (!below || below->top_level || below == flow))
		return refuse(call, "execution flow does not exist");
	if (!below && !authentication_provider_find(provider_kind_of_flow(flow->provider_id), sent->authenticator))
		return refuse(call, "No authentication provider found for that authenticator");
	if (!requirement_of(sent->requirement))
		return refuse(call, "requirement must be REQUIRED, ALTERNATIVE, DISABLED or CONDITIONAL");
	struct execution_rep execution = { .requirement = sent->requirement,
		.priority = sent->priority };
	if (below) {
		execution.is_flow = true;
		execution.flow = below->alias;
	} else {
		execution.authenticator = sent->authenticator;
	}
	sent->id = flow_add_execution(call->arena, flow, &execution)->id;
	admin_event_add(call, effects, "CREATE", "AUTH_EXECUTION", path_of(call, sent->id));
	flow_sort(flow);
	return true;
}

static void create(struct admin_call *call)
{
	struct sent sent = { .id = STR("") };
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	enum error_code code = json_read(call->arena, call->request->body, &shape, &options, &sent, &why);
	if (code == OK && (sent.priority < INT32_MIN || sent.priority > INT32_MAX))
		code = error_because(&why, ERROR_INVALID_VALUE, "$.priority: too large");
	if (code != OK)
		admin_refuse_body(call, code, &why);
	else if (realm_row_change(call, add, &sent))
		admin_created_part(call, path_of(call, sent.id));
}

ADMIN_HANDLER(admin_executions_create, create)

/* /authentication/flows/{alias}/executions: what a flow consists of. */
#include "admin/flow_rep.h"
#include "admin/handlers_authentication.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "crypto/random.h"

static void list(struct admin_call *call)
{
	struct realm_rep rep;
	int64_t version;
	struct json_writer *w = admin_json_begin(call);
	if (!realm_row_find(call, &rep, &version))
		return;
	const struct flow_rep *flow = flow_of_alias(&rep, http_route_value(call->request, "alias"));
	if (!flow) {
		admin_not_found(call, "Flow not found");
		return;
	}
	flow_write_executions(call, w, &rep, flow);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_flow_executions, list)

/* ---- what comes in ---- */

/* AuthenticationExecutionInfoRepresentation, and the maps that new ones come as. */
struct sent {
	struct str id, requirement, name, description, flow_id, provider, alias, type;
	int64_t priority;
	bool is_flow;
	struct json_sent sent;
};
static const struct json_field fields[] = {
	JSON_TEXT(struct sent, id, "id", 0),
	JSON_TEXT(struct sent, requirement, "requirement", 0),
	JSON_TEXT(struct sent, name, "displayName", 0),
	JSON_TEXT(struct sent, description, "description", 0),
	JSON_TEXT(struct sent, flow_id, "flowId", 0),
	JSON_TEXT(struct sent, provider, "provider", 0),
	JSON_TEXT(struct sent, alias, "alias", 0),
	JSON_TEXT(struct sent, type, "type", 0),
	JSON_INT(struct sent, priority, "priority", 0),
	JSON_BOOL(struct sent, is_flow, "authenticationFlow", 0),
};
static const char *const known[] = { "requirementChoices", "configurable", "providerId", "authenticationConfig", "level",
				     "index", NULL };
static const struct json_shape shape = JSON_SHAPE(struct sent, fields, .known = known,
						  .sent = JSON_AT(struct sent, sent, struct json_sent));

/* Of what is new, members that nobody knows are passed over: there these bodies are maps. */
static bool read_body(struct admin_call *call, bool is_new, struct sent *ret_sent)
{
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	if (is_new)
		options.unknown = JSON_UNKNOWN_IGNORED;
	*ret_sent = (struct sent){ .id = STR("") };
	enum error_code code = json_read(call->arena, call->request->body, &shape, &options, ret_sent, &why);
	const struct str texts[] = { ret_sent->name, ret_sent->description, ret_sent->alias, ret_sent->provider,
				     ret_sent->type };
	for (size_t i = 0; code == OK && i < ARRAY_LENGTH(texts); i++)
		if (texts[i].n > REPRESENTATION_NAME_MAX || str_has_control(texts[i]))
			code = error_because(&why, ERROR_INVALID_VALUE, "$: a text is too long or has control characters");
	if (code == OK && (ret_sent->priority < INT32_MIN || ret_sent->priority > INT32_MAX))
		code = error_because(&why, ERROR_INVALID_VALUE, "$.priority: too large");
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}

static bool refuse(struct admin_call *call, struct str text)
{
	http_respond_error(call->response, 400, text, STR(""));
	return false;
}

/* ---- put ---- */

/* Name and description of the flow that an execution is. */
static bool change_subflow(struct admin_call *call, const struct sent *sent, struct realm_rep *rep)
{
	struct why why = { "" };
	struct flow_rep *flow = flow_of_id(rep, sent->flow_id);
	if (!flow) {
		admin_not_found(call, "Illegal execution");
		return false;
	}
	const struct flow_rep *other = flow_of_alias(rep, sent->name);
	if (other && other != flow) {
		admin_refuse(call, 409, STR("Flow alias name already exists"));
		return false;
	}
	enum error_code code = sent->name.n ? flow_rename(call->arena, rep, flow, sent->name, &why) : OK;
	if (code != OK)
		admin_fail(call, code, &why);
	else if (sent->description.p)
		flow_describe(call->arena, flow, sent->description);
	return code == OK;
}

static bool replace(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	const struct sent *sent = context;
	struct execution_place place;
	if (!flow_of_alias(rep, http_route_value(call->request, "alias"))) {
		admin_not_found(call, "flow not found");
		return false;
	}
	place = execution_of_id(rep, sent->id);
	if (!place.execution) {
		admin_not_found(call, "Illegal execution");
		return false;
	}
	if (!requirement_of(sent->requirement))
		return refuse(call, STR("requirement must be REQUIRED, ALTERNATIVE, DISABLED or CONDITIONAL"));
	place.execution->requirement = sent->requirement;
	place.execution->priority = sent->priority;
	if (sent->is_flow && !change_subflow(call, sent, rep))
		return false;
	admin_event_add(call, effects, "UPDATE", "AUTH_EXECUTION",
			arena_join(call->arena, STR("authentication/executions/"), sent->id, STR("")));
	flow_sort(place.flow);
	return true;
}

static void put(struct admin_call *call)
{
	struct sent sent;
	if (read_body(call, false, &sent) && realm_row_change(call, replace, &sent))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_flow_executions_put, put)

/* ---- additions ---- */

struct addition {
	struct sent sent;
	struct str id; /* of what was made */
};

static struct execution_rep *add_to(struct admin_call *call, struct flow_rep *flow, const struct sent *sent,
				    struct execution_rep execution, unsigned requirements)
{
	unsigned asked = requirement_of(sent->requirement);
	unsigned chosen = asked ? asked : (requirements & REQUIREMENT_DISABLED) ? REQUIREMENT_DISABLED : REQUIREMENT_REQUIRED;
	execution.requirement = str_from(requirement_name(chosen));
	execution.priority = JSON_SENT(&shape, sent, priority) ? sent->priority : flow_next_priority(flow);
	return flow_add_execution(call->arena, flow, &execution);
}

static bool add_execution(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct addition *addition = context;
	struct str wanted = addition->sent.provider;
	struct flow_rep *flow = flow_of_alias(rep, http_route_value(call->request, "alias"));
	if (!flow)
		return refuse(call, STR("Parent flow doesn't exist"));
	if (flow->built_in)
		return refuse(call, STR("It is illegal to add execution to a built in flow"));
	const struct authentication_provider *provider =
		authentication_provider_find(provider_kind_of_flow(flow->provider_id), wanted);
	if (!provider)
		return refuse(call, arena_join(call->arena, STR("No authentication provider found for id: "),
					       wanted.p ? wanted : STR("null"), STR("")));
	addition->id = add_to(call, flow, &addition->sent, (struct execution_rep){ .authenticator = provider->id },
			      provider->requirements)->id;
	admin_event_add(call, effects, "CREATE", "AUTH_EXECUTION",
			arena_format(call->arena, "authentication/flows/%.*s/executions/execution", STR_ARG(flow->alias)));
	flow_sort(flow);
	return true;
}

static void create_execution(struct admin_call *call)
{
	struct addition addition;
	if (read_body(call, true, &addition.sent) && realm_row_change(call, add_execution, &addition))
		admin_created_part(call, arena_join(call->arena, STR("authentication/executions/"), addition.id, STR("")));
}

ADMIN_HANDLER(admin_flow_add_execution, create_execution)

static bool add_flow(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct addition *addition = context;
	const struct sent *sent = &addition->sent;
	struct str parent = http_route_value(call->request, "alias");
	struct flow_rep *flow = flow_of_alias(rep, parent);
	if (!flow) {
		admin_refuse(call, 400, STR("Parent flow doesn't exist"));
		return false;
	}
	if (flow->built_in)
		return refuse(call, STR("It is illegal to add sub-flow to a built in flow"));
	if (flow_of_alias(rep, sent->alias)) {
		admin_refuse(call, 409, STR("New flow alias name already exists"));
		return false;
	}
	/* Told of last: of a name that is taken clients go by the words above. */
	if (!sent->type.n || !sent->alias.n) {
		admin_refuse(call, 400, STR("alias and type are needed"));
		return false;
	}
	struct flow_rep *below = arena_push(call->arena, &rep->flows, &rep->flows_n, sizeof *below);
	*below = (struct flow_rep){ .id = random_uuid(call->arena), .alias = sent->alias, .provider_id = sent->type };
	flow_describe(call->arena, below, sent->description.p ? sent->description : STR(""));
	addition->id = below->id;
	flow = flow_of_alias(rep, parent);
	struct execution_rep execution = { .is_flow = true, .flow = sent->alias };
	if (str_eq_z(sent->type, "form-flow"))
		execution.authenticator = sent->provider;
	add_to(call, flow, sent, execution, REQUIREMENT_DISABLED);
	admin_event_add(call, effects, "CREATE", "AUTH_EXECUTION_FLOW",
			arena_format(call->arena, "authentication/flows/%.*s/executions/flow", STR_ARG(parent)));
	flow_sort(flow);
	return true;
}

static void create_flow(struct admin_call *call)
{
	struct addition addition;
	if (read_body(call, true, &addition.sent) && realm_row_change(call, add_flow, &addition))
		admin_created_part(call, arena_join(call->arena, STR("authentication/flows/"), addition.id, STR("")));
}

ADMIN_HANDLER(admin_flow_add_flow, create_flow)

/* Authentication flows as the admin API answers them; see flow_rep.h. */
#include "admin/flow_rep.h"

static void write_execution(struct json_writer *w, const struct execution_rep *execution)
{
	json_write_object_begin(w);
	if (execution->config.n)
		json_member_text(w, "authenticatorConfig", execution->config);
	if (execution->authenticator.n)
		json_member_text(w, "authenticator", execution->authenticator);
	json_member_bool(w, "authenticatorFlow", execution->is_flow);
	json_member_text(w, "requirement", execution->requirement);
	json_member_int(w, "priority", execution->priority);
	json_member_bool(w, "autheticatorFlow", execution->is_flow);
	if (execution->is_flow)
		json_member_text(w, "flowAlias", execution->flow);
	json_member_bool(w, "userSetupAllowed", false);
	json_write_object_end(w);
}

void flow_write(struct admin_call *call, struct json_writer *w, const struct flow_rep *flow)
{
	struct str description = flow_description(call->arena, flow);
	json_write_object_begin(w);
	json_member_text(w, "id", flow->id);
	json_member_text(w, "alias", flow->alias);
	if (description.p)
		json_member_text(w, "description", description);
	json_member_text(w, "providerId", flow->provider_id);
	json_member_bool(w, "topLevel", flow->top_level);
	json_member_bool(w, "builtIn", flow->built_in);
	json_member_array_begin(w, "authenticationExecutions");
	for (size_t i = 0; i < flow->executions_n; i++)
		write_execution(w, &flow->executions[i]);
	json_write_array_end(w);
	json_write_object_end(w);
}

void flow_config_write(struct json_writer *w, const struct flow_config_rep *config)
{
	json_write_shape(w, &flow_config_shape, config);
}

/* ---- the walk ---- */

unsigned execution_requirements(const struct realm_rep *rep, const struct flow_rep *flow,
				const struct execution_rep *execution)
{
	const struct flow_rep *below = execution->is_flow ? flow_of_alias(rep, execution->flow) : NULL;
	const struct authentication_provider *provider = NULL;
	if (below && str_eq_z(below->provider_id, "form-flow"))
		return REQUIREMENT_REQUIRED | REQUIREMENT_DISABLED;
	if (execution->is_flow)
		return REQUIREMENT_REQUIRED | REQUIREMENT_ALTERNATIVE | REQUIREMENT_DISABLED | REQUIREMENT_CONDITIONAL;
	provider = authentication_provider_find(provider_kind_of_flow(flow->provider_id), execution->authenticator);
	return provider ? provider->requirements :
			  REQUIREMENT_REQUIRED | REQUIREMENT_ALTERNATIVE | REQUIREMENT_DISABLED;
}

/* Flows that name each other in circles end here. */
enum { EXECUTIONS_MAX = 5000 };

struct walk {
	struct admin_call *call;
	struct json_writer *w;
	const struct realm_rep *rep;
	size_t written;
};

static void write_choices(struct json_writer *w, unsigned requirements)
{
	json_member_array_begin(w, "requirementChoices");
	for (unsigned bit = REQUIREMENT_REQUIRED; bit <= REQUIREMENT_CONDITIONAL; bit <<= 1)
		if (requirements & bit)
			json_write_text(w, str_from(requirement_name(bit)));
	json_write_array_end(w);
}

static void write_subflow(const struct walk *walk, const struct execution_rep *execution, const struct flow_rep *below)
{
	struct str description = flow_description(walk->call->arena, below);
	json_member_text(walk->w, "displayName", below->alias);
	if (description.p)
		json_member_text(walk->w, "description", description);
	json_member_bool(walk->w, "configurable", false);
	json_member_bool(walk->w, "authenticationFlow", true);
	if (str_eq_z(below->provider_id, "form-flow") && execution->authenticator.n)
		json_member_text(walk->w, "providerId", execution->authenticator);
	json_member_text(walk->w, "flowId", below->id);
}

static void write_authenticator(const struct walk *walk, const struct flow_rep *flow,
				const struct execution_rep *execution)
{
	const struct authentication_provider *provider =
		authentication_provider_find(provider_kind_of_flow(flow->provider_id), execution->authenticator);
	const struct flow_config_rep *config = execution->config.n ?
		flow_config_of_alias(walk->rep, execution->config) : NULL;
	bool configurable = provider && provider->configurable;
	json_member_text(walk->w, "displayName", provider ? provider->name : execution->authenticator);
	if (config && configurable)
		json_member_text(walk->w, "alias", config->alias);
	json_member_bool(walk->w, "configurable", configurable);
	json_member_text(walk->w, "providerId", execution->authenticator);
	if (config)
		json_member_text(walk->w, "authenticationConfig", config->id);
}

static void walk_flow(struct walk *walk, const struct flow_rep *flow, int level)
{
	struct json_writer *w = walk->w;
	for (size_t i = 0; i < flow->executions_n && walk->written < EXECUTIONS_MAX; i++, walk->written++) {
		const struct execution_rep *execution = &flow->executions[i];
		const struct flow_rep *below = execution->is_flow ? flow_of_alias(walk->rep, execution->flow) : NULL;
		if (execution->is_flow && !below)
			continue;
		json_write_object_begin(w);
		json_member_text(w, "id", execution->id);
		json_member_text(w, "requirement", execution->requirement);
		write_choices(w, execution_requirements(walk->rep, flow, execution));
		if (below)
			write_subflow(walk, execution, below);
		else
			write_authenticator(walk, flow, execution);
		json_member_int(w, "level", level);
		json_member_int(w, "index", (int64_t)i);
		json_member_int(w, "priority", execution->priority);
		json_write_object_end(w);
		if (below && level < FLOW_DEPTH)
			walk_flow(walk, below, level + 1);
	}
}

void flow_write_executions(struct admin_call *call, struct json_writer *w, const struct realm_rep *rep,
			   const struct flow_rep *flow)
{
	struct walk walk = { call, w, rep, 0 };
	json_write_array_begin(w);
	walk_flow(&walk, flow, 0);
	json_write_array_end(w);
}

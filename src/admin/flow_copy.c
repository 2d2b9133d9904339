/* /authentication/flows/{alias}/copy: the flow, all flows below it, and their settings, under names
 * that begin with the copy's. */
#include "admin/flow_rep.h"
#include "admin/handlers_authentication.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "crypto/random.h"

struct copying {
	struct admin_call *call;
	struct realm_rep *rep;
	struct str name;
	int left;    /* executions; flows that name each other in circles end here */
	bool failed; /* answered */
};

static struct str copied_name(const struct copying *copying, struct str name)
{
	return arena_join(copying->call->arena, copying->name, STR(" "), name);
}

static bool fail(struct copying *copying, const char *text)
{
	if (!copying->failed)
		admin_refuse(copying->call, 409, str_from(text));
	copying->failed = true;
	return false;
}

static bool copy_config(struct copying *copying, struct execution_rep *execution)
{
	const struct flow_config_rep *config = execution->config.n ? flow_config_of_alias(copying->rep, execution->config) :
								     NULL;
	struct realm_rep *rep = copying->rep;
	if (!config) {
		execution->config = STR("");
		return true;
	}
	struct flow_config_rep copy = *config;
	copy.id = random_uuid(copying->call->arena);
	copy.alias = copied_name(copying, config->alias);
	if (copy.alias.n > REPRESENTATION_NAME_MAX || flow_config_of_alias(rep, copy.alias))
		return fail(copying, "New flow alias name already exists");
	*(struct flow_config_rep *)arena_push(copying->call->arena, &rep->flow_configs, &rep->flow_configs_n,
					      sizeof copy) = copy;
	execution->config = copy.alias;
	return true;
}

static bool copy_flow(struct copying *copying, struct str from, struct str to, struct str *ret_id)
{
	struct arena *arena = copying->call->arena;
	struct realm_rep *rep = copying->rep;
	const struct flow_rep *found = flow_of_alias(rep, from);
	if (!found || to.n > REPRESENTATION_NAME_MAX || flow_of_alias(rep, to))
		return fail(copying, "New flow alias name already exists");
	const struct flow_rep source = *found;
	struct flow_rep copy = source;
	copy.id = random_uuid(arena);
	copy.alias = to;
	copy.built_in = false;
	copy.executions = arena_array(arena, 0, sizeof *copy.executions);
	copy.executions_n = 0;
	/* Its name is taken from now on; the rest follows, since lists move as they grow. */
	*(struct flow_rep *)arena_push(arena, &rep->flows, &rep->flows_n, sizeof copy) = copy;
	for (size_t i = 0; i < source.executions_n; i++) {
		struct execution_rep execution = source.executions[i];
		if (--copying->left < 0)
			return fail(copying, "The flow is too large to copy");
		if (!copy_config(copying, &execution))
			return false;
		if (execution.is_flow) {
			struct str below = execution.flow, id;
			execution.flow = copied_name(copying, below);
			if (!copy_flow(copying, below, execution.flow, &id))
				return false;
		}
		flow_add_execution(arena, flow_of_alias(rep, to), &execution);
	}
	*ret_id = copy.id;
	return true;
}

struct order {
	struct str alias, name, id;
};

static bool change(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct order *order = context;
	struct copying copying = { .call = call, .rep = rep, .name = order->name, .left = 1000 };
	if (!flow_of_alias(rep, order->alias)) {
		admin_not_found(call, "Flow not found");
		return false;
	}
	if (!order->name.n)
		return fail(&copying, "New flow alias name already exists");
	if (!copy_flow(&copying, order->alias, order->name, &order->id))
		return false;
	admin_event_add(call, effects, "CREATE", "AUTH_FLOW",
			arena_join(call->arena, STR("authentication/flows/"), order->alias, STR("/copy")));
	return true;
}

static const struct json_field fields[] = { JSON_TEXT(struct order, name, "newName", 0) };
static const struct json_shape shape = JSON_SHAPE(struct order, fields);

static void copy(struct admin_call *call)
{
	struct order order = { .alias = http_route_value(call->request, "alias") };
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	options.unknown = JSON_UNKNOWN_IGNORED;
	enum error_code code = json_read(call->arena, call->request->body, &shape, &options, &order, &why);
	if (code == OK && str_has_control(order.name))
		code = error_because(&why, ERROR_INVALID_VALUE, "$.newName: control characters are not allowed");
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return;
	}
	if (!realm_row_change(call, change, &order))
		return;
	struct text path = text_new(call->arena, 0);
	text_add_z(&path, "authentication/flows/");
	text_add_percent(&path, order.alias);
	text_add_z(&path, "/copy/");
	text_add(&path, order.id);
	admin_created_part(call, text_str(&path));
}

ADMIN_HANDLER(admin_flow_copy, copy)

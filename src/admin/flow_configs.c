/* Settings of executions: /authentication/config and /authentication/executions/{execution}/config. */
#include "admin/flow_rep.h"
#include "admin/handlers_authentication.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "crypto/random.h"

/* The route's {config}; NULL: answered. */
static struct flow_config_rep *find(struct admin_call *call, const struct realm_rep *rep)
{
	struct flow_config_rep *config = flow_config_of_id(rep, http_route_value(call->request, "config"));
	if (!config)
		admin_not_found(call, "Could not find authenticator config");
	return config;
}

static void get(struct admin_call *call)
{
	struct realm_rep rep;
	int64_t version;
	struct json_writer *w = admin_json_begin(call);
	const struct flow_config_rep *config = realm_row_find(call, &rep, &version) ? find(call, &rep) : NULL;
	if (!config)
		return;
	flow_config_write(w, config);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_flow_config_get, get)

static bool read_config(struct admin_call *call, struct flow_config_rep *ret_config)
{
	struct flow_config_rep config = { .id = STR("") };
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	struct json_pair *kept = arena_array(call->arena, 0, sizeof *kept);
	size_t n = 0;
	enum error_code code = json_read(call->arena, call->request->body, &flow_config_shape, &options, &config, &why);
	if (code == OK && (config.alias.n > REPRESENTATION_NAME_MAX || str_has_control(config.alias)))
		code = error_because(&why, ERROR_INVALID_VALUE, "$.alias: too long, or control characters");
	if (code == OK && config.config.n > REPRESENTATION_ATTRIBUTES_MAX)
		code = error_because(&why, ERROR_INVALID_VALUE, "$.config: too many settings");
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	for (size_t i = 0; i < config.config.n; i++)
		if (config.config.pairs[i].value.n)
			*(struct json_pair *)arena_push(call->arena, &kept, &n, sizeof *kept) = config.config.pairs[i];
	config.config = (struct attributes){ kept, n };
	*ret_config = config;
	return true;
}

static struct str path_of(struct admin_call *call, struct str id)
{
	return arena_join(call->arena, STR("authentication/config/"), id, STR(""));
}

static bool refuse_taken(struct admin_call *call, struct str alias)
{
	admin_refuse(call, 409, arena_format(call->arena, "Authentication execution configuration %.*s already exists",
					     STR_ARG(alias)));
	return false;
}

/* ---- create ---- */

struct addition {
	struct flow_config_rep config;
	bool of_execution;
};

/* The new settings take the place of those that the execution has. */
static bool bind(struct admin_call *call, struct realm_rep *rep, const struct flow_config_rep *config)
{
	struct execution_place place;
	if (!execution_find(call, rep, &place))
		return false;
	struct flow_config_rep *before = place.execution->config.n ? flow_config_of_alias(rep, place.execution->config) : NULL;
	if (before)
		realm_row_drop(rep->flow_configs, &rep->flow_configs_n, sizeof *before,
				    (size_t)(before - rep->flow_configs));
	place.execution->config = config->alias;
	return true;
}

static bool add(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	const struct addition *addition = context;
	const struct flow_config_rep *config = &addition->config;
	if (addition->of_execution && !bind(call, rep, config))
		return false;
	if (flow_config_of_alias(rep, config->alias))
		return refuse_taken(call, config->alias);
	*(struct flow_config_rep *)arena_push(call->arena, &rep->flow_configs, &rep->flow_configs_n, sizeof *config) = *config;
	admin_event_add(call, effects, "CREATE", "AUTHENTICATOR_CONFIG", path_of(call, config->id));
	return true;
}

/* True: made. */
static bool create_config(struct admin_call *call, struct addition *addition)
{
	if (!read_config(call, &addition->config))
		return false;
	if (!addition->config.alias.n) {
		admin_refuse(call, 409, STR("Failed to create authentication execution configuration with empty alias name"));
		return false;
	}
	addition->config.id = random_uuid(call->arena);
	return realm_row_change(call, add, addition);
}

static void create(struct admin_call *call)
{
	struct addition addition = { .of_execution = false };
	if (create_config(call, &addition))
		admin_created_part(call, path_of(call, addition.config.id));
}

static void create_of_execution(struct admin_call *call)
{
	struct addition addition = { .of_execution = true };
	if (create_config(call, &addition))
		admin_created_part(call, arena_format(call->arena, "authentication/executions/%.*s/config/%.*s",
						      STR_ARG(http_route_value(call->request, "execution")),
						      STR_ARG(addition.config.id)));
}

ADMIN_HANDLER(admin_flow_config_create, create)
ADMIN_HANDLER(admin_execution_config_create, create_of_execution)

/* ---- put, delete ---- */

/* Executions that have settings of that name get them by another; empty: none. */
static void rename_in_executions(struct realm_rep *rep, struct str from, struct str to)
{
	for (size_t i = 0; from.n && i < rep->flows_n; i++)
		for (size_t k = 0; k < rep->flows[i].executions_n; k++)
			if (str_eq(rep->flows[i].executions[k].config, from))
				rep->flows[i].executions[k].config = to;
}

static bool replace(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	const struct flow_config_rep *sent = context;
	struct flow_config_rep *config = find(call, rep);
	if (!config)
		return false;
	struct str alias = sent->alias.n ? sent->alias : config->alias;
	struct flow_config_rep *other = flow_config_of_alias(rep, alias);
	if (other && other != config)
		return refuse_taken(call, alias);
	rename_in_executions(rep, config->alias, alias);
	config->alias = alias;
	config->config = sent->config;
	admin_event_add(call, effects, "UPDATE", "AUTHENTICATOR_CONFIG", path_of(call, config->id));
	return true;
}

static void put(struct admin_call *call)
{
	struct flow_config_rep sent;
	if (read_config(call, &sent) && realm_row_change(call, replace, &sent))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_flow_config_put, put)

static bool take_away(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct flow_config_rep *config = find(call, rep);
	(void)context;
	if (!config)
		return false;
	admin_event_add(call, effects, "DELETE", "AUTHENTICATOR_CONFIG", path_of(call, config->id));
	rename_in_executions(rep, config->alias, (struct str){ NULL, 0 });
	realm_row_drop(rep->flow_configs, &rep->flow_configs_n, sizeof *config, (size_t)(config - rep->flow_configs));
	return true;
}

static void delete(struct admin_call *call)
{
	if (realm_row_change(call, take_away, NULL))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_flow_config_delete, delete)

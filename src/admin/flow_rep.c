/* Authentication flows in a realm's document; see flow_rep.h. */
#include "admin/flow_rep.h"

#include "admin/realm_row.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/uuid.h"
#include "json/tree.h"

/* ---- ids ---- */

static struct str made_id(struct arena *arena, const char *kind, struct str of, size_t index, struct str name)
{
	unsigned char hash[HASH_MAX];
	hash_bytes(HASH_SHA256, arena_format(arena, "%s:%.*s:%zu:%.*s", kind, STR_ARG(of), index, STR_ARG(name)), hash);
	return uuid_of(arena, hash);
}

void flows_complete(struct arena *arena, struct realm_rep *rep)
{
	struct str realm_id = rep->settings.id;
	for (size_t i = 0; i < rep->flows_n; i++) {
		struct flow_rep *flow = &rep->flows[i];
		if (!flow->id.n)
			flow->id = made_id(arena, "flow", realm_id, i, flow->alias);
		for (size_t k = 0; k < flow->executions_n; k++)
			if (!flow->executions[k].id.n)
				flow->executions[k].id = made_id(arena, "execution", flow->id, k,
								 flow->executions[k].authenticator);
		flow_sort(flow);
	}
	for (size_t i = 0; i < rep->flow_configs_n; i++)
		if (!rep->flow_configs[i].id.n)
			rep->flow_configs[i].id = made_id(arena, "config", realm_id, i, rep->flow_configs[i].alias);
}

/* ---- what is where ---- */

struct flow_rep *flow_of_alias(const struct realm_rep *rep, struct str alias)
{
	for (size_t i = 0; i < rep->flows_n; i++)
		if (str_eq(rep->flows[i].alias, alias))
			return &rep->flows[i];
	return NULL;
}

struct flow_rep *flow_of_id(const struct realm_rep *rep, struct str id)
{
	for (size_t i = 0; i < rep->flows_n; i++)
		if (str_eq(rep->flows[i].id, id))
			return &rep->flows[i];
	return NULL;
}

struct flow_config_rep *flow_config_of_alias(const struct realm_rep *rep, struct str alias)
{
	for (size_t i = 0; i < rep->flow_configs_n; i++)
		if (str_eq(rep->flow_configs[i].alias, alias))
			return &rep->flow_configs[i];
	return NULL;
}

struct flow_config_rep *flow_config_of_id(const struct realm_rep *rep, struct str id)
{
	for (size_t i = 0; i < rep->flow_configs_n; i++)
		if (str_eq(rep->flow_configs[i].id, id))
			return &rep->flow_configs[i];
	return NULL;
}

struct execution_place execution_of_id(const struct realm_rep *rep, struct str id)
{
	for (size_t i = 0; id.n && i < rep->flows_n; i++)
		for (size_t k = 0; k < rep->flows[i].executions_n; k++)
			if (str_eq(rep->flows[i].executions[k].id, id))
				return (struct execution_place){ &rep->flows[i], &rep->flows[i].executions[k] };
	return (struct execution_place){ NULL, NULL };
}

bool execution_find(struct admin_call *call, const struct realm_rep *rep, struct execution_place *ret_place)
{
	*ret_place = execution_of_id(rep, http_route_value(call->request, "execution"));
	if (!ret_place->execution)
		admin_not_found(call, "Illegal execution");
	return ret_place->execution != NULL;
}

/* ---- changes ---- */

void flow_sort(struct flow_rep *flow)
{
	for (size_t i = 1; i < flow->executions_n; i++) {
		struct execution_rep one = flow->executions[i];
		size_t k = i;
		for (; k > 0 && flow->executions[k - 1].priority > one.priority; k--)
			flow->executions[k] = flow->executions[k - 1];
		flow->executions[k] = one;
	}
}

int64_t flow_next_priority(const struct flow_rep *flow)
{
	int64_t next = 0;
	for (size_t i = 0; i < flow->executions_n; i++)
		if (flow->executions[i].priority >= next)
			next = flow->executions[i].priority + 1;
	return next;
}

struct execution_rep *flow_add_execution(struct arena *arena, struct flow_rep *flow, const struct execution_rep *execution)
{
	struct execution_rep *added = arena_push(arena, &flow->executions, &flow->executions_n, sizeof *added);
	*added = *execution;
	added->id = random_uuid(arena);
	added->kept = added->is_flow ? STR("{\"autheticatorFlow\":true,\"userSetupAllowed\":false}") :
				       STR("{\"autheticatorFlow\":false,\"userSetupAllowed\":false}");
	return added;
}

static void remove_config(struct realm_rep *rep, struct str alias)
{
	struct flow_config_rep *config = alias.n ? flow_config_of_alias(rep, alias) : NULL;
	if (config)
		realm_row_drop(rep->flow_configs, &rep->flow_configs_n, sizeof *config,
				    (size_t)(config - rep->flow_configs));
}

static void remove_below(struct realm_rep *rep, struct str alias, int depth)
{
	struct flow_rep *flow = flow_of_alias(rep, alias);
	if (!flow || depth > FLOW_DEPTH)
		return;
	struct flow_rep gone = *flow;
	realm_row_drop(rep->flows, &rep->flows_n, sizeof *flow, (size_t)(flow - rep->flows));
	for (size_t i = 0; i < gone.executions_n; i++) {
		remove_config(rep, gone.executions[i].config);
		if (gone.executions[i].is_flow)
			remove_below(rep, gone.executions[i].flow, depth + 1);
	}
}

void flow_remove(struct realm_rep *rep, struct str alias)
{
	for (size_t i = 0; i < rep->flows_n; i++) {
		struct flow_rep *flow = &rep->flows[i];
		for (size_t k = flow->executions_n; k-- > 0;)
			if (flow->executions[k].is_flow && str_eq(flow->executions[k].flow, alias))
				realm_row_drop(flow->executions, &flow->executions_n, sizeof *flow->executions, k);
	}
	remove_below(rep, alias, 0);
}

void execution_remove(struct realm_rep *rep, const struct execution_place *place)
{
	const struct execution_rep gone = *place->execution;
	realm_row_drop(place->flow->executions, &place->flow->executions_n, sizeof gone,
			    (size_t)(place->execution - place->flow->executions));
	remove_config(rep, gone.config);
	if (gone.is_flow)
		flow_remove(rep, gone.flow);
}

/* ---- who names a flow ---- */

static const char *const bindings[] = { "registrationFlow", "resetCredentialsFlow", "clientAuthenticationFlow",
					"dockerAuthenticationFlow", "firstBrokerLoginFlow" };
static const char *const bindings_of_providers[] = { "firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias" };

/* Members of an object's text that have that value get another. */
static enum error_code replace_members(struct arena *arena, const char *const *names, size_t n, struct str from,
				       struct str to, struct str *text, struct why *reterr_why)
{
	struct json_node *tree;
	if (!text->n)
		return OK;
	enum error_code code = json_tree_read(arena, *text, &tree, reterr_why);
	for (size_t i = 0; code == OK && i < n; i++)
		if (str_eq(json_tree_get_text(tree, str_from(names[i])), from))
			json_node_put(tree, str_from(names[i]), json_node_text(arena, to));
	if (code == OK)
		*text = json_tree_text(arena, tree);
	return code;
}

enum error_code flow_rename(struct arena *arena, struct realm_rep *rep, struct flow_rep *flow, struct str alias,
			    struct why *reterr_why)
{
	struct str from = flow->alias;
	struct realm_settings *settings = &rep->settings;
	if (str_eq(from, alias))
		return OK;
	flow->alias = alias;
	for (size_t i = 0; i < rep->flows_n; i++)
		for (size_t k = 0; k < rep->flows[i].executions_n; k++)
			if (rep->flows[i].executions[k].is_flow && str_eq(rep->flows[i].executions[k].flow, from))
				rep->flows[i].executions[k].flow = alias;
	if (str_eq(settings->browser_flow, from))
		settings->browser_flow = alias;
	if (str_eq(settings->direct_grant_flow, from))
		settings->direct_grant_flow = alias;
	enum error_code code = replace_members(arena, bindings, ARRAY_LENGTH(bindings), from, alias, &rep->kept, reterr_why);
	for (size_t i = 0; code == OK && i < rep->identity_providers_n; i++)
		code = replace_members(arena, bindings_of_providers, ARRAY_LENGTH(bindings_of_providers), from, alias,
				       &rep->identity_providers[i].kept, reterr_why);
	return code;
}

static bool names_flow(struct arena *arena, const char *const *names, size_t n, struct str text, struct str alias)
{
	struct json_node *tree;
	if (!text.n || json_tree_read(arena, text, &tree, NULL) != OK)
		return false;
	for (size_t i = 0; i < n; i++)
		if (str_eq(json_tree_get_text(tree, str_from(names[i])), alias))
			return true;
	return false;
}

bool flow_is_bound(struct admin_call *call, const struct realm_rep *rep, const struct flow_rep *flow)
{
	bool bound = str_eq(rep->settings.browser_flow, flow->alias) ||
		     str_eq(rep->settings.direct_grant_flow, flow->alias) ||
		     names_flow(call->arena, bindings, ARRAY_LENGTH(bindings), rep->kept, flow->alias);
	for (size_t i = 0; i < rep->identity_providers_n && !bound; i++)
		bound = names_flow(call->arena, bindings_of_providers, ARRAY_LENGTH(bindings_of_providers),
				   rep->identity_providers[i].kept, flow->alias);
	for (size_t i = 0; i < call->realm->clients_n && !bound; i++) {
		const struct attributes *overrides = &call->realm->clients[i].flow_overrides;
		for (size_t k = 0; k < overrides->n; k++)
			bound |= str_eq(overrides->pairs[k].value, flow->id);
	}
	return bound;
}

/* ---- descriptions ---- */

struct str flow_description(struct arena *arena, const struct flow_rep *flow)
{
	struct json_node *tree;
	if (!flow->kept.n || json_tree_read(arena, flow->kept, &tree, NULL) != OK)
		return (struct str){ NULL, 0 };
	struct str text = json_tree_get_text(tree, STR("description"));
	return !text.p && json_node_find(tree, STR("description")) ? STR("") : text;
}

void flow_describe(struct arena *arena, struct flow_rep *flow, struct str description)
{
	struct json_node *tree = json_node_object(arena);
	flow->kept = (struct str){ NULL, 0 };
	if (!description.p)
		return;
	json_node_put(tree, STR("description"), json_node_text(arena, description));
	flow->kept = json_tree_text(arena, tree);
}

bool alias_is_plain(struct admin_call *call, struct str alias)
{
	static const struct str reserved = STR_INIT(":/?#@!$&()*+,;=[]\\");
	for (size_t i = 0; i < alias.n; i++)
		if (str_index(reserved, alias.p[i]) < reserved.n) {
			http_respond_error(call->response, 400,
				arena_format(call->arena, "Character '%c' not allowed.", alias.p[i]), STR(""));
			return false;
		}
	return true;
}

/* /admin/realms/{realm}/client-policies: profiles and policies are kept, and looked at when they are
 * written; nothing here enforces them. */
#include "admin/component_types.h"
#include "admin/data.h"
#include "admin/handlers_realms.h"
#include "admin/realm_row.h"
#include "base/tables.h"

#define EXECUTORS "org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider"
#define CONDITIONS "org.keycloak.services.clientpolicy.condition.ClientPolicyConditionProvider"

/* One executor or condition: its provider's name and its settings, JSON. */
struct policy_part {
	struct str provider, configuration;
};
struct policy {
	struct str name, description;
	struct json_optional_bool enabled;
	struct policy_part *parts; /* executors or conditions */
	size_t parts_n;
	struct str_list profiles;
};
struct policies {
	struct policy *items;
	size_t n;
	struct str global; /* what comes back as it was answered */
};

static const struct json_field executor_fields[] = {
	JSON_TEXT(struct policy_part, provider, "executor", 0),
	JSON_ANY(struct policy_part, configuration, "configuration", 0),
};
static const struct json_shape executor_shape = JSON_SHAPE(struct policy_part, executor_fields);
static const struct json_field condition_fields[] = {
	JSON_TEXT(struct policy_part, provider, "condition", 0),
	JSON_ANY(struct policy_part, configuration, "configuration", 0),
};
static const struct json_shape condition_shape = JSON_SHAPE(struct policy_part, condition_fields);
static const struct json_field profile_fields[] = {
	JSON_TEXT(struct policy, name, "name", 0),
	JSON_TEXT(struct policy, description, "description", 0),
	JSON_STRUCTS(struct policy, parts, parts_n, "executors", 0, &executor_shape),
};
static const struct json_shape profile_shape = JSON_SHAPE(struct policy, profile_fields);
static const struct json_field policy_fields[] = {
	JSON_TEXT(struct policy, name, "name", 0),
	JSON_TEXT(struct policy, description, "description", 0),
	JSON_OPTIONAL_BOOL(struct policy, enabled, "enabled", 0),
	JSON_STRUCTS(struct policy, parts, parts_n, "conditions", JSON_ALWAYS, &condition_shape),
	JSON_TEXTS(struct policy, profiles.items, profiles.n, "profiles", JSON_ALWAYS),
};
static const struct json_shape policy_shape = JSON_SHAPE(struct policy, policy_fields);
static const struct json_field profiles_fields[] = {
	JSON_STRUCTS(struct policies, items, n, "profiles", JSON_ALWAYS, &profile_shape),
	JSON_ANY(struct policies, global, "globalProfiles", JSON_NOT_WRITTEN | JSON_NOT_READ),
};
static const struct json_shape profiles_shape = JSON_SHAPE(struct policies, profiles_fields);
static const struct json_field policies_fields[] = {
	JSON_STRUCTS(struct policies, items, n, "policies", JSON_ALWAYS, &policy_shape),
	JSON_ANY(struct policies, global, "globalPolicies", JSON_NOT_WRITTEN | JSON_NOT_READ),
};
static const struct json_shape policies_shape = JSON_SHAPE(struct policies, policies_fields);

/* ---- reading ---- */

static void show(void *context, struct http_request *request, struct http_response *response, bool profiles)
{
	struct admin_call call;
	struct realm_rep realm;
	int64_t version;
	if (!admin_open(&call, context, request, response))
		return;
	const char *wish = profiles ? "include-global-profiles" : "include-global-policies";
	struct json_node *global = json_node_list(call.arena), *shown = json_node_object(call.arena);
	if (realm_row_find(&call, &realm, &version)) {
		const struct json_node *kept = realm_row_kept(&call, &realm, profiles ? "clientProfiles" : "clientPolicies");
		struct str name = profiles ? STR("profiles") : STR("policies");
		struct json_node *list = kept && kept->kind == JSON_NODE_OBJECT ? json_node_find(kept, name) : NULL;
		json_node_put(shown, name, list ? list : json_node_list(call.arena));
		if (profiles)
			global = json_node_raw(call.arena, str_trim(str_from(admin_data_client_profiles)));
		if (admin_query_true(&call, wish, false))
			json_node_put(shown, profiles ? STR("globalProfiles") : STR("globalPolicies"), global);
		admin_json(&call, json_tree_text(call.arena, shown));
	}
	admin_close(&call);
}

void admin_client_profiles_get(void *context, struct http_request *request, struct http_response *response)
{
	show(context, request, response, true);
}

void admin_client_policies_get(void *context, struct http_request *request, struct http_response *response)
{
	show(context, request, response, false);
}

/* ---- judging ---- */

static bool refuse(struct admin_call *call, struct str text)
{
	admin_refuse(call, 400, text);
	return false;
}

static bool is_twice(const struct policies *policies, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_eq(policies->items[i].name, policies->items[at].name))
			return true;
	return false;
}

static bool in_list(const struct json_node *list, struct str name)
{
	for (size_t i = 0; list && i < list->n; i++) {
		const struct json_node *found = json_node_find(list->items[i], STR("name"));
		if (found && str_eq(found->text, name))
			return true;
	}
	return false;
}

static bool is_global(struct admin_call *call, struct str name)
{
	struct json_node *list;
	return json_tree_read(call->arena, str_from(admin_data_client_profiles), &list, NULL) == OK &&
	       in_list(list, name);
}

static bool check_profiles(struct admin_call *call, const struct policies *profiles, const struct realm_rep *realm)
{
	(void)realm;
	for (size_t i = 0; i < profiles->n; i++) {
		const struct policy *profile = &profiles->items[i];
		if (!profile->name.n)
			return refuse(call, STR("client profile without its name not allowed."));
		if (is_global(call, profile->name))
			return refuse(call, arena_format(call->arena, "Proposed profile name '%.*s' is duplicated as a global "
							 "profile", STR_ARG(profile->name)));
		if (is_twice(profiles, i))
			return refuse(call, STR("proposed client profile name duplicated."));
		for (size_t j = 0; j < profile->parts_n; j++)
			if (!component_type_find(call->arena, STR(EXECUTORS), profile->parts[j].provider))
				return refuse(call, STR("proposed client profile contains the executor, which does not have "
							"valid provider, or has invalid configuration."));
	}
	return true;
}

static bool check_policies(struct admin_call *call, const struct policies *policies, const struct realm_rep *realm)
{
	const struct json_node *kept = realm_row_kept(call, realm, "clientProfiles");
	const struct json_node *profiles = kept && kept->kind == JSON_NODE_OBJECT ?
		json_node_find(kept, STR("profiles")) : NULL;
	for (size_t i = 0; i < policies->n; i++) {
		const struct policy *policy = &policies->items[i];
		if (!policy->name.n)
			return refuse(call, STR("client policy without name not allowed"));
		if (is_twice(policies, i))
			return refuse(call, STR("proposed client policy name duplicated"));
		for (size_t j = 0; j < policy->parts_n; j++)
			if (!component_type_find(call->arena, STR(CONDITIONS), policy->parts[j].provider))
				return refuse(call, arena_format(call->arena, "Policy %.*s contains invalid condition %.*s",
								 STR_ARG(policy->name), STR_ARG(policy->parts[j].provider)));
		for (size_t j = 0; j < policy->profiles.n; j++)
			if (!in_list(profiles, policy->profiles.items[j]) && !is_global(call, policy->profiles.items[j]))
				return refuse(call, arena_format(call->arena, "Policy %.*s contains invalid profile %.*s",
								 STR_ARG(policy->name), STR_ARG(policy->profiles.items[j])));
	}
	return true;
}

/* ---- writing ---- */

struct proposal {
	struct policies policies;
	bool profiles;
};

static bool change(struct admin_call *call, void *context, struct realm_rep *realm, struct effects *effects)
{
	struct proposal *proposal = context;
	struct policies *policies = &proposal->policies;
	const struct json_shape *shape = proposal->profiles ? &profiles_shape : &policies_shape;
	bool good = proposal->profiles ? check_profiles(call, policies, realm) : check_policies(call, policies, realm);
	if (!good)
		return false;
	/* What is said of no policy is off. */
	for (size_t i = 0; i < policies->n; i++)
		policies->items[i].enabled.set = !proposal->profiles;
	realm_row_keep(call, realm, proposal->profiles ? "clientProfiles" : "clientPolicies",
		       json_node_raw(call->arena, json_text_of(call->arena, shape, policies)));
	admin_event_add(call, effects, "UPDATE", "REALM",
			proposal->profiles ? STR("client-policies/profiles") : STR("client-policies/policies"));
	return true;
}

static void put(void *context, struct http_request *request, struct http_response *response, bool profiles)
{
	struct admin_call call;
	struct proposal proposal = { .profiles = profiles };
	if (!admin_open(&call, context, request, response))
		return;
	if (realm_row_body(&call, profiles ? &profiles_shape : &policies_shape, &proposal.policies) &&
	    realm_row_change(&call, change, &proposal))
		admin_no_content(&call);
	admin_close(&call);
}

void admin_client_profiles_put(void *context, struct http_request *request, struct http_response *response)
{
	put(context, request, response, true);
}

void admin_client_policies_put(void *context, struct http_request *request, struct http_response *response)
{
	put(context, request, response, false);
}

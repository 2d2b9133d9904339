/* Components and authentication flows in JSON; see representation.h. */
#include "base/tables.h"
#include "model/rep_check.h"

#define COMPONENT_FIELDS                                                                   \
	JSON_TEXT(struct component_rep, id, "id", 0),                                      \
		JSON_TEXT(struct component_rep, name, "name", 0),                          \
		JSON_TEXT(struct component_rep, provider_id, "providerId", JSON_REQUIRED), \
		JSON_TEXT(struct component_rep, sub_type, "subType", 0),                   \
		JSON_TEXTS_MAP(                                                            \
			struct component_rep, config, config_n, "config", JSON_ALWAYS | JSON_LONE)

static const struct json_field component_fields[] = {
	COMPONENT_FIELDS,
	JSON_STRUCTS_MAP(struct component_rep, children, children_n, "subComponents", JSON_ALWAYS,
		&component_shape),
};
const struct json_shape component_shape = JSON_SHAPE(struct component_rep, component_fields);

static const struct json_field component_admin_fields[] = {
	COMPONENT_FIELDS,
	JSON_TEXT(struct component_rep, provider_type, "providerType", JSON_REQUIRED),
	JSON_TEXT(struct component_rep, parent_id, "parentId", 0),
};
const struct json_shape component_admin_shape =
	JSON_SHAPE(struct component_rep, component_admin_fields);

static const struct json_field execution_fields[] = {
	JSON_TEXT(struct execution_rep, id, "id", 0),
	JSON_TEXT(struct execution_rep, config, "authenticatorConfig", 0),
	JSON_TEXT(struct execution_rep, authenticator, "authenticator", 0),
	JSON_BOOL(struct execution_rep, is_flow, "authenticatorFlow", 0),
	JSON_TEXT(struct execution_rep, requirement, "requirement", JSON_REQUIRED),
	JSON_INT(struct execution_rep, priority, "priority", 0),
	JSON_TEXT(struct execution_rep, flow, "flowAlias", 0),
};
static const char *const execution_known[] = { "autheticatorFlow", "userSetupAllowed", NULL };
static const struct json_shape execution_shape = JSON_SHAPE(struct execution_rep, execution_fields,
	.known = execution_known, .kept = JSON_AT(struct execution_rep, kept, struct str));

static const struct json_field flow_fields[] = {
	JSON_TEXT(struct flow_rep, id, "id", 0),
	JSON_TEXT(struct flow_rep, alias, "alias", JSON_REQUIRED),
	JSON_TEXT(struct flow_rep, provider_id, "providerId", 0),
	JSON_BOOL(struct flow_rep, top_level, "topLevel", 0),
	JSON_BOOL(struct flow_rep, built_in, "builtIn", 0),
	JSON_STRUCTS(struct flow_rep, executions, executions_n, "authenticationExecutions",
		JSON_ALWAYS, &execution_shape),
};
static const char *const flow_known[] = { "description", NULL };
const struct json_shape flow_shape = JSON_SHAPE(struct flow_rep, flow_fields, .known = flow_known,
	.kept = JSON_AT(struct flow_rep, kept, struct str));

static const struct json_field flow_config_fields[] = {
	JSON_TEXT(struct flow_config_rep, id, "id", 0),
	JSON_TEXT(struct flow_config_rep, alias, "alias", 0),
	JSON_TEXT_MAP(struct flow_config_rep, config.pairs, config.n, "config", JSON_ALWAYS),
};
const struct json_shape flow_config_shape = JSON_SHAPE(struct flow_config_rep, flow_config_fields);

static const struct json_field required_action_fields[] = {
	JSON_TEXT(struct required_action_rep, alias, "alias", JSON_REQUIRED),
	JSON_TEXT(struct required_action_rep, name, "name", 0),
	JSON_TEXT(struct required_action_rep, provider_id, "providerId", 0),
	JSON_BOOL(struct required_action_rep, enabled, "enabled", 0),
	JSON_BOOL(struct required_action_rep, default_action, "defaultAction", 0),
	JSON_INT(struct required_action_rep, priority, "priority", 0),
	JSON_TEXT_MAP(struct required_action_rep, config.pairs, config.n, "config", JSON_ALWAYS),
};
static const char *const required_action_known[] = { "id", NULL };
const struct json_shape required_action_shape = JSON_SHAPE(struct required_action_rep,
	required_action_fields, .known = required_action_known,
	.kept = JSON_AT(struct required_action_rep, kept, struct str));

static enum error_code component_check_at(
	const struct component_rep *component, const char *path, int depth, struct why *reterr_why)
{
	enum error_code error;
	struct rep_path at;
	if ((error = rep_name(component->id, false, path, "id", reterr_why)) ||
		(error = rep_name(component->name, false, path, "name", reterr_why)) ||
		(error = rep_name(component->provider_id, true, path, "providerId", reterr_why)) ||
		(error = rep_name(component->sub_type, false, path, "subType", reterr_why)) ||
		(error = rep_list_attributes(
			 component->config, component->config_n, path, "config", reterr_why)))
		return error;
	if (depth == REPRESENTATION_GROUP_DEPTH && component->children_n)
		return rep_refuse(reterr_why, path, "subComponents", component->name, "too deep");
	for (size_t i = 0; i < component->children_n; i++) {
		const struct component_rep *children = component->children[i].items;
		for (size_t j = 0; j < component->children[i].n; j++)
			if ((error = component_check_at(&children[j],
				     rep_element(&at, path, "subComponents", j), depth + 1,
				     reterr_why)))
				return error;
	}
	return OK;
}

enum error_code component_check(
	const struct component_rep *component, const char *path, struct why *reterr_why)
{
	return component_check_at(component, path, 1, reterr_why);
}

struct str component_config(const struct component_rep *component, struct str name)
{
	for (size_t i = 0; i < component->config_n; i++)
		if (str_eq(component->config[i].key, name) && component->config[i].n)
			return component->config[i].values[0];
	return (struct str){ NULL, 0 };
}

void component_config_set(struct arena *arena, struct component_rep *component, struct str name, struct str value)
{
	struct json_list_pair *pair = NULL;
	for (size_t i = 0; !pair && i < component->config_n; i++)
		if (str_eq(component->config[i].key, name))
			pair = &component->config[i];
	if (!pair)
		pair = arena_push(arena, &component->config, &component->config_n, sizeof *component->config);
	*pair = (struct json_list_pair){ .key = name, .values = arena_array(arena, 1, sizeof *pair->values), .n = 1 };
	pair->values[0] = value;
}

bool component_config_is_secret(struct str name)
{
	static const char *const names[] = {
		"privateKey",
		"secret",
		"ecdsaPrivateKey",
		"ecdhPrivateKey",
		"eddsaPrivateKey",
		"mldsaPrivateKey",
		"keystorePassword",
		"keyPassword",
		"bindCredential",
		"secret.key",
		"recaptcha.secret",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(name, names[i]))
			return true;
	return false;
}

/* See component_types.h. */
#include "admin/component_types.h"

#include "admin/data.h"
#include "base/tables.h"

static struct str text_of(const struct json_node *object, const char *name)
{
	const struct json_node *node = json_node_find(object, str_from(name));
	return node && node->kind == JSON_NODE_TEXT ? node->text : STR("");
}

struct json_node *component_types_of(struct arena *arena, struct str type)
{
	struct json_node *all;
	if (json_tree_read(arena, str_from(admin_data_component_types), &all, NULL) != OK)
		return NULL;
	return json_node_find(all, type);
}

struct json_node *component_type_find(struct arena *arena, struct str type, struct str provider_id)
{
	struct json_node *list = component_types_of(arena, type);
	for (size_t i = 0; list && i < list->n; i++)
		if (str_eq(text_of(list->items[i], "id"), provider_id))
			return list->items[i];
	return NULL;
}

bool component_type_is_kept(struct str type, struct str provider_id)
{
	if (str_eq_z(type, "org.keycloak.storage.UserStorageProvider"))
		return str_eq_z(provider_id, "ldap") || str_eq_z(provider_id, "kerberos");
	return str_eq_z(type, "org.keycloak.storage.ldap.mappers.LDAPStorageMapper") &&
	       str_contains(provider_id, STR("mapper"));
}

bool component_type_declares(const struct json_node *provider, struct str name, bool *ret_secret)
{
	const struct json_node *properties = json_node_find(provider, STR("properties"));
	for (size_t i = 0; properties && i < properties->n; i++) {
		if (!str_eq(text_of(properties->items[i], "name"), name))
			continue;
		const struct json_node *secret = json_node_find(properties->items[i], STR("secret"));
		*ret_secret = secret && secret->boolean;
		return true;
	}
	return false;
}

/* ---- what a setting may be ---- */

enum shape { SHAPE_ANY, SHAPE_NUMBER, SHAPE_FLAG, SHAPE_OPTION };

struct rule {
	struct str label;
	enum shape shape;
	bool required;
	const struct json_node *options;
};

/* Those whose description does not say it all. */
static const struct {
	const char *name, *label;
	enum shape shape;
	bool required;
} special[] = {
	{ "priority", "Priority", SHAPE_NUMBER, false },
	{ "max-clients", "Max Clients Per Realm", SHAPE_NUMBER, false },
	{ "host-sending-registration-request-must-match", "Host Sending Client Registration Request Must Match",
	  SHAPE_FLAG, true },
	{ "client-uris-must-match", "Client URIs Must Match", SHAPE_FLAG, true },
};

static struct rule rule_of(const struct json_node *property)
{
	struct str name = text_of(property, "name"), type = text_of(property, "type");
	for (size_t i = 0; i < ARRAY_LENGTH(special); i++)
		if (str_eq_z(name, special[i].name))
			return (struct rule){ str_from(special[i].label), special[i].shape, special[i].required, NULL };
	struct rule rule = { .label = text_of(property, "label") };
	if (str_eq_z(type, "boolean"))
		rule.shape = SHAPE_FLAG;
	else if (str_eq_z(type, "List") && (rule.options = json_node_find(property, STR("options"))))
		rule.shape = SHAPE_OPTION;
	return rule;
}

/* "1024, 2048, 3072 or 4096" */
static struct str choices(struct arena *arena, const struct json_node *options)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < options->n; i++) {
		if (i)
			text_add(&text, i + 1 == options->n ? STR(" or ") : STR(", "));
		text_add(&text, options->items[i]->text);
	}
	return text_str(&text);
}

static bool is_option(const struct json_node *options, struct str value)
{
	for (size_t i = 0; i < options->n; i++)
		if (str_eq(options->items[i]->text, value))
			return true;
	return false;
}

/* What is wrong with the value, or NULL. */
static struct str wrong(struct arena *arena, const struct rule *rule, struct str value)
{
	int64_t number;
	switch (rule->shape) {
	case SHAPE_ANY:
		break;
	case SHAPE_NUMBER:
		if (!str_to_int64(value, &number))
			return STR("should be a number");
		break;
	case SHAPE_FLAG:
		if (!str_eq_nocase(value, STR("true")) && !str_eq_nocase(value, STR("false")))
			return STR("should be 'true' or 'false'");
		break;
	case SHAPE_OPTION:
		if (!is_option(rule->options, value))
			return arena_join(arena, STR("should be "), choices(arena, rule->options), STR(""));
		break;
	}
	return STR("");
}

static const struct json_list_pair *entry_of(const struct component_rep *component, struct str name)
{
	for (size_t i = 0; i < component->config_n; i++)
		if (str_eq(component->config[i].key, name) && component->config[i].n)
			return &component->config[i];
	return NULL;
}

static bool check_one(struct admin_call *call, const struct json_node *property,
		      const struct component_rep *component)
{
	const struct rule rule = rule_of(property);
	const struct json_list_pair *entry = entry_of(component, text_of(property, "name"));
	struct str problem = STR("");
	if (!entry || !entry->values[0].n)
		problem = rule.required ? STR("is required") : STR("");
	else if (rule.shape != SHAPE_ANY && entry->n > 1)
		problem = STR("should be a single entry");
	else
		problem = wrong(call->arena, &rule, entry->values[0]);
	if (problem.n)
		admin_refuse(call, 400, arena_format(call->arena, "'%.*s' %.*s", STR_ARG(rule.label), STR_ARG(problem)));
	return !problem.n;
}

bool component_type_check(struct admin_call *call, const struct json_node *provider,
			  const struct component_rep *component)
{
	const struct json_node *properties = provider ? json_node_find(provider, STR("properties")) : NULL;
	for (size_t i = 0; properties && i < properties->n; i++)
		if (!check_one(call, properties->items[i], component))
			return false;
	return true;
}

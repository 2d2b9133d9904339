/* What a realm's user profile may not say of an attribute, in Keycloak's words; see user_profile.h. */
#include "admin/user_profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/tables.h"
#include "json/tree.h"

/* All that is wrong, with ", " between. */
struct findings {
	struct text text;
	struct str attribute;
};

static void find(struct findings *findings, struct str finding)
{
	if (text_str(&findings->text).n)
		text_add(&findings->text, STR(", "));
	text_add(&findings->text, finding);
}

static struct str quoted(struct str name)
{
	return str_take(name, 80);
}

/* ---- validators ---- */

static const struct {
	const char *name;
	const char *numbers[2]; /* settings that are numbers, the lower one first */
	bool needs_number;      /* one of them, at least */
	const char *text, *list; /* settings that have to be there */
} validators[] = {
	{ "length", { "min", "max" }, true, NULL, NULL }, { "integer", { "min", "max" }, false, NULL, NULL },
	{ "double", { "min", "max" }, false, NULL, NULL }, { "multivalued", { "min", "max" }, false, NULL, NULL },
	{ "pattern", { NULL, NULL }, false, "pattern", NULL }, { "options", { NULL, NULL }, false, NULL, "options" },
	{ .name = "email" }, { .name = "uri" }, { .name = "iso-date" }, { .name = "local-date" }, { .name = "not-blank" },
	{ .name = "not-empty" }, { .name = "username-prohibited-characters" },
	{ .name = "person-name-prohibited-characters" },
};

static const struct json_node *setting(const struct json_node *config, const char *name)
{
	const struct json_node *node = config->kind == JSON_NODE_OBJECT ? json_node_find(config, str_from(name)) : NULL;
	return node && node->kind != JSON_NODE_NULL ? node : NULL;
}

static bool read_number(const struct json_node *node, double *ret_number)
{
	char text[32], *end = text;
	if (node->kind == JSON_NODE_INT) {
		*ret_number = (double)node->integer;
		return true;
	}
	if ((node->kind != JSON_NODE_TEXT && node->kind != JSON_NODE_RAW) || !node->text.n || node->text.n >= sizeof text)
		return false;
	memcpy(text, node->text.p, node->text.n);
	text[node->text.n] = '\0';
	*ret_number = strtod(text, &end);
	return *end == '\0';
}

static void add_fault(struct text *faults, const char *validator, const char *name, const char *message,
		      struct str parameter)
{
	text_addf(faults, "ValidationError{validatorId='%s', inputHint='%s', message='%s', messageParameters=[%.*s]}, ",
		  validator, name, message, STR_ARG(quoted(parameter)));
}

static void check_numbers(struct text *faults, size_t kind, const struct json_node *config)
{
	const char *validator = validators[kind].name;
	const struct json_node *nodes[2] = { NULL, NULL };
	double numbers[2];
	bool good = true;
	for (size_t i = 0; i < ARRAY_LENGTH(nodes) && validators[kind].numbers[i]; i++) {
		nodes[i] = setting(config, validators[kind].numbers[i]);
		if (!nodes[i] || read_number(nodes[i], &numbers[i]))
			continue;
		good = false;
		add_fault(faults, validator, validators[kind].numbers[i], "error-validator-config-invalid-number-value",
			  nodes[i]->kind == JSON_NODE_TEXT ? nodes[i]->text : STR(""));
	}
	for (size_t i = 0; i < ARRAY_LENGTH(nodes) && validators[kind].needs_number && !nodes[0] && !nodes[1]; i++)
		add_fault(faults, validator, validators[kind].numbers[i], "error-validator-config-missing-value", STR(""));
	if (good && nodes[0] && nodes[1] && numbers[1] < numbers[0])
		add_fault(faults, validator, validators[kind].numbers[1], "error-validator-config-invalid-value", STR(""));
}

static void check_needed(struct text *faults, const char *validator, const char *name, enum json_node_kind kind,
			 const struct json_node *config)
{
	const struct json_node *node = name ? setting(config, name) : NULL;
	if (name && !node)
		add_fault(faults, validator, name, "error-validator-config-missing-value", STR(""));
	else if (name && node->kind != kind)
		add_fault(faults, validator, name, "error-validator-config-invalid-value",
			  kind == JSON_NODE_LIST ? STR("must be list of values") : STR(""));
}

static void check_validator(struct findings *findings, struct str name, const struct json_node *config)
{
	struct arena *arena = findings->text.arena;
	struct text faults = text_new(arena, 0);
	size_t kind = 0;
	while (kind < ARRAY_LENGTH(validators) && !str_eq_z(name, validators[kind].name))
		kind++;
	if (kind == ARRAY_LENGTH(validators)) {
		/* Keycloak's own, of the names that it adds by itself. */
		if (!str_starts(name, STR("up-")))
			find(findings, arena_format(arena, "Validator '%.*s' defined for attribute '%.*s' doesn't exist",
						    STR_ARG(quoted(name)), STR_ARG(quoted(findings->attribute))));
		return;
	}
	check_numbers(&faults, kind, config);
	check_needed(&faults, validators[kind].name, validators[kind].text, JSON_NODE_TEXT, config);
	check_needed(&faults, validators[kind].name, validators[kind].list, JSON_NODE_LIST, config);
	if (text_str(&faults).n)
		find(findings, arena_format(arena,
			"Validator '%.*s' defined for attribute '%.*s' has incorrect configuration: %.*s", STR_ARG(name),
			STR_ARG(quoted(findings->attribute)), STR_ARG(text_str(&faults))));
}

/* ---- roles and scopes ---- */

static void check_words(struct findings *findings, const struct json_node *attribute, const char *member,
			const char *list, const struct realm *realm)
{
	const struct json_node *object = setting(attribute, member);
	const struct json_node *words = object ? setting(object, list) : NULL;
	for (size_t i = 0; words && words->kind == JSON_NODE_LIST && i < words->n; i++) {
		struct str word = words->items[i]->kind == JSON_NODE_TEXT ? words->items[i]->text : STR("");
		bool known = realm ? realm_scope_by_name(realm, word) != NULL :
				     str_eq_z(word, "admin") || str_eq_z(word, "user");
		if (!known)
			find(findings, arena_format(findings->text.arena,
				"'%s.%s' configuration for attribute '%.*s' contains unsupported %s '%.*s'", member, list,
				STR_ARG(quoted(findings->attribute)), realm ? "scope" : "role", STR_ARG(quoted(word))));
	}
}

struct str user_profile_findings(struct admin_call *call, const struct user_profile *profile)
{
	struct findings findings = { .text = text_new(call->arena, 0) };
	for (size_t i = 0; i < profile->n; i++) {
		const struct json_node *node = profile->attributes[i].node;
		const struct json_node *validations = setting(node, "validations");
		findings.attribute = profile->attributes[i].name;
		for (size_t k = 0; validations && validations->kind == JSON_NODE_OBJECT && k < validations->n; k++)
			check_validator(&findings, validations->members[k].name, validations->members[k].value);
		check_words(&findings, node, "permissions", "view", NULL);
		check_words(&findings, node, "permissions", "edit", NULL);
		check_words(&findings, node, "required", "roles", NULL);
		check_words(&findings, node, "required", "scopes", call->realm);
		check_words(&findings, node, "selector", "scopes", call->realm);
	}
	struct str all = text_str(&findings.text);
	return all.n ? arena_join(call->arena, STR("["), all, STR("]")) : all;
}

/* What differs between two realms, for people; see plan.h. */
#include "base/tables.h"
#include "model/representation.h"
#include "store/plan_internal.h"
#include "store/realm_rows.h"

enum { SHOWN_MAX = 300 };

struct differing {
	struct arena *arena;
	struct store_plan *plan;
	struct str thing; /* what is compared at the moment */
	bool changed;     /* the thing has a difference already */
};

/* ---- telling ---- */

static bool is_secret(struct str name)
{
	static const char *const names[] = { "secret", "clientSecret", "password", "secretData", "value",
		"authTokenClientSecret", "registrationAccessToken", "privateKey", "bindCredential" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(name, names[i]))
			return true;
	return component_config_is_secret(name) || client_attribute_is_secret(name);
}

struct str plan_shown(struct arena *arena, struct str name, const struct json_node *value)
{
	if (!value || value->kind == JSON_NODE_NULL)
		return (struct str){ NULL, 0 };
	if (is_secret(name))
		return STR("\"**********\"");
	struct str text = json_tree_text(arena, value);
	if (text.n <= SHOWN_MAX)
		return text;
	struct text cut = text_new(arena, 0);
	text_add_clean(&cut, text, SHOWN_MAX);
	text_add_z(&cut, "...");
	return text_str(&cut);
}

void plan_add_change(struct arena *arena, struct store_plan *plan, const struct plan_change *change)
{
	if (plan->n >= PLAN_CHANGES_MAX) {
		plan->more++;
		return;
	}
	*(struct plan_change *)arena_push(arena, &plan->changes, &plan->n, sizeof *plan->changes) = *change;
}

static void tell_field(
	struct differing *d, struct str field, struct str name, const struct json_node *a, const struct json_node *b)
{
	const struct plan_change change = { .operation = PLAN_CHANGE, .thing = d->thing, .field = field,
		.before = plan_shown(d->arena, name, a), .after = plan_shown(d->arena, name, b) };
	d->plan->changed += !d->changed;
	d->changed = true;
	plan_add_change(d->arena, d->plan, &change);
}

static void tell_thing(struct differing *d, enum plan_operation operation, struct str thing)
{
	const struct plan_change change = { .operation = operation, .thing = thing };
	d->plan->added += operation == PLAN_ADD;
	d->plan->removed += operation == PLAN_REMOVE;
	plan_add_change(d->arena, d->plan, &change);
}

/* ---- comparing ---- */

/* What tells no difference: ids, and what follows from other members. */
static bool is_left_out(struct str path, struct str name)
{
	static const char *const names[] = { "id", "internalId", "containerId", "composite", "clientRole",
		"defaultRole", "keycloakVersion", "users", "path", "parentId" };
	/* Of what is configured by free names all counts. */
	if (str_ends(path, STR("attributes")) || str_ends(path, STR("config")))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(name, names[i]))
			return true;
	return false;
}

static bool is_empty(const struct json_node *node)
{
	if (!node || node->kind == JSON_NODE_NULL)
		return true;
	return (node->kind == JSON_NODE_LIST || node->kind == JSON_NODE_OBJECT) && !node->n;
}

static bool has_text(const struct json_node *list, struct str text)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i]->kind == JSON_NODE_TEXT && str_eq(list->items[i]->text, text))
			return true;
	return false;
}

/* Lists of texts are sets: redirect URIs, scopes, roles. */
static bool is_same_set(const struct json_node *a, const struct json_node *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->items[i]->kind != JSON_NODE_TEXT || !has_text(b, a->items[i]->text))
			return false;
	return true;
}

static bool is_same(struct arena *arena, const struct json_node *a, const struct json_node *b)
{
	if (is_empty(a) && is_empty(b))
		return true;
	if (!a || !b || a->kind != b->kind)
		return false;
	if (a->kind == JSON_NODE_LIST && is_same_set(a, b))
		return true;
	return str_eq(json_tree_text(arena, a), json_tree_text(arena, b));
}

static void differ_objects(struct differing *d, const struct plan_rule *rule, bool map, struct str path,
	const struct json_node *a, const struct json_node *b);

static struct str name_of(struct differing *d, const struct plan_rule *rule, struct str holder,
	const struct json_node *item)
{
	struct str key = plan_key(d->arena, rule, item);
	bool of_client = str_eq_z(str_from(rule->name), "roles.client") ||
			 str_eq_z(str_from(rule->name), "clientScopeMappings");
	if (of_client)
		return arena_format(d->arena, "%s %.*s of client %.*s", rule->what, STR_ARG(key), STR_ARG(holder));
	return arena_format(d->arena, "%s %.*s", rule->what, STR_ARG(key));
}

/* One item of a list: at the top a thing of its own, deeper a part of one. */
static void differ_item(struct differing *d, const struct plan_rule *rule, struct str path, struct str holder,
	const struct json_node *a, const struct json_node *b)
{
	const struct json_node *one = a ? a : b;
	bool top = !path.n;
	struct str name = name_of(d, rule, holder, one);
	if (!top) {
		struct str field = arena_format(d->arena, "%.*s[%.*s]", STR_ARG(path),
						STR_ARG(plan_key(d->arena, rule, one)));
		if (a && b)
			differ_objects(d, NULL, false, field, a, b);
		else
			tell_field(d, field, STR(""), a, b);
		return;
	}
	if (!a || !b) {
		tell_thing(d, a ? PLAN_REMOVE : PLAN_ADD, name);
		return;
	}
	struct differing inner = { d->arena, d->plan, name, false };
	differ_objects(&inner, NULL, false, STR("."), a, b);
}

/* The item of `list` that `one` is; NULL: none. By id first where names are not unique. */
static const struct json_node *partner(struct differing *d, const struct plan_rule *rule,
	const struct json_node *list, const struct table *by_key, const struct json_node *one)
{
	struct str id = json_tree_get_text(one, STR("id"));
	for (size_t i = 0; rule->by_id && id.n && i < list->n; i++)
		if (str_eq(json_tree_get_text(list->items[i], STR("id")), id))
			return list->items[i];
	return rule->by_id && id.n ? NULL : table_get(by_key, plan_key(d->arena, rule, one));
}

static struct table index_of(struct differing *d, const struct plan_rule *rule, const struct json_node *list)
{
	struct table table = table_new(d->arena, list->n);
	for (size_t i = 0; i < list->n; i++)
		table_put(&table, plan_key(d->arena, rule, list->items[i]), list->items[i]);
	return table;
}

static void differ_keyed(struct differing *d, const struct plan_rule *rule, struct str path, struct str holder,
	const struct json_node *a, const struct json_node *b)
{
	struct table of_a = index_of(d, rule, a), of_b = index_of(d, rule, b);
	for (size_t i = 0; i < a->n; i++)
		differ_item(d, rule, path, holder, a->items[i], partner(d, rule, b, &of_b, a->items[i]));
	for (size_t i = 0; i < b->n; i++)
		if (!partner(d, rule, a, &of_a, b->items[i]))
			differ_item(d, rule, path, holder, NULL, b->items[i]);
}

static const struct json_node *or_empty(
	struct differing *d, const struct json_node *node, const struct json_node *other)
{
	if (node && node->kind != JSON_NODE_NULL)
		return node;
	return other->kind == JSON_NODE_LIST ? json_node_list(d->arena) : json_node_object(d->arena);
}

static void differ_member(struct differing *d, const struct plan_rule *above, bool map, struct str path,
	struct str name, const struct json_node *a, const struct json_node *b)
{
	const struct plan_rule *rule = map ? above : plan_rule_of(above, name);
	const struct json_node *one = a && a->kind != JSON_NODE_NULL ? a : b;
	bool lists = rule && rule->keys[0] && plan_is_keyed(rule, one);
	bool of_things = lists || (rule && one->kind == JSON_NODE_OBJECT);
	/* The path begins within a thing, and leaves out the names of the realm's own lists. */
	struct str dot = path.n && !str_eq_z(path, ".") ? STR(".") : STR("");
	struct str before = str_eq_z(path, ".") ? STR("") : path;
	struct str inner = of_things && !path.n
		? path
		: arena_format(d->arena, "%.*s%.*s%.*s", STR_ARG(before), STR_ARG(dot), STR_ARG(name));
	if (is_empty(a) && is_empty(b))
		return;
	a = of_things || one->kind == JSON_NODE_OBJECT ? or_empty(d, a, one) : a;
	b = of_things || one->kind == JSON_NODE_OBJECT ? or_empty(d, b, one) : b;
	if (lists && plan_is_keyed(rule, a) && plan_is_keyed(rule, b))
		differ_keyed(d, rule, inner, map ? name : STR(""), a, b);
	else if (a && b && a->kind == JSON_NODE_OBJECT && b->kind == JSON_NODE_OBJECT)
		differ_objects(d, rule, !map && rule && rule->keys[0], inner, a, b);
	else if (!is_same(d->arena, a, b))
		tell_field(d, inner, name, a, b);
}

static void differ_objects(struct differing *d, const struct plan_rule *rule, bool map, struct str path,
	const struct json_node *a, const struct json_node *b)
{
	struct table of_a = table_new(d->arena, a->n), of_b = table_new(d->arena, b->n);
	for (size_t i = 0; i < a->n; i++)
		table_put(&of_a, a->members[i].name, a->members[i].value);
	for (size_t i = 0; i < b->n; i++)
		table_put(&of_b, b->members[i].name, b->members[i].value);
	for (size_t i = 0; i < a->n; i++)
		if (!is_left_out(path, a->members[i].name))
			differ_member(d, rule, map, path, a->members[i].name, a->members[i].value,
				table_get(&of_b, a->members[i].name));
	for (size_t i = 0; i < b->n; i++)
		if (!is_left_out(path, b->members[i].name) && !table_get(&of_a, b->members[i].name))
			differ_member(d, rule, map, path, b->members[i].name, NULL, b->members[i].value);
}

void plan_differ(struct arena *arena, const struct json_node *live, const struct json_node *target,
	struct store_plan *plan)
{
	struct differing d = { arena, plan, STR("realm"), false };
	differ_objects(&d, NULL, false, STR(""), live, target);
}

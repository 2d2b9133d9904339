/* What the files of a plan share. Internal to store/. */
#ifndef STORE_PLAN_INTERNAL_H
#define STORE_PLAN_INTERNAL_H

#include "json/tree.h"
#include "store/draft.h"
#include "store/plan.h"

/* Lists whose items have names of their own: by which members they are found. */
struct plan_rule {
	const char *name;    /* of the member that is such a list, or a map of such lists */
	const char *what;    /* "client"; what people call an item */
	const char *keys[3]; /* members that name an item together */
	bool by_id;          /* an equal id comes before the names, which need not be unique */
};

/* The rule of the member `name` of an object that is an item of `above` (NULL: the realm); NULL: a plain
 * member. */
const struct plan_rule *plan_rule_of(const struct plan_rule *above, struct str name);
/* The name of an item, "a/b" when it has several parts. */
struct str plan_key(struct arena *arena, const struct plan_rule *rule, const struct json_node *item);
/* Whether the rule governs this list: its items are objects. */
bool plan_is_keyed(const struct plan_rule *rule, const struct json_node *node);

/* The live realm with the file's members put over it; see plan.h. */
struct json_node *plan_merge(struct arena *arena, const struct json_node *live,
	const struct json_node *file, bool prune);

/* Adds the differences between two realms to the plan's changes. */
void plan_differ(struct arena *arena, const struct json_node *live, const struct json_node *target,
	struct store_plan *plan);
void plan_add_change(struct arena *arena, struct store_plan *plan, const struct plan_change *change);
/* A value as a change tells it. */
struct str plan_shown(struct arena *arena, struct str name, const struct json_node *value);

#endif

/* See realm_name.h. */
#include "admin/realm_name.h"

#include "json/tree.h"
#include "model/representation.h"

struct str realm_name_sent(struct arena *arena, struct str body)
{
	struct json_node *tree;
	const struct json_node *name = NULL;
	if (body.n && json_tree_read(arena, body, &tree, NULL) == OK && tree->kind == JSON_NODE_OBJECT)
		name = json_node_find(tree, STR("realm"));
	return name && name->kind == JSON_NODE_TEXT ? name->text : (struct str){ NULL, 0 };
}

struct str realm_name_fault(struct arena *arena, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		struct why why;
		struct str one = { name.p + i, 1 };
		bool plain = name.p[i] > ' ' && name.p[i] <= '~' && name.p[i] != '.';
		if (plain && realm_name_check(one, "$", &why) != OK)
			return arena_format(arena, "Character '%c' not allowed.", name.p[i]);
	}
	return STR("");
}

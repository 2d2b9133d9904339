/* Maps of a body; see sent_maps.h. */
#include "admin/sent_maps.h"

#include "json/tree.h"

static struct json_node *object_or_null(struct json_node *node)
{
	return node && node->kind == JSON_NODE_OBJECT ? node : NULL;
}

struct attributes without_sent_nulls(struct arena *arena, struct str body, const char *member,
				     const struct attributes *before)
{
	struct attributes left = { arena_array(arena, 0, sizeof *left.pairs), 0 };
	struct json_node *tree = NULL, *map = NULL;
	if (json_tree_read(arena, body, &tree, NULL) == OK && object_or_null(tree))
		map = object_or_null(json_node_find(tree, str_from(member)));
	for (size_t i = 0; i < before->n; i++) {
		const struct json_node *value = map ? json_node_find(map, before->pairs[i].key) : NULL;
		if (!value || value->kind != JSON_NODE_NULL)
			*(struct json_pair *)arena_push(arena, &left.pairs, &left.n, sizeof *left.pairs) =
				before->pairs[i];
	}
	return left;
}

void list_pairs_drop_empty(struct json_list_pair *pairs, size_t *n)
{
	size_t left = 0;
	for (size_t i = 0; i < *n; i++)
		if (pairs[i].n)
			pairs[left++] = pairs[i];
	*n = left;
}

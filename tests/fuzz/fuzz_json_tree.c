/* json/tree.h: a claim path (the first line) and a JSON text (the rest). Whatever is set,
 * merged and deleted, the tree is written as JSON that reads back the same. The first line is
 * looked for as a message's path too. */
#include <stdlib.h>

#include "base/tables.h"
#include "json/tree.h"
#include "json/where.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void require_round_trip(struct arena *arena, const struct json_node *tree)
{
	struct str text = json_tree_text(arena, tree);
	struct json_node *again;
	struct why why;
	if (text.n == 0) /* a long path in a deep tree: deeper than may be written */
		return;
	require(!json_tree_read(arena, text, &again, &why));
	require(str_eq(text, json_tree_text(arena, again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str json = str_of(data, n), path;
	if (!str_next(&json, '\n', &path) || !str_is_utf8(path) || str_has_nul(path))
		return 0;
	struct json_where where;
	if (json_where(arena, json, path, &where))
		require(where.line > 0 && where.column > 0 && where.column <= json.n + 1);
	struct json_node *tree;
	struct why why = { "" };
	if (json_tree_read(arena, json, &tree, &why)) {
		require(why.text[0] != 0 && str_is_utf8(str_from(why.text)));
		return 0;
	}
	require_round_trip(arena, tree);
	const struct str texts[] = { STR_INIT("a"), STR_INIT("b"), STR_INIT("a") };
	if (json_tree_merge_texts(tree, path, texts, ARRAY_LENGTH(texts)))
		require(json_tree_has_text(tree, path, STR("b")));
	require_round_trip(arena, tree);
	if (json_tree_set_int(tree, path, -7)) {
		int64_t value = 0;
		require(json_tree_get_int(tree, path, &value) && value == -7);
		require(!json_tree_get_text(tree, path).p);
		require_round_trip(arena, tree);
		json_tree_delete(tree, path);
		require(!json_tree_get(tree, path));
	}
	require_round_trip(arena, tree);
	return 0;
}

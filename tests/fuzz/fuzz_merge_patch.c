/* json/merge_patch.h: a patch (the first line) on a JSON object (the rest). What comes out is JSON,
 * and the same patch on it changes nothing more. */
#include <stdlib.h>

#include "json/merge_patch.h"
#include "json/tree.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str target = str_of(data, n), patch, once, twice;
	struct json_node *tree;
	struct why why = { "" };
	if (!str_next(&target, '\n', &patch))
		return 0;
	if (json_merge_patch(arena, target, patch, &once, &why)) {
		require(why.text[0] != 0 && str_is_utf8(str_from(why.text)));
		return 0;
	}
	require(!json_tree_read(arena, once, &tree, &why) && tree->kind == JSON_NODE_OBJECT);
	require(!json_merge_patch(arena, once, patch, &twice, &why) && str_eq(once, twice));
	return 0;
}

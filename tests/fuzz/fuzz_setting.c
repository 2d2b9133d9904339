/* cli/setting.h: a byte chooses the kind of thing, the first line is its JSON, each further line
 * one KEY=VALUE. What they leave reads back as it was written. */
#include <stdlib.h>

#include "cli/setting.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str rest = str_of(data, n), line;
	struct json_node *object, *again;
	struct why why = { "" };
	if (!n || !str_is_utf8(rest) || str_has_nul(rest))
		return 0;
	const struct resource *resource = &resources[data[0] % RESOURCE_COUNT];
	rest = str_drop(rest, 1);
	if (!str_next(&rest, '\n', &line) || json_tree_read(arena, line, &object, &why) ||
		object->kind != JSON_NODE_OBJECT)
		return 0;
	for (int i = 0; i < 20 && str_next(&rest, '\n', &line); i++)
		if (setting_apply(arena, resource, object, line, &why))
			require(why.text[0] != 0);
	struct str text = json_tree_text(arena, object);
	if (!text.n) /* deeper than may be written */
		return 0;
	require(!json_tree_read(arena, text, &again, &why));
	require(str_eq(text, json_tree_text(arena, again)));
	return 0;
}

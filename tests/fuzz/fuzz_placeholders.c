/* cli/placeholders.h: any text with its placeholders filled in; what has none stays as it is, and a
 * JSON text with placeholders in its texts stays JSON, whatever the environment says. */
#include <stdlib.h>

#include "base/text.h"
#include "cli/placeholders.h"
#include "json/tree.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

static const char *nothing(const char *name)
{
	(void)name;
	return NULL;
}

static const char *hostile(const char *name)
{
	return name[0] == 'A' ? NULL : "\"},\\\n\t${A} \xc3\xa9";
}

static bool keep(void *context, struct str piece)
{
	text_add(context, piece);
	return true;
}

static bool fill(struct arena *arena, struct str text, const char *(*value_of)(const char *), struct str *ret_filled,
	size_t *ret_n)
{
	struct text filled = text_new(arena, 0);
	struct why why = { "" };
	size_t looked_at = 0;
	enum error_code code = placeholders_fill(text, value_of, keep, &filled, ret_n, &why);
	require(placeholders_fill(text, value_of, NULL, NULL, &looked_at, &why) == code);
	require(code ? why.text[0] != 0 : looked_at == *ret_n);
	*ret_filled = text_str(&filled);
	return code == OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str text = str_of(data, n), filled;
	struct json_node *tree;
	struct why why;
	size_t count = 0;
	if (fill(arena, text, nothing, &filled, &count))
		require(count ? filled.n < text.n : str_eq(filled, text));
	(void)!fill(arena, text, hostile, &filled, &count);
	if (!str_is_utf8(text) || str_has_nul(text))
		return 0;
	struct text json = text_new(arena, 0);
	text_add_z(&json, "{\"a\":");
	json_add_text(&json, text);
	text_add_z(&json, "}");
	if (fill(arena, text_str(&json), hostile, &filled, &count))
		require(!json_tree_read(arena, filled, &tree, &why));
	return 0;
}

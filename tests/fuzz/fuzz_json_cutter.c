/* json/cutter.h: however the input arrives, the same pieces come out, and each is JSON. The
 * first byte is the size of the chunks. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/tables.h"
#include "base/text.h"
#include "json/cutter.h"
#include "json/tree.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void look_at(struct arena *arena, const struct json_cut_item *item, struct str json)
{
	if (item->kind != JSON_CUT_MEMBER && item->kind != JSON_CUT_ELEMENT)
		return;
	require(item->offset + item->raw.n <= json.n);
	require(str_eq(item->raw, str_take(str_drop(json, item->offset), item->raw.n)));
	struct json_node *node;
	enum error_code error = json_tree_read(arena, item->raw, &node, NULL);
	require(error == OK || error == ERROR_INVALID_VALUE); /* duplicates inside */
}

/* What came out, with the error at the end, as one text. */
static struct str cut(struct arena *arena, struct str json, size_t chunk)
{
	static const char *const streamed[] = { "u", "r.s", NULL };
	const struct json_cutter_options options = {
		.streamed = streamed, .member_limit = 1000, .element_limit = 200, .total_limit = 5000,
	};
	struct json_cutter *cutter = json_cutter_new(&options);
	struct text out = text_new(arena, 0);
	struct json_cut_item item = { .kind = JSON_CUT_MORE };
	struct str rest = json;
	struct why why = { "" };
	enum error_code error = OK;
	while (!error && item.kind != JSON_CUT_END) {
		error = json_cutter_next(cutter, &item, &why);
		if (error)
			break;
		if (item.kind != JSON_CUT_MORE) {
			look_at(arena, &item, json);
			text_addf(&out, "%d %llu %llu ", (int)item.kind, (unsigned long long)item.index,
				  (unsigned long long)item.line);
			text_add(&out, item.name);
			text_add(&out, item.raw);
		} else if (rest.n) {
			error = json_cutter_feed(cutter, str_take(rest, chunk), &why);
			rest = str_drop(rest, chunk);
		} else {
			json_cutter_finish(cutter);
		}
	}
	/* Which limit is met first depends on the chunks: of these only that they fail. */
	text_addf(&out, " %s", error_name(error));
	if (error == ERROR_TOO_LARGE || json.n > options.total_limit)
		out.n = 0;
	json_cutter_free(cutter);
	return text_str(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0)
		return 0;
	ARENA_SCOPED arena = arena_new(0);
	struct str json = str_of(data + 1, n - 1);
	require(str_eq(cut(arena, json, data[0] ? data[0] : 1), cut(arena, json, 4096)));
	return 0;
}

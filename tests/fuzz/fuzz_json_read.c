/* json/read.h and json/write.h: what is read is written, and what is written reads back the
 * same; the two parsers agree about what is JSON. The first byte chooses the options. */
#include <stdlib.h>

#include "base/tables.h"
#include "json/read.h"
#include "json/tree.h"
#include "json/write.h"

struct node {
	struct str text, any;
	bool flag;
	int64_t number;
	struct json_optional_bool maybe;
	struct json_optional_int limit;
	int word;
	struct str *texts, *lone;
	struct json_pair *map, *any_map;
	struct json_list_pair *texts_map;
	struct node *pointed, *nodes;
	struct json_struct_pair *node_map;
	struct json_structs_pair *nodes_map;
	size_t texts_n, lone_n, map_n, any_map_n, texts_map_n, nodes_n, node_map_n, nodes_map_n;
	struct str kept;
	struct json_sent sent;
};

static const char *const words[] = { "zero", "one", NULL };
static const char *const known[] = { "k", "kk", NULL };
static const struct json_shape node_shape;
static const struct json_field node_fields[] = {
	JSON_TEXT(struct node, text, "t", 0),
	JSON_ANY(struct node, any, "a", 0),
	JSON_BOOL(struct node, flag, "b", JSON_OMIT_ZERO),
	JSON_INT(struct node, number, "i", JSON_OMIT_ZERO),
	JSON_OPTIONAL_BOOL(struct node, maybe, "ob", 0),
	JSON_OPTIONAL_INT(struct node, limit, "oi", 0),
	JSON_ENUM(struct node, word, "e", JSON_OMIT_ZERO, words),
	JSON_TEXTS(struct node, texts, texts_n, "l", 0),
	JSON_TEXTS(struct node, lone, lone_n, "ll", JSON_LONE),
	JSON_TEXT_MAP(struct node, map, map_n, "m", 0),
	JSON_ANY_MAP(struct node, any_map, any_map_n, "am", 0),
	JSON_TEXTS_MAP(struct node, texts_map, texts_map_n, "lm", JSON_LONE),
	JSON_STRUCT_POINTER(struct node, pointed, "p", 0, &node_shape),
	JSON_STRUCTS(struct node, nodes, nodes_n, "n", 0, &node_shape),
	JSON_STRUCT_MAP(struct node, node_map, node_map_n, "nm", 0, &node_shape),
	JSON_STRUCTS_MAP(struct node, nodes_map, nodes_map_n, "nsm", 0, &node_shape),
};
static const struct json_shape node_shape = JSON_SHAPE(struct node, node_fields, .known = known,
	.kept = JSON_AT(struct node, kept, struct str), .sent = JSON_AT(struct node, sent, struct json_sent));

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void read_and_write(struct arena *arena, struct str json, const struct json_read_options *options)
{
	struct node node = { .flag = false }, again = { .flag = false };
	struct why why = { "" };
	if (json_read(arena, json, &node_shape, options, &node, &why)) {
		require(why.text[0] != 0 && str_is_utf8(str_from(why.text)));
		return;
	}
	struct str written = json_text_of(arena, &node_shape, &node);
	require(written.n >= 2);
	require(!json_read(arena, written, &node_shape, options, &again, &why));
	require(str_eq(written, json_text_of(arena, &node_shape, &again)));
}

/* The tree's reader and the one by descriptors know the same JSON. */
static void both_agree(struct arena *arena, struct str json)
{
	static const struct json_field field = JSON_ANY(struct node, any, "", 0);
	struct node node = { .flag = false }, again = { .flag = false };
	struct json_node *tree = NULL;
	enum error_code by_field = json_read_value(arena, json, &field, NULL, &node, sizeof node, NULL);
	enum error_code by_tree = json_tree_read(arena, json, &tree, NULL);
	/* The one finds a duplicate as soon as its object ends, the other when all was scanned. */
	require((by_field == OK) == (by_tree == OK));
	if (by_tree)
		return;
	struct str text = json_tree_text(arena, tree);
	require(!json_read_value(arena, text, &field, NULL, &again, sizeof again, NULL));
	require(str_eq(node.any, again.any));
	struct text pretty = text_new(arena, 0);
	struct json_writer w = json_writer_new(&pretty, true);
	json_write_raw(&w, json);
	require(!json_read_value(arena, text_str(&pretty), &field, NULL, &again, sizeof again, NULL));
	require(str_eq(node.any, again.any));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0)
		return 0;
	ARENA_SCOPED arena = arena_new(0);
	struct str json = str_of(data + 1, n - 1);
	const struct json_read_options options = {
		.unknown = (enum json_unknown)((data[0] & 15) % 3), .coerce = data[0] & 16,
	};
	read_and_write(arena, json, &options);
	both_agree(arena, json);
	return 0;
}

/* JSON text to a tree; see tree.h. Strings are decoded in a copy of the text, where they
 * stay. */
#include <stdlib.h>

#include "base/limits.h"
#include "json/scan.h"
#include "json/tree.h"

enum { FEW = 32, NAME_SHOWN = 80 };

struct building {
	struct arena *arena;
	struct json_node *open[LIMIT_JSON_DEPTH]; /* the objects and lists around us */
	unsigned depth;
	struct str name; /* of the next value, in an object */
	struct json_node *top;
};

/* A NAME's or TEXT's bytes, decoded where they stand (the text is our copy). */
static struct str decoded(const struct scan_token *token)
{
	if (!token->escaped)
		return token->raw;
	char *p = (char *)token->raw.p;
	return str_of(p, scan_unescape(p, token->raw));
}

static struct json_node *node_of(struct arena *arena, const struct scan_token *token)
{
	switch (token->kind) {
	case SCAN_OBJECT_BEGIN: return json_node_object(arena);
	case SCAN_ARRAY_BEGIN: return json_node_list(arena);
	case SCAN_TEXT: return json_node_text(arena, decoded(token));
	case SCAN_INT: return json_node_int(arena, token->integer);
	case SCAN_REAL: return json_node_raw(arena, token->raw);
	case SCAN_TRUE:
	case SCAN_FALSE: return json_node_bool(arena, token->kind == SCAN_TRUE);
	case SCAN_NULL:
	case SCAN_NAME:
	case SCAN_OBJECT_END:
	case SCAN_ARRAY_END:
	case SCAN_DONE: break;
	}
	return json_node_null(arena);
}

/* Puts a value where it belongs, and goes into it when it is an object or list. */
static void place(struct building *b, struct json_node *node)
{
	struct json_node *around = b->depth ? b->open[b->depth - 1] : NULL;
	if (!around)
		b->top = node;
	else if (around->kind == JSON_NODE_OBJECT)
		json_node_append(around, b->name, node);
	else
		json_node_add(around, node);
	if (node->kind == JSON_NODE_OBJECT || node->kind == JSON_NODE_LIST)
		b->open[b->depth++] = node;
}

static int compare_names(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* A name that stands twice, by comparing each with each or, where there are many, by
 * sorting: no choice of names makes it slow. */
static const struct str *twice(struct arena *arena, const struct json_node *object)
{
	const struct json_member *members = object->members;
	for (size_t i = 1; object->n <= FEW && i < object->n; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(members[i].name, members[k].name))
				return &members[i].name;
	if (object->n <= FEW)
		return NULL;
	struct str *names = arena_array(arena, object->n, sizeof *names);
	for (size_t i = 0; i < object->n; i++)
		names[i] = members[i].name;
	qsort(names, object->n, sizeof *names, compare_names);
	for (size_t i = 1; i < object->n; i++)
		if (str_eq(names[i - 1], names[i]))
			return &names[i];
	return NULL;
}

static enum error_code close_object(struct building *b, struct why *why)
{
	const struct json_node *object = b->open[--b->depth];
	const struct str *name = twice(b->arena, object);
	if (!name)
		return OK;
	struct text shown = text_new(b->arena, 0);
	json_add_text(&shown, str_take(*name, NAME_SHOWN));
	return error_because(why, ERROR_INVALID_VALUE, "member %s stands twice in one object",
			     text_str(&shown).p);
}

enum error_code json_tree_read(struct arena *arena, struct str json, struct json_node **ret_node,
			       struct why *reterr_why)
{
	struct building b = { .arena = arena };
	struct scan scan = scan_new(arena_str(arena, json));
	struct scan_token token;
	enum error_code error = OK;
	do {
		if (!scan_next(&scan, &token))
			return scan_because(&scan, reterr_why);
		if (token.kind == SCAN_NAME)
			b.name = decoded(&token);
		else if (token.kind == SCAN_ARRAY_END)
			b.depth--;
		else if (token.kind == SCAN_OBJECT_END)
			error = close_object(&b, reterr_why);
		else if (token.kind != SCAN_DONE)
			place(&b, node_of(arena, &token));
	} while (!error && token.kind != SCAN_DONE);
	if (error)
		return error;
	*ret_node = b.top;
	return OK;
}

enum error_code json_kept_merge(struct arena *arena, struct str older, struct str newer,
				struct str *ret_kept, struct why *reterr_why)
{
	struct json_node *to, *from;
	enum error_code error = json_tree_read(arena, older.n ? older : STR("{}"), &to, reterr_why);
	if (error)
		return error;
	error = json_tree_read(arena, newer.n ? newer : STR("{}"), &from, reterr_why);
	if (error)
		return error;
	if (to->kind != JSON_NODE_OBJECT || from->kind != JSON_NODE_OBJECT)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "kept members are no object");
	for (size_t i = 0; i < from->n; i++)
		json_node_put(to, from->members[i].name, from->members[i].value);
	*ret_kept = to->n ? json_tree_text(arena, to) : (struct str){ "", 0 };
	return OK;
}

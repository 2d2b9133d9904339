/* A small ordered tree of JSON values; see tree.h. */
#include "json/tree.h"

#include "base/limits.h"
#include "base/tables.h"

static struct json_node *node_new(struct arena *arena, enum json_node_kind kind)
{
	struct json_node *node = arena_alloc(arena, sizeof *node);
	node->kind = kind;
	node->arena = arena;
	return node;
}

struct json_node *json_node_object(struct arena *arena)
{
	return node_new(arena, JSON_NODE_OBJECT);
}

struct json_node *json_node_list(struct arena *arena)
{
	return node_new(arena, JSON_NODE_LIST);
}

struct json_node *json_node_text(struct arena *arena, struct str s)
{
	struct json_node *node = node_new(arena, JSON_NODE_TEXT);
	node->text = s;
	return node;
}

struct json_node *json_node_int(struct arena *arena, int64_t value)
{
	struct json_node *node = node_new(arena, JSON_NODE_INT);
	node->integer = value;
	return node;
}

struct json_node *json_node_bool(struct arena *arena, bool value)
{
	struct json_node *node = node_new(arena, JSON_NODE_BOOL);
	node->boolean = value;
	return node;
}

struct json_node *json_node_null(struct arena *arena)
{
	return node_new(arena, JSON_NODE_NULL);
}

struct json_node *json_node_raw(struct arena *arena, struct str json)
{
	struct json_node *node = node_new(arena, JSON_NODE_RAW);
	node->text = json;
	return node;
}

struct json_node *json_node_texts(struct arena *arena, const struct str *items, size_t n)
{
	struct json_node *list = json_node_list(arena);
	for (size_t i = 0; i < n; i++)
		json_node_add(list, json_node_text(arena, items[i]));
	return list;
}

/* The member's place, or object->n. */
static size_t member_index(const struct json_node *object, struct str name)
{
	size_t i = 0;
	while (i < object->n && !str_eq(object->members[i].name, name))
		i++;
	return i;
}

void json_node_append(struct json_node *object, struct str name, struct json_node *value)
{
	struct json_member *member = arena_push(object->arena, &object->members, &object->n,
						sizeof *object->members);
	*member = (struct json_member){ name, value };
}

void json_node_put(struct json_node *object, struct str name, struct json_node *value)
{
	size_t i = member_index(object, name);
	if (i < object->n)
		object->members[i].value = value;
	else
		json_node_append(object, name, value);
}

struct json_node *json_node_find(const struct json_node *object, struct str name)
{
	if (object->kind != JSON_NODE_OBJECT)
		return NULL;
	size_t i = member_index(object, name);
	return i < object->n ? object->members[i].value : NULL;
}

void json_node_remove(struct json_node *object, struct str name)
{
	size_t i = member_index(object, name);
	if (i == object->n)
		return;
	/* A list that shrinks would lose arena_push's capacity: it is built anew. */
	struct json_member *members = object->members;
	size_t n = object->n;
	object->members = NULL;
	object->n = 0;
	for (size_t k = 0; k < n; k++)
		if (k != i)
			json_node_append(object, members[k].name, members[k].value);
}

void json_node_add(struct json_node *list, struct json_node *value)
{
	*(struct json_node **)arena_push(list->arena, &list->items, &list->n,
					 sizeof(struct json_node *)) = value;
}

/* A piece without its backslashes. */
static struct str without_escapes(struct arena *arena, struct str piece)
{
	if (str_index(piece, '\\') == piece.n)
		return piece;
	char *p = arena_alloc(arena, piece.n);
	size_t n = 0;
	for (size_t i = 0; i < piece.n; i++) {
		i += piece.p[i] == '\\' && i + 1 < piece.n;
		p[n++] = piece.p[i];
	}
	return str_of(p, n);
}

bool json_path_next(struct arena *arena, struct str *rest, struct str *ret_piece)
{
	if (str_is_empty(*rest))
		return false;
	size_t i = 0;
	while (i < rest->n && rest->p[i] != '.')
		i += rest->p[i] == '\\' ? 2 : 1;
	bool dot = i > 0 && i < rest->n;
	struct str piece = dot ? str_take(*rest, i) : *rest;
	*rest = dot ? str_drop(*rest, i + 1) : (struct str){ NULL, 0 };
	*ret_piece = without_escapes(arena, piece);
	return true;
}

struct path {
	struct str pieces[LIMIT_JSON_DEPTH];
	size_t n;
};

/* False when the path is empty or too deep. */
static bool split(struct arena *arena, struct str path, struct path *ret_path)
{
	struct str piece;
	ret_path->n = 0;
	while (json_path_next(arena, &path, &piece)) {
		if (ret_path->n == LIMIT_JSON_DEPTH)
			return false;
		ret_path->pieces[ret_path->n++] = piece;
	}
	return ret_path->n > 0;
}

/* The object that holds the path's last piece; NULL when it is not there (with `make`:
 * when something on the way is no object). Objects are made only where nothing stood, so
 * that a failure has changed nothing. */
static struct json_node *parent_of(struct json_node *object, const struct path *path, bool make)
{
	for (size_t i = 0; object && object->kind == JSON_NODE_OBJECT && i + 1 < path->n; i++) {
		struct json_node *next = json_node_find(object, path->pieces[i]);
		if (!next && make) {
			next = json_node_object(object->arena);
			json_node_append(object, path->pieces[i], next);
		}
		object = next;
	}
	return object && object->kind == JSON_NODE_OBJECT ? object : NULL;
}

bool json_tree_set(struct json_node *object, struct str path, struct json_node *value)
{
	struct path pieces;
	if (!split(object->arena, path, &pieces))
		return false;
	struct json_node *parent = parent_of(object, &pieces, true);
	if (!parent)
		return false;
	json_node_put(parent, pieces.pieces[pieces.n - 1], value);
	return true;
}

bool json_tree_set_text(struct json_node *object, struct str path, struct str value)
{
	return json_tree_set(object, path, json_node_text(object->arena, value));
}

bool json_tree_set_int(struct json_node *object, struct str path, int64_t value)
{
	return json_tree_set(object, path, json_node_int(object->arena, value));
}

bool json_tree_set_bool(struct json_node *object, struct str path, bool value)
{
	return json_tree_set(object, path, json_node_bool(object->arena, value));
}

bool json_tree_set_raw(struct json_node *object, struct str path, struct str json)
{
	return json_tree_set(object, path, json_node_raw(object->arena, json));
}

bool json_tree_set_texts(struct json_node *object, struct str path, const struct str *items,
			 size_t n)
{
	return json_tree_set(object, path, json_node_texts(object->arena, items, n));
}

static void add_once(struct table *seen, struct json_node *list, struct json_node *item)
{
	if (!table_put(seen, item->text, item))
		json_node_add(list, item);
}

bool json_tree_merge_texts(struct json_node *object, struct str path, const struct str *items,
			   size_t n)
{
	struct json_node *old = json_tree_get(object, path);
	if (old && old->kind != JSON_NODE_LIST && old->kind != JSON_NODE_TEXT)
		return false;
	struct arena *arena = object->arena;
	struct json_node *list = json_node_list(arena);
	size_t old_n = old && old->kind == JSON_NODE_LIST ? old->n : 0;
	struct table seen = table_new(arena, old_n + n + 1);
	if (old && old->kind == JSON_NODE_TEXT)
		add_once(&seen, list, old);
	for (size_t i = 0; i < old_n; i++) {
		json_node_add(list, old->items[i]);
		if (old->items[i]->kind == JSON_NODE_TEXT)
			table_put(&seen, old->items[i]->text, old->items[i]);
	}
	for (size_t i = 0; i < n; i++)
		add_once(&seen, list, json_node_text(arena, items[i]));
	return json_tree_set(object, path, list);
}

void json_tree_delete(struct json_node *object, struct str path)
{
	struct path pieces;
	if (!split(object->arena, path, &pieces))
		return;
	struct json_node *parent = parent_of(object, &pieces, false);
	if (parent)
		json_node_remove(parent, pieces.pieces[pieces.n - 1]);
}

struct json_node *json_tree_get(const struct json_node *object, struct str path)
{
	const struct json_node *at = object;
	struct str piece;
	if (str_is_empty(path))
		return NULL;
	while (at && json_path_next(object->arena, &path, &piece))
		at = json_node_find(at, piece);
	return (struct json_node *)at;
}

struct str json_tree_get_text(const struct json_node *object, struct str path)
{
	const struct json_node *node = json_tree_get(object, path);
	return node && node->kind == JSON_NODE_TEXT ? node->text : (struct str){ NULL, 0 };
}

bool json_tree_get_int(const struct json_node *object, struct str path, int64_t *ret_value)
{
	const struct json_node *node = json_tree_get(object, path);
	if (!node || node->kind != JSON_NODE_INT)
		return false;
	*ret_value = node->integer;
	return true;
}

static bool is_text(const struct json_node *node, struct str value)
{
	return node->kind == JSON_NODE_TEXT && str_eq(node->text, value);
}

bool json_tree_has_text(const struct json_node *object, struct str path, struct str value)
{
	const struct json_node *node = json_tree_get(object, path);
	if (!node)
		return false;
	for (size_t i = 0; node->kind == JSON_NODE_LIST && i < node->n; i++)
		if (is_text(node->items[i], value))
			return true;
	return is_text(node, value);
}

static void write_members(struct json_writer *w, const struct json_node *object)
{
	json_write_object_begin(w);
	for (size_t i = 0; i < object->n && !w->text->failed; i++) {
		json_write_name(w, object->members[i].name);
		json_write_tree(w, object->members[i].value);
	}
	json_write_object_end(w);
}

static void write_items(struct json_writer *w, const struct json_node *list)
{
	json_write_array_begin(w);
	for (size_t i = 0; i < list->n && !w->text->failed; i++)
		json_write_tree(w, list->items[i]);
	json_write_array_end(w);
}

void json_write_tree(struct json_writer *w, const struct json_node *node)
{
	switch (node->kind) {
	case JSON_NODE_NULL: json_write_null(w); break;
	case JSON_NODE_BOOL: json_write_bool(w, node->boolean); break;
	case JSON_NODE_INT: json_write_int(w, node->integer); break;
	case JSON_NODE_TEXT: json_write_text(w, node->text); break;
	case JSON_NODE_RAW: json_write_raw(w, node->text); break;
	case JSON_NODE_LIST: write_items(w, node); break;
	case JSON_NODE_OBJECT: write_members(w, node); break;
	}
}

struct str json_tree_text(struct arena *arena, const struct json_node *node)
{
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_tree(&w, node);
	return text_str(&text);
}

/* Members of JSON by what people type; see path.h. */
#include "cli/path.h"

#include "base/limits.h"

size_t path_index(struct str text, char stop)
{
	bool quoted = false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			quoted = !quoted;
		else if (text.p[i] == stop && !quoted)
			return i;
	}
	return text.n;
}

static bool unquote(struct str *piece)
{
	if (piece->n >= 2 && piece->p[0] == '"' && piece->p[piece->n - 1] == '"')
		*piece = str_of(piece->p + 1, piece->n - 2);
	return piece->n && str_index(*piece, '"') == piece->n;
}

enum error_code path_read(
	struct arena *arena, struct str text, struct path *ret_path, struct why *reterr_why)
{
	struct path path = { 0 };
	struct str rest = text;
	bool good = true, more = true;
	while (more && good) {
		size_t end = path_index(rest, '.');
		struct str *piece = arena_push(arena, &path.pieces, &path.n, sizeof *piece);
		*piece = str_take(rest, end);
		good = unquote(piece) && path.n < LIMIT_JSON_DEPTH;
		more = end < rest.n;
		rest = str_drop(rest, end + 1);
	}
	if (!good)
		return error_because(reterr_why, ERROR_USAGE,
			"'%.*s' is not the name of a member, such as attributes.x or "
			"attributes.\"a.b\"",
			STR_ARG(str_take(text, 100)));
	*ret_path = path;
	return OK;
}

struct json_node *path_get(const struct json_node *object, const struct path *path)
{
	struct json_node *node = NULL;
	for (size_t i = 0; i < path->n; i++) {
		if (!object || object->kind != JSON_NODE_OBJECT)
			return NULL;
		node = json_node_find(object, path->pieces[i]);
		object = node;
	}
	return node;
}

bool path_put(struct arena *arena, struct json_node *object, const struct path *path,
	struct json_node *value)
{
	const struct json_node *at = object;
	for (size_t i = 0; i + 1 < path->n && at; i++) {
		at = json_node_find(at, path->pieces[i]);
		if (at && at->kind != JSON_NODE_OBJECT && at->kind != JSON_NODE_NULL)
			return false;
		if (at && at->kind == JSON_NODE_NULL)
			at = NULL;
	}
	for (size_t i = 0; i + 1 < path->n; i++) {
		struct json_node *next = json_node_find(object, path->pieces[i]);
		if (!next || next->kind == JSON_NODE_NULL) {
			next = json_node_object(arena);
			json_node_put(object, path->pieces[i], next);
		}
		object = next;
	}
	json_node_put(object, path->pieces[path->n - 1], value);
	return true;
}

void path_remove(struct json_node *object, const struct path *path)
{
	const struct path holder = { path->pieces, path->n - 1 };
	if (holder.n)
		object = path_get(object, &holder);
	if (object && object->kind == JSON_NODE_OBJECT)
		json_node_remove(object, path->pieces[path->n - 1]);
}

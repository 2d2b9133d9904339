/* A small ordered tree of JSON values in an arena: token claims while protocol mappers
 * build them, and JSON whose shape is not known beforehand.
 *
 * Claim paths are Keycloak's: "realm_access.roles" nests, "a\.b" is one name "a.b". Empty
 * pieces do not nest ("a..b" is "a" and ".b", ".a" is ".a"), as there. */
#ifndef JSON_TREE_H
#define JSON_TREE_H

#include "base/arena.h"
#include "base/errors.h"
#include "json/write.h"

enum json_node_kind {
	JSON_NODE_NULL,
	JSON_NODE_BOOL,
	JSON_NODE_INT,
	JSON_NODE_TEXT,
	JSON_NODE_RAW, /* a JSON text: what the caller set as such, and numbers that are no int64 */
	JSON_NODE_LIST,
	JSON_NODE_OBJECT,
};

struct json_member {
	struct str name;
	struct json_node *value;
};

/* Open for reading; changed only through the functions below. */
struct json_node {
	enum json_node_kind kind;
	bool boolean;
	int64_t integer;
	struct str text;             /* TEXT, RAW */
	size_t n;                    /* items or members */
	struct json_node **items;    /* LIST */
	struct json_member *members; /* OBJECT, in order */
	struct arena *arena;         /* what grows it */
};

/* New nodes. Texts given to any function here are borrowed: they must live as long as
 * the tree. */
struct json_node *json_node_object(struct arena *arena);
struct json_node *json_node_list(struct arena *arena);
struct json_node *json_node_text(struct arena *arena, struct str s);
struct json_node *json_node_int(struct arena *arena, int64_t value);
struct json_node *json_node_bool(struct arena *arena, bool value);
struct json_node *json_node_null(struct arena *arena);
/* One complete JSON value as text, trusted to be one. */
struct json_node *json_node_raw(struct arena *arena, struct str json);
struct json_node *json_node_texts(struct arena *arena, const struct str *items, size_t n);

/* Members of an object by plain name, no path. Put replaces in place, or appends. */
void json_node_put(struct json_node *object, struct str name, struct json_node *value);
/* Appends without looking whether the name stands there already: the caller knows. */
void json_node_append(struct json_node *object, struct str name, struct json_node *value);
struct json_node *json_node_find(const struct json_node *object, struct str name); /* or NULL */
void json_node_remove(struct json_node *object, struct str name);
void json_node_add(struct json_node *list, struct json_node *value);

/* Sets by claim path; objects on the way are made. False, and nothing changed, when
 * something on the way exists and is no object, the path is empty or deeper than
 * LIMIT_JSON_DEPTH. */
bool json_tree_set(struct json_node *object, struct str path, struct json_node *value);
bool json_tree_set_text(struct json_node *object, struct str path, struct str value);
bool json_tree_set_int(struct json_node *object, struct str path, int64_t value);
bool json_tree_set_bool(struct json_node *object, struct str path, bool value);
bool json_tree_set_raw(struct json_node *object, struct str path, struct str json);
bool json_tree_set_texts(struct json_node *object, struct str path, const struct str *items,
			 size_t n);
/* Adds texts to the list at `path`, those that it has not yet; makes it when it is absent;
 * a text that stands there becomes the list's first item. False as above, and when
 * something else stands there. */
bool json_tree_merge_texts(struct json_node *object, struct str path, const struct str *items,
			   size_t n);
/* Removes what stands at `path`; nothing when it is not there. Objects on the way stay. */
void json_tree_delete(struct json_node *object, struct str path);

/* What stands at `path`, or NULL. */
struct json_node *json_tree_get(const struct json_node *object, struct str path);
/* The text at `path`; the empty text (p NULL) when absent or no text. */
struct str json_tree_get_text(const struct json_node *object, struct str path);
bool json_tree_get_int(const struct json_node *object, struct str path, int64_t *ret_value);
/* True when a list at `path` has this text, or the text itself stands there (`aud`). */
bool json_tree_has_text(const struct json_node *object, struct str path, struct str value);

/* Splits a claim path: takes the first piece off *rest, unescaped (in `arena` when that
 * changes it). False when *rest is empty. */
bool json_path_next(struct arena *arena, struct str *rest, struct str *ret_piece);

/* Reads one JSON value of any kind, under the limits of json/read.h; the tree lives in
 * `arena` and borrows nothing from `json`. ERROR_BAD_JSON, ERROR_INVALID_VALUE
 * (duplicates). */
MUST_USE enum error_code json_tree_read(struct arena *arena, struct str json,
					struct json_node **ret_node,
					struct why *reterr_why);

/* Writes the tree as one value; json_tree_text as compact text in `arena`. */
void json_write_tree(struct json_writer *w, const struct json_node *node);
struct str json_tree_text(struct arena *arena, const struct json_node *node);

/* Two `kept` texts (json/read.h) as one: the members of both, `newer` wins; either may be
 * empty. For updates. */
MUST_USE enum error_code json_kept_merge(struct arena *arena, struct str older, struct str newer,
					 struct str *ret_kept, struct why *reterr_why);

#endif

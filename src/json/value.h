/* From the nodes of a tree to C values: scalars with their coercions, compact texts, and
 * refusals that say where. Private to json/. */
#ifndef JSON_VALUE_H
#define JSON_VALUE_H

#include "json/read.h"
#include "json/tree.h"

/* What one read goes by. */
struct reader {
	struct arena *arena;
	enum json_unknown unknown;
	bool coerce;
	const char *root; /* the path's beginning */
	struct why *why;
};

/* Where a value stands: a chain from the value up to the root, on the stack. */
struct place {
	const struct place *up; /* NULL: the root itself */
	struct str name;        /* of a member; p NULL: element `index` of a list */
	size_t index;
	bool secret; /* no message shows what stands here */
};

/* The place of a member or an element of what stands at `up`. */
struct place value_place_of_member(const struct place *up, struct str name, bool secret);
struct place value_place_of_item(const struct place *up, size_t index);

/* Whether a name of such bytes alone stands in a path without quotes. */
bool value_is_plain(char c);

/* Writes "PATH = VALUE: problem" and returns `code`. A NULL value is not shown. */
enum error_code value_refuse(const struct reader *r, const struct place *at, const struct json_node *value,
		       enum error_code code, const char *problem);

/* Parses to a tree in `scratch`; what is read from it is copied to the reader's arena. */
MUST_USE enum error_code value_parse(const struct reader *r, struct arena *scratch, struct str json,
				     const struct json_node **ret_value);

/* True for null, and under coercion for a blank text where a bool or int is wanted. */
bool value_is_absent(const struct reader *r, enum json_kind kind, const struct json_node *value);

MUST_USE enum error_code value_read_text(const struct reader *r, const struct place *at, const struct json_node *value,
				   struct str *ret_text);
MUST_USE enum error_code value_read_bool(const struct reader *r, const struct place *at, const struct json_node *value,
				   bool *ret_value);
MUST_USE enum error_code value_read_int(const struct reader *r, const struct place *at, const struct json_node *value,
				  int64_t *ret_value);
/* Any value as compact JSON text in the arena. */
struct str value_compact(const struct reader *r, const struct json_node *value);

#endif

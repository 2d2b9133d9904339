/* From the nodes of a tree to C values; see value.h. */
#include "json/value.h"

#include <stdlib.h>

#include "base/limits.h"
#include "json/write.h"

enum { VALUE_SHOWN = 80, PATH_SHOWN = 200 };

struct place value_place_of_member(const struct place *up, struct str name, bool secret)
{
	return (struct place){ .up = up, .name = name, .secret = secret || up->secret };
}

struct place value_place_of_item(const struct place *up, size_t index)
{
	return (struct place){ .up = up, .index = index, .secret = up->secret };
}

bool value_is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool is_plain_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!value_is_plain(name.p[i]))
			return false;
	return name.n > 0;
}

static void add_step(struct text *text, const struct place *place)
{
	if (!place->name.p) {
		text_addf(text, "[%zu]", place->index);
	} else if (is_plain_name(place->name)) {
		text_add_char(text, '.');
		text_add(text, place->name);
	} else {
		text_add_char(text, '[');
		json_add_text(text, place->name);
		text_add_char(text, ']');
	}
}

/* "$.clients[3].nosuchfield"; the beginning of a long one is left out. */
static struct str path_text(const struct reader *r, const struct place *at)
{
	const struct place *steps[LIMIT_JSON_DEPTH + 1];
	size_t n = 0;
	for (; at->up && n < LIMIT_JSON_DEPTH + 1; at = at->up)
		steps[n++] = at;
	struct text text = text_new(r->arena, 0);
	text_add_z(&text, r->root);
	while (n)
		add_step(&text, steps[--n]);
	struct str path = text_str(&text);
	if (path.n <= PATH_SHOWN)
		return path;
	size_t from = path.n - PATH_SHOWN;
	while (from < path.n && ((unsigned char)path.p[from] & 0xc0) == 0x80)
		from++;
	return arena_join(r->arena, STR("..."), str_drop(path, from), STR(""));
}

/* At most VALUE_SHOWN bytes, cut between characters. */
static struct str shown(const struct reader *r, const struct json_node *value)
{
	struct str s = value_compact(r, value);
	if (s.n <= VALUE_SHOWN)
		return s;
	size_t n = VALUE_SHOWN;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return arena_join(r->arena, str_take(s, n), STR("..."), STR(""));
}

enum error_code value_refuse(const struct reader *r, const struct place *at, const struct json_node *value,
		       enum error_code code, const char *problem)
{
	if (!r->why)
		return code;
	struct str path = path_text(r, at);
	if (!value || at->secret)
		return error_because(r->why, code, "%.*s: %s", STR_ARG(path), problem);
	struct str text = shown(r, value);
	return error_because(r->why, code, "%.*s = %.*s: %s", STR_ARG(path), STR_ARG(text), problem);
}

enum error_code value_parse(const struct reader *r, struct arena *scratch, struct str json,
			    const struct json_node **ret_value)
{
	struct json_node *value;
	struct why why = { "" };
	enum error_code error = json_tree_read(scratch, json, &value, &why);
	if (error == ERROR_INVALID_VALUE)
		return error_because(r->why, error, "%s: %s", r->root, why.text);
	if (error)
		return error_because(r->why, error, "%s", why.text);
	*ret_value = value;
	return OK;
}

bool value_is_absent(const struct reader *r, enum json_kind kind, const struct json_node *value)
{
	if (value->kind == JSON_NODE_NULL)
		return true;
	bool scalar = kind == JSON_KIND_BOOL || kind == JSON_KIND_INT ||
		      kind == JSON_KIND_OPTIONAL_BOOL || kind == JSON_KIND_OPTIONAL_INT;
	return scalar && r->coerce && value->kind == JSON_NODE_TEXT &&
	       str_is_empty(str_trim(value->text));
}

struct str value_compact(const struct reader *r, const struct json_node *value)
{
	struct text text = text_new(r->arena, SIZE_MAX);
	struct json_writer w = json_writer_new(&text, false);
	json_write_tree(&w, value);
	return text_str(&text);
}

enum error_code value_read_text(const struct reader *r, const struct place *at, const struct json_node *value,
			  struct str *ret_text)
{
	if (value->kind == JSON_NODE_TEXT) {
		*ret_text = arena_str(r->arena, value->text);
		return OK;
	}
	/* RAW is a number beyond int64's kind: a fraction or an exponent. */
	if (!r->coerce || !(value->kind == JSON_NODE_INT || value->kind == JSON_NODE_RAW ||
			    value->kind == JSON_NODE_BOOL))
		return value_refuse(r, at, value, ERROR_WRONG_TYPE, "expected a text");
	*ret_text = value_compact(r, value);
	return OK;
}

/* Jackson's words for a bool. */
static bool bool_of_text(struct str s, bool *ret_value)
{
	s = str_trim(s);
	bool yes = str_eq_z(s, "true") || str_eq_z(s, "True") || str_eq_z(s, "TRUE");
	bool no = str_eq_z(s, "false") || str_eq_z(s, "False") || str_eq_z(s, "FALSE");
	if (yes || no)
		*ret_value = yes;
	return yes || no;
}

enum error_code value_read_bool(const struct reader *r, const struct place *at, const struct json_node *value,
			  bool *ret_value)
{
	if (value->kind == JSON_NODE_BOOL) {
		*ret_value = value->boolean;
		return OK;
	}
	if (r->coerce && value->kind == JSON_NODE_INT) {
		*ret_value = value->integer != 0;
		return OK;
	}
	if (r->coerce && value->kind == JSON_NODE_TEXT && bool_of_text(value->text, ret_value))
		return OK;
	return value_refuse(r, at, value, ERROR_WRONG_TYPE, "expected true or false");
}

/* The whole part of a number with a fraction or an exponent; false beyond int64. */
static bool whole_of(struct arena *arena, struct str number, int64_t *ret_value)
{
	double real = strtod(arena_z(arena, number), NULL);
	if (!(real > -9.2e18 && real < 9.2e18))
		return false;
	*ret_value = (int64_t)real;
	return true;
}

enum error_code value_read_int(const struct reader *r, const struct place *at, const struct json_node *value,
			 int64_t *ret_value)
{
	if (value->kind == JSON_NODE_INT) {
		*ret_value = value->integer;
		return OK;
	}
	if (r->coerce && value->kind == JSON_NODE_RAW && whole_of(r->arena, value->text, ret_value))
		return OK;
	if (r->coerce && value->kind == JSON_NODE_TEXT &&
	    str_to_int64(str_trim(value->text), ret_value))
		return OK;
	return value_refuse(r, at, value, ERROR_WRONG_TYPE, "expected an integer");
}

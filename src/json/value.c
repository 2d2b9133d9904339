/* From jansson's values to ours; see value.h. */
#include "json/value.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "json/scan.h"
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

static bool is_plain_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-')
			return false;
	}
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
static struct str shown(const struct reader *r, json_t *value)
{
	struct str s = value_compact(r, value);
	if (s.n <= VALUE_SHOWN)
		return s;
	size_t n = VALUE_SHOWN;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return arena_join(r->arena, str_take(s, n), STR("..."), STR(""));
}

enum error_code value_refuse(const struct reader *r, const struct place *at, json_t *value,
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

enum error_code value_parse(const struct reader *r, struct str json, json_t **ret_value)
{
	enum error_code error = scan_check(json, r->why);
	if (error)
		return error;
	json_error_t fault = { .line = 0 }; /* jansson leaves it unset when memory is short */
	json_t *value = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
	if (value) {
		*ret_value = value;
		return OK;
	}
	if (json_error_code(&fault) == json_error_duplicate_key)
		return error_because(r->why, ERROR_INVALID_VALUE, "%s: line %d, column %d: %s", r->root,
				     fault.line, fault.column, fault.text);
	/* The scanner takes nothing that jansson does not, and jansson's code does not tell
	 * when memory was short. */
	return error_because(r->why, ERROR_BUSY, "no memory to read %zu bytes of JSON", json.n);
}

bool value_is_absent(const struct reader *r, enum json_kind kind, const json_t *value)
{
	if (json_is_null(value))
		return true;
	bool scalar = kind == JSON_KIND_BOOL || kind == JSON_KIND_INT ||
		      kind == JSON_KIND_OPTIONAL_BOOL || kind == JSON_KIND_OPTIONAL_INT;
	return scalar && r->coerce && json_is_string(value) &&
	       str_is_empty(str_trim(str_of(json_string_value(value), json_string_length(value))));
}

/* The shortest text that reads back as the same number; always with a point or exponent. */
static struct str real_text(struct arena *arena, double value)
{
	struct str s = { NULL, 0 };
	for (int precision = 15; precision <= 17; precision++) {
		s = arena_format(arena, "%.*g", precision, value);
		if (strtod(s.p, NULL) == value)
			break;
	}
	bool integral = str_index(s, '.') == s.n && str_index(s, 'e') == s.n;
	return integral ? arena_join(arena, s, STR(".0"), STR("")) : s;
}

static void write_value(struct arena *arena, struct json_writer *w, json_t *value);

static void write_list(struct arena *arena, struct json_writer *w, json_t *list)
{
	json_write_array_begin(w);
	for (size_t i = 0; i < json_array_size(list); i++)
		write_value(arena, w, json_array_get(list, i));
	json_write_array_end(w);
}

static void write_object(struct arena *arena, struct json_writer *w, json_t *object)
{
	const char *key;
	size_t length;
	json_t *value;
	json_write_object_begin(w);
	json_object_keylen_foreach (object, key, length, value) {
		json_write_name(w, str_of(key, length));
		write_value(arena, w, value);
	}
	json_write_object_end(w);
}

static void write_value(struct arena *arena, struct json_writer *w, json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT: write_object(arena, w, value); break;
	case JSON_ARRAY: write_list(arena, w, value); break;
	case JSON_STRING:
		json_write_text(w, str_of(json_string_value(value), json_string_length(value)));
		break;
	case JSON_INTEGER: json_write_int(w, json_integer_value(value)); break;
	case JSON_REAL: json_write_raw(w, real_text(arena, json_real_value(value))); break;
	case JSON_TRUE: json_write_bool(w, true); break;
	case JSON_FALSE: json_write_bool(w, false); break;
	case JSON_NULL: json_write_null(w); break;
	}
}

struct str value_compact(const struct reader *r, json_t *value)
{
	struct text text = text_new(r->arena, SIZE_MAX);
	struct json_writer w = json_writer_new(&text, false);
	write_value(r->arena, &w, value);
	return text_str(&text);
}

enum error_code value_read_text(const struct reader *r, const struct place *at, json_t *value,
			  struct str *ret_text)
{
	if (json_is_string(value)) {
		struct str s = str_of(json_string_value(value), json_string_length(value));
		*ret_text = arena_str(r->arena, s);
		return OK;
	}
	if (!r->coerce || !(json_is_number(value) || json_is_boolean(value)))
		return value_refuse(r, at, value, ERROR_INVALID_VALUE, "expected a text");
	*ret_text = value_compact(r, value);
	return OK;
}

/* Jackson's words for a bool. */
static bool bool_of_text(const char *z, bool *ret_value)
{
	struct str s = str_trim(str_from(z));
	bool yes = str_eq_z(s, "true") || str_eq_z(s, "True") || str_eq_z(s, "TRUE");
	bool no = str_eq_z(s, "false") || str_eq_z(s, "False") || str_eq_z(s, "FALSE");
	if (yes || no)
		*ret_value = yes;
	return yes || no;
}

enum error_code value_read_bool(const struct reader *r, const struct place *at, json_t *value,
			  bool *ret_value)
{
	if (json_is_boolean(value)) {
		*ret_value = json_is_true(value);
		return OK;
	}
	if (r->coerce && json_is_integer(value)) {
		*ret_value = json_integer_value(value) != 0;
		return OK;
	}
	if (r->coerce && json_is_string(value) && bool_of_text(json_string_value(value), ret_value))
		return OK;
	return value_refuse(r, at, value, ERROR_INVALID_VALUE, "expected true or false");
}

enum error_code value_read_int(const struct reader *r, const struct place *at, json_t *value,
			 int64_t *ret_value)
{
	if (json_is_integer(value)) {
		*ret_value = json_integer_value(value);
		return OK;
	}
	if (r->coerce && json_is_real(value) && json_real_value(value) > -9.2e18 &&
	    json_real_value(value) < 9.2e18) {
		*ret_value = (int64_t)json_real_value(value);
		return OK;
	}
	if (r->coerce && json_is_string(value) &&
	    str_to_int64(str_trim(str_from(json_string_value(value))), ret_value))
		return OK;
	return value_refuse(r, at, value, ERROR_INVALID_VALUE, "expected an integer");
}

/* Structs to JSON by their descriptors; see write.h. */
#include "json/shape.h"
#include "json/write.h"

static bool shape_is_empty(const struct json_shape *shape, const void *object);

/* True when a field's value is none: what writing leaves out without JSON_ALWAYS. */
static bool is_empty(const struct json_field *field, const void *object)
{
	const void *member = member_of(object, field->offset);
	bool omit_zero = field->flags & JSON_OMIT_ZERO;
	switch (field->kind) {
	case JSON_KIND_TEXT:
	case JSON_KIND_ANY: return ((const struct str *)member)->n == 0;
	case JSON_KIND_BOOL: return omit_zero && !*(const bool *)member;
	case JSON_KIND_INT: return omit_zero && *(const int64_t *)member == 0;
	case JSON_KIND_ENUM: return omit_zero && *(const int *)member == 0;
	case JSON_KIND_OPTIONAL_BOOL: return !((const struct json_optional_bool *)member)->set;
	case JSON_KIND_OPTIONAL_INT: return !((const struct json_optional_int *)member)->set;
	case JSON_KIND_STRUCT_POINTER: return !pointer_of(object, field->offset);
	case JSON_KIND_STRUCT: return shape_is_empty(field->shape, member);
	case JSON_KIND_TEXTS:
	case JSON_KIND_TEXT_MAP:
	case JSON_KIND_TEXTS_MAP:
	case JSON_KIND_ANY_MAP:
	case JSON_KIND_STRUCTS:
	case JSON_KIND_STRUCT_MAP:
	case JSON_KIND_STRUCTS_MAP: break;
	}
	return count_of(object, field) == 0;
}

static bool is_left_out(const struct json_field *field, const void *object)
{
	if (field->flags & JSON_NOT_WRITTEN)
		return true;
	return !(field->flags & JSON_ALWAYS) && is_empty(field, object);
}

static struct str kept_of(const struct json_shape *shape, const void *object)
{
	if (!shape->kept)
		return (struct str){ NULL, 0 };
	return *(const struct str *)member_of(object, shape->kept - 1);
}

static bool shape_is_empty(const struct json_shape *shape, const void *object)
{
	for (size_t i = 0; i < shape->n; i++)
		if (!is_left_out(&shape->fields[i], object))
			return false;
	return kept_of(shape, object).n == 0;
}

static void write_enum(struct json_writer *w, const struct json_field *field, int value)
{
	if (value < 0 || (size_t)value >= words_count(field))
		w->text->failed = true;
	else
		json_write_text(w, str_from(field->words[value]));
}

static void write_optional_bool(struct json_writer *w, const struct json_optional_bool *optional)
{
	if (optional->set)
		json_write_bool(w, optional->value);
	else
		json_write_null(w);
}

static void write_optional_int(struct json_writer *w, const struct json_optional_int *optional)
{
	if (optional->set)
		json_write_int(w, optional->value);
	else
		json_write_null(w);
}

static void write_any(struct json_writer *w, const struct str *json)
{
	if (json->n)
		json_write_raw(w, *json);
	else
		json_write_null(w);
}

static void write_pointed_at(struct json_writer *w, const struct json_shape *shape, const void *object)
{
	if (object)
		json_write_shape(w, shape, object);
	else
		json_write_null(w);
}

static void write_structs(struct json_writer *w, const struct json_shape *shape, const void *items,
			  size_t n)
{
	json_write_array_begin(w);
	for (size_t i = 0; i < n; i++)
		json_write_shape(w, shape, member_of(items, i * shape->size));
	json_write_array_end(w);
}

/* One entry of a map: its name and its value. */
static void write_entry(struct json_writer *w, const struct json_field *field, const void *entries,
			size_t i)
{
	if (field->kind == JSON_KIND_TEXTS_MAP) {
		const struct json_list_pair *pair = (const struct json_list_pair *)entries + i;
		json_write_name(w, pair->key);
		json_write_texts(w, pair->values, pair->n);
	} else if (field->kind == JSON_KIND_STRUCT_MAP) {
		const struct json_struct_pair *pair = (const struct json_struct_pair *)entries + i;
		json_write_name(w, pair->key);
		json_write_shape(w, field->shape, pair->value);
	} else if (field->kind == JSON_KIND_STRUCTS_MAP) {
		const struct json_structs_pair *pair = (const struct json_structs_pair *)entries + i;
		json_write_name(w, pair->key);
		write_structs(w, field->shape, pair->items, pair->n);
	} else {
		const struct json_pair *pair = (const struct json_pair *)entries + i;
		json_write_name(w, pair->key);
		if (field->kind == JSON_KIND_TEXT_MAP)
			json_write_text(w, pair->value);
		else
			json_write_raw(w, pair->value);
	}
}

static void write_map(struct json_writer *w, const struct json_field *field, const void *base)
{
	json_write_object_begin(w);
	for (size_t i = 0; i < count_of(base, field); i++)
		write_entry(w, field, pointer_of(base, field->offset), i);
	json_write_object_end(w);
}

static void write_texts(struct json_writer *w, const struct json_field *field, const void *base)
{
	const struct str *items = pointer_of(base, field->offset);
	size_t n = count_of(base, field);
	if (field->flags & JSON_LONE && n == 1)
		json_write_text(w, items[0]);
	else
		json_write_texts(w, items, n);
}

void json_write_value(struct json_writer *w, const struct json_field *field, const void *base)
{
	const void *member = member_of(base, field->offset);
	switch (field->kind) {
	case JSON_KIND_TEXT: json_write_text(w, *(const struct str *)member); break;
	case JSON_KIND_BOOL: json_write_bool(w, *(const bool *)member); break;
	case JSON_KIND_INT: json_write_int(w, *(const int64_t *)member); break;
	case JSON_KIND_OPTIONAL_BOOL: write_optional_bool(w, member); break;
	case JSON_KIND_OPTIONAL_INT: write_optional_int(w, member); break;
	case JSON_KIND_ENUM: write_enum(w, field, *(const int *)member); break;
	case JSON_KIND_ANY: write_any(w, member); break;
	case JSON_KIND_STRUCT: json_write_shape(w, field->shape, member); break;
	case JSON_KIND_STRUCT_POINTER:
		write_pointed_at(w, field->shape, pointer_of(base, field->offset));
		break;
	case JSON_KIND_TEXTS: write_texts(w, field, base); break;
	case JSON_KIND_STRUCTS:
		write_structs(w, field->shape, pointer_of(base, field->offset),
			      count_of(base, field));
		break;
	case JSON_KIND_TEXT_MAP:
	case JSON_KIND_TEXTS_MAP:
	case JSON_KIND_ANY_MAP:
	case JSON_KIND_STRUCT_MAP:
	case JSON_KIND_STRUCTS_MAP: write_map(w, field, base); break;
	}
}

void json_write_shape(struct json_writer *w, const struct json_shape *shape, const void *object)
{
	json_write_object_begin(w);
	for (size_t i = 0; i < shape->n; i++) {
		const struct json_field *field = &shape->fields[i];
		if (is_left_out(field, object))
			continue;
		json_write_name(w, str_from(field->name));
		json_write_value(w, field, object);
	}
	json_write_members(w, kept_of(shape, object));
	json_write_object_end(w);
}

struct str json_text_of(struct arena *arena, const struct json_shape *shape, const void *object)
{
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_shape(&w, shape, object);
	return text_str(&text);
}

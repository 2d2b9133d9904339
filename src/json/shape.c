/* Checks of descriptor tables; see json/read.h. */
#include "json/shape.h"

/* The shapes on the way to one: a shape may hold itself (groups in groups). */
struct visit {
	const struct visit *up;
	const struct json_shape *shape;
};

static bool is_struct_kind(enum json_kind kind)
{
	return kind == JSON_KIND_STRUCT || kind == JSON_KIND_STRUCT_POINTER ||
	       kind == JSON_KIND_STRUCTS || kind == JSON_KIND_STRUCT_MAP ||
	       kind == JSON_KIND_STRUCTS_MAP;
}

static const char *field_fault(const struct json_shape *shape, const struct json_field *field)
{
	if (!field->name || !*field->name)
		return "a field without a name";
	for (const struct json_field *other = shape->fields; other < field; other++)
		if (str_eq_z(str_from(field->name), other->name))
			return "two fields of one name";
	for (size_t i = 0; shape->known && shape->known[i]; i++)
		if (str_eq_z(str_from(field->name), shape->known[i]))
			return "a name that is a field and known";
	if (field->kind == JSON_KIND_ENUM && !field->words)
		return "an enum without words";
	if (is_struct_kind(field->kind) && !field->shape)
		return "a struct without a shape";
	if (field->item_size && field->item_size != field->shape->size)
		return "a struct of another size than its shape's";
	return field->offset >= shape->size ? "a field outside the struct" : NULL;
}

static const char *shape_fault(const struct json_shape *shape, const struct visit *up)
{
	for (const struct visit *v = up; v; v = v->up)
		if (v->shape == shape)
			return NULL;
	if (shape->n > sizeof(struct json_sent) * 8)
		return "more than 256 fields";
	struct visit here = { up, shape };
	const char *fault = NULL;
	for (size_t i = 0; !fault && i < shape->n; i++) {
		const struct json_field *field = &shape->fields[i];
		fault = field_fault(shape, field);
		if (!fault && is_struct_kind(field->kind))
			fault = shape_fault(field->shape, &here);
	}
	return fault;
}

const char *json_shape_fault(const struct json_shape *shape)
{
	return shape_fault(shape, NULL);
}

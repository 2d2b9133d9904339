/* C structs from JSON; see read.h. */
#include "json/read.h"

#include <string.h>

#include "base/tables.h"
#include "json/shape.h"
#include "json/tree.h"
#include "json/value.h"
#include "json/write.h"

enum { SCRATCH_MAX = 64 << 10 };

/* One struct while it is filled. */
struct filling {
	const struct reader *r;
	const struct place *at;
	const struct json_shape *shape;
	void *object;
	size_t cursor;         /* the field behind the one found last: members come in order */
	struct json_sent sent; /* fields found, null left out */
	struct text kept;
	struct json_writer kept_writer;
};

static enum error_code read_struct(const struct reader *r, const struct place *at, const struct json_node *value,
				   const struct json_shape *shape, void *object);

static enum error_code want(const struct reader *r, const struct place *at, const struct json_node *value,
			    bool is_right, const char *problem)
{
	return is_right ? OK : value_refuse(r, at, value, ERROR_WRONG_TYPE, problem);
}

/* A new struct of the arena with the shape's defaults. */
static void *new_structs(const struct reader *r, const struct json_shape *shape, size_t n)
{
	char *items = arena_array(r->arena, n, shape->size);
	for (size_t i = 0; shape->defaults && i < n; i++)
		memcpy(items + i * shape->size, shape->defaults, shape->size);
	return items;
}

static enum error_code read_texts(const struct reader *r, const struct place *at, const struct json_node *value,
				  bool lone, struct str **ret_items, size_t *ret_n)
{
	bool single = lone && value->kind != JSON_NODE_LIST;
	size_t n = single ? 1 : value->n;
	enum error_code error = want(r, at, value, single || value->kind == JSON_NODE_LIST,
				     "expected a list of texts");
	struct str *items = arena_array(r->arena, n, sizeof *items);
	for (size_t i = 0; !error && i < n; i++) {
		struct place item = value_place_of_item(at, i);
		error = value_read_text(r, single ? at : &item,
					single ? value : value->items[i], &items[i]);
	}
	if (error)
		return error;
	*ret_items = items;
	*ret_n = n;
	return OK;
}

static enum error_code read_structs(const struct reader *r, const struct place *at, const struct json_node *value,
				    const struct json_shape *shape, void **ret_items, size_t *ret_n)
{
	enum error_code error = want(r, at, value, value->kind == JSON_NODE_LIST, "expected a list of objects");
	if (error)
		return error;
	size_t n = value->n;
	char *items = new_structs(r, shape, n);
	for (size_t i = 0; i < n; i++) {
		struct place item = value_place_of_item(at, i);
		error = read_struct(r, &item, value->items[i], shape,
				    items + i * shape->size);
		if (error)
			return error;
	}
	*ret_items = items;
	*ret_n = n;
	return OK;
}

/* The value of one entry of a map goes to `entry`, whose key is set by then. */
static enum error_code read_entry(const struct reader *r, const struct place *at, const struct json_node *value,
				  const struct json_field *field, void *entry)
{
	struct json_pair *pair = entry;
	struct json_list_pair *list = entry;
	struct json_struct_pair *one = entry;
	struct json_structs_pair *many = entry;
	if (field->kind == JSON_KIND_TEXTS_MAP)
		return read_texts(r, at, value, field->flags & JSON_LONE, &list->values, &list->n);
	if (field->kind == JSON_KIND_STRUCTS_MAP)
		return read_structs(r, at, value, field->shape, &many->items, &many->n);
	if (field->kind == JSON_KIND_TEXT_MAP)
		return value_read_text(r, at, value, &pair->value);
	if (field->kind == JSON_KIND_STRUCT_MAP) {
		one->value = new_structs(r, field->shape, 1);
		return read_struct(r, at, value, field->shape, one->value);
	}
	pair->value = value_compact(r, value); /* ANY_MAP */
	return OK;
}

/* Every entry begins with its key. */
_Static_assert(offsetof(struct json_pair, key) == 0 && offsetof(struct json_list_pair, key) == 0 &&
	       offsetof(struct json_struct_pair, key) == 0 &&
	       offsetof(struct json_structs_pair, key) == 0, "entries begin with their keys");

static size_t entry_size(enum json_kind kind)
{
	if (kind == JSON_KIND_TEXTS_MAP)
		return sizeof(struct json_list_pair);
	if (kind == JSON_KIND_STRUCT_MAP)
		return sizeof(struct json_struct_pair);
	return kind == JSON_KIND_STRUCTS_MAP ? sizeof(struct json_structs_pair)
					     : sizeof(struct json_pair);
}

static enum error_code read_map(const struct reader *r, const struct place *at, const struct json_node *value,
				const struct json_field *field, void **ret_entries, size_t *ret_n)
{
	enum error_code error = want(r, at, value, value->kind == JSON_NODE_OBJECT, "expected an object");
	if (error)
		return error;
	size_t size = entry_size(field->kind), n = 0;
	char *entries = arena_array(r->arena, value->n, size);
	for (size_t i = 0; i < value->n; i++) {
		const struct json_node *item = value->members[i].value;
		if (item->kind == JSON_NODE_NULL && field->kind != JSON_KIND_ANY_MAP)
			continue;
		char *entry = entries + n++ * size;
		*(struct str *)entry = arena_str(r->arena, value->members[i].name);
		struct place place = value_place_of_member(at, *(struct str *)entry, false);
		error = read_entry(r, &place, item, field, entry);
		if (error)
			return error;
	}
	*ret_entries = entries;
	*ret_n = n;
	return OK;
}

static enum error_code read_enum(const struct reader *r, const struct place *at, const struct json_node *value,
				 const struct json_field *field, int *ret_value)
{
	for (int i = 0; value->kind == JSON_NODE_TEXT && field->words[i]; i++)
		if (str_eq_z(value->text, field->words[i])) {
			*ret_value = i;
			return OK;
		}
	struct text words = text_new(r->arena, 0);
	for (size_t i = 0; field->words[i]; i++)
		text_addf(&words, "%s%s", i ? ", " : "expected one of: ", field->words[i]);
	return value_refuse(r, at, value, ERROR_WRONG_TYPE, text_str(&words).p);
}

/* The lists and maps: a pointer and its count. */
static enum error_code read_counted(const struct reader *r, const struct place *at, const struct json_node *value,
				    const struct json_field *field, void *base)
{
	void *items = NULL;
	struct str *texts = NULL;
	size_t n = 0;
	enum error_code error;
	if (field->kind == JSON_KIND_TEXTS) {
		error = read_texts(r, at, value, field->flags & JSON_LONE, &texts, &n);
		items = texts;
	} else if (field->kind == JSON_KIND_STRUCTS) {
		error = read_structs(r, at, value, field->shape, &items, &n);
	} else {
		error = read_map(r, at, value, field, &items, &n);
	}
	if (error)
		return error;
	memcpy(member_at(base, field->offset), &items, sizeof items);
	memcpy(member_at(base, field->count_offset), &n, sizeof n);
	return OK;
}

static enum error_code read_pointed_at(const struct reader *r, const struct place *at,
				       const struct json_node *value, const struct json_shape *shape, void *member)
{
	void *object = new_structs(r, shape, 1);
	enum error_code error = read_struct(r, at, value, shape, object);
	if (error)
		return error;
	memcpy(member, &object, sizeof object);
	return OK;
}

static enum error_code read_field(const struct reader *r, const struct place *at, const struct json_node *value,
				  const struct json_field *field, void *base)
{
	void *member = member_at(base, field->offset);
	struct json_optional_bool *optional_bool = member;
	struct json_optional_int *optional_int = member;
	switch (field->kind) {
	case JSON_KIND_TEXT: return value_read_text(r, at, value, member);
	case JSON_KIND_BOOL: return value_read_bool(r, at, value, member);
	case JSON_KIND_INT: return value_read_int(r, at, value, member);
	case JSON_KIND_OPTIONAL_BOOL:
		optional_bool->set = true;
		return value_read_bool(r, at, value, &optional_bool->value);
	case JSON_KIND_OPTIONAL_INT:
		optional_int->set = true;
		return value_read_int(r, at, value, &optional_int->value);
	case JSON_KIND_ENUM: return read_enum(r, at, value, field, member);
	case JSON_KIND_ANY: *(struct str *)member = value_compact(r, value); return OK;
	case JSON_KIND_STRUCT: return read_struct(r, at, value, field->shape, member);
	case JSON_KIND_STRUCT_POINTER: return read_pointed_at(r, at, value, field->shape, member);
	case JSON_KIND_TEXTS:
	case JSON_KIND_TEXT_MAP:
	case JSON_KIND_TEXTS_MAP:
	case JSON_KIND_ANY_MAP:
	case JSON_KIND_STRUCTS:
	case JSON_KIND_STRUCT_MAP:
	case JSON_KIND_STRUCTS_MAP: break;
	}
	return read_counted(r, at, value, field, base);
}

static const struct json_field *find_field(struct filling *f, struct str name)
{
	for (size_t i = 0; i < f->shape->n; i++) {
		if (f->cursor >= f->shape->n)
			f->cursor = 0;
		const struct json_field *field = &f->shape->fields[f->cursor++];
		if (str_eq_z(name, field->name))
			return field;
	}
	return NULL;
}

static bool is_known(const struct json_shape *shape, struct str name)
{
	for (size_t i = 0; shape->known && shape->known[i]; i++)
		if (str_eq_z(name, shape->known[i]))
			return true;
	return false;
}

static void keep(struct filling *f, struct str name, const struct json_node *value)
{
	if (!f->kept.arena) {
		f->kept = text_new(f->r->arena, SIZE_MAX);
		f->kept_writer = json_writer_new(&f->kept, false);
		json_write_object_begin(&f->kept_writer);
	}
	json_write_name(&f->kept_writer, name);
	json_write_raw(&f->kept_writer, value_compact(f->r, value));
}

/* What was kept is the struct's own from before, with what came now. */
static enum error_code finish_kept(struct filling *f)
{
	if (!f->kept.arena)
		return OK;
	json_write_object_end(&f->kept_writer);
	struct str *kept = member_at(f->object, f->shape->kept - 1);
	return json_kept_merge(f->r->arena, *kept, text_str(&f->kept), kept, f->r->why);
}

static enum error_code read_unknown(struct filling *f, struct str name, const struct json_node *value)
{
	if (f->r->unknown == JSON_UNKNOWN_IGNORED)
		return OK;
	if (f->r->unknown == JSON_UNKNOWN_KEPT && is_known(f->shape, name)) {
		if (f->shape->kept)
			keep(f, name, value);
		return OK;
	}
	struct place place = value_place_of_member(f->at, name, false);
	return value_refuse(f->r, &place, value, ERROR_UNKNOWN_FIELD, "unknown field");
}

static enum error_code read_member(struct filling *f, struct str name, const struct json_node *value)
{
	const struct json_field *field = find_field(f, name);
	if (!field)
		return read_unknown(f, name, value);
	bool keeps_null = field->kind == JSON_KIND_ANY;
	if (field->flags & JSON_NOT_READ ||
	    (!keeps_null && value_is_absent(f->r, field->kind, value)))
		return OK;
	size_t i = (size_t)(field - f->shape->fields);
	f->sent.bits[i / 64] |= UINT64_C(1) << i % 64;
	struct place place = value_place_of_member(f->at, name, field->flags & JSON_SECRET);
	return read_field(f->r, &place, value, field, f->object);
}

static enum error_code check_required(const struct filling *f)
{
	for (size_t i = 0; i < f->shape->n; i++) {
		const struct json_field *field = &f->shape->fields[i];
		if (!(field->flags & JSON_REQUIRED) || f->sent.bits[i / 64] >> i % 64 & 1)
			continue;
		struct place place = value_place_of_member(f->at, str_from(field->name), false);
		return value_refuse(f->r, &place, NULL, ERROR_INVALID_VALUE,
				    "a required field is absent");
	}
	return OK;
}

static enum error_code read_struct(const struct reader *r, const struct place *at, const struct json_node *value,
				   const struct json_shape *shape, void *object)
{
	struct filling f = { .r = r, .at = at, .shape = shape, .object = object };
	enum error_code error = want(r, at, value, value->kind == JSON_NODE_OBJECT, "expected an object");
	if (error)
		return error;
	for (size_t i = 0; i < value->n; i++) {
		error = read_member(&f, value->members[i].name, value->members[i].value);
		if (error)
			return error;
	}
	error = check_required(&f);
	if (error)
		return error;
	if (shape->sent)
		*(struct json_sent *)member_at(object, shape->sent - 1) = f.sent;
	return finish_kept(&f);
}

static struct reader reader_of(struct arena *arena, const struct json_read_options *options,
			       struct why *why)
{
	struct reader r = { .arena = arena, .root = "$", .why = why };
	if (options) {
		r.unknown = options->unknown;
		r.coerce = options->coerce;
		r.root = options->path ? options->path : "$";
	}
	return r;
}

enum error_code json_read(struct arena *arena, struct str json, const struct json_shape *shape,
			  const struct json_read_options *options, void *ret_object,
			  struct why *reterr_why)
{
	const struct json_field whole = { .name = "", .kind = JSON_KIND_STRUCT, .shape = shape };
	return json_read_value(arena, json, &whole, options, ret_object, shape->size, reterr_why);
}

/* Room for the tree of a usual text, in one piece. */
static size_t scratch_size(struct str json)
{
	size_t size = 512 + 6 * json.n;
	return size < SCRATCH_MAX ? size : SCRATCH_MAX;
}

enum error_code json_read_value(struct arena *arena, struct str json, const struct json_field *field,
				const struct json_read_options *options, void *ret_base,
				size_t base_size, struct why *reterr_why)
{
	struct reader r = reader_of(arena, options, reterr_why);
	struct place root = { .secret = field->flags & JSON_SECRET };
	ARENA_SCOPED scratch = arena_new(scratch_size(json));
	const struct json_node *value;
	enum error_code error = value_parse(&r, scratch, json, &value);
	if (error)
		return error;
	void *filled = arena_alloc(arena, base_size);
	memcpy(filled, ret_base, base_size);
	error = read_field(&r, &root, value, field, filled);
	if (error)
		return error;
	memcpy(ret_base, filled, base_size);
	return OK;
}

bool json_sent(const struct json_shape *shape, const void *object, size_t offset)
{
	if (!shape->sent)
		return false;
	const struct json_sent *sent = member_of(object, shape->sent - 1);
	for (size_t i = 0; i < shape->n; i++)
		if (shape->fields[i].offset == offset && sent->bits[i / 64] >> i % 64 & 1)
			return true;
	return false;
}

/* json/: structs from JSON and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/tables.h"
#include "json/read.h"
#include "json/tree.h"
#include "json/write.h"

enum colour { RED, GREEN, BLUE };
static const char *const colours[] = { "red", "green", "blue", NULL };

struct part {
	struct str id;
	bool enabled;
	int64_t weight;
	struct part *parts; /* a shape may hold itself */
	size_t parts_n;
	struct str kept;
};

struct thing {
	struct str name, secret, any, typed;
	bool enabled, hidden;
	int64_t count;
	struct json_optional_bool maybe;
	struct json_optional_int limit;
	enum colour colour;
	struct str *tags, *audience;
	size_t tags_n, audience_n;
	struct json_pair *labels, *raw;
	size_t labels_n, raw_n;
	struct json_list_pair *attributes;
	size_t attributes_n;
	struct part inner, *pointed, *parts;
	size_t parts_n;
	struct json_struct_pair *by_name;
	struct json_structs_pair *lists_by_name;
	size_t by_name_n, lists_by_name_n;
	struct str kept;
	struct json_sent sent;
};

static const struct json_shape part_shape;
static const struct json_field part_fields[] = {
	JSON_TEXT(struct part, id, "id", JSON_REQUIRED),
	JSON_BOOL(struct part, enabled, "enabled", JSON_OMIT_ZERO),
	JSON_INT(struct part, weight, "weight", JSON_OMIT_ZERO),
	JSON_STRUCTS(struct part, parts, parts_n, "parts", 0, &part_shape),
};
static const char *const part_known[] = { "future", NULL };
static const struct part part_defaults = { .weight = 7 };
static const struct json_shape part_shape = JSON_SHAPE(struct part, part_fields,
	.known = part_known, .kept = JSON_AT(struct part, kept, struct str),
	.defaults = &part_defaults);

static const struct json_field thing_fields[] = {
	JSON_TEXT(struct thing, name, "name", 0),
	JSON_TEXT(struct thing, secret, "secret", JSON_SECRET | JSON_NOT_WRITTEN),
	JSON_TEXT(struct thing, typed, "typed", JSON_NOT_READ),
	JSON_ANY(struct thing, any, "any", 0),
	JSON_BOOL(struct thing, enabled, "enabled", 0),
	JSON_BOOL(struct thing, hidden, "hidden", JSON_OMIT_ZERO),
	JSON_INT(struct thing, count, "count", 0),
	JSON_OPTIONAL_BOOL(struct thing, maybe, "maybe", 0),
	JSON_OPTIONAL_INT(struct thing, limit, "limit", 0),
	JSON_ENUM(struct thing, colour, "colour", 0, colours),
	JSON_TEXTS(struct thing, tags, tags_n, "tags", JSON_ALWAYS),
	JSON_TEXTS(struct thing, audience, audience_n, "aud", JSON_LONE),
	JSON_TEXT_MAP(struct thing, labels, labels_n, "labels", 0),
	JSON_ANY_MAP(struct thing, raw, raw_n, "raw", 0),
	JSON_TEXTS_MAP(struct thing, attributes, attributes_n, "attributes", JSON_LONE),
	JSON_STRUCT(struct thing, inner, "inner", JSON_NOT_WRITTEN, &part_shape),
	JSON_STRUCT_POINTER(struct thing, pointed, "pointed", 0, &part_shape),
	JSON_STRUCTS(struct thing, parts, parts_n, "parts", 0, &part_shape),
	JSON_STRUCT_MAP(struct thing, by_name, by_name_n, "byName", 0, &part_shape),
	JSON_STRUCTS_MAP(struct thing, lists_by_name, lists_by_name_n, "listsByName", 0, &part_shape),
};
static const char *const thing_known[] = { "future", "otherFuture", NULL };
static const struct json_shape thing_shape = JSON_SHAPE(struct thing, thing_fields,
	.known = thing_known, .kept = JSON_AT(struct thing, kept, struct str),
	.sent = JSON_AT(struct thing, sent, struct json_sent));

static const struct json_read_options keeping = { .unknown = JSON_UNKNOWN_KEPT };
static const struct json_read_options ignoring = { .unknown = JSON_UNKNOWN_IGNORED };
static const struct json_read_options coercing = { .coerce = true };

struct fixture {
	struct arena *arena;
	struct thing thing;
	struct why why;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->arena = arena_new(0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	arena_free(f->arena);
	free(f);
	return 0;
}

/* Reads; on failure the struct must be what it was. */
static enum error_code read_thing(struct fixture *f, const char *json,
				  const struct json_read_options *options)
{
	struct thing before = f->thing;
	memset(&f->why, 0, sizeof f->why);
	enum error_code error = json_read(f->arena, str_from(json), &thing_shape, options, &f->thing,
					  &f->why);
	if (error) {
		assert_memory_equal(&before, &f->thing, sizeof before);
		assert_true(f->why.text[0] != 0);
	}
	return error;
}

static void assert_refused(struct fixture *f, const char *json, enum error_code code, const char *why)
{
	assert_int_equal(read_thing(f, json, NULL), code);
	assert_string_equal(f->why.text, why);
}

static void assert_text(struct str s, const char *expected)
{
	assert_int_equal(s.n, strlen(expected));
	assert_memory_equal(s.p, expected, s.n);
}

static struct str written(struct fixture *f)
{
	return json_text_of(f->arena, &thing_shape, &f->thing);
}

/* n times `piece`, between two texts. */
static struct str repeated(struct arena *arena, const char *before, const char *piece, size_t n,
			   const char *after)
{
	struct text text = text_new(arena, 0);
	text_add_z(&text, before);
	for (size_t i = 0; i < n; i++)
		text_add_z(&text, piece);
	text_add_z(&text, after);
	return text_str(&text);
}

static void tables_are_sound_and_faults_are_found(void **state)
{
	(void)state;
	assert_null(json_shape_fault(&thing_shape));
	static const struct json_field twins[] = {
		JSON_TEXT(struct thing, name, "name", 0),
		JSON_TEXT(struct thing, secret, "name", 0),
	};
	static const struct json_shape twin_shape = JSON_SHAPE(struct thing, twins);
	assert_string_equal(json_shape_fault(&twin_shape), "two fields of one name");
	static const struct json_field small[] = {
		JSON_STRUCT(struct thing, name, "name", 0, &part_shape),
	};
	static const struct json_shape small_shape = JSON_SHAPE(struct thing, small);
	assert_string_equal(json_shape_fault(&small_shape), "a struct of another size than its shape's");
	static const struct json_field both[] = { JSON_TEXT(struct thing, name, "future", 0) };
	static const struct json_shape both_shape = JSON_SHAPE(struct thing, both,
							       .known = thing_known);
	assert_string_equal(json_shape_fault(&both_shape), "a name that is a field and known");
	static const struct json_field holder[] = {
		JSON_STRUCTS(struct thing, parts, parts_n, "parts", 0, &twin_shape),
	};
	static const struct json_shape holder_shape = JSON_SHAPE(struct thing, holder);
	assert_string_equal(json_shape_fault(&holder_shape), "a struct of another size than its shape's");
	static const struct json_field far[] = { JSON_TEXT(struct thing, kept, "kept", 0) };
	static const struct json_shape far_shape = JSON_SHAPE(struct part, far);
	assert_string_equal(json_shape_fault(&far_shape), "a field outside the struct");
}

static void every_kind_is_read(void **state)
{
	struct fixture *f = *state;
	struct thing *t = &f->thing;
	static const char json[] =
		" {\"name\":\"caf\\u00e9 \\ud83d\\udd11\\n\",\"secret\":\"s\",\"typed\":[\"whatever\"],"
		"\"any\":{\"b\":[1,2.5,null],\"a\":\"x\"},\"enabled\":true,\"hidden\":false,"
		"\"count\":-9223372036854775808,\"maybe\":false,\"limit\":0,\"colour\":\"blue\","
		"\"tags\":[\"a\",\"\"],\"aud\":\"me\",\"labels\":{\"k\":\"v\",\"gone\":null},"
		"\"raw\":{\"x\":null,\"y\":{\"essential\":true}},"
		"\"attributes\":{\"one\":\"1\",\"two\":[\"1\",\"2\"],\"none\":[]},"
		"\"inner\":{\"id\":\"i\"},\"pointed\":{\"id\":\"p\",\"weight\":1},"
		"\"parts\":[{\"id\":\"1\"},{\"id\":\"2\",\"enabled\":true,\"parts\":[{\"id\":\"3\"}]}],"
		"\"byName\":{\"n\":{\"id\":\"4\"}},\"listsByName\":{\"l\":[{\"id\":\"5\"},{\"id\":\"6\"}]}}\n";
	assert_int_equal(read_thing(f, json, NULL), OK);
	assert_text(t->name, "caf\xc3\xa9 \xf0\x9f\x94\x91\n");
	assert_text(t->secret, "s");
	assert_null(t->typed.p);
	assert_text(t->any, "{\"b\":[1,2.5,null],\"a\":\"x\"}");
	assert_true(t->enabled && !t->hidden);
	assert_true(t->count == INT64_MIN);
	assert_true(t->maybe.set && !t->maybe.value);
	assert_true(t->limit.set && t->limit.value == 0);
	assert_int_equal(t->colour, BLUE);
	assert_int_equal(t->tags_n, 2);
	assert_text(t->tags[0], "a");
	assert_text(t->tags[1], "");
	assert_int_equal(t->audience_n, 1);
	assert_text(t->audience[0], "me");
	assert_int_equal(t->labels_n, 1);
	assert_text(t->labels[0].key, "k");
	assert_text(t->labels[0].value, "v");
	assert_int_equal(t->raw_n, 2);
	assert_text(t->raw[0].value, "null");
	assert_text(t->raw[1].value, "{\"essential\":true}");
	assert_int_equal(t->attributes_n, 3);
	assert_int_equal(t->attributes[0].n, 1);
	assert_text(t->attributes[1].values[1], "2");
	assert_int_equal(t->attributes[2].n, 0);
	assert_text(t->inner.id, "i");
	assert_int_equal(t->inner.weight, 0); /* an embedded struct keeps what it has */
	assert_int_equal(t->pointed->weight, 1);
	assert_int_equal(t->parts_n, 2);
	assert_int_equal(t->parts[0].weight, 7); /* the shape's default */
	assert_true(t->parts[1].enabled);
	assert_text(t->parts[1].parts[0].id, "3");
	assert_text(((struct part *)t->by_name[0].value)->id, "4");
	assert_int_equal(t->lists_by_name[0].n, 2);
	assert_text(((struct part *)t->lists_by_name[0].items)[1].id, "6");
	assert_int_equal(t->kept.n, 0);
}

static void what_is_written_reads_back(void **state)
{
	struct fixture *f = *state;
	static const char json[] =
		"{\"name\":\"n\\\"\\\\\\u0001\\u007f\",\"any\":[0.1,-2.5e-7,1.0,\"\\u00fc\"],"
		"\"enabled\":false,\"count\":0,\"maybe\":true,\"limit\":-5,\"colour\":\"red\",\"tags\":[],"
		"\"aud\":[\"a\",\"b\"],\"labels\":{\"k\":\"\"},\"raw\":{\"x\":{}},\"attributes\":{\"a\":[\"1\"]},"
		"\"pointed\":{\"id\":\"p\",\"enabled\":true,\"weight\":7},"
		"\"parts\":[{\"id\":\"1\",\"weight\":7,\"parts\":[{\"id\":\"2\",\"weight\":1,"
		"\"future\":{\"deep\":[1]}}]}],\"byName\":{\"n\":{\"id\":\"4\",\"weight\":7}},"
		"\"listsByName\":{\"l\":[{\"id\":\"5\",\"weight\":7}],\"m\":[]},\"future\":[1, {\"x\" : null}],"
		"\"otherFuture\":null}";
	assert_int_equal(read_thing(f, json, &keeping), OK);
	assert_text(f->thing.kept, "{\"future\":[1,{\"x\":null}],\"otherFuture\":null}");
	struct str first = arena_str(f->arena, written(f));
	assert_text(first,
		"{\"name\":\"n\\\"\\\\\\u0001\x7f\",\"any\":[0.1,-2.5e-7,1.0,\"\xc3\xbc\"],"
		"\"enabled\":false,\"count\":0,\"maybe\":true,\"limit\":-5,\"colour\":\"red\",\"tags\":[],"
		"\"aud\":[\"a\",\"b\"],\"labels\":{\"k\":\"\"},\"raw\":{\"x\":{}},\"attributes\":{\"a\":[\"1\"]},"
		"\"pointed\":{\"id\":\"p\",\"enabled\":true,\"weight\":7},"
		"\"parts\":[{\"id\":\"1\",\"weight\":7,\"parts\":[{\"id\":\"2\",\"weight\":1,"
		"\"future\":{\"deep\":[1]}}]}],\"byName\":{\"n\":{\"id\":\"4\",\"weight\":7}},"
		"\"listsByName\":{\"l\":[{\"id\":\"5\",\"weight\":7}],\"m\":[]},\"future\":[1,{\"x\":null}],"
		"\"otherFuture\":null}");
	memset(&f->thing, 0, sizeof f->thing);
	assert_int_equal(read_thing(f, first.p, &keeping), OK);
	assert_true(str_eq(written(f), first));
}

static void empty_values_are_left_out_but_where_the_table_says_always(void **state)
{
	struct fixture *f = *state;
	assert_text(written(f), "{\"enabled\":false,\"count\":0,\"colour\":\"red\",\"tags\":[]}");
	f->thing.secret = STR("never");
	f->thing.audience = (struct str[]){ STR_INIT("one") };
	f->thing.audience_n = 1;
	f->thing.hidden = true;
	assert_text(written(f), "{\"enabled\":false,\"hidden\":true,\"count\":0,\"colour\":\"red\","
				"\"tags\":[],\"aud\":\"one\"}");
	f->thing.colour = (enum colour)3;
	assert_int_equal(written(f).n, 0); /* no word for it */
}

struct frame {
	struct part part, other;
	struct part *pointed;
	struct json_optional_bool maybe;
	struct json_optional_int limit;
	struct str any, text;
	struct json_pair *map;
	size_t map_n;
	bool flag;
};

static const struct json_field frame_fields[] = {
	JSON_STRUCT(struct frame, part, "part", 0, &part_shape),
	JSON_STRUCT(struct frame, other, "other", JSON_ALWAYS, &thing_shape),
	JSON_STRUCT_POINTER(struct frame, pointed, "pointed", JSON_ALWAYS, &part_shape),
	JSON_OPTIONAL_BOOL(struct frame, maybe, "maybe", JSON_ALWAYS),
	JSON_OPTIONAL_INT(struct frame, limit, "limit", JSON_ALWAYS),
	JSON_ANY(struct frame, any, "any", JSON_ALWAYS),
	JSON_TEXT(struct frame, text, "text", JSON_ALWAYS),
	JSON_TEXT_MAP(struct frame, map, map_n, "map", JSON_ALWAYS),
	JSON_BOOL(struct frame, flag, "flag", JSON_ALWAYS | JSON_OMIT_ZERO),
};

static void embedded_structs_and_empty_values_are_written_as_the_table_says(void **state)
{
	struct fixture *f = *state;
	static const struct json_shape wrong = JSON_SHAPE(struct frame, frame_fields);
	assert_string_equal(json_shape_fault(&wrong), "a struct of another size than its shape's");
	struct json_field fields[ARRAY_LENGTH(frame_fields)];
	memcpy(fields, frame_fields, sizeof fields);
	fields[0].flags = JSON_OMIT_ZERO;
	fields[1].shape = &part_shape;
	const struct json_shape shape = { .fields = fields, .n = ARRAY_LENGTH(fields),
					  .size = sizeof(struct frame) };
	assert_null(json_shape_fault(&shape));
	struct frame frame = { .flag = false };
	assert_text(json_text_of(f->arena, &shape, &frame),
		    "{\"other\":{},\"pointed\":null,\"maybe\":null,\"limit\":null,\"any\":null,"
		    "\"text\":\"\",\"map\":{},\"flag\":false}");
	frame.part.kept = STR("{\"future\":1}");
	frame.other.id = STR("o");
	assert_text(str_take(json_text_of(f->arena, &shape, &frame), 42),
		    "{\"part\":{\"future\":1},\"other\":{\"id\":\"o\"},\"p");
	assert_false(JSON_SENT(&shape, &frame, text)); /* the shape has no `sent` */
	/* Known names are dropped where nothing is there to keep them. */
	struct json_shape careless = shape;
	careless.known = thing_known;
	assert_int_equal(json_read(f->arena, STR("{\"future\":1,\"text\":\"t\"}"), &careless, &keeping,
				   &frame, &f->why), OK);
	assert_text(frame.text, "t");
	fields[0].name = "";
	assert_string_equal(json_shape_fault(&shape), "a field without a name");
	fields[0] = (struct json_field){ .name = "x", .kind = JSON_KIND_ENUM };
	assert_string_equal(json_shape_fault(&shape), "an enum without words");
	fields[0].kind = JSON_KIND_STRUCT;
	assert_string_equal(json_shape_fault(&shape), "a struct without a shape");
	careless.n = 257;
	assert_string_equal(json_shape_fault(&careless), "more than 256 fields");
}

static void every_escape_is_decoded(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(read_thing(f, "{\"name\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u20Ac\\uD83D\\uDD11\\u007F\"}",
				    NULL), OK);
	assert_text(f->thing.name, "\"\\/\b\f\n\r\t\xe2\x82\xac\xf0\x9f\x94\x91\x7f");
	struct json_node *node;
	assert_int_equal(json_tree_read(f->arena, STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u20Ac\\uD83D\\uDD11\\u007F\""),
					&node, NULL), OK);
	assert_true(str_eq(node->text, f->thing.name));
}

static void absent_and_null_leave_what_was_there(void **state)
{
	struct fixture *f = *state;
	f->thing.name = STR("before");
	f->thing.count = 5;
	f->thing.inner.weight = 3;
	assert_int_equal(read_thing(f, "{\"name\":null,\"tags\":null,\"maybe\":null,\"any\":null,"
				       "\"inner\":{\"id\":\"x\"}}", NULL), OK);
	assert_text(f->thing.name, "before");
	assert_int_equal(f->thing.count, 5);
	assert_int_equal(f->thing.inner.weight, 3);
	assert_false(f->thing.maybe.set);
	assert_text(f->thing.any, "null");
	assert_false(JSON_SENT(&thing_shape, &f->thing, name));
	assert_false(JSON_SENT(&thing_shape, &f->thing, count));
	assert_true(JSON_SENT(&thing_shape, &f->thing, inner));
	assert_int_equal(read_thing(f, "{\"count\":0,\"name\":\"\"}", NULL), OK);
	assert_true(f->thing.count == 0 && f->thing.name.n == 0 && f->thing.name.p);
	assert_true(JSON_SENT(&thing_shape, &f->thing, count));
	assert_true(JSON_SENT(&thing_shape, &f->thing, name));
	assert_false(JSON_SENT(&thing_shape, &f->thing, inner));
}

static void kept_members_join_those_of_before(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(read_thing(f, "{\"future\":1,\"otherFuture\":[2]}", &keeping), OK);
	assert_int_equal(read_thing(f, "{\"name\":\"x\"}", &keeping), OK);
	assert_text(f->thing.kept, "{\"future\":1,\"otherFuture\":[2]}");
	assert_int_equal(read_thing(f, "{\"otherFuture\":{\"a\":3}}", &keeping), OK);
	assert_text(f->thing.kept, "{\"future\":1,\"otherFuture\":{\"a\":3}}");
	struct str kept;
	assert_int_equal(json_kept_merge(f->arena, STR(""), STR("{\"a\":0.10}"), &kept, NULL), OK);
	assert_text(kept, "{\"a\":0.10}");
	assert_int_equal(json_kept_merge(f->arena, STR(""), STR(""), &kept, NULL), OK);
	assert_int_equal(kept.n, 0);
	assert_int_equal(json_kept_merge(f->arena, STR("[]"), STR(""), &kept, &f->why),
			 ERROR_INVALID_VALUE);
	assert_int_equal(json_kept_merge(f->arena, STR("{"), STR(""), &kept, &f->why), ERROR_BAD_JSON);
}

static void unknown_fields_are_refused_with_path_and_value(void **state)
{
	struct fixture *f = *state;
	assert_refused(f, "{\"nosuchfield\":1}", ERROR_UNKNOWN_FIELD, "$.nosuchfield = 1: unknown field");
	assert_refused(f, "{\"future\":1}", ERROR_UNKNOWN_FIELD, "$.future = 1: unknown field");
	assert_refused(f, "{\"parts\":[{\"id\":\"\"},{\"id\":\"\",\"parts\":[{\"x y\":{\"a\":[]}}]}]}",
		       ERROR_UNKNOWN_FIELD, "$.parts[1].parts[0][\"x y\"] = {\"a\":[]}: unknown field");
	assert_refused(f, "{\"byName\":{\"a.b\":{\"id\":\"\",\"z\":true}}}", ERROR_UNKNOWN_FIELD,
		       "$.byName[\"a.b\"].z = true: unknown field");
	const struct json_read_options at = { .unknown = JSON_UNKNOWN_KEPT, .path = "$.users[17]" };
	assert_int_equal(read_thing(f, "{\"nosuchfield\":\"\\n\"}", &at), ERROR_UNKNOWN_FIELD);
	assert_string_equal(f->why.text, "$.users[17].nosuchfield = \"\\n\": unknown field");
	assert_int_equal(read_thing(f, "{\"nosuchfield\":{\"a\":1},\"name\":\"n\"}", &ignoring), OK);
	assert_text(f->thing.name, "n");
	assert_int_equal(f->thing.kept.n, 0);
}

static void wrong_types_say_what_was_expected(void **state)
{
	struct fixture *f = *state;
	const enum error_code bad = ERROR_WRONG_TYPE;
	assert_refused(f, "{\"name\":1}", bad, "$.name = 1: expected a text");
	assert_refused(f, "{\"secret\":123}", bad, "$.secret: expected a text");
	assert_refused(f, "{\"enabled\":\"true\"}", bad, "$.enabled = \"true\": expected true or false");
	assert_refused(f, "{\"count\":\"300\"}", bad, "$.count = \"300\": expected an integer");
	assert_refused(f, "{\"count\":1.0}", bad, "$.count = 1.0: expected an integer");
	assert_refused(f, "{\"count\":1e3}", bad, "$.count = 1e3: expected an integer");
	assert_refused(f, "{\"limit\":[]}", bad, "$.limit = []: expected an integer");
	assert_refused(f, "{\"colour\":\"RED\"}", bad, "$.colour = \"RED\": expected one of: red, green, blue");
	assert_refused(f, "{\"colour\":1}", bad, "$.colour = 1: expected one of: red, green, blue");
	assert_refused(f, "{\"tags\":\"a\"}", bad, "$.tags = \"a\": expected a list of texts");
	assert_refused(f, "{\"tags\":[\"a\",null]}", bad, "$.tags[1] = null: expected a text");
	assert_refused(f, "{\"aud\":{}}", bad, "$.aud = {}: expected a text");
	assert_refused(f, "{\"labels\":[]}", bad, "$.labels = []: expected an object");
	assert_refused(f, "{\"labels\":{\"k\":{}}}", bad, "$.labels.k = {}: expected a text");
	assert_refused(f, "{\"attributes\":{\"k\":[1]}}", bad, "$.attributes.k[0] = 1: expected a text");
	assert_refused(f, "{\"pointed\":[]}", bad, "$.pointed = []: expected an object");
	assert_refused(f, "{\"pointed\":{}}", ERROR_INVALID_VALUE, "$.pointed.id: a required field is absent");
	assert_refused(f, "{\"pointed\":{\"id\":null}}", ERROR_INVALID_VALUE, "$.pointed.id: a required field is absent");
	assert_refused(f, "{\"parts\":{}}", bad, "$.parts = {}: expected a list of objects");
	assert_refused(f, "{\"parts\":[[]]}", bad, "$.parts[0] = []: expected an object");
	assert_refused(f, "{\"byName\":{\"n\":1}}", bad, "$.byName.n = 1: expected an object");
	assert_refused(f, "{\"listsByName\":{\"n\":{}}}", bad, "$.listsByName.n = {}: expected a list of objects");
	assert_refused(f, "[]", bad, "$ = []: expected an object");
	assert_refused(f, "null", bad, "$ = null: expected an object");
	assert_int_equal(json_read(f->arena, STR("1"), &thing_shape, NULL, &f->thing, NULL), bad);
}

static void messages_cut_long_values_and_paths_between_characters(void **state)
{
	struct fixture *f = *state;
	struct str json = repeated(f->arena, "{\"count\":\"", "\xc3\xa9", 100, "\"}");
	assert_int_equal(read_thing(f, json.p, NULL), ERROR_WRONG_TYPE);
	struct str why = str_from(f->why.text);
	assert_true(str_is_utf8(why));
	assert_true(str_starts(why, STR("$.count = \"\xc3\xa9")));
	assert_true(str_ends(why, STR("\xc3\xa9...: expected an integer")));
	assert_true(why.n < 130);
	json = repeated(f->arena, "{\"labels\":{\"", "\xe2\x82\xac", 200, "\":1}}");
	assert_int_equal(read_thing(f, json.p, NULL), ERROR_WRONG_TYPE);
	why = str_from(f->why.text);
	assert_true(str_is_utf8(why) && why.n < 250 && str_starts(why, STR("...\xe2\x82\xac")));
}

static void coercion_is_jacksons(void **state)
{
	struct fixture *f = *state;
	struct thing *t = &f->thing;
	assert_int_equal(read_thing(f, "{\"enabled\":\"true\",\"count\":\" 300 \",\"name\":1,"
				       "\"maybe\":\"False\",\"limit\":3.7,\"labels\":{\"a\":true,\"b\":-2,"
				       "\"c\":0.5},\"tags\":[1,false]}", &coercing), OK);
	assert_true(t->enabled && t->count == 300 && t->maybe.set && !t->maybe.value);
	assert_text(t->name, "1");
	assert_int_equal(t->limit.value, 3);
	assert_text(t->labels[0].value, "true");
	assert_text(t->labels[1].value, "-2");
	assert_text(t->labels[2].value, "0.5");
	assert_text(t->tags[1], "false");
	assert_int_equal(read_thing(f, "{\"enabled\":0,\"maybe\":2}", &coercing), OK);
	assert_true(!t->enabled && t->maybe.value);
	/* Blank texts are absent for scalars. */
	t->count = 9;
	assert_int_equal(read_thing(f, "{\"count\":\"\",\"enabled\":\" \",\"limit\":\"\"}", &coercing), OK);
	assert_int_equal(t->count, 9);
	assert_false(JSON_SENT(&thing_shape, t, count));
	const char *bad[] = { "{\"count\":true}", "{\"count\":\"3.5\"}", "{\"count\":1e300}",
			      "{\"enabled\":\"yes\"}", "{\"enabled\":1.5}", "{\"name\":[]}",
			      "{\"name\":{}}", "{\"tags\":\"a\"}", "{\"pointed\":\"\"}",
			      "{\"colour\":\"\"}" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(read_thing(f, bad[i], &coercing), ERROR_WRONG_TYPE);
}

static void values_that_are_no_object_of_a_shape_are_read_by_a_field(void **state)
{
	struct fixture *f = *state;
	struct list {
		struct part *items;
		size_t n;
	} list = { NULL, 0 };
	static const struct json_field parts = JSON_STRUCTS(struct list, items, n, "", 0, &part_shape);
	assert_int_equal(json_read_value(f->arena, STR("[{\"id\":\"a\"},{\"id\":\"b\"}]"), &parts, NULL,
					 &list, sizeof list, &f->why), OK);
	assert_int_equal(list.n, 2);
	assert_text(list.items[1].id, "b");
	struct text text = text_new(f->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_value(&w, &parts, &list);
	assert_text(text_str(&text), "[{\"id\":\"a\",\"weight\":7},{\"id\":\"b\",\"weight\":7}]");
	const char *bad[] = { "{}", "null", "\"\"", "[{\"id\":\"a\"},1]" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(json_read_value(f->arena, str_from(bad[i]), &parts, NULL, &list,
						 sizeof list, &f->why), ERROR_WRONG_TYPE);
	assert_string_equal(f->why.text, "$[1] = 1: expected an object");
	assert_int_equal(list.n, 2);
}

/* What is not JSON, or is beyond the limits; each must be refused by both readers. */
static const char *const hostile[] = {
	"", " ", "{", "}", "[", "]", "{]", "[}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "[1,]", "[,1]",
	"{\"a\":1 \"b\":2}", "[1 2]", "{a:1}", "{'a':1}", "{\"a\":1}x", "{} {}", "{},", "nul", "True",
	"NaN", "Infinity", "-Infinity", "undefined", "// x\n{}", "{}/**/", "\xef\xbb\xbf{}", "\"", "\"a",
	"[\"\t\"]", "[\"\n\"]", "[\"\\x\"]", "[\"\\u12\"]", "[\"\\u12g4\"]", "[\"\\\"]", "[\"\\u0000\"]",
	"{\"\\u0000\":1}", "[\"\\ud800\"]", "[\"\\udc00\"]", "[\"\\ud800\\ud800\"]", "[\"\\ud800x\"]",
	"[\"\\ud800\\u0041\"]", "[\"\\ud83d\\\"]", "[\"\xc0\xaf\"]", "[\"\xed\xa0\x80\"]",
	"[\"\xf4\x90\x80\x80\"]", "[\"\xff\"]", "[\"\xc3\"]", "[\"\xe0\x80\x80\"]", "[01]", "[-]", "[+1]",
	"[-01]", "[.5]", "[1.]", "[1.e1]", "[1e]", "[1e+]", "[0x1]", "[1_0]", "[--1]",
	"[9223372036854775808]", "[-9223372036854775809]", "[1e308]", "[1e999999]", "[-1e999999]",
	"[1e-999999]", "[0e99999999999999999999]", "[1.7976931348623159e308]", "\x7f", "\x01",
};

static void what_is_no_json_is_refused(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LENGTH(hostile); i++) {
		struct json_node *node = NULL;
		assert_int_equal(read_thing(f, hostile[i], &ignoring), ERROR_BAD_JSON);
		assert_true(str_starts(str_from(f->why.text), STR("not valid JSON at line ")));
		assert_true(str_is_utf8(str_from(f->why.text)));
		assert_int_equal(json_tree_read(f->arena, str_from(hostile[i]), &node, &f->why),
				 ERROR_BAD_JSON);
		assert_null(node);
	}
	struct json_node *node;
	assert_int_equal(json_tree_read(f->arena, STR("{}\0"), &node, &f->why), ERROR_BAD_JSON);
	assert_int_equal(json_tree_read(f->arena, STR("[\"a\0b\"]"), &node, &f->why), ERROR_BAD_JSON);
	assert_refused(f, "{\"name\":\n  \"x\" 1}", ERROR_BAD_JSON,
		       "not valid JSON at line 2, column 7: expected a comma or the closing bracket");
	assert_refused(f, "{\"name\":\"x\"", ERROR_BAD_JSON,
		       "not valid JSON at line 1, column 12: the text ends too early");
}

static void numbers_at_the_borders_are_read(void **state)
{
	struct fixture *f = *state;
	const char *good[] = { "9223372036854775807", "-9223372036854775808", "0", "-0", "9.99e307",
			       "1e-300", "-0.0", "0e0", "1E+2", "0.000000000000000000000000000001" };
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		struct json_node *node;
		struct str json = arena_format(f->arena, "{\"any\":%s}", good[i]);
		assert_int_equal(read_thing(f, json.p, NULL), OK);
		assert_int_equal(json_tree_read(f->arena, json, &node, &f->why), OK);
	}
}

static void long_numbers_are_refused(void **state)
{
	struct fixture *f = *state;
	struct json_node *node;
	const char *heads[] = { "{\"any\":1", "{\"any\":0.", "{\"any\":1e", "{\"any\":-" };
	for (size_t i = 0; i < ARRAY_LENGTH(heads); i++) {
		struct str json = repeated(f->arena, heads[i], "1", 1000000, "}");
		assert_int_equal(read_thing(f, json.p, NULL), ERROR_BAD_JSON);
		assert_string_equal(strrchr(f->why.text, ':'), ": a number of more than 64 characters");
		assert_int_equal(json_tree_read(f->arena, json, &node, NULL), ERROR_BAD_JSON);
	}
}

static void depth_ends_at_the_limit(void **state)
{
	struct fixture *f = *state;
	struct json_node *node;
	/* The object around counts as a level. */
	struct str open = repeated(f->arena, "{\"any\":", "[", LIMIT_JSON_DEPTH - 1, "");
	struct str json = repeated(f->arena, open.p, "]", LIMIT_JSON_DEPTH - 1, "}");
	assert_int_equal(read_thing(f, json.p, NULL), OK);
	assert_int_equal(json_tree_read(f->arena, json, &node, NULL), OK);
	assert_true(str_eq(json_tree_text(f->arena, node), json));
	const char *pieces[] = { "[", "{\"a\":", "[{\"parts\":" };
	const size_t levels[] = { LIMIT_JSON_DEPTH, 10000, 100000 };
	for (size_t p = 0; p < ARRAY_LENGTH(pieces); p++)
		for (size_t i = 0; i < ARRAY_LENGTH(levels); i++) {
			json = repeated(f->arena, "{\"any\":", pieces[p], levels[i], "");
			assert_int_equal(read_thing(f, json.p, &ignoring), ERROR_BAD_JSON);
			assert_string_equal(strrchr(f->why.text, ':'), ": nested too deeply");
			assert_int_equal(json_tree_read(f->arena, json, &node, NULL), ERROR_BAD_JSON);
		}
}

/* B3.10 */
static void duplicate_members_are_refused(void **state)
{
	struct fixture *f = *state;
	struct json_node *node;
	const char *twice[] = { "{\"name\":\"a\",\"name\":\"b\"}", "{\"n\\u0061me\":\"a\",\"name\":\"a\"}",
				"{\"future\":{\"x\":1,\"x\":1}}", "{\"any\":[{\"\":1,\"\":2}]}" };
	for (size_t i = 0; i < ARRAY_LENGTH(twice); i++) {
		assert_int_equal(read_thing(f, twice[i], &keeping), ERROR_INVALID_VALUE);
		assert_non_null(strstr(f->why.text, "stands twice"));
		assert_int_equal(json_tree_read(f->arena, str_from(twice[i]), &node, &f->why),
				 ERROR_INVALID_VALUE);
		assert_non_null(strstr(f->why.text, "twice"));
	}
}

static void many_keys_are_read(void **state)
{
	struct fixture *f = *state;
	struct text text = text_new(f->arena, 0);
	text_add_z(&text, "{\"labels\":{");
	for (int i = 0; i < 100000; i++)
		text_addf(&text, "%s\"key-%05d\":\"\"", i ? "," : "", i);
	text_add_z(&text, "}}");
	assert_int_equal(read_thing(f, text_str(&text).p, NULL), OK);
	assert_int_equal(f->thing.labels_n, 100000);
	struct json_node *node;
	assert_int_equal(json_tree_read(f->arena, text_str(&text), &node, NULL), OK);
	/* The same with one of the names twice, far apart. */
	text.n -= 2;
	text_add_z(&text, ",\"key-00000\":\"\"}}");
	assert_int_equal(read_thing(f, text_str(&text).p, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(json_tree_read(f->arena, text_str(&text), &node, &f->why), ERROR_INVALID_VALUE);
	assert_string_equal(f->why.text, "member \"key-00000\" stands twice in one object");
}

static void the_writer_escapes_and_mends(void **state)
{
	struct fixture *f = *state;
	struct text text = text_new(f->arena, 0);
	json_add_text(&text, STR("\"\\/\b\f\n\r\t\x1f\x7f\0\xc3\xa9\xf0\x9f\x94\x91"));
	assert_text(text_str(&text),
		    "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001f\x7f\\u0000\xc3\xa9\xf0\x9f\x94\x91\"");
	text.n = 0;
	json_add_text(&text, STR("a\xff\xc3\xa9\xed\xa0\x80\xc3"));
	assert_text(text_str(&text), "\"a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
				     "\xef\xbf\xbd\"");
}

/* Eight bytes are looked at together: none may hide behind its place or its neighbours. */
static void the_writer_misses_no_byte_anywhere(void **state)
{
	struct fixture *f = *state;
	enum { LENGTH = 19 };
	for (int c = 0; c < 0x80; c++)
		for (size_t at = 0; at < LENGTH; at++) {
			char bytes[LENGTH];
			memset(bytes, c == '!' ? '#' : '!', sizeof bytes);
			bytes[at] = (char)c;
			bool special = c < 0x20 || c == '"' || c == '\\';
			struct text text = text_new(f->arena, 0);
			json_add_text(&text, str_of(bytes, LENGTH));
			struct str inside = str_drop(text_str(&text), 1);
			assert_true((inside.n > LENGTH + 1) == special);
			assert_memory_equal(inside.p, bytes, at);
			assert_int_equal(inside.p[at], special ? '\\' : c);
			assert_memory_equal(inside.p + inside.n - (LENGTH - at), bytes + at + 1, LENGTH - at - 1);
			assert_int_equal(inside.p[inside.n - 1], '"');
		}
}

static struct str streamed(struct fixture *f, bool pretty)
{
	struct text text = text_new(f->arena, 0);
	struct json_writer w = json_writer_new(&text, pretty);
	json_write_object_begin(&w);
	json_member_text(&w, "t", STR("x\ny"));
	json_member_int(&w, "i", INT64_MIN);
	json_member_bool(&w, "b", true);
	json_member_object_begin(&w, "empty");
	json_write_object_end(&w);
	json_member_array_begin(&w, "list");
	json_write_null(&w);
	json_write_array_begin(&w);
	json_write_array_end(&w);
	json_write_bool(&w, false);
	json_write_array_end(&w);
	json_member_texts(&w, "texts", (struct str[]){ STR_INIT("a"), STR_INIT("b") }, 2);
	json_member_raw(&w, "raw", STR("{\"k\":[1,{}]}"));
	json_write_members(&w, STR("{\"m\":1.50,\"n\":[]}"));
	json_write_object_end(&w);
	return text_str(&text);
}

static void the_writer_streams_compact_and_pretty(void **state)
{
	struct fixture *f = *state;
	assert_text(streamed(f, false),
		    "{\"t\":\"x\\ny\",\"i\":-9223372036854775808,\"b\":true,\"empty\":{},"
		    "\"list\":[null,[],false],\"texts\":[\"a\",\"b\"],\"raw\":{\"k\":[1,{}]},"
		    "\"m\":1.50,\"n\":[]}");
	assert_text(streamed(f, true),
		    "{\n  \"t\": \"x\\ny\",\n  \"i\": -9223372036854775808,\n  \"b\": true,\n"
		    "  \"empty\": {},\n  \"list\": [\n    null,\n    [],\n    false\n  ],\n"
		    "  \"texts\": [\n    \"a\",\n    \"b\"\n  ],\n  \"raw\": {\n    \"k\": [\n      1,\n"
		    "      {}\n    ]\n  },\n  \"m\": 1.50,\n  \"n\": []\n}");
}

/* Each letter is a call; what the text must be then, NULL for failed. */
static void the_writers_misuse_sticks(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *calls, *expected;
	} cases[] = {
		{ "{n1}", "{\"n\":1}" }, { "[11]", "[1,1]" }, { "1", "1" },
		{ "{1}", NULL }, { "{nn", NULL }, { "{n}", NULL }, { "n", NULL }, { "[n", NULL },
		{ "{]", NULL }, { "[}", NULL }, { "}", NULL }, { "]", NULL }, { "11", NULL },
		{ "{}1", NULL }, { "[]]", NULL }, { "[r]", NULL }, { "{m}", NULL },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text text = text_new(f->arena, 0);
		struct json_writer w = json_writer_new(&text, false);
		for (const char *c = cases[i].calls; *c; c++)
			switch (*c) {
			case '{': json_write_object_begin(&w); break;
			case '}': json_write_object_end(&w); break;
			case '[': json_write_array_begin(&w); break;
			case ']': json_write_array_end(&w); break;
			case 'n': json_write_name(&w, STR("n")); break;
			case 'r': json_write_raw(&w, STR("")); break;
			case 'm': json_write_members(&w, STR("[1]")); break;
			default: json_write_int(&w, 1);
			}
		assert_int_equal(text.failed, cases[i].expected == NULL);
		assert_text(text_str(&text), cases[i].expected ? cases[i].expected : "");
	}
	struct text text = text_new(f->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
		json_write_array_begin(&w);
	assert_false(text.failed);
	json_write_array_begin(&w);
	assert_true(text.failed);
	struct text pretty = text_new(f->arena, 0);
	w = json_writer_new(&pretty, true);
	json_write_raw(&w, STR("{broken"));
	assert_true(pretty.failed);
	struct text small = text_new(f->arena, 5);
	w = json_writer_new(&small, false);
	json_write_text(&w, STR("too long"));
	assert_int_equal(text_str(&small).n, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(tables_are_sound_and_faults_are_found),
		T(every_kind_is_read),
		T(what_is_written_reads_back),
		T(empty_values_are_left_out_but_where_the_table_says_always),
		T(embedded_structs_and_empty_values_are_written_as_the_table_says),
		T(every_escape_is_decoded),
		T(absent_and_null_leave_what_was_there),
		T(kept_members_join_those_of_before),
		T(unknown_fields_are_refused_with_path_and_value),
		T(wrong_types_say_what_was_expected),
		T(messages_cut_long_values_and_paths_between_characters),
		T(coercion_is_jacksons),
		T(values_that_are_no_object_of_a_shape_are_read_by_a_field),
		T(what_is_no_json_is_refused),
		T(numbers_at_the_borders_are_read),
		T(long_numbers_are_refused),
		T(depth_ends_at_the_limit),
		T(duplicate_members_are_refused),
		T(many_keys_are_read),
		T(the_writer_escapes_and_mends),
		T(the_writer_misses_no_byte_anywhere),
		T(the_writer_streams_compact_and_pretty),
		T(the_writers_misuse_sticks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

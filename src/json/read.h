/* C structs from JSON, by descriptor tables.
 *
 * A message is described once, by a table of `struct json_field` in a `struct json_shape`;
 * json_read fills a struct by it and json/write.h writes one by the same table:
 *
 *     static const struct json_field user_fields[] = {
 *             JSON_TEXT(struct user, username, "username", JSON_REQUIRED),
 *             JSON_BOOL(struct user, enabled, "enabled", 0),
 *             JSON_TEXTS(struct user, required_actions.items, required_actions.n,
 *                        "requiredActions", 0),
 *             JSON_TEXTS_MAP(struct user, attributes, attributes_n, "attributes", JSON_LONE),
 *             JSON_STRUCTS(struct user, credentials, credentials_n, "credentials", 0,
 *                          &credential_shape),
 *     };
 *     static const char *const user_known[] = { "totp", "federatedIdentities", NULL };
 *     static const struct json_shape user_shape = JSON_SHAPE(struct user, user_fields,
 *             .known = user_known, .kept = JSON_AT(struct user, kept, struct str));
 *
 * The macros check the member's C type at compile time.
 *
 * What every read refuses, whatever its options: text that is not exactly one value of
 * RFC 8259, more than LIMIT_JSON_DEPTH levels, duplicate members, \u0000, invalid UTF-8 and
 * lone surrogates, numbers of more than 64 characters, integers beyond int64, magnitudes from
 * 1e308 up and below 1e-309.
 *
 * `null` counts as absent everywhere (as in Jackson's representations) but in JSON_ANY,
 * JSON_ANY_MAP and what is kept, where it stays.
 *
 * This is no general value type: code that has to look at JSON of unknown shape uses
 * json/tree.h. */
#ifndef JSON_READ_H
#define JSON_READ_H

#include "base/arena.h"
#include "base/errors.h"

/* One entry of a map text -> text, or text -> JSON text (JSON_ANY_MAP). */
struct json_pair {
	struct str key, value;
};

/* One entry of a map text -> list of text. */
struct json_list_pair {
	struct str key;
	struct str *values;
	size_t n;
};

/* One entry of a map text -> struct; `value` points at the shape's struct. */
struct json_struct_pair {
	struct str key;
	void *value;
};

/* One entry of a map text -> list of structs; `items` is an array of n of them. */
struct json_structs_pair {
	struct str key;
	void *items;
	size_t n;
};

/* Values for which "absent" differs from false and 0. */
struct json_optional_bool {
	bool set, value;
};
struct json_optional_int {
	bool set;
	int64_t value;
};

/* Which fields of a shape were sent: one bit a field. Read by JSON_SENT. */
struct json_sent {
	uint64_t bits[4];
};

enum json_kind {
	JSON_KIND_TEXT,
	JSON_KIND_BOOL,
	JSON_KIND_INT,
	JSON_KIND_OPTIONAL_BOOL,
	JSON_KIND_OPTIONAL_INT,
	JSON_KIND_ENUM,
	JSON_KIND_TEXTS,
	JSON_KIND_TEXT_MAP,
	JSON_KIND_TEXTS_MAP,
	JSON_KIND_ANY,
	JSON_KIND_ANY_MAP,
	JSON_KIND_STRUCT,
	JSON_KIND_STRUCT_POINTER,
	JSON_KIND_STRUCTS,
	JSON_KIND_STRUCT_MAP,
	JSON_KIND_STRUCTS_MAP,
};

/* Flags of a field. */
enum {
	JSON_REQUIRED = 1 << 0,    /* reading: absent is an error */
	JSON_ALWAYS = 1 << 1,      /* writing: an empty text, list, map is written: "", [], {} */
	JSON_OMIT_ZERO = 1 << 2,   /* writing: false and 0 are left out (else they are written) */
	JSON_NOT_WRITTEN = 1 << 3, /* read only: write leaves it out (a plain password) */
	JSON_NOT_READ = 1 << 4,    /* written only: read accepts any value and ignores it */
	JSON_LONE = 1 << 5,        /* TEXTS: a lone text is read as a list of one, and a list of one
	                            * is written as a text (`aud`). TEXTS_MAP: lone texts are read
	                            * (Keycloak's user attributes); lists are written */
	JSON_SECRET = 1 << 6,      /* no error message shows the value */
};

struct json_shape;

struct json_field {
	const char *name; /* the member's name in JSON */
	enum json_kind kind;
	unsigned flags;
	size_t offset;       /* of the member, or of the list's pointer */
	size_t count_offset; /* of the list's size_t count; lists and maps only */
	size_t item_size;    /* of one struct; struct kinds only (0: not known) */
	const struct json_shape *shape;  /* struct kinds */
	const char *const *words;        /* ENUM: NULL-terminated, indexed by the enum's values */
};

struct json_shape {
	const struct json_field *fields;
	size_t n;            /* fields; at most 256 */
	size_t size;         /* of the struct */
	const void *defaults; /* what a new list element or pointed-at struct starts as; NULL: zeros */
	/* Names that Keycloak knows and we do not use yet, NULL-terminated; NULL: none. */
	const char *const *known;
	/* Where such members are kept (JSON_AT of a `struct str`): one compact JSON object with
	 * them all, the empty text when there were none; what a struct kept before stays, newer
	 * members win. 0: they are dropped. */
	size_t kept;
	/* Where to note which fields were sent (JSON_AT of a `struct json_sent`). 0: nowhere. */
	size_t sent;
};

/* An offset whose C type is checked when the table is compiled. */
#define JSON_OFFSET(type, member, expected) \
	(offsetof(type, member) + 0 * sizeof(char[__builtin_types_compatible_p( \
		__typeof__(((type *)0)->member), expected) ? 1 : -1]))
/* The same plus one, so that 0 can say "none": for `kept` and `sent`. */
#define JSON_AT(type, member, expected) (JSON_OFFSET(type, member, expected) + 1)

#define JSON_FIELD_PLAIN(k, type, member, expected, json_name, more_flags) \
	{ .name = (json_name), .kind = (k), .flags = (more_flags), \
	  .offset = JSON_OFFSET(type, member, expected) }
#define JSON_FIELD_LIST(k, type, member, expected, count, json_name, more_flags) \
	{ .name = (json_name), .kind = (k), .flags = (more_flags), \
	  .offset = JSON_OFFSET(type, member, expected), \
	  .count_offset = JSON_OFFSET(type, count, size_t) }

/* struct str. Absent leaves it as it was; an empty text that was sent has p != NULL. */
#define JSON_TEXT(type, member, name, flags) \
	JSON_FIELD_PLAIN(JSON_KIND_TEXT, type, member, struct str, name, flags)
#define JSON_BOOL(type, member, name, flags) \
	JSON_FIELD_PLAIN(JSON_KIND_BOOL, type, member, bool, name, flags)
/* int64_t; an integer is strict: 1.0 and 1e3 are refused (but see `coerce`). */
#define JSON_INT(type, member, name, flags) \
	JSON_FIELD_PLAIN(JSON_KIND_INT, type, member, int64_t, name, flags)
#define JSON_OPTIONAL_BOOL(type, member, name, flags) \
	JSON_FIELD_PLAIN(JSON_KIND_OPTIONAL_BOOL, type, member, struct json_optional_bool, name, flags)
#define JSON_OPTIONAL_INT(type, member, name, flags) \
	JSON_FIELD_PLAIN(JSON_KIND_OPTIONAL_INT, type, member, struct json_optional_int, name, flags)
/* An enum of int's size whose value n is written as words[n]. */
#define JSON_ENUM(type, member, json_name, more_flags, enum_words) \
	{ .name = (json_name), .kind = JSON_KIND_ENUM, .flags = (more_flags), .words = (enum_words), \
	  .offset = offsetof(type, member) + 0 * sizeof(char[ \
		sizeof(((type *)0)->member) == sizeof(int) ? 1 : -1]) }
/* struct str * and its size_t count. A list that was sent replaces the old one. */
#define JSON_TEXTS(type, member, count, name, flags) \
	JSON_FIELD_LIST(JSON_KIND_TEXTS, type, member, struct str *, count, name, flags)
/* struct json_pair *: an object whose values are texts, in the order sent; null values are
 * left out. */
#define JSON_TEXT_MAP(type, member, count, name, flags) \
	JSON_FIELD_LIST(JSON_KIND_TEXT_MAP, type, member, struct json_pair *, count, name, flags)
/* struct json_list_pair *: an object whose values are lists of text. */
#define JSON_TEXTS_MAP(type, member, count, name, flags) \
	JSON_FIELD_LIST(JSON_KIND_TEXTS_MAP, type, member, struct json_list_pair *, count, name, flags)
/* struct str: any value, kept as compact JSON text (member order kept; numbers keep their
 * value, not their spelling). */
#define JSON_ANY(type, member, name, flags) \
	JSON_FIELD_PLAIN(JSON_KIND_ANY, type, member, struct str, name, flags)
/* struct json_pair *: an object; its values are kept as compact JSON texts. */
#define JSON_ANY_MAP(type, member, count, name, flags) \
	JSON_FIELD_LIST(JSON_KIND_ANY_MAP, type, member, struct json_pair *, count, name, flags)
/* An embedded struct. Its own fields are filled; absent leaves it as it was. */
#define JSON_STRUCT(type, member, json_name, more_flags, struct_shape) \
	{ .name = (json_name), .kind = JSON_KIND_STRUCT, .flags = (more_flags), \
	  .offset = offsetof(type, member), .item_size = sizeof(((type *)0)->member), \
	  .shape = (struct_shape) }
/* A pointer to a struct: NULL when absent; a new struct in the arena when sent. */
#define JSON_STRUCT_POINTER(type, member, json_name, more_flags, struct_shape) \
	{ .name = (json_name), .kind = JSON_KIND_STRUCT_POINTER, .flags = (more_flags), \
	  .offset = offsetof(type, member), .item_size = sizeof(*((type *)0)->member), \
	  .shape = (struct_shape) }
/* An array of structs and its size_t count. */
#define JSON_STRUCTS(type, member, count, json_name, more_flags, struct_shape) \
	{ .name = (json_name), .kind = JSON_KIND_STRUCTS, .flags = (more_flags), \
	  .offset = offsetof(type, member), .item_size = sizeof(*((type *)0)->member), \
	  .count_offset = JSON_OFFSET(type, count, size_t), .shape = (struct_shape) }
/* struct json_struct_pair *: an object whose values are objects of one shape. */
#define JSON_STRUCT_MAP(type, member, count, json_name, more_flags, struct_shape) \
	{ .name = (json_name), .kind = JSON_KIND_STRUCT_MAP, .flags = (more_flags), \
	  .offset = JSON_OFFSET(type, member, struct json_struct_pair *), \
	  .count_offset = JSON_OFFSET(type, count, size_t), .shape = (struct_shape) }
/* struct json_structs_pair *: an object whose values are lists of objects (`components`). */
#define JSON_STRUCTS_MAP(type, member, count, json_name, more_flags, struct_shape) \
	{ .name = (json_name), .kind = JSON_KIND_STRUCTS_MAP, .flags = (more_flags), \
	  .offset = JSON_OFFSET(type, member, struct json_structs_pair *), \
	  .count_offset = JSON_OFFSET(type, count, size_t), .shape = (struct_shape) }

/* A shape over an array of fields; further members may follow (.known, .kept, .sent,
 * .defaults). */
#define JSON_SHAPE(type, field_array, ...) \
	{ .fields = (field_array), .n = sizeof(field_array) / sizeof((field_array)[0]), \
	  .size = sizeof(type), ##__VA_ARGS__ }

/* What becomes of members that no field of the shape names, at every level. */
enum json_unknown {
	JSON_UNKNOWN_REFUSED, /* ERROR_UNKNOWN_FIELD */
	JSON_UNKNOWN_KEPT,    /* those of the shape's `known` are kept, others refused */
	JSON_UNKNOWN_IGNORED, /* for tokens and other servers' answers */
};

struct json_read_options {
	enum json_unknown unknown;
	/* Jackson's coercions, for the admin API: "true"/"True"/"TRUE" and numbers for bool;
	 * "300" and 3.7 (cut to 3) for int; numbers and bool for text; "" for bool and int
	 * counts as absent. */
	bool coerce;
	/* Where the value stands, for messages: "$.users[17]". NULL: "$". */
	const char *path;
};

/* Reads one JSON object into the struct that `shape` describes. Members that are absent
 * leave what the struct holds, so put defaults (or the present state, for an update) there
 * beforehand. Everything that it then points at lives in `arena`; `json` may go away.
 * `options` may be NULL: strict. On failure the struct is untouched.
 *
 * ERROR_BAD_JSON      not JSON, or over a limit above; why says line, column and reason
 * ERROR_UNKNOWN_FIELD why: "$.clients[3].nosuchfield = 1: unknown field"
 * ERROR_WRONG_TYPE    why: "$.notBefore = \"x\": expected an integer"
 * ERROR_INVALID_VALUE a member twice in one object, or a required one that is absent
 * Values are cut to 80 bytes in messages, paths to 200. */
MUST_USE enum error_code json_read(struct arena *arena, struct str json,
				   const struct json_shape *shape,
				   const struct json_read_options *options, void *ret_object,
				   struct why *reterr_why);

/* The same for a value that is not an object of one shape, such as the list of roles that
 * the admin API takes: `field` says the kind and where in `ret_base` it goes; its name is
 * not used:
 *     struct role_list { struct role *items; size_t n; } list = { 0 };
 *     static const struct json_field field =
 *             JSON_STRUCTS(struct role_list, items, n, "", 0, &role_shape);
 * `base_size` is sizeof *ret_base. */
MUST_USE enum error_code json_read_value(struct arena *arena, struct str json,
					 const struct json_field *field,
					 const struct json_read_options *options, void *ret_base,
					 size_t base_size, struct why *reterr_why);

/* True when the JSON had this member (null counts as absent). The shape needs `.sent`.
 *     if (JSON_SENT(&user_shape, &update, email)) */
#define JSON_SENT(shape, object, member) \
	json_sent((shape), (object), offsetof(__typeof__(*(object)), member))
bool json_sent(const struct json_shape *shape, const void *object, size_t offset);

/* What is wrong with a table (two fields of one name, a struct whose size is not its
 * shape's, a name that is both field and known ...), or NULL. For unit tests: every table
 * is checked by one. Looks at nested shapes too. */
const char *json_shape_fault(const struct json_shape *shape);

#endif

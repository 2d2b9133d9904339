/* A streaming writer of JSON over base/text.h.
 *
 *     struct text text = text_new(arena, 0);
 *     struct json_writer w = json_writer_new(&text, false);
 *     json_write_object_begin(&w);
 *     json_member_text(&w, "error", STR("invalid_grant"));
 *     json_write_object_end(&w);
 *     ... text_str(&text)
 *
 * Errors stick in the text (limit, deeper than LIMIT_JSON_DEPTH, a value without a name, an
 * end without its begin): text_str then gives the empty text. Bytes that are not UTF-8 are
 * written as U+FFFD, so that the output is valid JSON whatever went in. */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include "base/text.h"
#include "json/read.h"

struct json_writer {
	struct text *text;
	bool pretty;      /* two spaces a level, one member a line */
	bool named;       /* a name was written, its value is due */
	unsigned depth;   /* open objects and arrays */
	uint64_t objects; /* bit d: level d is an object */
	uint64_t filled;  /* bit d: level d has an element already */
	bool done;        /* the top value is complete */
};

/* Writes one value to the end of `text`. */
struct json_writer json_writer_new(struct text *text, bool pretty);

void json_write_object_begin(struct json_writer *w);
void json_write_object_end(struct json_writer *w);
void json_write_array_begin(struct json_writer *w);
void json_write_array_end(struct json_writer *w);
/* The name of the next value; inside objects only. */
void json_write_name(struct json_writer *w, struct str name);

void json_write_text(struct json_writer *w, struct str s);
void json_write_int(struct json_writer *w, int64_t value);
void json_write_bool(struct json_writer *w, bool value);
void json_write_null(struct json_writer *w);
/* One complete JSON value as text: trusted to be one when compact (it came from json_read,
 * json_tree or the store); laid out anew when pretty. */
void json_write_raw(struct json_writer *w, struct str json);
/* The members of an object's JSON text, checked as they go by; nothing for the empty text. */
void json_write_members(struct json_writer *w, struct str object);
/* A list of texts. */
void json_write_texts(struct json_writer *w, const struct str *items, size_t n);
/* A struct by the table that reads it. Texts, lists, maps and structs that are empty are
 * left out (see JSON_ALWAYS), optional values that are not set as well; then follow the
 * members of the shape's `kept`. */
void json_write_shape(struct json_writer *w, const struct json_shape *shape, const void *object);
/* The value of one field (json_read_value's counterpart); an empty one is written as empty. */
void json_write_value(struct json_writer *w, const struct json_field *field, const void *base);

/* json_write_name and a value in one. */
void json_member_text(struct json_writer *w, const char *name, struct str s);
void json_member_int(struct json_writer *w, const char *name, int64_t value);
void json_member_bool(struct json_writer *w, const char *name, bool value);
void json_member_raw(struct json_writer *w, const char *name, struct str json);
void json_member_texts(struct json_writer *w, const char *name, const struct str *items, size_t n);
void json_member_object_begin(struct json_writer *w, const char *name);
void json_member_array_begin(struct json_writer *w, const char *name);

/* json_write_shape to a text of its own in `arena`, compact; the empty text when it would
 * pass 64 MiB. */
struct str json_text_of(struct arena *arena, const struct json_shape *shape, const void *object);

/* `s` as a JSON string, quotes included. */
void json_add_text(struct text *text, struct str s);

#endif

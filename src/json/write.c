/* The writer of JSON; see write.h. */
#include "json/write.h"

#include <string.h>

#include "base/limits.h"
#include "json/scan.h"

struct json_writer json_writer_new(struct text *text, bool pretty)
{
	return (struct json_writer){ .text = text, .pretty = pretty };
}

/* What a byte that cannot stand in a JSON string is written as; empty: it needs its code. */
static struct str short_escape(char c)
{
	switch (c) {
	case '"': return STR("\\\"");
	case '\\': return STR("\\\\");
	case '\n': return STR("\\n");
	case '\r': return STR("\\r");
	case '\t': return STR("\\t");
	case '\b': return STR("\\b");
	case '\f': return STR("\\f");
	default: return (struct str){ NULL, 0 };
	}
}

static void add_escape(struct text *text, unsigned char c)
{
	struct str escape = short_escape((char)c);
	if (escape.n)
		text_add(text, escape);
	else
		text_addf(text, "\\u%04x", c);
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The top bit of each of eight ASCII bytes that is zero (and perhaps of bytes above one). */
static uint64_t zeros(uint64_t eight)
{
	return (eight - EACH(1)) & EACH(0x80);
}

/* Eight bytes at once: ASCII, no control, quote or backslash. */
static bool are_plain(const char *p)
{
	uint64_t eight;
	memcpy(&eight, p, sizeof eight);
	uint64_t special = zeros(eight ^ EACH('"')) | zeros(eight ^ EACH('\\'));
	return !((eight | (eight - EACH(0x20)) | special) & EACH(0x80));
}

static bool is_plain(char c)
{
	return (unsigned char)(c - 0x20) < 0x60 && c != '"' && c != '\\';
}

/* The length of the ASCII that stands in a JSON string as it is: usually all of it. */
static size_t plain_length(struct str s)
{
	size_t n = 0;
	while (s.n - n >= 8 && are_plain(s.p + n))
		n += 8;
	while (n < s.n && is_plain(s.p[n]))
		n++;
	return n;
}

static void add_mended(struct text *text, struct str s)
{
	bool valid = str_is_utf8(s);
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = c >= 0x20 && c != '"' && c != '\\' && (c < 0x80 || valid);
		if (plain)
			continue;
		size_t length = c < 0x80 ? 0 : str_utf8_step(str_drop(s, i));
		if (length) {
			i += length - 1;
			continue;
		}
		text_add(text, str_of(s.p + from, i - from));
		from = i + 1;
		if (c < 0x80)
			add_escape(text, c);
		else
			text_add(text, STR("\xef\xbf\xbd"));
	}
	text_add(text, str_drop(s, from));
}

void json_add_text(struct text *text, struct str s)
{
	size_t plain = plain_length(s);
	text_add_char(text, '"');
	text_add(text, str_take(s, plain));
	if (plain < s.n)
		add_mended(text, str_drop(s, plain));
	text_add_char(text, '"');
}

static bool in_object(const struct json_writer *w)
{
	return w->depth && w->objects >> (w->depth - 1) & 1;
}

static void new_line(struct json_writer *w)
{
	if (!w->pretty)
		return;
	text_add_char(w->text, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		text_add(w->text, STR("  "));
}

/* A comma when something stands in this level already, and the place for the next. */
static void separate(struct json_writer *w)
{
	uint64_t bit = UINT64_C(1) << (w->depth - 1);
	if (w->filled & bit)
		text_add_char(w->text, ',');
	w->filled |= bit;
	new_line(w);
}

/* Every value begins here. False, and the text failed, where none may stand. */
static bool begin_value(struct json_writer *w)
{
	if (w->done || in_object(w) != w->named)
		w->text->failed = true;
	if (w->text->failed)
		return false;
	if (w->depth && !w->named)
		separate(w);
	w->named = false;
	w->done = w->depth == 0;
	return true;
}

static void open_level(struct json_writer *w, bool object)
{
	if (w->depth == LIMIT_JSON_DEPTH)
		w->text->failed = true;
	if (!begin_value(w))
		return;
	uint64_t bit = UINT64_C(1) << w->depth++;
	w->objects = object ? w->objects | bit : w->objects & ~bit;
	w->filled &= ~bit;
	w->done = false;
	text_add_char(w->text, object ? '{' : '[');
}

static void close_level(struct json_writer *w, bool object)
{
	if (!w->depth || in_object(w) != object || w->named) {
		w->text->failed = true;
		return;
	}
	bool filled = w->filled >> --w->depth & 1;
	if (filled)
		new_line(w);
	text_add_char(w->text, object ? '}' : ']');
	w->done = w->depth == 0;
}

void json_write_object_begin(struct json_writer *w)
{
	open_level(w, true);
}

void json_write_object_end(struct json_writer *w)
{
	close_level(w, true);
}

void json_write_array_begin(struct json_writer *w)
{
	open_level(w, false);
}

void json_write_array_end(struct json_writer *w)
{
	close_level(w, false);
}

/* Every name begins here; false, and the text failed, where none may stand. */
static bool begin_name(struct json_writer *w)
{
	if (!in_object(w) || w->named)
		w->text->failed = true;
	if (w->text->failed)
		return false;
	separate(w);
	w->named = true;
	return true;
}

static void add_colon(struct json_writer *w)
{
	text_add(w->text, w->pretty ? STR(": ") : STR(":"));
}

void json_write_name(struct json_writer *w, struct str name)
{
	if (!begin_name(w))
		return;
	json_add_text(w->text, name);
	add_colon(w);
}

void json_write_text(struct json_writer *w, struct str s)
{
	if (begin_value(w))
		json_add_text(w->text, s);
}

void json_write_int(struct json_writer *w, int64_t value)
{
	if (begin_value(w))
		text_add_int(w->text, value);
}

/* A value whose text is final: a word, a number, a string with its quotes. */
static void write_verbatim(struct json_writer *w, struct str s)
{
	if (begin_value(w))
		text_add(w->text, s);
}

void json_write_bool(struct json_writer *w, bool value)
{
	write_verbatim(w, value ? STR("true") : STR("false"));
}

void json_write_null(struct json_writer *w)
{
	write_verbatim(w, STR("null"));
}

/* A scanned string as it stood, with its quotes. */
static struct str quoted(struct str raw)
{
	return str_of(raw.p - 1, raw.n + 2);
}

/* Writes a scanned token as it stood. */
static void write_token(struct json_writer *w, const struct scan_token *token)
{
	switch (token->kind) {
	case SCAN_OBJECT_BEGIN: open_level(w, true); break;
	case SCAN_OBJECT_END: close_level(w, true); break;
	case SCAN_ARRAY_BEGIN: open_level(w, false); break;
	case SCAN_ARRAY_END: close_level(w, false); break;
	case SCAN_NAME:
		if (begin_name(w)) {
			text_add(w->text, quoted(token->raw));
			add_colon(w);
		}
		break;
	case SCAN_TEXT: write_verbatim(w, quoted(token->raw)); break;
	case SCAN_INT:
	case SCAN_REAL:
	case SCAN_TRUE:
	case SCAN_FALSE:
	case SCAN_NULL: write_verbatim(w, token->raw); break;
	case SCAN_DONE: break;
	}
}

/* Lays a JSON text out anew, token by token; with members_only without the brackets of
 * the object that it then must be. */
static void write_laid_out(struct json_writer *w, struct str json, bool members_only)
{
	struct scan scan = scan_new(json);
	struct scan_token token;
	bool first = true;
	do {
		unsigned depth = scan.depth;
		if (!scan_next(&scan, &token) ||
		    (members_only && first && token.kind != SCAN_OBJECT_BEGIN)) {
			w->text->failed = true;
			return;
		}
		bool outer = depth == 0 || scan.depth == 0;
		if (!members_only || !outer)
			write_token(w, &token);
		first = false;
	} while (token.kind != SCAN_DONE);
}

void json_write_raw(struct json_writer *w, struct str json)
{
	if (w->pretty)
		write_laid_out(w, json, false);
	else if (json.n)
		write_verbatim(w, json);
	else
		w->text->failed = true;
}

void json_write_members(struct json_writer *w, struct str object)
{
	if (object.n)
		write_laid_out(w, object, true);
}

void json_write_texts(struct json_writer *w, const struct str *items, size_t n)
{
	json_write_array_begin(w);
	for (size_t i = 0; i < n; i++)
		json_write_text(w, items[i]);
	json_write_array_end(w);
}

void json_member_text(struct json_writer *w, const char *name, struct str s)
{
	json_write_name(w, str_from(name));
	json_write_text(w, s);
}

void json_member_int(struct json_writer *w, const char *name, int64_t value)
{
	json_write_name(w, str_from(name));
	json_write_int(w, value);
}

void json_member_bool(struct json_writer *w, const char *name, bool value)
{
	json_write_name(w, str_from(name));
	json_write_bool(w, value);
}

void json_member_raw(struct json_writer *w, const char *name, struct str json)
{
	json_write_name(w, str_from(name));
	json_write_raw(w, json);
}

void json_member_texts(struct json_writer *w, const char *name, const struct str *items, size_t n)
{
	json_write_name(w, str_from(name));
	json_write_texts(w, items, n);
}

void json_member_object_begin(struct json_writer *w, const char *name)
{
	json_write_name(w, str_from(name));
	json_write_object_begin(w);
}

void json_member_array_begin(struct json_writer *w, const char *name)
{
	json_write_name(w, str_from(name));
	json_write_array_begin(w);
}

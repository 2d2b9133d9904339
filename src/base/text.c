/* A text builder; see text.h. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST = 128, DEFAULT_LIMIT = 64 << 20 };

struct text text_new(struct arena *arena, size_t limit)
{
	return (struct text){ .arena = arena, .limit = limit ? limit : DEFAULT_LIMIT };
}

/* Room for n more bytes and a NUL; false when the limit is met. */
static bool room(struct text *text, size_t n)
{
	if (text->failed || n > text->limit - text->n) {
		text->failed = true;
		return false;
	}
	size_t want = text->n + n + 1;
	if (want <= text->capacity)
		return true;
	size_t capacity = text->capacity ? text->capacity : FIRST;
	while (capacity < want)
		capacity *= 2;
	char *grown = arena_alloc(text->arena, capacity);
	if (text->n)
		memcpy(grown, text->p, text->n);
	text->p = grown;
	text->capacity = capacity;
	return true;
}

void text_add(struct text *text, struct str s)
{
	if (!room(text, s.n))
		return;
	if (s.n)
		memcpy(text->p + text->n, s.p, s.n);
	text->n += s.n;
}

void text_add_z(struct text *text, const char *z)
{
	text_add(text, str_from(z));
}

void text_add_char(struct text *text, char c)
{
	if (room(text, 1))
		text->p[text->n++] = c;
}

void text_add_int(struct text *text, int64_t value)
{
	char digits[20];
	size_t at = sizeof digits;
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do
		digits[--at] = (char)('0' + left % 10);
	while (left /= 10);
	if (value < 0)
		digits[--at] = '-';
	text_add(text, str_of(digits + at, sizeof digits - at));
}

void text_addf(struct text *text, const char *format, ...)
{
	va_list list, again;
	va_start(list, format);
	va_copy(again, list);
	int n = vsnprintf(NULL, 0, format, list);
	va_end(list);
	if (n < 0)
		text->failed = true;
	else if (room(text, (size_t)n)) {
		vsnprintf(text->p + text->n, (size_t)n + 1, format, again);
		text->n += (size_t)n;
	}
	va_end(again);
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void text_add_percent(struct text *text, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (is_unreserved(s.p[i]))
			text_add_char(text, s.p[i]);
		else
			text_add(text, str_of((char[]){ '%', hex[c >> 4], hex[c & 15] }, 3));
	}
}

static struct str html_entity(char c)
{
	switch (c) {
	case '&': return STR("&amp;");
	case '<': return STR("&lt;");
	case '>': return STR("&gt;");
	case '"': return STR("&quot;");
	case '\'': return STR("&#39;");
	default: return (struct str){ NULL, 0 };
	}
}

void text_add_html(struct text *text, struct str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		struct str entity = html_entity(s.p[i]);
		if (!entity.n)
			continue;
		text_add(text, str_of(s.p + from, i - from));
		text_add(text, entity);
		from = i + 1;
	}
	text_add(text, str_drop(s, from));
}

void text_add_quoted(struct text *text, struct str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool quoted = c == '"' || c == '\\';
		if (!quoted && c >= 0x20 && c != 0x7f)
			continue;
		text_add(text, str_of(s.p + from, i - from));
		text_addf(text, quoted ? "\\%c" : "\\x%02x", c);
		from = i + 1;
	}
	text_add(text, str_drop(s, from));
}

void text_add_clean(struct text *text, struct str s, size_t limit)
{
	for (size_t i = 0; i < s.n;) {
		struct str rest = str_drop(s, i);
		size_t step = str_utf8_step(rest);
		bool c1 = step == 2 && rest.p[0] == '\xc2' && (unsigned char)rest.p[1] < 0xa0;
		bool control = c1 || str_has_control(str_take(rest, 1));
		size_t taken = step ? step : 1;
		if (i + taken > limit)
			return;
		text_add(text, step && !control ? str_take(rest, step) : STR("?"));
		i += taken;
	}
}

struct str text_str(struct text *text)
{
	if (text->failed || !room(text, 0))
		return (struct str){ "", 0 };
	text->p[text->n] = 0;
	return (struct str){ text->p, text->n };
}

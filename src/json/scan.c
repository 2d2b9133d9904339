/* The strict scanner; see scan.h. */
#include "json/scan.h"

#include <string.h>

enum { NUMBER_MAX = 64, EXPONENT_MAX = 308 };

enum state {
	WANT_VALUE,
	WANT_VALUE_OR_END, /* behind '[' */
	WANT_NAME_OR_END,  /* behind '{' */
	WANT_COMMA_OR_END,
	WANT_NOTHING, /* the top value is complete */
};

struct scan scan_new(struct str text)
{
	return (struct scan){ .text = text, .state = WANT_VALUE };
}

static bool fault(struct scan *scan, const char *words)
{
	scan->fault = words;
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The byte `ahead` places further on; NUL at the end (where no token allows one). */
static char peek(const struct scan *scan, size_t ahead)
{
	return ahead < scan->text.n - scan->at ? scan->text.p[scan->at + ahead] : 0;
}

static void skip_space(struct scan *scan)
{
	const char *p = scan->text.p;
	size_t i = scan->at;
	while (i < scan->text.n && (p[i] == ' ' || p[i] == '\n' || p[i] == '\t' || p[i] == '\r'))
		i++;
	scan->at = i;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The four hex digits at p, or -1. */
static int32_t hex4(const char *p, size_t n)
{
	if (n < 4)
		return -1;
	int32_t value = 0;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(p[i]);
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* Checks the escape at p ('\\' first) of which n bytes are there; its length, or 0 with the
 * fault in words. */
static size_t escape_length(const char *p, size_t n, const char **ret_words)
{
	*ret_words = "not an escape";
	if (n < 2)
		return 0;
	if (p[1] != 'u')
		return p[1] && strchr("\"\\/bfnrt", p[1]) ? 2 : 0;
	int32_t unit = hex4(p + 2, n - 2);
	if (unit < 0)
		return 0;
	*ret_words = "\\u0000 is not accepted";
	if (unit == 0)
		return 0;
	if (unit < 0xd800 || unit > 0xdfff)
		return 6;
	*ret_words = "half of a surrogate pair";
	if (unit > 0xdbff || n < 12 || p[6] != '\\' || p[7] != 'u')
		return 0;
	int32_t low = hex4(p + 8, n - 8);
	return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

/* The string whose opening quote is at scan->at. */
static bool scan_string(struct scan *scan, struct scan_token *ret_token)
{
	const char *p = scan->text.p;
	size_t n = scan->text.n, from = scan->at + 1, i = from;
	bool escaped = false;
	unsigned char high = 0;
	for (;;) {
		unsigned char c = i < n ? (unsigned char)p[i] : 0;
		if (c == '"')
			break;
		if (c == '\\') {
			const char *words;
			size_t length = escape_length(p + i, n - i, &words);
			if (!length) {
				scan->at = i;
				return fault(scan, words);
			}
			escaped = true;
			i += length;
			continue;
		}
		if (c < 0x20) {
			scan->at = i;
			return fault(scan, i < n ? "a control byte in a text" : "a text without its end");
		}
		high |= c;
		i++;
	}
	struct str raw = str_of(p + from, i - from);
	if (high & 0x80 && !str_is_utf8(raw))
		return fault(scan, "a text that is not UTF-8");
	scan->at = i + 1;
	ret_token->raw = raw;
	ret_token->escaped = escaped;
	return true;
}

/* True when the magnitude of a number's text lies within 1e-309 and 1e308, so that no
 * reader can make infinity or nothing of it. */
static bool is_magnitude_fine(struct str s)
{
	size_t i = s.p[0] == '-';
	int64_t point = 0, exponent = 0;
	for (; i < s.n && is_digit(s.p[i]); i++)
		point += point > 0 || s.p[i] != '0';
	bool leading = point == 0;
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && is_digit(s.p[i]); i++) {
			leading = leading && s.p[i] == '0';
			point -= leading;
		}
	if (i < s.n) {
		bool negative = s.p[++i] == '-';
		i += s.p[i] == '-' || s.p[i] == '+';
		for (; i < s.n && exponent < 100000; i++)
			exponent = exponent * 10 + (s.p[i] - '0');
		exponent = negative ? -exponent : exponent;
	}
	return point + exponent <= EXPONENT_MAX && point + exponent >= -EXPONENT_MAX;
}

/* Skips digits; false when there is none. */
static bool skip_digits(struct scan *scan, size_t *length)
{
	size_t from = *length;
	while (*length <= NUMBER_MAX && is_digit(peek(scan, *length)))
		(*length)++;
	return *length > from;
}

static bool scan_number(struct scan *scan, struct scan_token *ret_token)
{
	size_t n = peek(scan, 0) == '-';
	size_t digits = n;
	bool real = false;
	if (!skip_digits(scan, &n) || (n > digits + 1 && peek(scan, digits) == '0'))
		return fault(scan, "not a number");
	if (peek(scan, n) == '.') {
		real = true;
		n++;
		if (!skip_digits(scan, &n) && n <= NUMBER_MAX)
			return fault(scan, "not a number");
	}
	if (peek(scan, n) == 'e' || peek(scan, n) == 'E') {
		real = true;
		n++;
		n += peek(scan, n) == '-' || peek(scan, n) == '+';
		if (!skip_digits(scan, &n) && n <= NUMBER_MAX)
			return fault(scan, "not a number");
	}
	if (n > NUMBER_MAX)
		return fault(scan, "a number of more than 64 characters");
	ret_token->raw = str_of(scan->text.p + scan->at, n);
	ret_token->kind = real ? SCAN_REAL : SCAN_INT;
	if (real ? !is_magnitude_fine(ret_token->raw)
		 : !str_to_int64(ret_token->raw, &ret_token->integer))
		return fault(scan, "a number out of range");
	scan->at += n;
	return true;
}

static bool scan_word(struct scan *scan, struct str word, enum scan_kind kind,
		      struct scan_token *ret_token)
{
	if (!str_starts(str_drop(scan->text, scan->at), word))
		return fault(scan, "not a value");
	*ret_token = (struct scan_token){ .kind = kind,
					  .raw = str_of(scan->text.p + scan->at, word.n) };
	scan->at += word.n;
	return true;
}

static void value_is_complete(struct scan *scan)
{
	scan->state = scan->depth ? WANT_COMMA_OR_END : WANT_NOTHING;
}

static bool open_level(struct scan *scan, bool object, struct scan_token *ret_token)
{
	if (scan->depth == LIMIT_JSON_DEPTH)
		return fault(scan, "nested too deeply");
	uint64_t bit = UINT64_C(1) << scan->depth++;
	scan->objects = object ? scan->objects | bit : scan->objects & ~bit;
	scan->state = object ? WANT_NAME_OR_END : WANT_VALUE_OR_END;
	ret_token->kind = object ? SCAN_OBJECT_BEGIN : SCAN_ARRAY_BEGIN;
	ret_token->raw = str_of(scan->text.p + scan->at++, 1);
	return true;
}

static bool close_level(struct scan *scan, bool object, struct scan_token *ret_token)
{
	bool open = scan->depth && (scan->objects >> (scan->depth - 1) & 1) == object;
	if (!open)
		return fault(scan, "a bracket that closes nothing");
	scan->depth--;
	ret_token->kind = object ? SCAN_OBJECT_END : SCAN_ARRAY_END;
	ret_token->raw = str_of(scan->text.p + scan->at++, 1);
	value_is_complete(scan);
	return true;
}

static bool scan_value(struct scan *scan, struct scan_token *ret_token)
{
	bool ok;
	switch (peek(scan, 0)) {
	case '{': return open_level(scan, true, ret_token);
	case '[': return open_level(scan, false, ret_token);
	case '"':
		ret_token->kind = SCAN_TEXT;
		ok = scan_string(scan, ret_token);
		break;
	case 't': ok = scan_word(scan, STR("true"), SCAN_TRUE, ret_token); break;
	case 'f': ok = scan_word(scan, STR("false"), SCAN_FALSE, ret_token); break;
	case 'n': ok = scan_word(scan, STR("null"), SCAN_NULL, ret_token); break;
	default:
		if (peek(scan, 0) != '-' && !is_digit(peek(scan, 0)))
			return fault(scan, "expected a value");
		ok = scan_number(scan, ret_token);
	}
	if (ok)
		value_is_complete(scan);
	return ok;
}

/* A name and its colon. */
static bool scan_name(struct scan *scan, struct scan_token *ret_token)
{
	if (peek(scan, 0) != '"')
		return fault(scan, "expected a member's name");
	ret_token->kind = SCAN_NAME;
	if (!scan_string(scan, ret_token))
		return false;
	skip_space(scan);
	if (peek(scan, 0) != ':')
		return fault(scan, "expected a colon");
	scan->at++;
	scan->state = WANT_VALUE;
	return true;
}

static bool in_object(const struct scan *scan)
{
	return scan->objects >> (scan->depth - 1) & 1;
}

/* Behind a value in an object or array. */
static bool scan_separator(struct scan *scan, struct scan_token *ret_token)
{
	char c = peek(scan, 0);
	if (c == '}' || c == ']')
		return close_level(scan, c == '}', ret_token);
	if (c != ',')
		return fault(scan, "expected a comma or the closing bracket");
	scan->at++;
	skip_space(scan);
	return in_object(scan) ? scan_name(scan, ret_token) : scan_value(scan, ret_token);
}

bool scan_next(struct scan *scan, struct scan_token *ret_token)
{
	if (scan->fault)
		return false;
	skip_space(scan);
	if (scan->at == scan->text.n && scan->state != WANT_NOTHING)
		return fault(scan, "the text ends too early");
	ret_token->escaped = false;
	switch ((enum state)scan->state) {
	case WANT_VALUE: return scan_value(scan, ret_token);
	case WANT_VALUE_OR_END:
		return peek(scan, 0) == ']' ? close_level(scan, false, ret_token)
					    : scan_value(scan, ret_token);
	case WANT_NAME_OR_END:
		return peek(scan, 0) == '}' ? close_level(scan, true, ret_token)
					    : scan_name(scan, ret_token);
	case WANT_COMMA_OR_END: return scan_separator(scan, ret_token);
	case WANT_NOTHING: break;
	}
	if (scan->at < scan->text.n)
		return fault(scan, "something follows the value");
	*ret_token = (struct scan_token){ .kind = SCAN_DONE };
	return true;
}

enum error_code scan_because(const struct scan *scan, struct why *reterr_why)
{
	size_t line = 1, column = 1;
	for (size_t i = 0; i < scan->at; i++) {
		column++;
		if (scan->text.p[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return error_because(reterr_why, ERROR_BAD_JSON, "not valid JSON at line %zu, column %zu: %s",
			     line, column, scan->fault);
}

/* Writes a code point as UTF-8; its length. */
static size_t put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 63));
		to[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 63));
	to[2] = (char)(0x80 | (c >> 6 & 63));
	to[3] = (char)(0x80 | (c & 63));
	return 4;
}

static char unescaped(char c)
{
	switch (c) {
	case 'b': return '\b';
	case 'f': return '\f';
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	default: return c;
	}
}

size_t scan_unescape(char *to, struct str raw)
{
	size_t n = 0;
	for (size_t i = 0; i < raw.n;) {
		if (raw.p[i] != '\\') {
			to[n++] = raw.p[i++];
		} else if (raw.p[i + 1] != 'u') {
			to[n++] = unescaped(raw.p[i + 1]);
			i += 2;
		} else {
			uint32_t c = (uint32_t)hex4(raw.p + i + 2, 4);
			i += 6;
			if (c >= 0xd800 && c <= 0xdbff) {
				uint32_t low = (uint32_t)hex4(raw.p + i + 2, 4);
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i += 6;
			}
			n += put_utf8(to + n, c);
		}
	}
	return n;
}

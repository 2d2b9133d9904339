/* See scan.h. */
#include "xml/scan.h"

#include <string.h>

#include "base/tables.h"

bool xml_scan_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool xml_scan_is_text(struct str s, size_t *ret_at)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		/* U+FFFE and U+FFFF are EF BF BE and EF BF BF. */
		bool bad = c < 0x20 ? !xml_scan_is_blank(s.p[i])
				    : c == 0xef && s.n - i >= 3 &&
						(unsigned char)s.p[i + 1] == 0xbf &&
						(unsigned char)s.p[i + 2] >= 0xbe;
		if (bad) {
			*ret_at = i;
			return false;
		}
	}
	return true;
}

static bool is_character(uint32_t c)
{
	return c == 0x9 || c == 0xa || c == 0xd || (c >= 0x20 && c <= 0xd7ff) ||
		(c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

/* ---- names ---- */

struct range {
	uint32_t first, last;
};

/* NameStartChar of XML 1.0, fifth edition, beyond ASCII. */
static const struct range name_starts[] = { { 0xc0, 0xd6 }, { 0xd8, 0xf6 }, { 0xf8, 0x2ff },
	{ 0x370, 0x37d }, { 0x37f, 0x1fff }, { 0x200c, 0x200d }, { 0x2070, 0x218f },
	{ 0x2c00, 0x2fef }, { 0x3001, 0xd7ff }, { 0xf900, 0xfdcf }, { 0xfdf0, 0xfffd },
	{ 0x10000, 0xeffff } };
static const struct range name_more[] = { { 0xb7, 0xb7 }, { 0x300, 0x36f }, { 0x203f, 0x2040 } };

static bool is_in(const struct range *ranges, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* The character that valid UTF-8 of `step` bytes stands for. */
static uint32_t character_at(const char *p, size_t step)
{
	uint32_t c = (unsigned char)p[0];
	if (step > 1)
		c &= 0x7fu >> step;
	for (size_t i = 1; i < step; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	return c;
}

static bool is_name(uint32_t c, bool first)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
			(!first && ((c >= '0' && c <= '9') || c == '-' || c == '.'));
	return is_in(name_starts, ARRAY_LENGTH(name_starts), c) ||
		(!first && is_in(name_more, ARRAY_LENGTH(name_more), c));
}

size_t xml_scan_name(struct str s)
{
	size_t n = 0;
	while (n < s.n) {
		size_t step = (unsigned char)s.p[n] < 0x80 ? 1 : str_utf8_step(str_drop(s, n));
		if (!step || !is_name(character_at(s.p + n, step), n == 0))
			break;
		n += step;
	}
	return n;
}

/* ---- references ---- */

static size_t put_character(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = n; i-- > 1; c >>= 6)
		p[i] = (char)(0x80 | (c & 0x3f));
	p[0] = (char)(marks[n] | c);
	return n;
}

static int digit_of(char c, unsigned base)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (base == 16 && c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (base == 16 && c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* What stands between "&" and ";". */
static bool character_of(struct str reference, uint32_t *ret_c)
{
	static const struct {
		struct str name;
		char c;
	} entities[] = { { STR_INIT("lt"), '<' }, { STR_INIT("gt"), '>' }, { STR_INIT("amp"), '&' },
		{ STR_INIT("quot"), '"' }, { STR_INIT("apos"), '\'' } };
	for (size_t i = 0; i < ARRAY_LENGTH(entities); i++)
		if (str_eq(reference, entities[i].name)) {
			*ret_c = (uint32_t)entities[i].c;
			return true;
		}
	if (!str_starts(reference, STR("#")))
		return false;
	unsigned base = str_starts(reference, STR("#x")) ? 16 : 10;
	struct str digits = str_drop(reference, base == 16 ? 2 : 1);
	uint32_t c = 0;
	for (size_t i = 0; i < digits.n; i++) {
		int digit = digit_of(digits.p[i], base);
		if (digit < 0 || c > 0x10ffff)
			return false;
		c = c * base + (uint32_t)digit;
	}
	*ret_c = c;
	return digits.n > 0 && is_character(c);
}

/* Longer ones can be nothing but leading zeros. */
enum { REFERENCE_MAX = 32 };

static const char *decode_reference(const char *p, size_t n, uint32_t *ret_c, size_t *ret_used)
{
	const char *end = memchr(p, ';', n < REFERENCE_MAX ? n : REFERENCE_MAX);
	if (!end || !character_of(str_of(p + 1, (size_t)(end - p) - 1), ret_c))
		return "a reference that is neither one of the five nor a character";
	*ret_used = (size_t)(end - p) + 1;
	return NULL;
}

const char *xml_scan_decode(char *p, size_t n, enum xml_scan_kind kind, size_t *ret_n)
{
	size_t out = 0;
	for (size_t i = 0; i < n;) {
		char c = p[i];
		if (c == '&' && kind != XML_SCAN_VERBATIM) {
			uint32_t character = 0;
			size_t used = 0;
			const char *wrong = decode_reference(p + i, n - i, &character, &used);
			if (wrong)
				return wrong;
			i += used;
			out += put_character(p + out, character);
			continue;
		}
		if (c == '<' && kind == XML_SCAN_ATTRIBUTE)
			return "\"<\" in an attribute";
		if (c == '\r') {
			i += i + 1 < n && p[i + 1] == '\n';
			c = '\n';
		}
		if (kind == XML_SCAN_ATTRIBUTE && (c == '\n' || c == '\t'))
			c = ' ';
		p[out++] = c;
		i++;
	}
	*ret_n = out;
	return NULL;
}

/* Borrowed text; see str.h. */
#include "base/str.h"

#include <string.h>

struct str str_from(const char *z)
{
	return z ? (struct str){ z, strlen(z) } : (struct str){ NULL, 0 };
}

struct str str_of(const void *p, size_t n)
{
	return (struct str){ p, n };
}

bool str_is_empty(struct str s)
{
	return s.n == 0;
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_z(struct str a, const char *z)
{
	if (!z)
		return a.n == 0;
	/* Most comparisons end at the first byte: no length is taken beforehand. */
	for (size_t i = 0; i < a.n; i++)
		if (!z[i] || a.p[i] != z[i])
			return false;
	return !z[a.n];
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (fold(a.p[i]) != fold(b.p[i]))
			return false;
	return true;
}

int str_compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	if (order)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_take(s, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_drop(s, s.n - suffix.n), suffix);
}

bool str_contains(struct str s, struct str part)
{
	if (part.n == 0)
		return true;
	return s.n >= part.n && memmem(s.p, s.n, part.p, part.n) != NULL;
}

size_t str_index(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

size_t str_last_index(struct str s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return i - 1;
	return s.n;
}

struct str str_drop(struct str s, size_t from)
{
	if (from > s.n)
		from = s.n;
	return (struct str){ s.p ? s.p + from : NULL, s.n - from };
}

struct str str_take(struct str s, size_t n)
{
	return (struct str){ s.p, n < s.n ? n : s.n };
}

struct str str_trim(struct str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_drop(s, 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

bool str_next(struct str *rest, char separator, struct str *ret_piece)
{
	if (!rest->p)
		return false;
	size_t at = str_index(*rest, separator);
	*ret_piece = str_take(*rest, at);
	*rest = at < rest->n ? str_drop(*rest, at + 1) : (struct str){ NULL, 0 };
	return true;
}

bool str_to_int64(struct str s, int64_t *ret_value)
{
	bool negative = s.n && s.p[0] == '-';
	if (negative)
		s = str_drop(s, 1);
	if (s.n == 0 || s.n > 19)
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (value > (uint64_t)INT64_MAX + negative)
		return false;
	*ret_value = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

size_t str_utf8_step(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n = s.n;
	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	size_t want = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n < want)
		return 0;
	for (size_t i = 1; i < want; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
	bool surrogate = p[0] == 0xed && p[1] >= 0xa0;
	bool beyond = p[0] == 0xf4 && p[1] >= 0x90;
	return overlong || surrogate || beyond ? 0 : want;
}

/* How many bytes at the front are ASCII for certain: whole words of eight. */
static size_t ascii_words(struct str s)
{
	size_t n = 0;
	for (uint64_t word; n + sizeof word <= s.n; n += sizeof word) {
		memcpy(&word, s.p + n, sizeof word);
		if (word & 0x8080808080808080u)
			break;
	}
	return n;
}

bool str_is_utf8(struct str s)
{
	for (size_t i = ascii_words(s); i < s.n;) {
		size_t step = str_utf8_step(str_drop(s, i));
		if (!step)
			return false;
		i += step;
	}
	return true;
}

bool str_has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

bool str_has_nul(struct str s)
{
	return s.n && memchr(s.p, 0, s.n) != NULL;
}

size_t str_distance(struct str a, struct str b)
{
	size_t row[64];
	if (a.n >= sizeof row / sizeof row[0] || b.n >= sizeof row / sizeof row[0])
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t change = diagonal + (a.p[i - 1] != b.p[j - 1]);
			diagonal = row[j];
			size_t gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			row[j] = change < gap ? change : gap;
		}
	}
	return row[b.n];
}

uint64_t str_hash(struct str s, uint64_t seed)
{
	/* FNV-1a with a final mix; the seed makes collisions unguessable from outside. */
	uint64_t h = 0xcbf29ce484222325u ^ seed;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ (h >> 32);
}

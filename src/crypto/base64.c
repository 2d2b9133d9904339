/* base64, and what base64url.c shares with it; see base64.h. */
#include "crypto/base64_internal.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct str base64_encode_as(struct arena *arena, struct str bytes, bool for_url)
{
	const char *alphabet = for_url ? url : standard;
	const unsigned char *in = (const unsigned char *)bytes.p;
	char *text = arena_alloc(arena, (bytes.n + 2) / 3 * 4 + 1), *out = text;
	size_t i = 0;
	for (; i + 3 <= bytes.n; i += 3) {
		uint32_t v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];
		*out++ = alphabet[v >> 18];
		*out++ = alphabet[v >> 12 & 63];
		*out++ = alphabet[v >> 6 & 63];
		*out++ = alphabet[v & 63];
	}
	size_t left = bytes.n - i;
	if (left) {
		uint32_t v = (uint32_t)in[i] << 16 | (left == 2 ? (uint32_t)in[i + 1] << 8 : 0);
		*out++ = alphabet[v >> 18];
		*out++ = alphabet[v >> 12 & 63];
		if (left == 2)
			*out++ = alphabet[v >> 6 & 63];
		for (size_t k = left; !for_url && k < 3; k++)
			*out++ = '=';
	}
	return str_of(text, (size_t)(out - text));
}

struct str base64_encode(struct arena *arena, struct str bytes)
{
	return base64_encode_as(arena, bytes, false);
}

/* 1 to 64 for the digits, 0 for what is none. */
#define DIGITS(c62, c63)                                                                          \
	{                                                                                         \
		['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7,      \
		['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, \
		['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20,           \
		['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26,           \
		['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,           \
		['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38,           \
		['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44,           \
		['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50,           \
		['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,           \
		['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62,           \
		[c62] = 63, [c63] = 64                                                            \
	}
static const unsigned char standard_digits[256] = DIGITS('+', '/');
static const unsigned char url_digits[256] = DIGITS('-', '_');

/* Takes the padding off a padded text; false when it is not padded exactly. */
static bool unpad(struct str *text)
{
	if (text->n % 4)
		return false;
	for (int i = 0; i < 2 && text->n && text->p[text->n - 1] == '='; i++)
		text->n--;
	return true;
}

/* Decodes groups of four digits, up to the first that is none: returns where it stopped. */
static size_t whole_groups(
	struct str text, const unsigned char *digits, unsigned char *out, size_t *ret_n)
{
	const unsigned char *in = (const unsigned char *)text.p;
	size_t i = 0, n = 0;
	for (; i + 4 <= text.n; i += 4) {
		uint32_t a = digits[in[i]], b = digits[in[i + 1]], c = digits[in[i + 2]],
			 d = digits[in[i + 3]];
		if (!a || !b || !c || !d)
			break;
		uint32_t v = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
		out[n++] = (unsigned char)(v >> 16);
		out[n++] = (unsigned char)(v >> 8);
		out[n++] = (unsigned char)v;
	}
	*ret_n = n;
	return i;
}

/* out has room for n / 4 * 3 + 2 bytes. */
static enum error_code decode(
	struct str text, bool for_url, unsigned char *out, size_t *ret_n, struct why *why)
{
	if ((!for_url && !unpad(&text)) || text.n % 4 == 1)
		return error_because(why, ERROR_INVALID_VALUE, "base64%s: wrong length or padding",
			for_url ? "url" : "");
	const unsigned char *digits = for_url ? url_digits : standard_digits;
	size_t n = 0, i = whole_groups(text, digits, out, &n);
	uint32_t v = 0;
	for (; i < text.n; i++) {
		uint32_t digit = digits[(unsigned char)text.p[i]];
		if (!digit)
			return error_because(why, ERROR_INVALID_VALUE,
				"base64%s: foreign character at byte %zu", for_url ? "url" : "", i);
		v = v << 6 | (digit - 1);
		/* Each digit but the first of four completes a byte. */
		if (i % 4) {
			size_t rest = 6 - 2 * (i % 4);
			out[n++] = (unsigned char)(v >> rest);
		}
	}
	uint32_t beyond = text.n % 4 == 2 ? 15 : text.n % 4 == 3 ? 3 : 0;
	if (v & beyond)
		return error_because(why, ERROR_INVALID_VALUE,
			"base64%s: bits beyond the last byte", for_url ? "url" : "");
	*ret_n = n;
	return OK;
}

enum error_code base64_decode_as(
	struct arena *arena, struct str text, bool for_url, struct str *ret_bytes, struct why *why)
{
	unsigned char *out = arena_alloc(arena, text.n / 4 * 3 + 3);
	size_t n = 0;
	enum error_code error = decode(text, for_url, out, &n, why);
	if (error)
		return error;
	out[n] = 0;
	*ret_bytes = str_of(out, n);
	return OK;
}

enum error_code base64_decode_secret_as(
	struct str text, bool for_url, struct secret *ret_bytes, struct why *why)
{
	struct secret out = secret_new(text.n / 4 * 3 + 3);
	size_t n = 0;
	enum error_code error = decode(text, for_url, out.p, &n, why);
	if (!error)
		*ret_bytes = secret_copy(str_of(out.p, n));
	secret_free(&out);
	return error;
}

enum error_code base64_decode(
	struct arena *arena, struct str text, struct str *ret_bytes, struct why *reterr_why)
{
	return base64_decode_as(arena, text, false, ret_bytes, reterr_why);
}

enum error_code base64_decode_secret(
	struct str text, struct secret *ret_bytes, struct why *reterr_why)
{
	return base64_decode_secret_as(text, false, ret_bytes, reterr_why);
}

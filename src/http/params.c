/* Query strings and forms; see params.h. */
#include "http/params.h"

#include <string.h>

#include "base/limits.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum error_code params_decode(struct arena *arena, struct str raw, bool plus_is_space,
	struct str *ret_text, struct why *reterr_why)
{
	char *p = arena_alloc(arena, raw.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];
		if (c == '+' && plus_is_space) {
			c = ' ';
		} else if (c == '%') {
			int high = raw.n - i > 2 ? hex_value(raw.p[i + 1]) : -1;
			int low = raw.n - i > 2 ? hex_value(raw.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return error_because(reterr_why, ERROR_INVALID_REQUEST,
					"bad percent sequence at byte %zu", i);
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0')
			return error_because(
				reterr_why, ERROR_INVALID_REQUEST, "NUL at byte %zu", i);
		p[n++] = c;
	}
	if (!str_is_utf8(str_of(p, n)))
		return error_because(
			reterr_why, ERROR_INVALID_NOT_UTF8, "not UTF-8 after decoding");
	*ret_text = str_of(p, n);
	return OK;
}

static enum error_code add_piece(
	struct arena *arena, struct str piece, struct params *params, struct why *reterr_why)
{
	if (params->n == LIMIT_PARAMETERS)
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "more than %d parameters",
			LIMIT_PARAMETERS);
	size_t equals = str_index(piece, '=');
	struct param param = { 0 };
	enum error_code code =
		params_decode(arena, str_take(piece, equals), true, &param.name, reterr_why);
	if (!code)
		code = params_decode(
			arena, str_drop(piece, equals + 1), true, &param.value, reterr_why);
	if (code)
		return code;
	*(struct param *)arena_push(arena, &params->list, &params->n, sizeof param) = param;
	return OK;
}

enum error_code params_parse(struct arena *arena, struct str raw, size_t limit_bytes,
	struct params *ret_params, struct why *reterr_why)
{
	if (limit_bytes && raw.n > limit_bytes)
		return error_because(
			reterr_why, ERROR_TOO_LARGE, "%zu bytes, limit %zu", raw.n, limit_bytes);
	struct params params = { 0 };
	struct str rest = raw, piece;
	while (str_next(&rest, '&', &piece)) {
		if (!piece.n)
			continue;
		enum error_code code = add_piece(arena, piece, &params, reterr_why);
		if (code)
			return code;
	}
	*ret_params = params;
	return OK;
}

bool params_get(const struct params *params, const char *name, struct str *ret_value)
{
	for (size_t i = 0; i < params->n; i++) {
		if (str_eq_z(params->list[i].name, name)) {
			*ret_value = params->list[i].value;
			return true;
		}
	}
	return false;
}

struct str params_value(const struct params *params, const char *name)
{
	struct str value = { 0 };
	params_get(params, name, &value);
	return value;
}

size_t params_count(const struct params *params, const char *name)
{
	size_t n = 0;
	for (size_t i = 0; i < params->n; i++)
		n += str_eq_z(params->list[i].name, name);
	return n;
}

static bool is_excepted(struct str name, const char *const *except)
{
	for (; except && *except; except++)
		if (str_eq_z(name, *except))
			return true;
	return false;
}

/* Quadratic in at most LIMIT_PARAMETERS names. */
enum error_code params_refuse_duplicates(const struct params *params, const char *const *except,
	struct str *ret_name, struct why *reterr_why)
{
	for (size_t i = 1; i < params->n; i++) {
		struct str name = params->list[i].name;
		if (is_excepted(name, except))
			continue;
		for (size_t j = 0; j < i; j++) {
			if (!str_eq(params->list[j].name, name))
				continue;
			if (ret_name)
				*ret_name = name;
			return error_because(reterr_why, ERROR_DUPLICATE_PARAMETER,
				"parameter '%.*s' comes twice", STR_ARG(str_take(name, 80)));
		}
	}
	return OK;
}

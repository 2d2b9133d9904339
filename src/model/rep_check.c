/* Checks of texts, names, URLs and attributes; see rep_check.h. */
#include "model/rep_check.h"

#include <stdio.h>

#include "base/url.h"

enum { SHOWN = 80 }; /* bytes of a value in a message */

bool representation_is_masked(struct str value)
{
	return str_eq(value, STR(REPRESENTATION_MASK));
}

struct json_read_options representation_options(const char *path)
{
	return (struct json_read_options){
		.unknown = JSON_UNKNOWN_KEPT, .coerce = true, .path = path
	};
}

enum error_code rep_refuse(
	struct why *why, const char *path, const char *field, struct str value, const char *reason)
{
	char shown[SHOWN + 1];
	size_t n = value.n < SHOWN ? value.n : SHOWN;
	for (size_t i = 0; i < n; i++)
		shown[i] =
			(unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f ? '?' : value.p[i];
	shown[n] = 0;
	return error_because(why, ERROR_INVALID_VALUE, "%s.%s = \"%s\"%s: %s", path, field, shown,
		value.n > SHOWN ? "..." : "", reason);
}

const char *rep_element(struct rep_path *buffer, const char *path, const char *field, size_t i)
{
	snprintf(buffer->text, sizeof buffer->text, "%s.%s[%zu]", path, field, i);
	return buffer->text;
}

static enum error_code length(
	struct str value, size_t limit, const char *path, const char *field, struct why *reterr_why)
{
	if (value.n > limit)
		return rep_refuse(reterr_why, path, field, value, "too long");
	return OK;
}

enum error_code rep_name(struct str value, bool required, const char *path, const char *field,
	struct why *reterr_why)
{
	if (required && !str_trim(value).n)
		return rep_refuse(reterr_why, path, field, value, "must not be empty");
	if (str_has_control(value))
		return rep_refuse(reterr_why, path, field, value, "control bytes are not allowed");
	return length(value, REPRESENTATION_NAME_MAX, path, field, reterr_why);
}

enum error_code rep_line(
	struct str value, const char *path, const char *field, struct why *reterr_why)
{
	if (str_has_control(value))
		return rep_refuse(reterr_why, path, field, value, "control bytes are not allowed");
	return length(value, REPRESENTATION_TEXT_MAX, path, field, reterr_why);
}

enum error_code rep_text(
	struct str value, const char *path, const char *field, struct why *reterr_why)
{
	return length(value, REPRESENTATION_TEXT_MAX, path, field, reterr_why);
}

enum error_code rep_url(
	struct str value, const char *path, const char *field, struct why *reterr_why)
{
	enum error_code error = rep_line(value, path, field, reterr_why);
	if (error)
		return error;
	/* The scheme by hand: patterns and ${...} are no URLs that would parse. */
	struct url url = { .scheme = str_trim(str_take(value, str_index(value, ':'))) };
	if (url.scheme.n < value.n && url_scheme_is_active(&url))
		return rep_refuse(reterr_why, path, field, value, "this scheme is not allowed");
	return OK;
}

enum error_code rep_names(
	const struct str_list *names, const char *path, const char *field, struct why *reterr_why)
{
	for (size_t i = 0; i < names->n; i++) {
		enum error_code error = rep_name(names->items[i], true, path, field, reterr_why);
		if (error)
			return error;
	}
	return OK;
}

static enum error_code attribute(struct str key, struct str value, const char *path,
	const char *field, struct why *reterr_why)
{
	enum error_code error = rep_name(key, true, path, field, reterr_why);
	if (error)
		return error;
	if (value.n > REPRESENTATION_ATTRIBUTE_MAX)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"%s.%s[\"%.*s\"]: %zu bytes, at most %d are allowed", path, field,
			STR_ARG(str_take(key, SHOWN)), value.n, REPRESENTATION_ATTRIBUTE_MAX);
	return OK;
}

static enum error_code count(size_t n, const char *path, const char *field, struct why *reterr_why)
{
	if (n > REPRESENTATION_ATTRIBUTES_MAX)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"%s.%s: %zu entries, at most %d are allowed", path, field, n,
			REPRESENTATION_ATTRIBUTES_MAX);
	return OK;
}

enum error_code rep_attributes(const struct attributes *attributes, const char *path,
	const char *field, struct why *reterr_why)
{
	enum error_code error = count(attributes->n, path, field, reterr_why);
	for (size_t i = 0; !error && i < attributes->n; i++)
		error = attribute(attributes->pairs[i].key, attributes->pairs[i].value, path, field,
			reterr_why);
	return error;
}

enum error_code rep_list_attributes(const struct json_list_pair *pairs, size_t n, const char *path,
	const char *field, struct why *reterr_why)
{
	size_t all = n;
	for (size_t i = 0; i < n; i++)
		all += pairs[i].n;
	enum error_code error = count(all, path, field, reterr_why);
	for (size_t i = 0; !error && i < n; i++) {
		error = attribute(pairs[i].key, (struct str){ NULL, 0 }, path, field, reterr_why);
		for (size_t j = 0; !error && j < pairs[i].n; j++)
			error = attribute(
				pairs[i].key, pairs[i].values[j], path, field, reterr_why);
	}
	return error;
}

enum error_code rep_moment(
	int64_t value_ms, const char *path, const char *field, struct why *reterr_why)
{
	const int64_t last_ms = (1LL << 53) - 1;
	if (value_ms < 0 || value_ms > last_ms)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "%s.%s = %lld: must be 0 to %lld",
			path, field, (long long)value_ms, (long long)last_ms);
	return OK;
}

enum error_code rep_natural(
	int64_t value, const char *path, const char *field, struct why *reterr_why)
{
	if (value < 0 || value > INT32_MAX)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"%s.%s = %lld: must be 0 to 2147483647", path, field, (long long)value);
	return OK;
}

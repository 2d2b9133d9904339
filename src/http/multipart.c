/* Bodies of multipart/form-data; see multipart.h. */
#include "http/multipart.h"

#include <string.h>

/* The value of `name=` behind the first semicolon; quotes are taken off, escapes are not known to
 * browsers. */
static struct str parameter(struct str header, const char *name)
{
	struct str rest = str_drop(header, str_index(header, ';') + 1), piece;
	while (str_next(&rest, ';', &piece)) {
		size_t equals = str_index(piece, '=');
		struct str value = str_trim(str_drop(piece, equals + 1));
		if (equals == piece.n || !str_eq_nocase(str_trim(str_take(piece, equals)), str_from(name)))
			continue;
		if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
			value = str_of(value.p + 1, value.n - 2);
		return value;
	}
	return (struct str){ NULL, 0 };
}

/* Where `needle` begins in s; s.n when nowhere. */
static size_t find(struct str s, struct str needle)
{
	const char *at = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

/* The field's name from a part's header lines. */
static struct str name_of(struct str head)
{
	struct str line;
	while (head.n) {
		size_t end = find(head, STR("\r\n"));
		line = str_take(head, end);
		head = str_drop(head, end + 2);
		if (str_eq_nocase(str_take(line, 20), STR("content-disposition:")))
			return parameter(line, "name");
	}
	return (struct str){ NULL, 0 };
}

static enum error_code bad(struct why *why, const char *problem)
{
	return error_because(why, ERROR_INVALID_REQUEST, "multipart/form-data: %s", problem);
}

/* One part, which begins behind its delimiter. */
static enum error_code take_part(struct str *rest, struct str delimiter, struct multipart_part *ret_part,
	struct why *why)
{
	size_t head = find(*rest, STR("\r\n\r\n"));
	struct str name = name_of(str_take(*rest, head));
	if (head == rest->n)
		return bad(why, "a part without its headers' end");
	if (!name.n)
		return bad(why, "a part without a name");
	struct str content = str_drop(*rest, head + 4);
	size_t end = find(content, delimiter);
	if (end == content.n)
		return bad(why, "a part without its end");
	*ret_part = (struct multipart_part){ name, str_take(content, end) };
	*rest = str_drop(content, end + delimiter.n);
	return OK;
}

enum error_code multipart_parse(struct str content_type, struct str body, struct multipart *ret_form,
	struct why *reterr_why)
{
	char space[MULTIPART_BOUNDARY_MAX + 4];
	struct str boundary = parameter(content_type, "boundary");
	struct multipart form = { .n = 0 };
	if (!str_eq_nocase(str_trim(str_take(content_type, str_index(content_type, ';'))), STR("multipart/form-data")))
		return error_because(reterr_why, ERROR_UNSUPPORTED_MEDIA_TYPE, "not multipart/form-data");
	if (!boundary.n || boundary.n > MULTIPART_BOUNDARY_MAX || str_has_control(boundary))
		return bad(reterr_why, "no boundary");
	memcpy(space, "\r\n--", 4);
	memcpy(space + 4, boundary.p, boundary.n);
	struct str delimiter = str_of(space, boundary.n + 4), first = str_drop(delimiter, 2), rest;
	/* What stands before the first delimiter means nothing. */
	size_t start = str_starts(body, first) ? first.n : find(body, delimiter) + delimiter.n;
	for (rest = str_drop(body, start); !str_starts(rest, STR("--"));) {
		if (!str_starts(rest, STR("\r\n")))
			return bad(reterr_why, "the last delimiter is missing");
		if (form.n == MULTIPART_PARTS_MAX)
			return bad(reterr_why, "too many parts");
		rest = str_drop(rest, 2);
		enum error_code code = take_part(&rest, delimiter, &form.parts[form.n++], reterr_why);
		if (code != OK)
			return code;
	}
	*ret_form = form;
	return OK;
}

struct str multipart_value(const struct multipart *form, const char *name)
{
	for (size_t i = 0; i < form->n; i++)
		if (str_eq_z(form->parts[i].name, name))
			return form->parts[i].content;
	return (struct str){ NULL, 0 };
}

/* The error table; see errors.h. */
#include "base/errors.h"

#include <stdarg.h>
#include <stdio.h>

struct row {
	const char *name, *oauth, *event, *text;
	int http_status;
};

static const struct row rows[ERROR_COUNT] = {
	[OK] = { "OK", "", "", "", 200 },
#define E(id, status, oauth_error, event_error, words) \
	[ERROR_##id] = { #id, oauth_error, event_error, words, status },
#include "base/errors.def"
#undef E
};

enum error_code error_because(struct why *why, enum error_code code, const char *format, ...)
{
	if (!why)
		return code;
	va_list list;
	va_start(list, format);
	vsnprintf(why->text, sizeof why->text, format, list);
	va_end(list);
	return code;
}

static const struct row *row_of(enum error_code code)
{
	return &rows[(unsigned)code < ERROR_COUNT ? code : ERROR_INTERNAL];
}

const char *error_name(enum error_code code)
{
	return row_of(code)->name;
}

int error_http_status(enum error_code code)
{
	return row_of(code)->http_status;
}

const char *error_oauth(enum error_code code)
{
	return row_of(code)->oauth;
}

const char *error_event(enum error_code code)
{
	return row_of(code)->event;
}

const char *error_text(enum error_code code)
{
	return row_of(code)->text;
}

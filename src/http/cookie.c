/* Cookies; see cookie.h. */
#include "http/cookie.h"

#include "base/text.h"
#include "http/head.h"

/* cookie-octet of RFC 6265 section 4.1.1 */
static bool is_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= 0x20 || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\')
			return false;
	}
	return true;
}

static bool is_path(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= 0x20 || c >= 0x7f || c == ';')
			return false;
	}
	return s.n > 0 && s.p[0] == '/';
}

void cookies_parse(struct arena *arena, struct str header, struct cookies *cookies)
{
	struct str rest = header, piece;
	while (cookies->n < COOKIES_MAX && str_next(&rest, ';', &piece)) {
		piece = str_trim(piece);
		size_t equals = str_index(piece, '=');
		struct cookie cookie = { str_take(piece, equals), str_drop(piece, equals + 1) };
		struct str *value = &cookie.value;
		if (value->n >= 2 && value->p[0] == '"' && value->p[value->n - 1] == '"')
			*value = str_of(value->p + 1, value->n - 2);
		if (equals == piece.n || !head_is_token(cookie.name) || !is_value(*value))
			continue;
		*(struct cookie *)arena_push(arena, &cookies->list, &cookies->n, sizeof cookie) =
			cookie;
	}
}

size_t cookies_values(
	const struct cookies *cookies, struct str name, struct str *values, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < cookies->n && n < max; i++)
		if (str_eq(cookies->list[i].name, name))
			values[n++] = cookies->list[i].value;
	return n;
}

struct str cookies_value(const struct cookies *cookies, struct str name)
{
	struct str value = { 0 };
	cookies_values(cookies, name, &value, 1);
	return value;
}

static const char *same_site_text(enum cookie_same_site same_site)
{
	switch (same_site) {
	case SAME_SITE_NONE:
		return ";SameSite=None";
	case SAME_SITE_LAX:
		return ";SameSite=Lax";
	case SAME_SITE_STRICT:
		return ";SameSite=Strict";
	case SAME_SITE_UNSET:
		break;
	}
	return "";
}

enum error_code cookie_build(struct arena *arena, const struct cookie_out *cookie,
	struct str *ret_header, struct why *reterr_why)
{
	struct str path = cookie->path.n ? cookie->path : STR("/");
	if (!head_is_token(cookie->name))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "cookie name '%.*s'",
			STR_ARG(str_take(cookie->name, 80)));
	if (!is_value(cookie->value))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"value of cookie %.*s has bytes that none may have", STR_ARG(cookie->name));
	if (!is_path(path))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "path of cookie %.*s",
			STR_ARG(cookie->name));
	if (cookie->max_age_s < COOKIE_SESSION)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "age of cookie %.*s",
			STR_ARG(cookie->name));
	if (cookie->same_site == SAME_SITE_NONE && !cookie->secure)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"cookie %.*s: SameSite=None without Secure", STR_ARG(cookie->name));
	struct text text = text_new(arena, 0);
	text_add(&text, cookie->name);
	text_add_char(&text, '=');
	text_add(&text, cookie->value);
	text_add_z(&text, ";Path=");
	text_add(&text, path);
	if (cookie->max_age_s != COOKIE_SESSION)
		text_addf(&text, ";Max-Age=%lld", (long long)cookie->max_age_s);
	if (cookie->max_age_s == 0)
		text_add_z(&text, ";Expires=Thu, 01 Jan 1970 00:00:00 GMT");
	if (cookie->secure)
		text_add_z(&text, ";Secure");
	if (!cookie->script_may_read)
		text_add_z(&text, ";HttpOnly");
	text_add_z(&text, same_site_text(cookie->same_site));
	*ret_header = text_str(&text);
	return OK;
}

/* The language of a page; see language.h. */
#include "app/language.h"

#include "base/text.h"

enum { WISHES_MAX = 32 };

static struct str asked_for(struct visit *visit)
{
	const struct params *params;
	struct str wish = { NULL, 0 };
	if (http_query(visit->request, &params, NULL) == OK)
		wish = params_value(params, "ui_locales");
	if (!wish.n && visit->request->method == HTTP_POST && http_form(visit->request, &params, NULL) == OK)
		wish = params_value(params, "ui_locales");
	return wish;
}

/* The language of a tag, when the realm lets it be shown. */
static const struct messages *allowed(const struct realm_settings *realm, struct str tag)
{
	const struct messages *messages = messages_of(tag);
	if (!realm->internationalization_enabled || !messages)
		return messages;
	for (size_t i = 0; i < realm->supported_locales.n; i++)
		if (messages_of(realm->supported_locales.items[i]) == messages)
			return messages;
	return NULL;
}

/* ui_locales: tags in the order of preference, separated by spaces (OpenID Connect Core
 * section 3.1.2.1). */
static const struct messages *first_asked(const struct realm_settings *realm, struct str wish)
{
	const struct messages *found = NULL;
	struct str tag;
	for (int i = 0; i < WISHES_MAX && !found && str_next(&wish, ' ', &tag); i++)
		found = allowed(realm, tag);
	return found;
}

/* The weight of one element of Accept-Language in thousandths (RFC 9110 section 12.4.2);
 * *ret_tag is the part in front of it. */
static int weight(struct str element, struct str *ret_tag)
{
	struct str tag, rest = element;
	if (!str_next(&rest, ';', &tag))
		return 0;
	*ret_tag = str_trim(tag);
	rest = str_trim(rest);
	if (!str_starts(rest, STR("q=")))
		return 1000;
	int value = 0, unit = 1000;
	for (size_t i = 2; i < rest.n && unit; i++) {
		if (rest.p[i] == '.')
			continue;
		if (rest.p[i] < '0' || rest.p[i] > '9')
			return 0;
		value += (rest.p[i] - '0') * unit;
		unit /= 10;
	}
	return value;
}

static const struct messages *preferred(const struct realm_settings *realm, struct str header)
{
	const struct messages *found = NULL;
	int best = 0;
	struct str element, tag;
	for (int i = 0; i < WISHES_MAX && str_next(&header, ',', &element); i++) {
		int here = weight(element, &tag);
		const struct messages *messages = here > best ? allowed(realm, tag) : NULL;
		if (messages) {
			best = here;
			found = messages;
		}
	}
	return found;
}

const struct messages *language_of(struct visit *visit)
{
	const struct realm_settings *realm = &visit->realm->settings;
	const struct messages *found = first_asked(realm, asked_for(visit));
	if (!found && realm->internationalization_enabled)
		found = preferred(realm, http_header(visit->request, "Accept-Language"));
	if (!found && realm->internationalization_enabled)
		found = messages_of(realm->default_locale);
	return found ? found : messages_default();
}

struct str language_keep(struct visit *visit, struct str url)
{
	struct str wish = asked_for(visit);
	if (!wish.n)
		return url;
	struct text text = text_new(visit->arena, 0);
	text_add(&text, url);
	text_add_char(&text, str_contains(url, STR("?")) ? '&' : '?');
	text_add_z(&text, "ui_locales=");
	text_add_percent(&text, str_take(wish, 100));
	return text_str(&text);
}

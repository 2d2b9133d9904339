/* The language of a page; see language.h. */
#include "app/language.h"

#include "base/text.h"
#include "json/tree.h"

enum { WISHES_MAX = 32 };

static struct str asked_for(struct visit *visit)
{
	const struct params *params;
	struct str wish = visit->ui_locales;
	if (!wish.n && http_query(visit->request, &params, NULL) == OK)
		wish = params_value(params, "ui_locales");
	if (!wish.n && visit->request->method == HTTP_POST && http_form(visit->request, &params, NULL) == OK)
		wish = params_value(params, "ui_locales");
	return wish;
}

/* "de" of "de-AT" and "de_AT". */
static struct str primary(struct str tag)
{
	size_t n = 0;
	while (n < tag.n && tag.p[n] != '-' && tag.p[n] != '_')
		n++;
	return str_take(tag, n);
}

static const struct messages *own(const struct realm *realm, struct str tag)
{
	for (size_t i = 0; i < realm->languages_n; i++)
		if (str_eq_nocase(realm->languages[i].tag, tag))
			return realm->languages[i].messages;
	return NULL;
}

/* The language of a tag; NULL when neither the realm nor we speak it. */
static const struct messages *spoken(const struct realm *realm, struct str tag)
{
	const struct messages *found = own(realm, tag);
	if (!found)
		found = own(realm, primary(tag));
	return found ? found : messages_of(tag);
}

/* ---- the realm's own texts ---- */

static const struct messages *english(const struct realm *realm)
{
	const struct messages *found = own(realm, messages_tag(messages_default()));
	return found ? found : messages_default();
}

const struct messages *language_named(const struct realm *realm, struct str tag)
{
	const struct messages *found = spoken(realm, tag);
	return found ? found : english(realm);
}

static void add_language(struct realm *realm, struct arena *arena, struct str tag, const struct json_node *texts)
{
	const struct messages *base = spoken(realm, tag);
	struct messages_own *list = arena_array(arena, texts->n, sizeof *list);
	size_t n = 0;
	for (size_t i = 0; i < texts->n; i++)
		if (texts->members[i].value->kind == JSON_NODE_TEXT && texts->members[i].value->text.n)
			list[n++] = (struct messages_own){ texts->members[i].name, texts->members[i].value->text };
	struct realm_language language = { tag, messages_with(arena, tag, base ? base : english(realm), list, n) };
	realm->languages[realm->languages_n++] = language;
}

void language_prepare(struct realm *realm, struct arena *arena)
{
	struct json_node *all;
	if (!realm->localization.n || json_tree_read(arena, realm->localization, &all, NULL) != OK)
		return;
	realm->languages = arena_array(arena, all->n, sizeof *realm->languages);
	/* English first, then languages, then what countries make of them: each stands on those. */
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < all->n; i++) {
			struct str tag = all->members[i].name;
			int turn = primary(tag).n != tag.n ? 2 : !str_eq_nocase(tag, STR("en"));
			if (turn == round && all->members[i].value->kind == JSON_NODE_OBJECT)
				add_language(realm, arena, tag, all->members[i].value);
		}
}

/* ---- wishes ---- */

/* The language of a tag, when the realm lets it be shown. */
static const struct messages *allowed(const struct realm *realm, struct str tag)
{
	const struct realm_settings *settings = &realm->settings;
	const struct messages *exact = spoken(realm, tag), *wide = spoken(realm, primary(tag));
	if (!settings->internationalization_enabled || !exact)
		return exact;
	bool may_wide = false;
	for (size_t i = 0; i < settings->supported_locales.n; i++) {
		const struct messages *supported = spoken(realm, settings->supported_locales.items[i]);
		if (supported == exact)
			return exact;
		may_wide |= supported == wide;
	}
	return may_wide ? wide : NULL;
}

/* ui_locales: tags in the order of preference, separated by spaces (OpenID Connect Core
 * section 3.1.2.1). */
static const struct messages *first_asked(const struct realm *realm, struct str wish)
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

static const struct messages *preferred(const struct realm *realm, struct str header)
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
	const struct realm *realm = visit->realm;
	bool international = realm->settings.internationalization_enabled;
	const struct messages *found = first_asked(realm, asked_for(visit));
	if (!found && international)
		found = preferred(realm, http_header(visit->request, "Accept-Language"));
	if (!found && international)
		found = spoken(realm, realm->settings.default_locale);
	return found ? found : english(realm);
}

const struct messages *language_of_user(const struct realm *realm, const struct user *user)
{
	const struct messages *found = NULL;
	const struct json_list_pair *locale = user_attribute(realm, user, STR("locale"));
	if (!realm->settings.internationalization_enabled)
		return english(realm);
	if (locale && locale->n)
		found = allowed(realm, locale->values[0]);
	if (!found)
		found = spoken(realm, realm->settings.default_locale);
	return found ? found : english(realm);
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

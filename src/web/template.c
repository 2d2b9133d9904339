/* Templates; see template.h. */
#include "web/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/url.h"

enum { SECTIONS_DEEP = 8 };

/* Scopes from the innermost outwards. */
struct chain {
	const struct template_scope *scope;
	const struct chain *outer;
};

static const struct template_value *find(const struct chain *chain, struct str name)
{
	for (; chain; chain = chain->outer)
		for (size_t i = 0; i < chain->scope->n; i++)
			if (str_eq_z(name, chain->scope->values[i].name))
				return &chain->scope->values[i];
	return NULL;
}

static _Noreturn void malformed(struct str at)
{
	fprintf(stderr, "curfew: malformed template near: %.*s\n", STR_ARG(str_take(at, 60)));
	abort();
}

static size_t index_of(struct str s, struct str part)
{
	const char *at = s.n >= part.n && part.n ? memmem(s.p, s.n, part.p, part.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

/* One tag: its mark (0: none) and name. */
struct tag {
	char mark;
	struct str name;
};

/* Cuts the next tag off *rest: *ret_before is the text in front of it. False at the end. */
static bool next_tag(struct str *rest, struct str *ret_before, struct tag *ret_tag)
{
	size_t open = index_of(*rest, STR("{{"));
	*ret_before = str_take(*rest, open);
	if (open == rest->n)
		return false;
	struct str inside = str_drop(*rest, open + 2);
	size_t end = index_of(inside, STR("}}"));
	if (end == inside.n || end == 0)
		malformed(*rest);
	struct str name = str_take(inside, end);
	char mark = strchr("#^/&@%", name.p[0]) ? name.p[0] : 0;
	*ret_tag = (struct tag){ mark, str_drop(name, mark != 0) };
	if (!ret_tag->name.n)
		malformed(*rest);
	*rest = str_drop(inside, end + 2);
	return true;
}

/* The text up to the closing tag of the section `name`; *rest goes behind it. Sections in
 * it are closed in their order. */
static struct str section_body(struct str *rest, struct str name)
{
	struct str start = *rest, before;
	struct str open[SECTIONS_DEEP] = { name };
	size_t depth = 1;
	struct tag tag;
	for (struct str here = *rest; next_tag(rest, &before, &tag); here = *rest) {
		if ((tag.mark == '#' || tag.mark == '^') && depth < SECTIONS_DEEP)
			open[depth++] = tag.name;
		else if (tag.mark == '#' || tag.mark == '^' || (tag.mark == '/' && !str_eq(tag.name, open[depth - 1])))
			malformed(here);
		else if (tag.mark == '/' && --depth == 0)
			return str_take(start, (size_t)(here.p - start.p) + before.n);
	}
	malformed(start);
}

/* An address for href, src or action: nothing when following it would run code here. */
static void add_url(struct text *out, struct str value)
{
	struct url url;
	bool local = str_starts(value, STR("/")) || str_starts(value, STR("?"));
	if (local || (url_parse(value, &url, NULL) == OK && !url_scheme_is_active(&url)))
		text_add_html(out, value);
}

/* A page under way. */
struct page {
	struct text out;
	const struct messages *messages;
};

static void render(struct page *page, struct str template, const struct chain *chain);

static void render_section(struct page *page, struct str body, const struct template_value *value,
			   bool inverted, const struct chain *chain)
{
	bool present = value && (value->items ? value->items_n > 0 : value->text.n > 0 || value->message);
	if (inverted || !value || !value->items) {
		if (present != inverted)
			render(page, body, chain);
		return;
	}
	for (size_t i = 0; i < value->items_n; i++) {
		struct chain inner = { &value->items[i], chain };
		render(page, body, &inner);
	}
}

static void insert(struct page *page, const struct template_value *value, const struct chain *chain)
{
	if (value && value->message)
		render(page, messages_text(page->messages, str_from(value->message)), chain);
	else if (value)
		text_add_html(&page->out, value->text);
}

static void render(struct page *page, struct str template, const struct chain *chain)
{
	struct str before;
	struct tag tag;
	for (struct str here = template; next_tag(&template, &before, &tag); here = template) {
		text_add(&page->out, before);
		const struct template_value *value = find(chain, tag.name);
		struct str text = value ? value->text : STR("");
		switch (tag.mark) {
		case '/':
			malformed(here);
		case '#':
		case '^':
			render_section(page, section_body(&template, tag.name), value, tag.mark == '^', chain);
			break;
		case '&':
			text_add(&page->out, text);
			break;
		case '@':
			add_url(&page->out, text);
			break;
		case '%':
			render(page, messages_text(page->messages, tag.name), chain);
			break;
		default:
			insert(page, value, chain);
		}
	}
	text_add(&page->out, before);
}

struct str template_render(struct arena *arena, struct str template, const struct messages *messages,
			   const struct template_scope *scope)
{
	struct page page = { text_new(arena, 0), messages };
	struct chain chain = { scope, NULL };
	render(&page, template, &chain);
	return text_str(&page.out);
}

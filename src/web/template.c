/* Templates; see template.h. */
#include "web/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

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

/* The text up to the closing tag of `name`, nested sections of one name counted; *rest
 * goes behind it. */
static struct str section_body(struct arena *arena, struct str *rest, struct str name)
{
	struct str close = arena_join(arena, STR("{{/"), name, STR("}}"));
	struct str open = arena_join(arena, STR("{{#"), name, STR("}}"));
	struct str start = *rest;
	for (int depth = 1;;) {
		size_t at = index_of(*rest, close);
		if (at == rest->n)
			malformed(start);
		for (struct str inside = str_take(*rest, at); index_of(inside, open) < inside.n;
		     inside = str_drop(inside, index_of(inside, open) + open.n))
			depth++;
		*rest = str_drop(*rest, at + close.n);
		if (--depth == 0)
			return str_take(start, start.n - rest->n - close.n);
	}
}

static void render(struct text *out, struct str template, const struct chain *chain);

static void render_section(struct text *out, struct str body, const struct template_value *value,
			   bool inverted, const struct chain *chain)
{
	bool present = value && (value->items ? value->items_n > 0 : value->text.n > 0);
	if (inverted || !value || !value->items) {
		if (present != inverted)
			render(out, body, chain);
		return;
	}
	for (size_t i = 0; i < value->items_n; i++) {
		struct chain inner = { &value->items[i], chain };
		render(out, body, &inner);
	}
}

static void render(struct text *out, struct str template, const struct chain *chain)
{
	while (template.n) {
		size_t open = index_of(template, STR("{{"));
		text_add(out, str_take(template, open));
		struct str tag = str_drop(template, open + 2);
		if (open == template.n)
			return;
		size_t end = index_of(tag, STR("}}"));
		if (end == tag.n || end == 0)
			malformed(template);
		struct str rest = str_drop(tag, end + 2);
		char mark = tag.p[0];
		bool marked = mark == '#' || mark == '^' || mark == '&';
		struct str name = marked ? str_drop(str_take(tag, end), 1) : str_take(tag, end);
		const struct template_value *value = find(chain, name);
		if (mark == '#' || mark == '^')
			render_section(out, section_body(out->arena, &rest, name), value, mark == '^', chain);
		else if (mark == '&')
			text_add(out, value ? value->text : STR(""));
		else
			text_add_html(out, value ? value->text : STR(""));
		template = rest;
	}
}

struct str template_render(struct arena *arena, struct str template, const struct template_scope *scope)
{
	struct text out = text_new(arena, 0);
	struct chain chain = { scope, NULL };
	render(&out, template, &chain);
	return text_str(&out);
}

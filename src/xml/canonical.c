/* See canonical.h. The walk keeps what it has written of declarations (`rendered`), one after
 * another along the path to the element at hand. */
#include "xml/canonical.h"

#include <stdlib.h>

#include "base/tables.h"
#include "base/text.h"
#include "xml/namespaces.h"
#include "xml/tree.h"

enum { GROWTH = 8, GROWTH_LEAST = 16 << 10 /* bytes */ };

struct walk {
	struct text out;
	const struct xml_element *top, *without;
	struct str inclusive_prefixes;
	bool exclusive, comments;
	struct xml_declaration *rendered, *fresh; /* fresh: of the element at hand */
	size_t rendered_n, fresh_n, room;
	size_t *marks; /* rendered_n outside of each open element */
	size_t depth;
	const struct xml_attribute **attributes;
};

/* ---- text ---- */

struct escape {
	char c;
	const char *instead;
};

static void add_escaped(struct text *out, struct str s, const struct escape *escapes, size_t n)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++)
		for (size_t j = 0; j < n; j++)
			if (s.p[i] == escapes[j].c) {
				text_add(out, str_of(s.p + from, i - from));
				text_add_z(out, escapes[j].instead);
				from = i + 1;
				break;
			}
	text_add(out, str_drop(s, from));
}

void xml_tree_add_text(struct text *out, struct str s)
{
	static const struct escape escapes[] = { { '&', "&amp;" }, { '<', "&lt;" },
		{ '>', "&gt;" }, { '\r', "&#xD;" } };
	add_escaped(out, s, escapes, ARRAY_LENGTH(escapes));
}

void xml_tree_add_value(struct text *out, struct str s)
{
	static const struct escape escapes[] = { { '&', "&amp;" }, { '<', "&lt;" },
		{ '"', "&quot;" }, { '\t', "&#x9;" }, { '\n', "&#xA;" }, { '\r', "&#xD;" } };
	add_escaped(out, s, escapes, ARRAY_LENGTH(escapes));
}

static void add_qname(struct text *out, struct str prefix, struct str name)
{
	text_add(out, prefix);
	if (prefix.n)
		text_add_char(out, ':');
	text_add(out, name);
}

/* ---- namespaces ---- */

static bool is_inclusive(const struct walk *w, struct str prefix)
{
	if (!w->exclusive)
		return true;
	struct str all = w->inclusive_prefixes, piece;
	while (str_next(&all, ' ', &piece))
		if (prefix.n ? str_eq(piece, prefix) : str_eq(piece, STR("#default")))
			return true;
	return false;
}

static struct str find(const struct xml_declaration *list, size_t n, struct str prefix, bool *ret_found)
{
	*ret_found = false;
	for (size_t i = n; i-- > 0;)
		if (str_eq(list[i].prefix, prefix)) {
			*ret_found = true;
			return list[i].uri;
		}
	return STR("");
}

/* Notes the declaration that is in force for the prefix, when those who read what has been
 * written would not know it. */
static void need(struct walk *w, const struct xml_element *e, struct str prefix)
{
	bool found = false;
	if (str_eq(prefix, STR("xml")))
		return;
	struct str uri = xml_namespace_of_prefix(e, prefix);
	find(w->fresh, w->fresh_n, prefix, &found);
	if (found || str_eq(find(w->rendered, w->rendered_n, prefix, &found), uri))
		return;
	if (w->fresh_n < w->room)
		w->fresh[w->fresh_n++] = (struct xml_declaration){ prefix, uri };
}

static int compare_declarations(const void *a, const void *b)
{
	const struct xml_declaration *x = a, *y = b;
	return str_compare(x->prefix, y->prefix);
}

static void add_declarations(struct walk *w, const struct xml_element *e)
{
	w->fresh_n = 0;
	/* At the top all that is in force; below, what is not declared anew is written already. */
	for (const struct xml_element *from = e; from; from = e == w->top ? from->outer : NULL)
		for (size_t i = 0; i < from->declarations_n; i++)
			if (is_inclusive(w, from->declarations[i].prefix))
				need(w, e, from->declarations[i].prefix);
	if (w->exclusive) {
		need(w, e, e->prefix);
		for (size_t i = 0; i < e->attributes_n; i++)
			if (e->attributes[i].prefix.n)
				need(w, e, e->attributes[i].prefix);
	}
	qsort(w->fresh, w->fresh_n, sizeof *w->fresh, compare_declarations);
	for (size_t i = 0; i < w->fresh_n; i++) {
		text_add_z(&w->out, w->fresh[i].prefix.n ? " xmlns:" : " xmlns");
		text_add(&w->out, w->fresh[i].prefix);
		text_add_z(&w->out, "=\"");
		xml_tree_add_value(&w->out, w->fresh[i].uri);
		text_add_char(&w->out, '"');
		if (w->rendered_n < w->room)
			w->rendered[w->rendered_n++] = w->fresh[i];
	}
}

/* ---- attributes ---- */

static int compare_attributes(const void *a, const void *b)
{
	const struct xml_attribute *x = *(const struct xml_attribute *const *)a;
	const struct xml_attribute *y = *(const struct xml_attribute *const *)b;
	int order = str_compare(x->space, y->space);
	return order ? order : str_compare(x->name, y->name);
}

static bool has_attribute(
	const struct xml_attribute *const *list, size_t n, const struct xml_attribute *like)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i]->space, like->space) && str_eq(list[i]->name, like->name))
			return true;
	return false;
}

/* The inclusive form takes along the xml:lang, xml:space ... of what is around it. */
static size_t inherited(const struct walk *w, size_t n)
{
	for (const struct xml_element *from = w->top->outer; from; from = from->outer)
		for (size_t i = 0; i < from->attributes_n; i++) {
			const struct xml_attribute *a = &from->attributes[i];
			if (str_eq(a->space, STR(XML_XML)) && n < w->room &&
				!has_attribute(w->attributes, n, a))
				w->attributes[n++] = a;
		}
	return n;
}

static void add_attributes(struct walk *w, const struct xml_element *e)
{
	size_t n = 0;
	for (; n < e->attributes_n; n++)
		w->attributes[n] = &e->attributes[n];
	if (e == w->top && !w->exclusive)
		n = inherited(w, n);
	qsort(w->attributes, n, sizeof(const struct xml_attribute *), compare_attributes);
	for (size_t i = 0; i < n; i++) {
		text_add_char(&w->out, ' ');
		add_qname(&w->out, w->attributes[i]->prefix, w->attributes[i]->name);
		text_add_z(&w->out, "=\"");
		xml_tree_add_value(&w->out, w->attributes[i]->value);
		text_add_char(&w->out, '"');
	}
}

/* ---- the walk ---- */

static void open_element(struct walk *w, const struct xml_element *e)
{
	w->marks[w->depth++] = w->rendered_n;
	text_add_char(&w->out, '<');
	add_qname(&w->out, e->prefix, e->name);
	add_declarations(w, e);
	add_attributes(w, e);
	text_add_char(&w->out, '>');
}

static void close_element(struct walk *w, const struct xml_element *e)
{
	w->rendered_n = w->marks[--w->depth];
	text_add_z(&w->out, "</");
	add_qname(&w->out, e->prefix, e->name);
	text_add_char(&w->out, '>');
}

static void add_leaf(struct walk *w, const struct xml_node *node)
{
	if (node->kind == XML_NODE_TEXT) {
		xml_tree_add_text(&w->out, node->text);
	} else if (w->comments) {
		text_add_z(&w->out, "<!--");
		text_add(&w->out, node->text);
		text_add_z(&w->out, "-->");
	}
}

/* Goes down to the first child, else on to the next sibling, closing what ends. */
static void walk_all(struct walk *w)
{
	const struct xml_element *open = w->top;
	open_element(w, open);
	const struct xml_node *node = open->first;
	while (!w->out.failed) {
		const struct xml_element *e = xml_tree_element(node);
		if (!node) {
			close_element(w, open);
			if (open == w->top)
				return;
			node = open->node.next;
			open = open->parent;
		} else if (!e) {
			add_leaf(w, node);
			node = node->next;
		} else if (e == w->without) {
			node = node->next;
		} else {
			open_element(w, e);
			open = e;
			node = e->first;
		}
	}
}

/* How deep, and how many attributes can come together at one element. */
static void measure(const struct xml_element *top, size_t *ret_depth, size_t *ret_attributes)
{
	size_t depth = 1, most = 0, around = 0;
	for (const struct xml_element *e = top->outer; e; e = e->outer)
		around += e->attributes_n;
	for (const struct xml_element *e = top; e; e = xml_tree_walk(top, e)) {
		size_t own = 1;
		for (const struct xml_element *up = e; up != top; up = up->parent)
			own++;
		depth = own > depth ? own : depth;
		most = e->attributes_n > most ? e->attributes_n : most;
	}
	*ret_depth = depth;
	*ret_attributes = most + around;
}

enum error_code xml_canonical_text(struct arena *arena, const struct xml_element *element,
	const struct xml_canonical_options *options, struct str *ret_text, struct why *reterr_why)
{
	size_t depth = 0, attributes = 0;
	measure(element, &depth, &attributes);
	size_t limit = element->document->bytes * GROWTH + GROWTH_LEAST;
	/* Besides the declarations in force: those of the top's surroundings. */
	size_t room = element->document->namespaces + element->in_force + attributes + 2;
	struct walk w = { .out = text_new(arena, limit),
		.top = element,
		.without = options->without,
		.inclusive_prefixes = options->inclusive_prefixes,
		.exclusive = options->form == XML_CANONICAL_EXCLUSIVE ||
			options->form == XML_CANONICAL_EXCLUSIVE_WITH_COMMENTS,
		.comments = options->form == XML_CANONICAL_EXCLUSIVE_WITH_COMMENTS ||
			options->form == XML_CANONICAL_INCLUSIVE_WITH_COMMENTS,
		.rendered = arena_array(arena, room, sizeof *w.rendered),
		.fresh = arena_array(arena, room, sizeof *w.fresh),
		.room = room,
		.marks = arena_array(arena, depth, sizeof *w.marks),
		.attributes = arena_array(arena, room, sizeof *w.attributes) };
	walk_all(&w);
	if (w.out.failed)
		return error_because(reterr_why, ERROR_TOO_LARGE,
			"canonical form of more than %zu bytes, of a document of %zu", limit,
			element->document->bytes);
	*ret_text = text_str(&w.out);
	return OK;
}

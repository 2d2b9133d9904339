/* See writer.h. A start tag is written when the first thing after its attributes comes. */
#include "xml/writer.h"

#include <stdlib.h>

#include "xml/scan.h"
#include "xml/tree.h"

struct xml_writer xml_writer_new(struct arena *arena, size_t limit)
{
	return (struct xml_writer){ .text = text_new(arena, limit) };
}

/* Text from strangers goes through here: a name, an attribute of a user, a RelayState. */
static bool is_writable(struct str s)
{
	size_t at = 0;
	return str_is_utf8(s) && xml_scan_is_text(s, &at);
}

static const struct xml_space *in_force(const struct xml_writer *w, struct str prefix)
{
	for (size_t i = w->spaces_n; i-- > 0;)
		if (str_eq(w->spaces[i]->prefix, prefix))
			return w->spaces[i];
	return NULL;
}

static void need_space(struct xml_writer *w, const struct xml_space *space)
{
	if (str_eq(space->uri, STR(XML_XML))) /* is in force everywhere */
		return;
	const struct xml_space *now = in_force(w, space->prefix);
	if (now && str_eq(now->uri, space->uri))
		return;
	size_t outside = w->open[w->depth - 1].spaces_n;
	for (size_t i = outside; i < w->spaces_n; i++)
		if (str_eq(w->spaces[i]->prefix, space->prefix))
			w->failed = true; /* one prefix, two namespaces in one tag */
	if (w->spaces_n == XML_WRITE_SPACES)
		w->failed = true;
	else
		w->spaces[w->spaces_n++] = space;
}

/* Elements without namespace stand only where no default namespace is in force. */
static void check_no_space(struct xml_writer *w)
{
	if (in_force(w, STR("")))
		w->failed = true;
}

static void add_qname(struct xml_writer *w, const struct xml_space *space, struct str name)
{
	if (space && space->prefix.n) {
		text_add(&w->text, space->prefix);
		text_add_char(&w->text, ':');
	}
	text_add(&w->text, name);
}

static int compare_spaces(const void *a, const void *b)
{
	const struct xml_space *x = *(const struct xml_space *const *)a;
	const struct xml_space *y = *(const struct xml_space *const *)b;
	return str_compare(x->prefix, y->prefix);
}

static int compare_attributes(const void *a, const void *b)
{
	const struct xml_write_attribute *x = a, *y = b;
	int order = str_compare(x->space ? x->space->uri : STR(""), y->space ? y->space->uri : STR(""));
	return order ? order : str_compare(x->name, y->name);
}

static void add_pair(struct xml_writer *w, struct str value)
{
	text_add_z(&w->text, "=\"");
	xml_tree_add_value(&w->text, value);
	text_add_char(&w->text, '"');
}

static void finish_tag(struct xml_writer *w)
{
	if (!w->in_tag || w->failed)
		return;
	w->in_tag = false;
	struct xml_write_element *e = &w->open[w->depth - 1];
	text_add_char(&w->text, '<');
	add_qname(w, e->space, e->name);
	qsort(w->spaces + e->spaces_n, w->spaces_n - e->spaces_n, sizeof(const struct xml_space *),
		compare_spaces);
	for (size_t i = e->spaces_n; i < w->spaces_n; i++) {
		text_add_z(&w->text, w->spaces[i]->prefix.n ? " xmlns:" : " xmlns");
		text_add(&w->text, w->spaces[i]->prefix);
		add_pair(w, w->spaces[i]->uri);
	}
	qsort(w->attributes, w->attributes_n, sizeof *w->attributes, compare_attributes);
	for (size_t i = 0; i < w->attributes_n; i++) {
		if (i && compare_attributes(&w->attributes[i - 1], &w->attributes[i]) == 0)
			w->failed = true;
		text_add_char(&w->text, ' ');
		add_qname(w, w->attributes[i].space, w->attributes[i].name);
		add_pair(w, w->attributes[i].value);
	}
	text_add_char(&w->text, '>');
}

void xml_open(struct xml_writer *w, const struct xml_space *space, struct str name)
{
	finish_tag(w);
	if (w->failed || w->depth == XML_WRITE_DEPTH || (w->depth == 0 && w->text.n)) {
		w->failed = true;
		return;
	}
	w->open[w->depth++] = (struct xml_write_element){ space, name, w->spaces_n };
	w->in_tag = true;
	w->attributes_n = 0;
	if (space)
		need_space(w, space);
	else
		check_no_space(w);
}

void xml_write_attribute_in(
	struct xml_writer *w, const struct xml_space *space, struct str name, struct str value)
{
	if (w->failed || !w->in_tag || w->attributes_n == XML_WRITE_ATTRIBUTES ||
		(space && !space->prefix.n) || !is_writable(value)) {
		w->failed = true;
		return;
	}
	if (space)
		need_space(w, space);
	w->attributes[w->attributes_n++] = (struct xml_write_attribute){ space, name, value };
}

void xml_write_attribute(struct xml_writer *w, struct str name, struct str value)
{
	xml_write_attribute_in(w, NULL, name, value);
}

void xml_declare(struct xml_writer *w, const struct xml_space *space)
{
	if (w->failed || !w->in_tag)
		w->failed = true;
	else
		need_space(w, space);
}

void xml_write_text(struct xml_writer *w, struct str text)
{
	finish_tag(w);
	if (w->failed || !w->depth || !is_writable(text))
		w->failed = true;
	else
		xml_tree_add_text(&w->text, text);
}

void xml_write_raw(struct xml_writer *w, struct str markup)
{
	finish_tag(w);
	if (w->failed || !w->depth)
		w->failed = true;
	else
		text_add(&w->text, markup);
}

void xml_close(struct xml_writer *w)
{
	finish_tag(w);
	if (w->failed || !w->depth) {
		w->failed = true;
		return;
	}
	const struct xml_write_element *e = &w->open[--w->depth];
	text_add_z(&w->text, "</");
	add_qname(w, e->space, e->name);
	text_add_char(&w->text, '>');
	w->spaces_n = e->spaces_n;
}

void xml_write_leaf(
	struct xml_writer *w, const struct xml_space *space, struct str name, struct str text)
{
	xml_open(w, space, name);
	xml_write_text(w, text);
	xml_close(w);
}

struct str xml_written(struct xml_writer *w)
{
	if (w->failed || w->depth)
		return (struct str){ NULL, 0 };
	return text_str(&w->text);
}

/* The parser; see parse.h. It works on a copy of the document, in which it decodes texts in
 * place, and goes down and up along the tree that it builds, without recursion. */
#include "xml/parse.h"

#include <string.h>

#include "base/tables.h"
#include "crypto/base64.h"
#include "xml/namespaces.h"
#include "xml/scan.h"
#include "xml/tree.h"

const struct xml_limits xml_limits_message = { 256 << 10, 64, 4000, 64, 64 };
const struct xml_limits xml_limits_metadata = { 4 << 20, 64, 100000, 64, 64 };

struct parser {
	struct arena *arena;
	const struct xml_limits *limits;
	struct str source; /* as it came: for line numbers */
	char *text;        /* the copy, as long */
	size_t at;
	size_t line, line_at; /* the line of the offset line_at */
	struct xml_document *document;
	const struct xml_element *context;
	struct xml_element *root, *open; /* open: the innermost element; NULL outside the root */
	size_t depth, nodes;
	struct table ids;
	struct xml_attribute *attributes; /* of the tag that is read, room for the limit */
	struct xml_declaration *declarations;
	size_t attributes_n, declarations_n;
	struct why *why;
};

/* ---- failing ---- */

static size_t line_here(struct parser *p)
{
	while (p->line_at < p->at) {
		const char *from = p->source.p + p->line_at;
		const char *newline = memchr(from, '\n', p->at - p->line_at);
		if (!newline) {
			p->line_at = p->at;
			break;
		}
		p->line++;
		p->line_at += (size_t)(newline - from) + 1;
	}
	return p->line;
}

static enum error_code bad(struct parser *p, const char *what)
{
	return error_because(p->why, ERROR_BAD_XML, "XML, line %zu: %s", line_here(p), what);
}

static enum error_code too_large(struct parser *p, const char *what, size_t limit)
{
	return error_because(p->why, ERROR_TOO_LARGE, "XML, line %zu: %s (limit %zu)",
		line_here(p), what, limit);
}

/* ---- moving ---- */

static struct str rest(const struct parser *p)
{
	return str_of(p->text + p->at, p->source.n - p->at);
}

static bool looking_at(const struct parser *p, struct str what)
{
	return str_starts(rest(p), what);
}

static bool take(struct parser *p, struct str what)
{
	if (!looking_at(p, what))
		return false;
	p->at += what.n;
	return true;
}

/* True when there was one. */
static bool skip_blanks(struct parser *p)
{
	size_t from = p->at;
	while (p->at < p->source.n && xml_scan_is_blank(p->text[p->at]))
		p->at++;
	return p->at > from;
}

/* What stands before `end`, which is taken too. */
static bool take_until(struct parser *p, struct str end, size_t *ret_from, size_t *ret_n)
{
	const char *from = p->text + p->at;
	const char *found = memmem(from, p->source.n - p->at, end.p, end.n);
	if (!found)
		return false;
	*ret_from = p->at;
	*ret_n = (size_t)(found - from);
	p->at += *ret_n + end.n;
	return true;
}

static bool take_name(struct parser *p, struct str *ret_name)
{
	*ret_name = str_take(rest(p), xml_scan_name(rest(p)));
	p->at += ret_name->n;
	return ret_name->n > 0;
}

static enum error_code take_qname(struct parser *p, struct str *ret_prefix, struct str *ret_name)
{
	struct str first = { 0 }, second = { 0 };
	if (!take_name(p, &first))
		return bad(p, "a name was expected");
	if (!take(p, STR(":"))) {
		*ret_prefix = STR("");
		*ret_name = first;
		return OK;
	}
	if (!take_name(p, &second) || looking_at(p, STR(":")))
		return bad(p, "a name with a prefix was expected");
	*ret_prefix = first;
	*ret_name = second;
	return OK;
}

/* = "value" */
static enum error_code take_value(struct parser *p, enum xml_scan_kind kind, struct str *ret_value)
{
	size_t from = 0, n = 0;
	skip_blanks(p);
	if (!take(p, STR("=")))
		return bad(p, "\"=\" was expected");
	skip_blanks(p);
	struct str quote = str_take(rest(p), 1);
	if (!str_eq(quote, STR("\"")) && !str_eq(quote, STR("'")))
		return bad(p, "a value in quotes was expected");
	p->at++;
	if (!take_until(p, quote, &from, &n))
		return bad(p, "a value without end");
	const char *wrong = xml_scan_decode(p->text + from, n, kind, &n);
	if (wrong)
		return bad(p, wrong);
	*ret_value = str_of(p->text + from, n);
	return OK;
}

/* ---- namespaces ---- */

static const struct xml_declaration *own_declaration(
	const struct xml_declaration *declarations, size_t n, struct str prefix)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(declarations[i].prefix, prefix))
			return &declarations[i];
	return NULL;
}

struct str xml_namespace_of_prefix(const struct xml_element *element, struct str prefix)
{
	if (str_eq(prefix, STR("xml")))
		return STR(XML_XML);
	for (const struct xml_element *e = element; e; e = e->outer) {
		const struct xml_declaration *found =
			own_declaration(e->declarations, e->declarations_n, prefix);
		if (found)
			return found->uri.n ? found->uri : (struct str){ NULL, 0 };
	}
	return (struct str){ NULL, 0 };
}

static enum error_code add_declaration(struct parser *p, struct str prefix, struct str uri)
{
	bool is_xml = str_eq(prefix, STR("xml"));
	if (str_eq(prefix, STR("xmlns")) || str_eq(uri, STR(XML_XMLNS)) ||
		is_xml != str_eq(uri, STR(XML_XML)))
		return bad(p, "a reserved prefix or namespace is declared anew");
	if (prefix.n && !uri.n)
		return bad(p, "a prefix is declared with an empty namespace");
	if (own_declaration(p->declarations, p->declarations_n, prefix))
		return bad(p, "a prefix is declared twice in one tag");
	if (is_xml) /* is in force everywhere */
		return OK;
	p->declarations[p->declarations_n++] = (struct xml_declaration){ prefix, uri };
	return OK;
}

/* ---- tags ---- */

static enum error_code take_attribute(struct parser *p)
{
	struct str prefix = { 0 }, name = { 0 }, value = { 0 };
	if (p->attributes_n + p->declarations_n >= p->limits->attributes)
		return too_large(p, "too many attributes in one tag", p->limits->attributes);
	enum error_code error = take_qname(p, &prefix, &name);
	if (!error)
		error = take_value(p, XML_SCAN_ATTRIBUTE, &value);
	if (error)
		return error;
	if (str_eq(prefix, STR("xmlns")))
		return add_declaration(p, name, value);
	if (!prefix.n && str_eq(name, STR("xmlns")))
		return add_declaration(p, STR(""), value);
	p->attributes[p->attributes_n++] =
		(struct xml_attribute){ .prefix = prefix, .name = name, .value = value };
	return OK;
}

static enum error_code take_attributes(struct parser *p)
{
	p->attributes_n = p->declarations_n = 0;
	for (;;) {
		bool apart = skip_blanks(p);
		if (p->at == p->source.n || looking_at(p, STR(">")) || looking_at(p, STR("/")))
			return OK;
		if (!apart)
			return bad(p, "a blank was expected in a tag");
		enum error_code error = take_attribute(p);
		if (error)
			return error;
	}
}

static bool is_id(const struct xml_attribute *a)
{
	if (a->space.n)
		return str_eq(a->space, STR(XML_XML)) && str_eq(a->name, STR("id"));
	return str_eq(a->name, STR("ID")) || str_eq(a->name, STR("Id")) ||
		str_eq(a->name, STR("id")) || str_eq(a->name, STR("AssertionID"));
}

static enum error_code resolve_attribute(struct parser *p, struct xml_element *e, size_t i)
{
	struct xml_attribute *a = &e->attributes[i];
	if (a->prefix.n) {
		a->space = xml_namespace_of_prefix(e, a->prefix);
		if (!a->space.n)
			return bad(p, "an attribute's prefix is not declared");
	}
	for (size_t j = 0; j < i; j++)
		if (str_eq(e->attributes[j].name, a->name) &&
			str_eq(e->attributes[j].space, a->space))
			return bad(p, "the same attribute stands twice in one tag");
	if (is_id(a) && table_put(&p->ids, a->value, e))
		return bad(p, "two elements have the same ID");
	return OK;
}

static void *copy_of(struct arena *arena, const void *from, size_t count, size_t size)
{
	void *to = arena_array(arena, count, size);
	if (count)
		memcpy(to, from, count * size);
	return to;
}

static enum error_code resolve(struct parser *p, struct xml_element *e)
{
	e->declarations_n = p->declarations_n;
	e->declarations =
		copy_of(p->arena, p->declarations, p->declarations_n, sizeof *e->declarations);
	e->attributes_n = p->attributes_n;
	e->attributes = copy_of(p->arena, p->attributes, p->attributes_n, sizeof *e->attributes);
	e->in_force = e->declarations_n + (e->outer ? e->outer->in_force : 0);
	if (e->in_force > p->limits->namespaces)
		return too_large(p, "too many namespaces in force", p->limits->namespaces);
	if (e->in_force > p->document->namespaces)
		p->document->namespaces = e->in_force;
	e->space = xml_namespace_of_prefix(e, e->prefix);
	if (e->prefix.n && !e->space.n)
		return bad(p, "an element's prefix is not declared");
	for (size_t i = 0; i < e->attributes_n; i++) {
		enum error_code error = resolve_attribute(p, e, i);
		if (error)
			return error;
	}
	return OK;
}

static enum error_code append(struct parser *p, struct xml_node *node)
{
	if (++p->nodes > p->limits->nodes)
		return too_large(p, "too many elements and texts", p->limits->nodes);
	if (!p->open)
		return OK;
	if (p->open->last)
		p->open->last->next = node;
	else
		p->open->first = node;
	p->open->last = node;
	return OK;
}

/* All text, when there are no child elements. */
static struct str joined_text(struct arena *arena, const struct xml_element *e)
{
	size_t n = 0, pieces = 0;
	struct str last = STR("");
	for (const struct xml_node *c = e->first; c; c = c->next) {
		if (c->kind == XML_NODE_ELEMENT)
			return (struct str){ NULL, 0 };
		if (c->kind == XML_NODE_TEXT) {
			last = c->text;
			n += last.n;
			pieces++;
		}
	}
	if (pieces < 2)
		return last;
	char *text = arena_alloc(arena, n + 1);
	size_t at = 0;
	for (const struct xml_node *c = e->first; c; c = c->next)
		if (c->kind == XML_NODE_TEXT && c->text.n) {
			memcpy(text + at, c->text.p, c->text.n);
			at += c->text.n;
		}
	return str_of(text, n);
}

static void close_element(struct parser *p)
{
	struct xml_element *e = p->open;
	e->end = p->at;
	e->text = joined_text(p->arena, e);
	p->depth--;
	/* The parent was made here, and is const for the tree's readers alone. */
	p->open = (struct xml_element *)e->parent;
}

static enum error_code start_tag(struct parser *p)
{
	if (p->depth >= p->limits->depth)
		return too_large(p, "elements too deep within one another", p->limits->depth);
	struct xml_element *e = arena_alloc(p->arena, sizeof *e);
	e->node.kind = XML_NODE_ELEMENT;
	e->document = p->document;
	e->parent = p->open;
	e->outer = p->open ? p->open : p->context;
	e->begin = p->at++;
	e->line = line_here(p);
	enum error_code error = take_qname(p, &e->prefix, &e->name);
	if (!error)
		error = take_attributes(p);
	if (!error)
		error = resolve(p, e);
	if (!error)
		error = append(p, &e->node);
	if (error)
		return error;
	if (!p->open)
		p->root = e;
	p->open = e;
	p->depth++;
	if (take(p, STR("/>"))) {
		close_element(p);
		return OK;
	}
	if (!take(p, STR(">")))
		return bad(p, "a tag without end");
	e->inside = p->at;
	return OK;
}

static enum error_code end_tag(struct parser *p)
{
	struct str prefix = { 0 }, name = { 0 };
	p->at += 2;
	enum error_code error = take_qname(p, &prefix, &name);
	if (error)
		return error;
	skip_blanks(p);
	if (!take(p, STR(">")))
		return bad(p, "an end tag without end");
	if (!str_eq(prefix, p->open->prefix) || !str_eq(name, p->open->name))
		return bad(p, "an end tag that belongs to another element");
	close_element(p);
	return OK;
}

/* ---- content ---- */

static enum error_code add_text(
	struct parser *p, enum xml_node_kind kind, size_t from, size_t n, enum xml_scan_kind scan)
{
	const char *wrong = xml_scan_decode(p->text + from, n, scan, &n);
	if (wrong)
		return bad(p, wrong);
	struct xml_node *node = arena_alloc(p->arena, sizeof *node);
	node->kind = kind;
	node->text = str_of(p->text + from, n);
	return append(p, node);
}

static enum error_code comment(struct parser *p)
{
	size_t from = 0, n = 0;
	p->at += 4;
	if (!take_until(p, STR("--"), &from, &n) || !take(p, STR(">")))
		return bad(p, "a comment without end, or with \"--\" in it");
	return add_text(p, XML_NODE_COMMENT, from, n, XML_SCAN_VERBATIM);
}

static enum error_code cdata(struct parser *p)
{
	size_t from = 0, n = 0;
	p->at += 9;
	if (!take_until(p, STR("]]>"), &from, &n))
		return bad(p, "a CDATA section without end");
	return add_text(p, XML_NODE_TEXT, from, n, XML_SCAN_VERBATIM);
}

static enum error_code text(struct parser *p)
{
	size_t from = p->at, n = str_index(rest(p), '<');
	if (str_contains(str_take(rest(p), n), STR("]]>")))
		return bad(p, "\"]]>\" in text");
	p->at += n;
	return add_text(p, XML_NODE_TEXT, from, n, XML_SCAN_TEXT);
}

/* A "<" that begins no tag. */
static enum error_code refuse_markup(struct parser *p)
{
	if (looking_at(p, STR("<?")))
		return bad(p, "processing instructions are not taken");
	if (looking_at(p, STR("<!DOCTYPE")))
		return bad(p, "a DOCTYPE is not taken");
	return bad(p, "unknown markup");
}

static enum error_code content(struct parser *p)
{
	if (!looking_at(p, STR("<")))
		return text(p);
	if (looking_at(p, STR("</")))
		return end_tag(p);
	if (looking_at(p, STR("<!--")))
		return comment(p);
	if (looking_at(p, STR("<![CDATA[")))
		return cdata(p);
	if (looking_at(p, STR("<!")) || looking_at(p, STR("<?")))
		return refuse_markup(p);
	return start_tag(p);
}

/* ---- the document ---- */

/* One of version, encoding, standalone: 1 when it was there with the value that we take, 0 when
 * it was not there, -1 otherwise. */
static int take_pseudo_attribute(struct parser *p, struct str name, struct str value, struct str other)
{
	size_t before = p->at;
	struct str got = { 0 };
	if (!skip_blanks(p) || !take(p, name)) {
		p->at = before;
		return 0;
	}
	if (take_value(p, XML_SCAN_VERBATIM, &got))
		return -1;
	return str_eq_nocase(got, value) || str_eq(got, other) ? 1 : -1;
}

static enum error_code xml_declaration(struct parser *p)
{
	if (!looking_at(p, STR("<?xml")) || p->source.n - p->at < 6 ||
		!xml_scan_is_blank(p->text[p->at + 5]))
		return OK;
	p->at += 5;
	if (take_pseudo_attribute(p, STR("version"), STR("1.0"), STR("1.0")) != 1)
		return bad(p, "only XML 1.0 is taken");
	if (take_pseudo_attribute(p, STR("encoding"), STR("UTF-8"), STR("UTF-8")) < 0)
		return bad(p, "only UTF-8 is taken");
	if (take_pseudo_attribute(p, STR("standalone"), STR("yes"), STR("no")) < 0)
		return bad(p, "standalone is neither yes nor no");
	skip_blanks(p);
	return take(p, STR("?>")) ? OK : bad(p, "the XML declaration is malformed");
}

/* Blanks and comments around the root. */
static enum error_code around(struct parser *p)
{
	for (;;) {
		skip_blanks(p);
		if (!looking_at(p, STR("<!--")))
			return OK;
		enum error_code error = comment(p);
		if (error)
			return error;
	}
}

static enum error_code parse_root(struct parser *p)
{
	if (!looking_at(p, STR("<")))
		return bad(p, "an element was expected");
	if (looking_at(p, STR("<!")) || looking_at(p, STR("<?")))
		return refuse_markup(p);
	enum error_code error = start_tag(p);
	while (!error && p->open) {
		if (p->at == p->source.n)
			return bad(p, "it ends within an element");
		error = content(p);
	}
	return error;
}

static enum error_code check_characters(struct parser *p)
{
	size_t at = 0;
	if (!str_is_utf8(p->source))
		return bad(p, "it is not UTF-8");
	if (xml_scan_is_text(p->source, &at))
		return OK;
	p->at = at;
	return bad(p, "a character that XML does not have");
}

static enum error_code parse_document(struct parser *p)
{
	enum error_code error = check_characters(p);
	if (error)
		return error;
	take(p, STR("\xef\xbb\xbf"));
	error = xml_declaration(p);
	if (!error)
		error = around(p);
	if (!error)
		error = parse_root(p);
	if (!error)
		error = around(p);
	if (!error && p->at < p->source.n)
		error = looking_at(p, STR("<!")) || looking_at(p, STR("<?"))
			? refuse_markup(p)
			: bad(p, "something follows the root element");
	return error;
}

enum error_code xml_tree_parse(struct arena *arena, struct str bytes,
	const struct xml_limits *limits, const struct xml_element *context,
	const struct xml_element **ret_root, struct why *reterr_why)
{
	if (bytes.n > limits->bytes)
		return error_because(reterr_why, ERROR_TOO_LARGE, "XML of %zu bytes (limit %zu)",
			bytes.n, limits->bytes);
	struct parser p = { .arena = arena,
		.limits = limits,
		.source = bytes,
		.text = (char *)arena_str(arena, bytes).p,
		.line = 1,
		.document = arena_alloc(arena, sizeof *p.document),
		.context = context,
		.ids = table_new(arena, 8),
		.attributes = arena_array(arena, limits->attributes, sizeof *p.attributes),
		.declarations = arena_array(arena, limits->attributes, sizeof *p.declarations),
		.why = reterr_why };
	p.document->bytes = bytes.n;
	enum error_code error = parse_document(&p);
	if (!error)
		*ret_root = p.root;
	return error;
}

enum error_code xml_parse(struct arena *arena, struct str bytes, const struct xml_limits *limits,
	const struct xml_element **ret_root, struct why *reterr_why)
{
	return xml_tree_parse(arena, bytes, limits, NULL, ret_root, reterr_why);
}

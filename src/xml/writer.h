/* Writes XML text by calls that follow the document: open, attributes, text or elements,
 * close. Escapes everything, declares each namespace at the first element that uses it, and
 * writes attributes in canonical order, empty elements with an end tag: what comes out is its
 * own exclusive canonical form (but where xml_declare adds a declaration that nothing uses).
 *
 * Mistakes stick, as in base/text.h: text that is not UTF-8 or holds a character that XML
 * cannot carry, an attribute after content or twice, unbalanced ends, too much nesting. After
 * one, xml_written gives the empty text; callers check once. */
#ifndef XML_WRITER_H
#define XML_WRITER_H

#include "base/text.h"
#include "xml/namespaces.h"

enum {
	XML_WRITE_DEPTH = 32,
	XML_WRITE_SPACES = 32,     /* declarations in force */
	XML_WRITE_ATTRIBUTES = 24, /* of one element */
};

/* In the caller's frame; members are the writer's own. */
struct xml_writer {
	struct text text;
	struct xml_write_attribute {
		const struct xml_space *space; /* NULL: none */
		struct str name, value;
	} attributes[XML_WRITE_ATTRIBUTES];
	struct xml_write_element {
		const struct xml_space *space;
		struct str name;
		size_t spaces_n; /* declarations in force outside of it */
	} open[XML_WRITE_DEPTH];
	const struct xml_space *spaces[XML_WRITE_SPACES];
	size_t attributes_n, depth, spaces_n;
	bool in_tag; /* the start tag of the innermost element is not written yet */
	bool failed;
};

/* Empty, growing in `arena` to `limit` bytes (0: 64 MiB). Spaces, names and attribute values
 * are borrowed until the element's start tag is complete, spaces and names of elements until
 * it is closed. No XML declaration is written. */
struct xml_writer xml_writer_new(struct arena *arena, size_t limit);

/* Begins an element; `space` NULL: in no namespace. Names come from us, not from strangers:
 * they are not checked. */
void xml_open(struct xml_writer *w, const struct xml_space *space, struct str name);
/* Attributes of the element just opened: without namespace, and with one. */
void xml_write_attribute(struct xml_writer *w, struct str name, struct str value);
void xml_write_attribute_in(
	struct xml_writer *w, const struct xml_space *space, struct str name, struct str value);
/* Declares a namespace at the element just opened although no name there needs it: for a
 * QName in content, such as xsi:type="xs:string". Nothing happens when it is in force. */
void xml_declare(struct xml_writer *w, const struct xml_space *space);
/* Text of the innermost element, escaped. */
void xml_write_text(struct xml_writer *w, struct str text);
/* Markup that goes in as it is: one or more whole elements, from this writer or cut from a
 * document, which declare all that they use. */
void xml_write_raw(struct xml_writer *w, struct str markup);
/* Ends the innermost element. */
void xml_close(struct xml_writer *w);
/* <name>text</name>. */
void xml_write_leaf(
	struct xml_writer *w, const struct xml_space *space, struct str name, struct str text);

/* The document; empty when something went wrong or an element is still open. Lives as long as
 * the arena. */
struct str xml_written(struct xml_writer *w);

#endif

/* XML from strangers: bytes in, an immutable tree in an arena out, or a refusal.
 *
 * This is the one parser of XML: signatures (verify.h) are checked on the very elements that
 * are read, so that no second reading of the same bytes can differ. It knows the part of
 * XML 1.0 with namespaces that protocols use, and refuses the rest: any DOCTYPE and so every
 * entity but the five and character references; processing instructions; every encoding but
 * UTF-8; XML 1.1; undeclared, empty-named or redefined `xml` and `xmlns` prefixes; the same
 * attribute twice (by namespace and name); the same value in two ID attributes. Nothing is
 * ever fetched. Time and memory grow with the input alone, without recursion.
 *
 * The tree, and every text that it hands out, lives as long as the arena. Texts are UTF-8
 * without NUL. */
#ifndef XML_PARSE_H
#define XML_PARSE_H

#include "base/arena.h"
#include "base/errors.h"

struct xml_element;

/* Each is the largest number that is let in. */
struct xml_limits {
	size_t bytes;      /* of the whole document */
	size_t depth;      /* elements within one another */
	size_t nodes;      /* elements, and pieces of text and comments */
	size_t attributes; /* of one element, declarations of namespaces included */
	size_t namespaces; /* declarations in force at one place */
};

/* A protocol message: 256 KiB, 64 deep, 4,000 nodes, 64 attributes, 64 namespaces. */
extern const struct xml_limits xml_limits_message;
/* Metadata that an administrator hands in: 4 MiB, else the same but for 100,000 nodes. */
extern const struct xml_limits xml_limits_metadata;

/* The root element of `bytes`, which are copied. ERROR_BAD_XML, with the line and what is
 * wrong there; ERROR_TOO_LARGE when a limit is passed. */
enum error_code xml_parse(struct arena *arena, struct str bytes, const struct xml_limits *limits,
	const struct xml_element **ret_root, struct why *reterr_why) MUST_USE;

/* ---- reading ---- */

/* Name without prefix, and namespace (empty: none). Prefixes mean nothing and are not told. */
struct str xml_name(const struct xml_element *element);
struct str xml_namespace(const struct xml_element *element);
bool xml_is(const struct xml_element *element, struct str space, struct str name);

/* NULL for the root. */
const struct xml_element *xml_parent(const struct xml_element *element);
/* The first child element, and the next sibling; NULL when there is none. In the order of the
 * document; text and comments are passed over. */
const struct xml_element *xml_child(const struct xml_element *element);
const struct xml_element *xml_next(const struct xml_element *element);
/* The same among those of one name: for (e = xml_first(p, NS, N); e; e = xml_another(e)). */
const struct xml_element *xml_first(
	const struct xml_element *parent, struct str space, struct str name);
const struct xml_element *xml_another(const struct xml_element *element);
/* The one child of that name, or NULL when there is none; ERROR_BAD_XML when there are two,
 * for what a schema allows once: taking either would be a choice of the sender's. */
enum error_code xml_only(const struct xml_element *parent, struct str space, struct str name,
	const struct xml_element **ret_element, struct why *reterr_why) MUST_USE;

/* An attribute without namespace, as nearly all are; {NULL, 0} when absent. */
struct str xml_attribute(const struct xml_element *element, struct str name);
/* One with a namespace: xml_attribute_in(e, STR(XML_XSI), STR("type")). */
struct str xml_attribute_in(
	const struct xml_element *element, struct str space, struct str name);
/* All text of the element after one another, CDATA as its text, comments left out without
 * cutting what follows them; not trimmed. Empty (p not NULL) for an element without content;
 * {NULL, 0} when it has child elements. */
struct str xml_text(const struct xml_element *element);
/* The namespace that a prefix stands for at this element, for the QName of an xsi:type;
 * {NULL, 0} when it stands for none. */
struct str xml_namespace_of_prefix(const struct xml_element *element, struct str prefix);

/* Where the element's start tag begins: line in the document, from 1. For reasons. */
size_t xml_line(const struct xml_element *element);

#endif

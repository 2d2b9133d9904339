/* The tree behind parse.h: what signatures need to know of a document beyond names and
 * texts. Not for other folders. */
#ifndef XML_TREE_H
#define XML_TREE_H

#include "base/text.h"
#include "xml/parse.h"

enum xml_node_kind { XML_NODE_ELEMENT, XML_NODE_TEXT, XML_NODE_COMMENT };

struct xml_node {
	enum xml_node_kind kind;
	struct xml_node *next; /* sibling */
	struct str text;       /* decoded; empty for an element */
};

struct xml_declaration {
	struct str prefix, uri; /* empty prefix: the default namespace; empty uri: none any more */
};

struct xml_attribute {
	struct str prefix, name, space, value;
};

struct xml_document {
	size_t bytes;
	size_t namespaces; /* most declarations in force at one place */
};

struct xml_element {
	struct xml_node node; /* first: a node is its element */
	const struct xml_document *document;
	const struct xml_element *parent; /* NULL for the root */
	const struct xml_element *outer;  /* whose declarations go on here: the parent, or context */
	struct str prefix, name, space;
	struct xml_node *first, *last;
	struct xml_declaration *declarations;
	struct xml_attribute *attributes;
	size_t declarations_n, attributes_n;
	size_t in_force; /* declarations, of the outer ones too */
	struct str text; /* see xml_text */
	/* Offsets in the document: of the start tag's "<", behind its ">" (0: "<a/>"), and
	 * behind the end tag. */
	size_t begin, inside, end;
	size_t line;
};

/* For documents that we wrote ourselves. */
extern const struct xml_limits xml_tree_limits_own;

/* The element of a node; NULL for other nodes. */
const struct xml_element *xml_tree_element(const struct xml_node *node);
/* xml_parse, with the declarations in force at `context` (NULL: none). */
enum error_code xml_tree_parse(struct arena *arena, struct str bytes,
	const struct xml_limits *limits, const struct xml_element *context,
	const struct xml_element **ret_root, struct why *reterr_why) MUST_USE;
/* The element below `root`, or root, whose attribute ID is `id`; NULL. */
const struct xml_element *xml_tree_find_id(const struct xml_element *root, struct str id);
/* The bytes of base64 text in which XML's blanks may stand. ERROR_INVALID_VALUE. */
enum error_code xml_tree_base64(struct arena *arena, struct str text, struct str *ret_bytes) MUST_USE;
/* Text, and an attribute's value for double quotes, escaped as canonical forms have them. */
void xml_tree_add_text(struct text *out, struct str s);
void xml_tree_add_value(struct text *out, struct str s);
/* The next element in document order within `top`, or NULL. */
const struct xml_element *xml_tree_walk(
	const struct xml_element *top, const struct xml_element *element);

#endif

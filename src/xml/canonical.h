/* Canonical forms: Canonical XML 1.0 and Exclusive XML Canonicalization 1.0, of one element
 * and all below it. For signatures; and for markup that has to stand alone. */
#ifndef XML_CANONICAL_H
#define XML_CANONICAL_H

#include "xml/algorithms.h"
#include "xml/parse.h"

struct xml_canonical_options {
	enum xml_canonical form;
	/* InclusiveNamespaces/@PrefixList of an exclusive form: prefixes with blanks between
	 * them, "#default" for the default namespace; empty: none. */
	struct str inclusive_prefixes;
	/* An element that is left out with all below it, or NULL: the enveloped signature. */
	const struct xml_element *without;
};

/* The bytes, in the arena. ERROR_TOO_LARGE when they would be more than 8 times the document
 * that the element is of, which namespaces inherited again and again could bring about. */
enum error_code xml_canonical_text(struct arena *arena, const struct xml_element *element,
	const struct xml_canonical_options *options, struct str *ret_text,
	struct why *reterr_why) MUST_USE;

#endif

/* What the tests of xml/ share: recorded documents, parsing that must go well, keys. */
#ifndef TESTS_UNIT_XML_FIXTURE_H
#define TESTS_UNIT_XML_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "arena_fixture.h"
#include "base/tables.h"
#include "vectors.h"
#include "xml/namespaces.h"
#include "xml/parse.h"

/* A file of tests/unit/data/xml. */
static inline struct str file_of(const char *name)
{
	struct str path = arena_format(arena, TESTS_UNIT "/data/xml/%s", name);
	static char bytes[1 << 20];
	FILE *file = fopen(path.p, "rb");
	if (!file)
		fail_msg("%s cannot be read", path.p);
	size_t n = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	return arena_str(arena, str_of(bytes, n));
}

static inline const struct xml_element *parse_good(struct str document)
{
	const struct xml_element *root = NULL;
	struct why why = { "" };
	if (xml_parse(arena, document, &xml_limits_message, &root, &why))
		fail_msg("%s in %.*s", why.text, STR_ARG(document));
	return root;
}

static inline void assert_text(struct str got, struct str want)
{
	if (!str_eq(got, want))
		fail_msg("got \"%.*s\", want \"%.*s\"", STR_ARG(got), STR_ARG(want));
}

/* The document with the first `from` made `to`. */
static inline struct str replaced(struct str document, const char *from, const char *to)
{
	const char *at = memmem(document.p, document.n, from, strlen(from));
	if (!at)
		fail_msg("no \"%s\" in %.*s", from, STR_ARG(document));
	size_t before = (size_t)(at - document.p);
	return arena_join(arena, str_take(document, before), str_from(to),
		str_drop(document, before + strlen(from)));
}

#endif

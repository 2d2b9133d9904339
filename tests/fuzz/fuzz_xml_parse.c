/* A document from outside: parsed, read through, canonicalised; its canonical form is a
 * document again, and its own form. */
#include <stdlib.h>

#include "xml/canonical.h"
#include "xml/namespaces.h"
#include "xml/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct xml_element *next_in_order(const struct xml_element *e)
{
	const struct xml_element *next = xml_child(e);
	while (!next && e) {
		next = xml_next(e);
		e = xml_parent(e);
	}
	return next;
}

/* Reads all; a text has to be what the parser says that texts are. */
static void read_all(const struct xml_element *root)
{
	const struct xml_element *only = NULL;
	for (const struct xml_element *e = root; e; e = next_in_order(e)) {
		if (!xml_name(e).n || !xml_is(e, xml_namespace(e), xml_name(e)) ||
			!str_is_utf8(xml_text(e)) || str_has_nul(xml_text(e)) ||
			(xml_child(e) && xml_text(e).p) || !xml_line(e))
			abort();
		(void)xml_attribute(e, STR("ID"));
		(void)xml_attribute_in(e, STR(XML_XSI), STR("type"));
		(void)xml_namespace_of_prefix(e, STR("p"));
		(void)!xml_only(e, STR(""), STR("a"), &only, NULL);
	}
}

/* The canonical form, or the empty text when it would be too large. */
static struct str form_of(struct arena *arena, const struct xml_element *root, enum xml_canonical form)
{
	const struct xml_canonical_options options = { .form = form, .inclusive_prefixes = STR("p q") };
	struct str text = { 0 };
	struct why why;
	if (xml_canonical_text(arena, root, &options, &text, &why) != OK)
		return (struct str){ NULL, 0 };
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	const struct xml_element *root = NULL, *again = NULL;
	struct why why;
	if (xml_parse(arena, str_of(data, n), &xml_limits_message, &root, &why) != OK)
		return 0;
	read_all(root);
	for (unsigned i = 0; i < XML_CANONICALS; i++) {
		enum xml_canonical form = (enum xml_canonical)i;
		struct str text = form_of(arena, root, form);
		if (!text.n || text.n > xml_limits_message.bytes)
			continue;
		/* Declarations that are written out anew may pass a limit. */
		enum error_code error =
			xml_parse(arena, text, &xml_limits_message, &again, &why);
		if (error == ERROR_TOO_LARGE)
			continue;
		if (error)
			abort();
		struct str twice = form_of(arena, again, form);
		if (twice.n && !str_eq(twice, text))
			abort();
	}
	return 0;
}

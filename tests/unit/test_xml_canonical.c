/* xml/canonical and xml/writer, with libxml2's canonical forms as the judge: of recorded
 * messages, of what is known to be difficult, and of many documents made up by chance. */
#include <libxml/c14n.h>
#include <libxml/parser.h>

#include "base/text.h"
#include "xml/canonical.h"
#include "xml/writer.h"
#include "xml_fixture.h"

/* ---- libxml2's answer ---- */

static int within(void *data, xmlNodePtr node, xmlNodePtr parent)
{
	if (node->type == XML_NAMESPACE_DECL)
		node = parent;
	if (node->type == XML_ATTRIBUTE_NODE)
		node = node->parent;
	for (; node; node = node->parent)
		if (node == data)
			return 1;
	return 0;
}

static void be_silent(void *data, const char *format, ...)
{
	(void)data, (void)format;
}

/* The element that is the `index`th in the order of the document, or NULL. */
static xmlNodePtr element_at(xmlNodePtr node, size_t *index)
{
	for (; node; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		if ((*index)-- == 0)
			return node;
		xmlNodePtr found = element_at(node->children, index);
		if (found)
			return found;
	}
	return NULL;
}

/* False when libxml2 does not take the document, or refuses to canonicalise it. */
static bool judge(struct str document, size_t index, enum xml_canonical form, const char *prefixes,
	struct str *ret_text)
{
	static const int modes[] = { XML_C14N_EXCLUSIVE_1_0, XML_C14N_EXCLUSIVE_1_0, XML_C14N_1_0,
		XML_C14N_1_0 };
	xmlDocPtr doc = xmlReadMemory(document.p, (int)document.n, NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!doc)
		return false;
	xmlChar *list[] = { (xmlChar *)(uintptr_t)prefixes, NULL };
	xmlNodePtr top = element_at(doc->children, &index);
	xmlOutputBufferPtr out = xmlAllocOutputBuffer(NULL);
	bool good = top &&
		xmlC14NExecute(doc, within, top, modes[form], prefixes ? list : NULL,
			form == XML_CANONICAL_EXCLUSIVE_WITH_COMMENTS ||
				form == XML_CANONICAL_INCLUSIVE_WITH_COMMENTS,
			out) >= 0;
	if (good)
		*ret_text = arena_str(arena,
			str_of(xmlOutputBufferGetContent(out), xmlOutputBufferGetSize(out)));
	xmlOutputBufferClose(out);
	xmlFreeDoc(doc);
	return good;
}

/* ---- ours ---- */

/* The next in document order, by the public functions. */
static const struct xml_element *walk(const struct xml_element *e)
{
	if (xml_child(e))
		return xml_child(e);
	while (e && !xml_next(e))
		e = xml_parent(e);
	return e ? xml_next(e) : NULL;
}

/* Compares the forms of every element; returns how many comparisons there were. */
static size_t compare(struct str document)
{
	size_t n = 0, index = 0;
	static const char *const prefixes[] = { NULL, "p", "#default" };
	for (const struct xml_element *e = parse_good(document); e; e = walk(e), index++)
		for (size_t i = 0; i < XML_CANONICALS * ARRAY_LENGTH(prefixes); i++) {
			struct str got = { 0 }, want = { 0 };
			enum xml_canonical form = (enum xml_canonical)(i % XML_CANONICALS);
			const char *list = prefixes[i / XML_CANONICALS];
			if (list && form >= XML_CANONICAL_INCLUSIVE)
				continue;
			const struct xml_canonical_options options = { .form = form,
				.inclusive_prefixes = str_from(list) };
			assert_int_equal(xml_canonical_text(arena, e, &options, &got, NULL), OK);
			if (!judge(document, index, form, list, &want))
				continue;
			if (!str_eq(got, want))
				fail_msg("form %d [%s] of element %zu of\n%.*s\nours   %.*s\nlibxml %.*s",
					form, list ? list : "", index, STR_ARG(document),
					STR_ARG(got), STR_ARG(want));
			n++;
		}
	return n;
}

static void known_documents_have_libxmls_forms(void **state)
{
	(void)state;
	static const char *const files[] = { "keycloak_response.xml", "keycloak_no_passive.xml",
		"keycloak_logout_response.xml", "keycloak_soap_logout_request.xml",
		"keycloak_soap_logout_response.xml", "keycloak_descriptor.xml",
		"authn_request.xml" };
	static const char *const documents[] = {
		"<a b='1' a='2' xml:lang='de'><b xmlns='urn:d' c=''/></a>",
		"<a xmlns='urn:d'><b xmlns=''><c/><c xmlns='urn:d'/></b></a>",
		"<p:a xmlns:p='urn:p' xmlns:q='urn:q'><b q:x='1' p:x='2' x='3'/><q:b/></p:a>",
		"<p:a xmlns:p='urn:p'><p:b xmlns:p='urn:p'><p:c xmlns:p='urn:o'/></p:b></p:a>",
		"<a xmlns:p='urn:p'><b xml:space='preserve'><c xml:lang='en'><p:d/></c></b></a>",
		"<a>&lt;&gt;&amp;&quot;&#13;&#9;<!-- c --><![CDATA[<x>&]]></a>",
		"<a b='&lt;&gt;&amp;&quot;&apos;&#13;&#10;&#9; x'/>",
		"<a>\r\n<b\r\n  c = 'd\re'  />\r</a>",
		"<a xmlns:b='urn:2' xmlns:a='urn:9' b:z='1' a:z='2' z='3' b:a='4'/>",
		"<\xc3\xa4 \xc3\xb6='\xe2\x82\xac'>\xf0\x9f\x98\x80</\xc3\xa4>",
		"<a xmlns:p='urn:p'><b/><b><p:c/></b><p:b p:d=''/></a>",
	};
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		n += compare(file_of(files[i]));
	for (size_t i = 0; i < ARRAY_LENGTH(documents); i++)
		n += compare(str_from(documents[i]));
	assert_true(n > 1000);
}

/* ---- documents by chance ---- */

static uint64_t chance_state;

static unsigned chance(unsigned below)
{
	chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(chance_state >> 33) % below;
}

static const char *const prefixes[] = { "", "p", "q", "r" };
static const char *const spaces[] = { "urn:a", "urn:b", "urn:c" };
static const char *const texts[] = { "x", " ", "\n", "&amp;", "&lt;", "&#13;", "<!--c-->",
	"<![CDATA[<]]>", "\xc3\xa4", "&quot;", "\t" };

/* Attributes of one tag: declarations by chance, others with prefixes that are in force. */
static unsigned add_attributes(struct text *text, unsigned in_force)
{
	for (unsigned i = 0; i < ARRAY_LENGTH(prefixes); i++)
		if (chance(4) == 0) {
			text_addf(text, " xmlns%s%s='%s'", i ? ":" : "", prefixes[i],
				i == 0 && chance(3) == 0 ? "" : spaces[chance(3)]);
			in_force |= 1u << i;
		}
	for (unsigned i = 0; i < 4; i++)
		if (chance(3) == 0)
			text_addf(text, " %c='%u'", "zyxw"[i], chance(9));
	for (unsigned i = 1; i < ARRAY_LENGTH(prefixes); i++)
		if (in_force & 1u << i && chance(4) == 0)
			text_addf(text, " %s:n%u='&#10;'", prefixes[i], i);
	if (chance(8) == 0)
		text_addf(text, " xml:lang='%u'", chance(3));
	return in_force;
}

static void add_element(struct text *text, unsigned in_force, unsigned depth)
{
	struct text tag = text_new(arena, 0);
	in_force = add_attributes(&tag, in_force);
	unsigned prefix = chance(ARRAY_LENGTH(prefixes));
	if (!(in_force & 1u << prefix))
		prefix = 0;
	const char *colon = prefix ? ":" : "";
	char name = (char)('a' + chance(3));
	text_addf(text, "<%s%s%c%.*s>", prefixes[prefix], colon, name, STR_ARG(text_str(&tag)));
	for (unsigned n = chance(4); n; n--)
		if (depth && chance(3))
			add_element(text, in_force, depth - 1);
		else
			text_add_z(text, texts[chance(ARRAY_LENGTH(texts))]);
	text_addf(text, "</%s%s%c>", prefixes[prefix], colon, name);
}

static void chance_documents_have_libxmls_forms(void **state)
{
	(void)state;
	size_t n = 0;
	for (unsigned i = 0; i < 500; i++) {
		chance_state = i;
		arena_reset(arena);
		struct text text = text_new(arena, 0);
		add_element(&text, 1, 4);
		n += compare(text_str(&text));
	}
	assert_true(n > 5000);
}

static void namespaces_cannot_blow_the_form_up(void **state)
{
	(void)state;
	struct text text = text_new(arena, 0);
	text_add_z(&text, "<a xmlns:p='");
	for (unsigned i = 0; i < 100000; i++)
		text_add_char(&text, 'u');
	text_add_z(&text, "'>");
	for (unsigned i = 0; i < 2000; i++)
		text_add_z(&text, "<p:b/>");
	text_add_z(&text, "</a>");
	struct str form = { 0 };
	const struct xml_element *root = parse_good(text_str(&text));
	struct xml_canonical_options options = { .form = XML_CANONICAL_EXCLUSIVE };
	assert_int_equal(xml_canonical_text(arena, root, &options, &form, NULL), ERROR_TOO_LARGE);
	options.form = XML_CANONICAL_INCLUSIVE;
	assert_int_equal(xml_canonical_text(arena, root, &options, &form, NULL), OK);
}

static void one_element_can_be_left_out(void **state)
{
	(void)state;
	const struct xml_element *root = parse_good(STR("<a>1<b>2<c/></b>3<d/></a>"));
	struct xml_canonical_options options = { .without = xml_child(root) };
	struct str form = { 0 };
	assert_int_equal(xml_canonical_text(arena, root, &options, &form, NULL), OK);
	assert_text(form, STR("<a>13<d></d></a>"));
}

/* ---- the writer ---- */

static void written_documents_are_their_own_form(void **state)
{
	(void)state;
	static const struct xml_space plain = { STR_INIT(""), STR_INIT("urn:d") };
	struct xml_writer w = xml_writer_new(arena, 0);
	struct str form = { 0 };
	xml_open(&w, &xml_samlp, STR("Response"));
	xml_write_attribute(&w, STR("Version"), STR("2.0"));
	xml_write_attribute(&w, STR("ID"), STR("<\"'&>\t\r\n\xc3\xa4"));
	xml_write_attribute_in(&w, &xml_xsi, STR("type"), STR("x"));
	xml_write_attribute_in(&w, &xml_saml, STR("a"), STR(""));
	xml_write_attribute_in(&w, &xml_xml, STR("lang"), STR("de"));
	xml_write_leaf(&w, &xml_saml, STR("Issuer"), STR("<a>&\"'\r\n\t]]>"));
	xml_open(&w, &plain, STR("d"));
	xml_open(&w, &plain, STR("e"));
	xml_close(&w);
	xml_write_raw(&w, STR("<r></r>"));
	xml_close(&w);
	xml_open(&w, NULL, STR("none"));
	xml_close(&w);
	xml_write_text(&w, STR("tail"));
	xml_close(&w);
	struct str text = xml_written(&w);
	const struct xml_canonical_options options = { .form = XML_CANONICAL_EXCLUSIVE };
	const struct xml_element *root = parse_good(replaced(text, "<r></r>", ""));
	assert_int_equal(xml_canonical_text(arena, root, &options, &form, NULL), OK);
	assert_text(form, replaced(text, "<r></r>", ""));
	assert_text(xml_attribute(root, STR("ID")), STR("<\"'&>\t\r\n\xc3\xa4"));
	assert_text(xml_text(xml_child(root)), STR("<a>&\"'\r\n\t]]>"));
	assert_text(xml_namespace(xml_child(xml_next(xml_child(root)))), STR("urn:d"));
}

static void declarations_are_written_when_asked_for(void **state)
{
	(void)state;
	struct xml_writer w = xml_writer_new(arena, 0);
	xml_open(&w, &xml_saml, STR("V"));
	xml_declare(&w, &xml_xs);
	xml_declare(&w, &xml_saml);
	xml_write_attribute_in(&w, &xml_xsi, STR("type"), STR("xs:string"));
	xml_write_text(&w, STR("x"));
	xml_close(&w);
	assert_text(xml_written(&w),
		STR("<saml:V xmlns:saml=\"" XML_SAML "\" xmlns:xs=\"" XML_XS "\" xmlns:xsi=\"" XML_XSI
		    "\" xsi:type=\"xs:string\">x</saml:V>"));
}

static void leave_open(struct xml_writer *w)
{
	xml_open(w, NULL, STR("a"));
}

static void close_twice(struct xml_writer *w)
{
	xml_open(w, NULL, STR("a"));
	xml_close(w);
	xml_close(w);
}

static void write_two_roots(struct xml_writer *w)
{
	xml_write_leaf(w, NULL, STR("a"), STR("x"));
	xml_write_leaf(w, NULL, STR("a"), STR("x"));
}

static void write_late_attribute(struct xml_writer *w)
{
	xml_open(w, NULL, STR("a"));
	xml_write_text(w, STR("x"));
	xml_write_attribute(w, STR("b"), STR("x"));
	xml_close(w);
}

static void write_attribute_twice(struct xml_writer *w)
{
	xml_open(w, NULL, STR("a"));
	xml_write_attribute(w, STR("b"), STR("x"));
	xml_write_attribute(w, STR("c"), STR("x"));
	xml_write_attribute(w, STR("b"), STR("x"));
	xml_close(w);
}

static void write_no_utf8(struct xml_writer *w)
{
	xml_write_leaf(w, NULL, STR("a"), STR("\xff"));
}

static void write_nul(struct xml_writer *w)
{
	xml_write_leaf(w, NULL, STR("a"), STR("x\0y"));
}

static void write_control_in_attribute(struct xml_writer *w)
{
	xml_open(w, NULL, STR("a"));
	xml_write_attribute(w, STR("b"), STR("\x1b"));
	xml_close(w);
}

static void write_too_deep(struct xml_writer *w)
{
	for (unsigned i = 0; i <= XML_WRITE_DEPTH; i++)
		xml_open(w, NULL, STR("a"));
	for (unsigned i = 0; i <= XML_WRITE_DEPTH; i++)
		xml_close(w);
}

static void write_text_outside(struct xml_writer *w)
{
	xml_write_text(w, STR("x"));
}

static void write_prefix_for_two(struct xml_writer *w)
{
	static const struct xml_space other = { STR_INIT("saml"), STR_INIT("urn:other") };
	xml_open(w, &xml_saml, STR("a"));
	xml_write_attribute_in(w, &other, STR("b"), STR("x"));
	xml_close(w);
}

static void write_no_namespace_below_a_default(struct xml_writer *w)
{
	static const struct xml_space plain = { STR_INIT(""), STR_INIT("urn:d") };
	xml_open(w, &plain, STR("a"));
	xml_open(w, NULL, STR("b"));
	xml_close(w);
	xml_close(w);
}

static void mistakes_stick(void **state)
{
	(void)state;
	static void (*const mistakes[])(struct xml_writer *) = { leave_open, close_twice,
		write_two_roots, write_late_attribute, write_attribute_twice, write_no_utf8,
		write_nul, write_control_in_attribute, write_too_deep, write_text_outside,
		write_prefix_for_two, write_no_namespace_below_a_default };
	for (size_t i = 0; i < ARRAY_LENGTH(mistakes); i++) {
		struct xml_writer w = xml_writer_new(arena, 0);
		mistakes[i](&w);
		if (xml_written(&w).n)
			fail_msg("mistake %zu is written: %.*s", i, STR_ARG(xml_written(&w)));
	}
	struct xml_writer small = xml_writer_new(arena, 10);
	xml_write_leaf(&small, NULL, STR("a"), STR("0123456789"));
	assert_int_equal(xml_written(&small).n, 0);
}

static int judge_setup(void **state)
{
	(void)state;
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, be_silent);
	return 0;
}

static int judge_teardown(void **state)
{
	(void)state;
	xmlCleanupParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(known_documents_have_libxmls_forms),
		IN_ARENA(chance_documents_have_libxmls_forms),
		IN_ARENA(namespaces_cannot_blow_the_form_up),
		IN_ARENA(one_element_can_be_left_out),
		IN_ARENA(written_documents_are_their_own_form),
		IN_ARENA(declarations_are_written_when_asked_for),
		IN_ARENA(mistakes_stick),
	};
	return cmocka_run_group_tests(tests, judge_setup, judge_teardown);
}

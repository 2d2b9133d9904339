/* xml/parse: what is read, and what is refused (parser differentials, entities, blow-ups). */
#include "base/text.h"
#include "xml_fixture.h"

static void refuse(struct str document, enum error_code want, const char *reason)
{
	const struct xml_element *root = NULL;
	struct why why = { "" };
	enum error_code got = xml_parse(arena, document, &xml_limits_message, &root, &why);
	if (got != want || !strstr(why.text, reason) || root)
		fail_msg("%s (%s), want %s (%s), for %.200s", error_name(got), why.text,
			error_name(want), reason, document.p);
}

static void recorded_messages_are_read(void **state)
{
	(void)state;
	const struct xml_element *root = parse_good(file_of("keycloak_response.xml"));
	assert_true(xml_is(root, STR(XML_SAMLP), STR("Response")));
	assert_null(xml_parent(root));
	assert_text(xml_attribute(root, STR("InResponseTo")),
		STR("_8d79e22cba6349d491f97dc5ae13ec26"));
	assert_null(xml_attribute(root, STR("Consent")).p);
	const struct xml_element *issuer = xml_first(root, STR(XML_SAML), STR("Issuer"));
	assert_text(xml_text(issuer), STR("http://127.0.0.1:8190/realms/customers"));
	assert_null(xml_text(root).p);
	const struct xml_element *assertion = xml_first(root, STR(XML_SAML), STR("Assertion"));
	assert_ptr_equal(xml_parent(assertion), root);
	const struct xml_element *statement =
		xml_first(assertion, STR(XML_SAML), STR("AttributeStatement"));
	size_t n = 0;
	for (const struct xml_element *a = xml_first(statement, STR(XML_SAML), STR("Attribute")); a;
		a = xml_another(a), n++) {
		const struct xml_element *value = xml_child(a);
		assert_text(xml_attribute_in(value, STR(XML_XSI), STR("type")), STR("xs:string"));
		assert_text(xml_namespace_of_prefix(value, STR("xs")), STR(XML_XS));
		assert_null(xml_attribute(value, STR("type")).p);
	}
	assert_true(n > 2);
	parse_good(file_of("keycloak_descriptor.xml"));
}

/* B4.4 */
static void texts_are_whole(void **state)
{
	(void)state;
	static const struct {
		struct str document, text;
	} rows[] = {
		/* B4.4: comment truncation */
		{ STR_INIT("<a>admin<!-- -->@evil</a>"), STR_INIT("admin@evil") },
		{ STR_INIT("<a><!--x-->admin<!----></a>"), STR_INIT("admin") },
		{ STR_INIT("<a>a<![CDATA[d<m>&amp;]]>in</a>"), STR_INIT("ad<m>&amp;in") },
		{ STR_INIT("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x1F600;</a>"),
			STR_INIT("<>&\"'AB\xf0\x9f\x98\x80") },
		{ STR_INIT("<a>1\r\n2\r3&#13;</a>"), STR_INIT("1\n2\n3\r") },
		{ STR_INIT("<a/>"), STR_INIT("") },
		{ STR_INIT("<a></a>"), STR_INIT("") },
		{ STR_INIT("<a><!-- --></a>"), STR_INIT("") },
		{ STR_INIT("\xef\xbb\xbf<?xml version='1.0' encoding='utf-8' standalone=\"no\" ?>"
			   "<!-- x -->\n<a>\xc3\xa4</a>\n<!-- y -->"),
			STR_INIT("\xc3\xa4") },
		{ STR_INIT("<?xml version=\"1.0\"?><a >x</a >"), STR_INIT("x") },
		{ STR_INIT("<\xc3\xa4-1.x>ok</\xc3\xa4-1.x>"), STR_INIT("ok") },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_text(xml_text(parse_good(rows[i].document)), rows[i].text);
	const struct xml_element *mixed = parse_good(STR("<a>x<b/>y</a>"));
	assert_null(xml_text(mixed).p);
}

static void attributes_are_normalised(void **state)
{
	(void)state;
	const struct xml_element *e = parse_good(STR("<a b = 'x\r\ny\tz&#9;&#10;\"' c=\"&lt;'\"\n"
						     " p:b='1' xmlns:p='urn:p' xml:lang='de'/>"));
	assert_text(xml_attribute(e, STR("b")), STR("x y z\t\n\""));
	assert_text(xml_attribute(e, STR("c")), STR("<'"));
	assert_text(xml_attribute_in(e, STR("urn:p"), STR("b")), STR("1"));
	assert_text(xml_attribute_in(e, STR(XML_XML), STR("lang")), STR("de"));
}

static void namespaces_go_by_scope(void **state)
{
	(void)state;
	const struct xml_element *root = parse_good(
		STR("<a xmlns='urn:1' xmlns:p='urn:2'><p:b xmlns:p='urn:3'><p:c/></p:b><p:b/>"
		    "<b xmlns=''><c/></b></a>"));
	assert_text(xml_namespace(root), STR("urn:1"));
	const struct xml_element *b = xml_child(root);
	assert_text(xml_namespace(b), STR("urn:3"));
	assert_text(xml_namespace(xml_child(b)), STR("urn:3"));
	assert_null(xml_another(b));
	assert_text(xml_namespace(xml_next(b)), STR("urn:2"));
	const struct xml_element *none = xml_next(xml_next(b));
	assert_text(xml_namespace(none), STR(""));
	assert_text(xml_namespace(xml_child(none)), STR(""));
	assert_ptr_equal(xml_first(root, STR(""), STR("b")), none);
	assert_null(xml_namespace_of_prefix(none, STR("")).p);
	assert_null(xml_namespace_of_prefix(none, STR("q")).p);
}

static void what_stands_once_is_asked_for_once(void **state)
{
	(void)state;
	const struct xml_element *root = parse_good(STR("<a>\n<b/><c/><b/></a>")), *found = root;
	struct why why = { "" };
	assert_int_equal(xml_only(root, STR(""), STR("c"), &found, &why), OK);
	assert_text(xml_name(found), STR("c"));
	assert_int_equal(xml_only(root, STR(""), STR("d"), &found, &why), OK);
	assert_null(found);
	assert_int_equal(xml_only(root, STR(""), STR("b"), &found, &why), ERROR_BAD_XML);
	assert_string_equal(why.text, "XML, line 2: b stands twice in one a");
	assert_int_equal(xml_line(xml_child(root)), 2);
}

/* B4.3 parser differentials, B4.5 external entities, and what is malformed. */
static const struct {
	struct str document;
	const char *reason;
} refused[] = {
	{ STR_INIT("<!DOCTYPE a><a/>"), "DOCTYPE" },
	{ STR_INIT("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"),
		"DOCTYPE" },
	{ STR_INIT("<!DOCTYPE a SYSTEM 'http://127.0.0.1/x.dtd'><a/>"), "DOCTYPE" },
	{ STR_INIT("<a><!DOCTYPE a></a>"), "DOCTYPE" },
	{ STR_INIT("<!doctype a><a/>"), "unknown markup" },
	{ STR_INIT("<a>&x;</a>"), "reference" },
	{ STR_INIT("<a b='&x;'/>"), "reference" },
	{ STR_INIT("<a>&</a>"), "reference" },
	{ STR_INIT("<a>&amp</a>"), "reference" },
	{ STR_INIT("<a>&;</a>"), "reference" },
	{ STR_INIT("<a>&#;</a>"), "reference" },
	{ STR_INIT("<a>&#x;</a>"), "reference" },
	{ STR_INIT("<a>&#X41;</a>"), "reference" },
	{ STR_INIT("<a>&#0;</a>"), "reference" },
	{ STR_INIT("<a>&#1;</a>"), "reference" },
	{ STR_INIT("<a>&#xD800;</a>"), "reference" },
	{ STR_INIT("<a>&#xFFFE;</a>"), "reference" },
	{ STR_INIT("<a>&#x110000;</a>"), "reference" },
	{ STR_INIT("<a>&#x100000041;</a>"), "reference" },
	{ STR_INIT("<a>&#99999999999999999999;</a>"), "reference" },
	{ STR_INIT("<?xml version='1.1'?><a/>"), "XML 1.0" },
	{ STR_INIT("<?xml encoding='UTF-8'?><a/>"), "XML 1.0" },
	{ STR_INIT("<?xml version='1.0' encoding='UTF-7'?><a/>"), "UTF-8" },
	{ STR_INIT("<?xml version='1.0' encoding='UTF-16'?><a/>"), "UTF-8" },
	{ STR_INIT("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"), "UTF-8" },
	{ STR_INIT("<?xml version='1.0' standalone='maybe'?><a/>"), "standalone" },
	{ STR_INIT("<?xml version='1.0' x='y'?><a/>"), "declaration" },
	{ STR_INIT(" <?xml version='1.0'?><a/>"), "instructions" },
	{ STR_INIT("\xff\xfe<\0a\0/\0>\0"), "UTF-8" },
	{ STR_INIT("\xfe\xff\0<\0a\0/\0>"), "UTF-8" },
	{ STR_INIT("<\0a\0/\0>\0"), "character" },
	{ STR_INIT("<a>\xff</a>"), "UTF-8" },
	{ STR_INIT("<a>\xc0\x80</a>"), "UTF-8" },
	{ STR_INIT("<a>\xed\xa0\x80</a>"), "UTF-8" },
	{ STR_INIT("<a>\xef\xbf\xbf</a>"), "character" },
	{ STR_INIT("<a>\x01</a>"), "character" },
	{ STR_INIT("<a>x\0y</a>"), "character" },
	{ STR_INIT("<?pi?><a/>"), "instructions" },
	{ STR_INIT("<a><?pi x?></a>"), "instructions" },
	{ STR_INIT("<a/><?pi?>"), "instructions" },
	{ STR_INIT("<a><?xml version='1.0'?></a>"), "instructions" },
	{ STR_INIT("<p:a/>"), "not declared" },
	{ STR_INIT("<a p:b='1'/>"), "not declared" },
	{ STR_INIT("<a xmlns:p=''/>"), "empty namespace" },
	{ STR_INIT("<a xmlns:xml='urn:x'/>"), "reserved" },
	{ STR_INIT("<a xmlns:x='http://www.w3.org/XML/1998/namespace'/>"), "reserved" },
	{ STR_INIT("<a xmlns='http://www.w3.org/XML/1998/namespace'/>"), "reserved" },
	{ STR_INIT("<a xmlns:xmlns='urn:x'/>"), "reserved" },
	{ STR_INIT("<a xmlns='http://www.w3.org/2000/xmlns/'/>"), "reserved" },
	{ STR_INIT("<xmlns:a/>"), "not declared" },
	{ STR_INIT("<a xmlns='x' xmlns='x'/>"), "twice" },
	{ STR_INIT("<a xmlns:p='x' xmlns:p='y'/>"), "twice" },
	{ STR_INIT("<a b='1' b='2'/>"), "twice" },
	{ STR_INIT("<a p:b='1' q:b='2' xmlns:p='u' xmlns:q='u'/>"), "twice" },
	{ STR_INIT("<a ID='x'><b ID='x'/></a>"), "same ID" },
	{ STR_INIT("<a ID='x'><b Id='x'/></a>"), "same ID" },
	{ STR_INIT("<a ID='x'><b><c id='&#120;'/></b></a>"), "same ID" },
	{ STR_INIT("<a ID='x'><b AssertionID='x'/></a>"), "same ID" },
	{ STR_INIT("<a ID='x'><b xml:id='x'/></a>"), "same ID" },
	{ STR_INIT("<a ID='x' Id='x'/>"), "same ID" },
	{ STR_INIT(""), "element was expected" },
	{ STR_INIT("  "), "element was expected" },
	{ STR_INIT("x"), "element was expected" },
	{ STR_INIT("<a/>x"), "follows" },
	{ STR_INIT("<a/><b/>"), "follows" },
	{ STR_INIT("<a/>]]>"), "follows" },
	{ STR_INIT("<a>]]></a>"), "]]>" },
	{ STR_INIT("<a>"), "ends within" },
	{ STR_INIT("<a><b></a></b>"), "another element" },
	{ STR_INIT("<p:a xmlns:p='u' xmlns:q='u'></q:a>"), "another element" },
	{ STR_INIT("<a></A>"), "another element" },
	{ STR_INIT("<a></a b='1'>"), "end tag" },
	{ STR_INIT("<a"), "without end" },
	{ STR_INIT("<a /"), "without end" },
	{ STR_INIT("<a / >"), "without end" },
	{ STR_INIT("< a/>"), "name was expected" },
	{ STR_INIT("<1/>"), "name was expected" },
	{ STR_INIT("<a:b:c xmlns:a='u'/>"), "prefix was expected" },
	{ STR_INIT("<a: xmlns:a='u'/>"), "prefix was expected" },
	{ STR_INIT("<:a/>"), "name was expected" },
	{ STR_INIT("<a b='1'c='2'/>"), "blank was expected" },
	{ STR_INIT("<a b/>"), "\"=\"" },
	{ STR_INIT("<a b=1/>"), "quotes" },
	{ STR_INIT("<a b='1/>"), "without end" },
	{ STR_INIT("<a b='<'/>"), "in an attribute" },
	{ STR_INIT("<a><!-- -- --></a>"), "comment" },
	{ STR_INIT("<a><!-- --->"), "comment" },
	{ STR_INIT("<a><!-- "), "comment" },
	{ STR_INIT("<a><![CDATA[x]]</a>"), "CDATA" },
	{ STR_INIT("<![CDATA[x]]><a/>"), "unknown markup" },
	{ STR_INIT("<a><!ELEMENT a ANY></a>"), "unknown markup" },
	{ STR_INIT("<a><\xf0\x9f\x98\x80\xc3\x97/></a>"), "a blank was expected" },
};

/* B4.3, B4.5 */
static void other_xml_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
		refuse(refused[i].document, ERROR_BAD_XML, refused[i].reason);
	refuse(STR("<a>\n<b>\r\n&x;</b></a>"), ERROR_BAD_XML, "line 3");
	refuse(STR("<a\n\nb='1'\nb='2'/>"), ERROR_BAD_XML, "line 4");
}

/* `n` times before + (number) + between, then the end. */
static struct str many(
	const char *start, const char *before, const char *between, const char *end, size_t n)
{
	struct text text = text_new(arena, 0);
	text_add_z(&text, start);
	for (size_t i = 0; i < n; i++) {
		text_add_z(&text, before);
		if (between)
			text_addf(&text, "%zu%s", i, between);
	}
	text_add_z(&text, end);
	return text_str(&text);
}

/* CVE-2026-2575, B4.6: billion laughs, quadratic blow-up, nesting, attributes and namespaces in masses. */
static void masses_are_refused(void **state)
{
	(void)state;
	struct xml_limits wide = xml_limits_message;
	const struct xml_element *root = NULL;
	struct why why;
	refuse(many("<!DOCTYPE a [<!ENTITY l0 'lol'>", "<!ENTITY l", " '&l0;&l0;&l0;&l0;'>",
		       "]><a>&l9;</a>", 10),
		ERROR_BAD_XML, "DOCTYPE");
	refuse(many("", "<a>", NULL, "", 65), ERROR_TOO_LARGE, "limit 64");
	refuse(many("", "<a>", NULL, "", 80000), ERROR_TOO_LARGE, "limit 64");
	refuse(many("", "<a>", NULL, "", 100000), ERROR_TOO_LARGE, "bytes");
	refuse(many("<a", " b", "=''", "/>", 25000), ERROR_TOO_LARGE, "attributes");
	refuse(many("<a", " xmlns:b", "='u'", "/>", 12000), ERROR_TOO_LARGE, "attributes");
	refuse(many("<x>", "<a/>", NULL, "</x>", 4000), ERROR_TOO_LARGE, "elements and texts");
	refuse(many("<x>", "<!---->", NULL, "</x>", 4000), ERROR_TOO_LARGE, "elements and texts");
	refuse(many("", "<!---->", NULL, "<x/>", 4001), ERROR_TOO_LARGE, "elements and texts");
	wide.bytes = 64 << 20;
	struct str deep = many("", "<a>", NULL, "", 100000);
	assert_int_equal(xml_parse(arena, deep, &wide, &root, &why), ERROR_TOO_LARGE);
	struct str attributes = many("<a", " b", "=''", "/>", 100000);
	assert_int_equal(xml_parse(arena, attributes, &wide, &root, &why), ERROR_TOO_LARGE);
	struct str spaces = many("<a", " xmlns:b", "='urn:x'", "/>", 100000);
	assert_int_equal(xml_parse(arena, spaces, &wide, &root, &why), ERROR_TOO_LARGE);
	assert_null(root);
}

static void limits_are_exact(void **state)
{
	(void)state;
	struct xml_limits limits = { .bytes = 200, .depth = 3, .nodes = 4, .attributes = 2, .namespaces = 3 };
	const struct xml_element *root = NULL;
	static const struct {
		const char *document;
		enum error_code want;
	} rows[] = {
		{ "<a><b><c/></b></a>", OK },
		{ "<a><b><c><d/></c></b></a>", ERROR_TOO_LARGE },
		{ "<a>1<b/>2</a>", OK },
		{ "<a>1<b/>2<!----></a>", ERROR_TOO_LARGE },
		{ "<a b='' c=''/>", OK },
		{ "<a b='' xmlns:c='u' d=''/>", ERROR_TOO_LARGE },
		{ "<a xmlns:b='u' xmlns:c='u'><d xmlns:b='u'/></a>", OK },
		{ "<a xmlns:b='u' xmlns:c='u'><d xmlns:b='u' xmlns:e='u'/></a>", ERROR_TOO_LARGE },
		{ "<a xmlns:b='u' xmlns:c='u'><d xmlns:b='u'/><d xmlns:b='u'/></a>", OK },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (xml_parse(arena, str_from(rows[i].document), &limits, &root, NULL) != rows[i].want)
			fail_msg("%s", rows[i].document);
	limits.bytes = 18;
	assert_int_equal(xml_parse(arena, STR("<a><b><c/></b></a>"), &limits, &root, NULL), OK);
	limits.bytes = 17;
	assert_int_equal(
		xml_parse(arena, STR("<a><b><c/></b></a>"), &limits, &root, NULL), ERROR_TOO_LARGE);
}

/* Every document cut off, at every byte. */
static void what_is_cut_off_is_refused(void **state)
{
	(void)state;
	struct str whole = file_of("keycloak_logout_response.xml");
	const struct xml_element *root = NULL;
	for (size_t n = 0; n + 1 < whole.n; n++) { /* it ends with a line end */
		ARENA_SCOPED own = arena_new(0);
		assert_int_equal(xml_parse(own, arena_str(own, str_take(whole, n)),
					 &xml_limits_message, &root, NULL),
			ERROR_BAD_XML);
	}
	assert_null(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(recorded_messages_are_read),
		IN_ARENA(texts_are_whole),
		IN_ARENA(attributes_are_normalised),
		IN_ARENA(namespaces_go_by_scope),
		IN_ARENA(what_stands_once_is_asked_for_once),
		IN_ARENA(other_xml_is_refused),
		IN_ARENA(masses_are_refused),
		IN_ARENA(limits_are_exact),
		IN_ARENA(what_is_cut_off_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

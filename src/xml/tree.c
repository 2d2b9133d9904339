/* Reading the tree; see parse.h and tree.h. */
#include "xml/tree.h"

#include "crypto/base64.h"
#include "xml/scan.h"

const struct xml_limits xml_tree_limits_own = { 64 << 20, 64, 1000000, 64, 256 };

const struct xml_element *xml_tree_element(const struct xml_node *node)
{
	return node && node->kind == XML_NODE_ELEMENT ? (const struct xml_element *)node : NULL;
}

struct str xml_name(const struct xml_element *element)
{
	return element->name;
}

struct str xml_namespace(const struct xml_element *element)
{
	return element->space;
}

bool xml_is(const struct xml_element *element, struct str space, struct str name)
{
	return str_eq(element->name, name) && str_eq(element->space, space);
}

const struct xml_element *xml_parent(const struct xml_element *element)
{
	return element->parent;
}

static const struct xml_element *element_from(const struct xml_node *node)
{
	while (node && node->kind != XML_NODE_ELEMENT)
		node = node->next;
	return xml_tree_element(node);
}

const struct xml_element *xml_child(const struct xml_element *element)
{
	return element_from(element->first);
}

const struct xml_element *xml_next(const struct xml_element *element)
{
	return element_from(element->node.next);
}

static const struct xml_element *named_from(
	const struct xml_element *element, struct str space, struct str name)
{
	while (element && !xml_is(element, space, name))
		element = xml_next(element);
	return element;
}

const struct xml_element *xml_first(
	const struct xml_element *parent, struct str space, struct str name)
{
	return named_from(xml_child(parent), space, name);
}

const struct xml_element *xml_another(const struct xml_element *element)
{
	return named_from(xml_next(element), element->space, element->name);
}

enum error_code xml_only(const struct xml_element *parent, struct str space, struct str name,
	const struct xml_element **ret_element, struct why *reterr_why)
{
	const struct xml_element *found = xml_first(parent, space, name);
	if (found && xml_another(found))
		return error_because(reterr_why, ERROR_BAD_XML,
			"XML, line %zu: %.*s stands twice in one %.*s", xml_another(found)->line,
			STR_ARG(str_take(name, 64)), STR_ARG(str_take(parent->name, 64)));
	*ret_element = found;
	return OK;
}

struct str xml_attribute_in(const struct xml_element *element, struct str space, struct str name)
{
	for (size_t i = 0; i < element->attributes_n; i++)
		if (str_eq(element->attributes[i].name, name) &&
			str_eq(element->attributes[i].space, space))
			return element->attributes[i].value;
	return (struct str){ NULL, 0 };
}

struct str xml_attribute(const struct xml_element *element, struct str name)
{
	return xml_attribute_in(element, STR(""), name);
}

struct str xml_text(const struct xml_element *element)
{
	return element->text;
}

size_t xml_line(const struct xml_element *element)
{
	return element->line;
}

const struct xml_element *xml_tree_walk(
	const struct xml_element *top, const struct xml_element *element)
{
	const struct xml_element *next = xml_child(element);
	while (!next && element != top) {
		next = xml_next(element);
		element = element->parent;
	}
	return next;
}

const struct xml_element *xml_tree_find_id(const struct xml_element *root, struct str id)
{
	for (const struct xml_element *e = root; e; e = xml_tree_walk(root, e)) {
		struct str value = xml_attribute(e, STR("ID"));
		if (value.n && str_eq(value, id))
			return e;
	}
	return NULL;
}

enum error_code xml_tree_base64(struct arena *arena, struct str text, struct str *ret_bytes)
{
	char *dense = arena_alloc(arena, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		if (!xml_scan_is_blank(text.p[i]))
			dense[n++] = text.p[i];
	return base64_decode(arena, str_of(dense, n), ret_bytes, NULL);
}

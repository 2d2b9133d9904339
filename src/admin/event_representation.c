/* Request bodies without their secrets; see event_representation.h. */
#include "admin/event_representation.h"

#include "base/tables.h"
#include "json/tree.h"
#include "model/representation.h"

/* How names of secrets end, in lower case, whatever stands before: clientSecret, keystorePassword,
 * saml.signing.private.key, ecdsaPrivateKey ... */
static bool is_secret(struct arena *arena, struct str name)
{
	static const struct str ends[] = { STR_INIT("password"), STR_INIT("secret"), STR_INIT("secretdata"),
		STR_INIT("privatekey"), STR_INIT("private.key"), STR_INIT("private_key"), STR_INIT("secret.key"),
		STR_INIT("secret.rotated"), STR_INIT("accesstoken"), STR_INIT("refreshtoken"), STR_INIT("credential"),
		STR_INIT("saltedvalue"), STR_INIT("passphrase"), STR_INIT("codesecret") };
	char *lower = arena_alloc(arena, name.n + 1);
	for (size_t i = 0; i < name.n; i++)
		lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] - 'A' + 'a') : name.p[i];
	for (size_t i = 0; i < ARRAY_LENGTH(ends); i++)
		if (str_ends((struct str){ lower, name.n }, ends[i]))
			return true;
	return component_config_is_secret(name);
}

/* A flag tells nothing that is secret, and what is absent is not there. */
static struct json_node *masked(struct arena *arena, struct json_node *node)
{
	switch (node->kind) {
	case JSON_NODE_NULL:
	case JSON_NODE_BOOL:
		return node;
	case JSON_NODE_LIST:
		for (size_t i = 0; i < node->n; i++)
			node->items[i] = masked(arena, node->items[i]);
		return node;
	case JSON_NODE_INT:
	case JSON_NODE_TEXT:
	case JSON_NODE_RAW:
	case JSON_NODE_OBJECT:
		break;
	}
	return json_node_text(arena, STR(REPRESENTATION_MASK));
}

static void mask_all(struct arena *arena, struct json_node *node)
{
	if (node->kind == JSON_NODE_LIST)
		for (size_t i = 0; i < node->n; i++)
			mask_all(arena, node->items[i]);
	if (node->kind != JSON_NODE_OBJECT)
		return;
	json_node_remove(node, STR("credentials"));
	/* A credential by itself: what it is worth is its value. */
	bool credential = json_node_find(node, STR("type")) || json_node_find(node, STR("temporary"));
	for (size_t i = 0; i < node->n; i++) {
		struct json_member *member = &node->members[i];
		if (is_secret(arena, member->name) || (credential && str_eq_z(member->name, "value")))
			member->value = masked(arena, member->value);
		else
			mask_all(arena, member->value);
	}
}

struct str event_representation(struct arena *arena, struct str body)
{
	struct json_node *tree;
	if (!body.n || json_tree_read(arena, body, &tree, NULL) != OK)
		return STR("");
	mask_all(arena, tree);
	struct str text = json_tree_text(arena, tree);
	return text.n <= EVENT_REPRESENTATION_MAX ? text : arena_format(arena, "{\"omitted\":\"%zu bytes\"}", text.n);
}

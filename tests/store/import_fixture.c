/* Shared by the tests of import and export; see import_fixture.h. */
#include "import_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/tables.h"
#include "base/text.h"
#include "run/store_calls.h"

struct store_import_summary summary;

struct store_import_options import_options(void)
{
	return (struct store_import_options){ .writer = store_calls(on.writer), .now_ms = NOW_MS };
}

struct str customers(void)
{
	struct text text = text_new(on.arena, 0);
	char chunk[65536];
	int fd = open(EXAMPLES "/customers-realm.json", O_RDONLY);
	assert_true(fd >= 0);
	for (ssize_t n; (n = read(fd, chunk, sizeof chunk)) > 0;)
		text_add(&text, str_of(chunk, (size_t)n));
	close(fd);
	return text_str(&text);
}

enum error_code import_text(
	struct str json, struct store_import_summary *ret_summary, struct why *reterr_why)
{
	struct store_import_source source = { .name = STR("test"), .fd = -1, .memory = json };
	struct store_import_options options = import_options();
	return store_import(on.store, on.arena, &source, &options, ret_summary, reterr_why);
}

static enum error_code collect(void *context, struct str piece, struct why *reterr_why)
{
	(void)reterr_why;
	text_add(context, piece);
	return OK;
}

struct str export_all(const char *realm, bool mask)
{
	struct text text = text_new(on.arena, SIZE_MAX);
	struct store_export_options options = { .users = true,
		.clients = true,
		.groups_roles = true,
		.mask_secrets = mask,
		.write = collect,
		.context = &text };
	EXPECT(store_export_realm(on.store, str_from(realm), &options, &why), OK);
	return text_str(&text);
}

struct realm *load_realm(const char *name)
{
	struct realm *realm = NULL;
	EXPECT(store_load_realm(on.store, on.arena, str_from(name), STR(""), &realm, &why), OK);
	return realm;
}

const struct role *find_role(const struct realm *realm, const char *client, const char *name)
{
	for (size_t i = 0; i < realm->roles_n; i++) {
		const struct role *role = &realm->roles[i];
		if (str_eq_z(role->name, name) &&
			(client ? role->client && str_eq_z(role->client->client_id, client)
				: !role->client))
			return role;
	}
	fail_msg("there is no role %s of %s", name, client ? client : "the realm");
	return NULL;
}

bool warned(const char *part)
{
	for (size_t i = 0; i < summary.warnings.n; i++)
		if (str_contains(summary.warnings.items[i], str_from(part)))
			return true;
	return false;
}

int64_t rows_left(void)
{
	return count("select (select count(*) from realm where id <> 'realm')"
		     " + (select count(*) from client) + (select count(*) from client_scope)"
		     " + (select count(*) from client_scope_link)"
		     " + (select count(*) from realm_scope_link) + (select count(*) from role)"
		     " + (select count(*) from role_composite)"
		     " + (select count(*) from scope_mapping) + (select count(*) from realm_group)"
		     " + (select count(*) from group_role) + (select count(*) from component)"
		     " + (select count(*) from users) + (select count(*) from user_role)"
		     " + (select count(*) from user_group) + (select count(*) from credential)"
		     " + (select count(*) from consent)");
}

/* ---- differences ---- */

static struct str key_of(const struct json_node *node)
{
	static const char *const names[] = { "id", "alias", "clientId", "username", "clientScope",
		"client", "authenticator", "flowAlias", "name" };
	if (node->kind != JSON_NODE_OBJECT)
		return json_tree_text(on.arena, node);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const struct json_node *value = json_node_find(node, str_from(names[i]));
		if (value && value->kind == JSON_NODE_TEXT)
			return value->text;
	}
	return json_tree_text(on.arena, node);
}

static void line(struct text *out, struct str path, const char *what, const struct json_node *node)
{
	struct str value = node ? json_tree_text(on.arena, node) : STR("");
	text_addf(out, "%.*s %s %.*s\n", STR_ARG(path), what, STR_ARG(str_take(value, 200)));
}

static void compare(struct text *out, struct str path, const struct json_node *left,
	const struct json_node *right);

static const struct json_node *item_of(const struct json_node *list, struct str key)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(key_of(list->items[i]), key))
			return list->items[i];
	return NULL;
}

static void compare_lists(struct text *out, struct str path, const struct json_node *left,
	const struct json_node *right)
{
	if (left->n != right->n)
		text_addf(out, "%.*s has %zu and %zu items\n", STR_ARG(path), left->n, right->n);
	for (size_t i = 0; i < left->n; i++) {
		struct str key = key_of(left->items[i]);
		const struct json_node *other = item_of(right, key);
		struct str at = arena_format(
			on.arena, "%.*s[%.*s]", STR_ARG(path), STR_ARG(str_take(key, 60)));
		if (other)
			compare(out, at, left->items[i], other);
		else
			line(out, at, "only left:", left->items[i]);
	}
	for (size_t i = 0; i < right->n; i++)
		if (!item_of(left, key_of(right->items[i])))
			line(out, path, "only right:", right->items[i]);
}

static void compare_objects(struct text *out, struct str path, const struct json_node *left,
	const struct json_node *right)
{
	for (size_t i = 0; i < left->n; i++) {
		struct str name = left->members[i].name;
		const struct json_node *other = json_node_find(right, name);
		struct str at = arena_join(on.arena, path, STR("."), name);
		if (other)
			compare(out, at, left->members[i].value, other);
		else
			line(out, at, "only left:", left->members[i].value);
	}
	/* What the import writes out where the file is silent; a test of its own asks for it. */
	for (size_t i = 0; i < right->n; i++)
		if (!json_node_find(left, right->members[i].name) &&
			!str_eq_z(right->members[i].name, "curfew.signout.on_idle"))
			line(out, arena_join(on.arena, path, STR("."), right->members[i].name),
				"only right:", right->members[i].value);
}

static void compare(struct text *out, struct str path, const struct json_node *left,
	const struct json_node *right)
{
	if (left->kind == JSON_NODE_OBJECT && right->kind == JSON_NODE_OBJECT) {
		compare_objects(out, path, left, right);
	} else if (left->kind == JSON_NODE_LIST && right->kind == JSON_NODE_LIST) {
		compare_lists(out, path, left, right);
	} else if (!str_eq(json_tree_text(on.arena, left), json_tree_text(on.arena, right))) {
		line(out, path, "left:", left);
		line(out, path, "right:", right);
	}
}

struct str json_difference(struct str left, struct str right)
{
	struct json_node *a = NULL, *b = NULL;
	struct text out = text_new(on.arena, 0);
	EXPECT(json_tree_read(on.arena, left, &a, &why), OK);
	EXPECT(json_tree_read(on.arena, right, &b, &why), OK);
	compare(&out, STR("$"), a, b);
	return text_str(&out);
}

/* Taking a file's pieces into a draft; see draft.h. */
#include <stdarg.h>
#include <stdio.h>

#include "base/tables.h"
#include "json/tree.h"
#include "store/defaults.h"
#include "store/draft.h"

enum { WARNINGS_MAX = 1000, PATH_MAX_BYTES = 200 };

const char *const draft_streamed[] = {
	"users",
	"clients",
	"clientScopes",
	"groups",
	"roles.realm",
	NULL,
};

struct draft *draft_new(struct arena *arena, int64_t now_ms)
{
	struct draft *draft = arena_alloc(arena, sizeof *draft);
	draft->arena = arena;
	draft->now_ms = now_ms;
	draft->ids = table_new(arena, 0);
	draft->members = text_new(arena, DRAFT_LIMIT + DRAFT_LIMIT / 8);
	return draft;
}

void draft_warn(struct draft *draft, const char *format, ...)
{
	char line[400];
	va_list arguments;
	if (draft->warnings.n >= WARNINGS_MAX) {
		draft->warnings_dropped++;
		return;
	}
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	*(struct str *)arena_push(draft->arena, &draft->warnings.items, &draft->warnings.n,
		sizeof *draft->warnings.items) = arena_str(draft->arena, str_from(line));
}

static void draft_defaults(
	struct draft *draft, struct attributes *attributes, const struct attributes *defaults)
{
	for (size_t i = 0; i < defaults->n; i++)
		attributes_default(draft->arena, attributes, defaults->pairs[i].key, defaults->pairs[i].value);
}

static const char *path_of(struct draft *draft, const struct json_cut_item *item)
{
	struct str name = str_take(item->name, PATH_MAX_BYTES);
	return item->kind == JSON_CUT_ELEMENT
		? arena_format(draft->arena, "$.%.*s[%llu]", STR_ARG(name),
			  (unsigned long long)item->index)
			  .p
		: arena_format(draft->arena, "$.%.*s", STR_ARG(name)).p;
}

static void *push(struct draft *draft, void *list, size_t *n, size_t size)
{
	void *thing = arena_alloc(draft->arena, size);
	*(void **)arena_push(draft->arena, list, n, sizeof(void *)) = thing;
	return thing;
}

/* ---- one taker a member ---- */

/* Keycloak's import takes redirect URIs that its admin API refuses; none of them can match. */
static void drop_useless_redirects(struct draft *draft, struct client *client, const char *path)
{
	struct str_list kept = { arena_array(draft->arena, client->redirect_uris.n, sizeof(struct str)), 0 };
	for (size_t i = 0; i < client->redirect_uris.n; i++) {
		struct str uri = client->redirect_uris.items[i];
		struct why why = { "" };
		if (redirect_uri_is_harmless(uri) && redirect_uri_check(uri, path, &why) != OK)
			draft_warn(draft, "%s, left out", why.text);
		else
			kept.items[kept.n++] = uri;
	}
	client->redirect_uris = kept;
}

static enum error_code take_client(
	struct draft *draft, struct str raw, const char *path, struct why *reterr_why)
{
	struct json_read_options options = representation_options(path);
	struct draft_client *client =
		push(draft, &draft->clients, &draft->clients_n, sizeof *client);
	client->rep = client_rep_default;
	client->path = path;
	client->roles = table_new(draft->arena, 0);
	enum error_code error =
		json_read(draft->arena, raw, &client_shape, &options, &client->rep, reterr_why);
	if (!error)
		drop_useless_redirects(draft, &client->rep.client, path);
	return error ? error : client_check(&client->rep, path, reterr_why);
}

static enum error_code take_scope(
	struct draft *draft, struct str raw, const char *path, struct why *reterr_why)
{
	struct json_read_options options = representation_options(path);
	struct draft_scope *scope = push(draft, &draft->scopes, &draft->scopes_n, sizeof *scope);
	scope->path = path;
	draft->has_scopes = true;
	enum error_code error =
		json_read(draft->arena, raw, &scope_shape, &options, &scope->rep, reterr_why);
	return error ? error : scope_check(&scope->rep, path, reterr_why);
}

static struct draft_role *push_role(struct draft *draft, struct str client_id, const char *path)
{
	struct draft_role *role = push(draft, &draft->roles, &draft->roles_n, sizeof *role);
	role->path = path;
	role->client_id = client_id;
	return role;
}

static enum error_code take_realm_role(
	struct draft *draft, struct str raw, const char *path, struct why *reterr_why)
{
	struct json_read_options options = representation_options(path);
	struct draft_role *role = push_role(draft, (struct str){ NULL, 0 }, path);
	enum error_code error =
		json_read(draft->arena, raw, &role_shape, &options, &role->rep, reterr_why);
	return error ? error : role_check(&role->rep, path, reterr_why);
}

static enum error_code take_client_roles(
	struct draft *draft, struct str raw, const char *path, struct why *reterr_why)
{
	static const struct json_field field =
		JSON_STRUCTS_MAP(struct roles_rep, clients, clients_n, "", 0, &role_shape);
	struct json_read_options options = representation_options(path);
	struct roles_rep roles = { 0 };
	enum error_code error = json_read_value(
		draft->arena, raw, &field, &options, &roles, sizeof roles, reterr_why);
	for (size_t i = 0; !error && i < roles.clients_n; i++) {
		const struct json_structs_pair *pair = &roles.clients[i];
		const struct role_rep *items = pair->items;
		for (size_t j = 0; !error && j < pair->n; j++) {
			const char *at = arena_format(draft->arena, "%s[\"%.*s\"][%zu]", path,
				STR_ARG(str_take(pair->key, 80)), j)
						 .p;
			push_role(draft, pair->key, at)->rep = items[j];
			error = role_check(&items[j], at, reterr_why);
		}
	}
	return error;
}

/* A group and, behind it, its children. */
static void push_group(
	struct draft *draft, struct group_rep *rep, struct draft_group *parent, const char *path)
{
	struct draft_group *group = push(draft, &draft->groups, &draft->groups_n, sizeof *group);
	group->rep = rep;
	group->parent = parent;
	group->path = path;
	for (size_t i = 0; i < rep->children_n; i++)
		push_group(draft, &rep->children[i], group,
			arena_format(draft->arena, "%s.subGroups[%zu]", path, i).p);
}

static enum error_code take_group(
	struct draft *draft, struct str raw, const char *path, struct why *reterr_why)
{
	struct json_read_options options = representation_options(path);
	struct group_rep *rep = arena_alloc(draft->arena, sizeof *rep);
	enum error_code error =
		json_read(draft->arena, raw, &group_shape, &options, rep, reterr_why);
	if (error || (error = group_check(rep, path, reterr_why)))
		return error;
	push_group(draft, rep, NULL, path);
	return OK;
}

struct component_map {
	struct json_structs_pair *types;
	size_t n;
};

static enum error_code take_components(
	struct draft *draft, struct str raw, const char *path, struct why *reterr_why)
{
	static const struct json_field field =
		JSON_STRUCTS_MAP(struct component_map, types, n, "", 0, &component_shape);
	struct json_read_options options = representation_options(path);
	struct component_map map = { 0 };
	enum error_code error =
		json_read_value(draft->arena, raw, &field, &options, &map, sizeof map, reterr_why);
	for (size_t i = 0; !error && i < map.n; i++) {
		const struct component_rep *items = map.types[i].items;
		for (size_t j = 0; !error && j < map.types[i].n; j++) {
			struct draft_component *component = push(
				draft, &draft->components, &draft->components_n, sizeof *component);
			component->rep = items[j];
			component->provider_type = map.types[i].key;
			component->path = arena_format(draft->arena, "%s[\"%.*s\"][%zu]", path,
				STR_ARG(str_take(map.types[i].key, 80)), j)
						  .p;
			error = component_check(&items[j], component->path, reterr_why);
		}
	}
	return error;
}

static void push_mapping(struct draft *draft, const struct scope_mapping_rep *rep,
	struct str client, const char *path)
{
	struct draft_mapping *mapping =
		push(draft, &draft->mappings, &draft->mappings_n, sizeof *mapping);
	mapping->rep = *rep;
	mapping->role_client = client;
	mapping->path = path;
}

struct mapping_list {
	struct scope_mapping_rep *items;
	size_t n;
};

static enum error_code take_mappings(
	struct draft *draft, struct str raw, const char *path, struct why *reterr_why)
{
	static const struct json_field field =
		JSON_STRUCTS(struct mapping_list, items, n, "", 0, &scope_mapping_shape);
	struct json_read_options options = representation_options(path);
	struct mapping_list list = { 0 };
	enum error_code error = json_read_value(
		draft->arena, raw, &field, &options, &list, sizeof list, reterr_why);
	for (size_t i = 0; !error && i < list.n; i++)
		push_mapping(draft, &list.items[i], (struct str){ NULL, 0 },
			arena_format(draft->arena, "%s[%zu]", path, i).p);
	return error;
}

static enum error_code take_client_mappings(
	struct draft *draft, struct str raw, const char *path, struct why *reterr_why)
{
	static const struct json_field field =
		JSON_STRUCTS_MAP(struct component_map, types, n, "", 0, &scope_mapping_shape);
	struct json_read_options options = representation_options(path);
	struct component_map map = { 0 };
	enum error_code error =
		json_read_value(draft->arena, raw, &field, &options, &map, sizeof map, reterr_why);
	for (size_t i = 0; !error && i < map.n; i++) {
		const struct scope_mapping_rep *items = map.types[i].items;
		for (size_t j = 0; j < map.types[i].n; j++)
			push_mapping(draft, &items[j], map.types[i].key,
				arena_format(draft->arena, "%s[\"%.*s\"][%zu]", path,
					STR_ARG(str_take(map.types[i].key, 80)), j)
					.p);
	}
	return error;
}

/* ---- the pieces ---- */

static const struct {
	const char *name;
	enum json_cut kind;
	enum error_code (*take)(
		struct draft *draft, struct str raw, const char *path, struct why *reterr_why);
} takers[] = {
	{ "clients", JSON_CUT_ELEMENT, take_client },
	{ "clientScopes", JSON_CUT_ELEMENT, take_scope },
	{ "groups", JSON_CUT_ELEMENT, take_group },
	{ "roles.realm", JSON_CUT_ELEMENT, take_realm_role },
	{ "roles.client", JSON_CUT_MEMBER, take_client_roles },
	{ "components", JSON_CUT_MEMBER, take_components },
	{ "scopeMappings", JSON_CUT_MEMBER, take_mappings },
	{ "clientScopeMappings", JSON_CUT_MEMBER, take_client_mappings },
};

/* A member that has a taker, but is not what it must be. */
static enum error_code take_odd(const struct json_cut_item *item, struct why *reterr_why)
{
	bool list = !str_eq(item->name, STR("roles"));
	return error_because(reterr_why, ERROR_WRONG_TYPE, "$.%.*s = %.*s: expected %s",
		STR_ARG(item->name), STR_ARG(str_take(item->raw, 80)),
		list ? "a list" : "an object");
}

enum error_code draft_take(
	struct draft *draft, const struct json_cut_item *item, struct why *reterr_why)
{
	draft->taken += item->raw.n + item->name.n + 4;
	if (draft->taken > DRAFT_LIMIT)
		return error_because(reterr_why, ERROR_TOO_LARGE,
			"the realm without its users is larger than %d bytes", DRAFT_LIMIT);
	bool absent = str_eq(item->raw, STR("null")) && item->kind == JSON_CUT_MEMBER;
	for (size_t i = 0; i < ARRAY_LENGTH(takers); i++) {
		if (!str_eq_z(item->name, takers[i].name))
			continue;
		if (absent)
			return OK;
		if (takers[i].kind != item->kind)
			return take_odd(item, reterr_why);
		return takers[i].take(draft, item->raw, path_of(draft, item), reterr_why);
	}
	if (str_eq(item->name, STR("users")) || str_eq(item->name, STR("roles")))
		return absent ? OK : take_odd(item, reterr_why);
	if (str_eq(item->name, STR("roles.application"))) {
		draft_warn(draft, "roles.application: of a Keycloak before 1.2; left out");
		return OK;
	}
	if (str_starts(item->name, STR("roles.")))
		return error_because(reterr_why, ERROR_UNKNOWN_FIELD,
			"$.%.*s = %.*s: unknown field", STR_ARG(str_take(item->name, 80)),
			STR_ARG(str_take(item->raw, 80)));
	text_add_char(&draft->members, draft->members.n ? ',' : '{');
	json_add_text(&draft->members, item->name);
	text_add_char(&draft->members, ':');
	text_add(&draft->members, item->raw);
	return OK;
}

enum error_code draft_take_end(struct draft *draft, struct why *reterr_why)
{
	struct json_read_options options = representation_options("$");
	if (!draft->members.n)
		text_add_char(&draft->members, '{');
	text_add_char(&draft->members, '}');
	struct str members = text_str(&draft->members);
	draft->members = text_new(draft->arena, DRAFT_LIMIT + DRAFT_LIMIT / 8);
	struct realm_settings *settings = &draft->realm.settings;
	const struct attributes before = settings->attributes;
	const struct attributes headers = settings->browser_security_headers;
	enum error_code error =
		json_read(draft->arena, members, &realm_shape, &options, &draft->realm, reterr_why);
	/* Attributes and headers that the file does not name keep their defaults. */
	if (!error)
		draft_defaults(draft, &settings->attributes, &before);
	if (!error)
		draft_defaults(draft, &settings->browser_security_headers, &headers);
	return error;
}

/* ---- defaults ---- */

static struct str with_name(struct arena *arena, struct str text, struct str name)
{
	static const struct str mark = STR_INIT("${realm}");
	struct text result = text_new(arena, 0);
	for (size_t i = 0; i < text.n;) {
		if (str_starts(str_drop(text, i), mark)) {
			text_add(&result, name);
			i += mark.n;
		} else {
			text_add_char(&result, text.p[i++]);
		}
	}
	return text_str(&result);
}

enum error_code draft_take_text(struct draft *draft, struct str json, struct why *reterr_why)
{
	struct json_cutter_options options = { .streamed = draft_streamed, .element_limit = DRAFT_LIMIT };
	struct json_cut_item item;
	struct json_cutter *cutter = json_cutter_new(&options);
	enum error_code error = json_cutter_feed(cutter, json, reterr_why);
	json_cutter_finish(cutter);
	while (!error && !(error = json_cutter_next(cutter, &item, reterr_why)) &&
		item.kind != JSON_CUT_END)
		if (item.kind == JSON_CUT_MEMBER || item.kind == JSON_CUT_ELEMENT)
			error = draft_take(draft, &item, reterr_why);
	json_cutter_free(cutter);
	return error ? error : draft_take_end(draft, reterr_why);
}

enum error_code draft_take_defaults(struct draft *draft, const char *json, struct why *reterr_why)
{
	return draft_take_text(
		draft, with_name(draft->arena, str_from(json), draft->realm.settings.name), reterr_why);
}

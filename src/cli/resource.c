/* Where things are, and which one is meant; see resource.h. */
#include "cli/resource.h"

#include "cli/ask.h"

enum { NEAR_ENOUGH = 3, LOOKED_THROUGH = 1000 };

const struct resource resources[RESOURCE_COUNT] = {
#define R(id, word, several, path, member, key, by_name, by_words, maps, where, paged, made_by,  \
	columns, goes, made, ...)                                                               \
	[RESOURCE_##id] = { word, several, path, member, key, by_name, by_words, maps, where,   \
		((paged) & FLAG(MAX)) != 0, columns, goes, made },
#include "cli/resources.def"
#undef R
};

static bool is_realm(const struct resource *resource)
{
	return resource == &resources[RESOURCE_REALM];
}

struct str resource_words(
	struct cli_call *call, const struct resource *resource, struct str realm, struct str name)
{
	struct str shown = call_clean(call, str_take(name, 100));
	struct str in = call_clean(call, str_take(realm, 100));
	return arena_format(call->arena, "%s %.*s%s%.*s", resource->word, STR_ARG(shown),
		in.n ? " of realm " : "", STR_ARG(in));
}

enum error_code resource_realm(
	struct cli_call *call, struct str *ret_realm, struct why *reterr_why)
{
	if (!call_given(call, FLAG_REALM))
		return error_because(reterr_why, ERROR_USAGE, "--realm is needed: of which realm?");
	*ret_realm = call_value(call, FLAG_REALM);
	return OK;
}

/* ---- what may have been meant ---- */

/* NULL when none of the names comes near. */
static const struct json_node *nearest(
	const struct json_node *list, const char *member, struct str name)
{
	const struct json_node *best = NULL;
	size_t least = NEAR_ENOUGH + 1;
	for (size_t i = 0; list->kind == JSON_NODE_LIST && i < list->n; i++) {
		size_t here = str_distance(ask_text(list->items[i], member), name);
		/* Half of a short name is another name. */
		if (here >= least || here * 2 > name.n)
			continue;
		least = here;
		best = list->items[i];
	}
	return best;
}

/* Why there is no such thing: the realm is not there, or another name was meant. */
static enum error_code missing(struct cli_call *call, const struct resource *resource,
	struct str realm, struct str base, struct str name, struct why *reterr_why)
{
	struct json_node *list = NULL;
	struct str path = base;
	if (realm.n && !is_realm(resource)) {
		struct found found;
		enum error_code code = resource_find(call, &resources[RESOURCE_REALM], STR(""),
			STR("/admin/realms"), realm, &found, reterr_why);
		if (code != OK)
			return code;
	}
	if (is_realm(resource))
		path = ask_with(call->arena, path, "briefRepresentation", STR("true"));
	else if (resource->paged)
		path = ask_with_int(call->arena, path, "max", LOOKED_THROUGH);
	const struct json_node *meant = NULL;
	if (ask_get(call, path, &list, NULL) == OK)
		meant = nearest(list, resource->name, name);
	struct str hint = call_clean(call, ask_text(meant, resource->name));
	return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "there is no %.*s%s%.*s%s",
		STR_ARG(resource_words(call, resource, realm, name)),
		meant ? "; did you mean " : "", STR_ARG(hint), meant ? "?" : "");
}

/* ---- finding ---- */

static struct str below(struct cli_call *call, struct str base, struct str last)
{
	return arena_join(call->arena, base, STR("/"), ask_path(call->arena, "{}", last, STR("")));
}

static enum error_code fetch(
	struct cli_call *call, struct str path, struct found *ret_found, struct why *reterr_why)
{
	const struct ask_request request = { .method = "GET", .path = path };
	struct ask_answer answer;
	enum error_code code = ask(call, &request, &answer, reterr_why);
	if (code == OK && (!answer.json || answer.json->kind != JSON_NODE_OBJECT))
		code = error_because(reterr_why, ERROR_UNREADABLE_ANSWER,
			"%.*s: the answer is no object", STR_ARG(str_take(path, 200)));
	if (code != OK)
		return code;
	ret_found->path = path;
	ret_found->json = answer.json;
	ret_found->etag = answer.etag;
	ret_found->id = ask_text(answer.json, "id");
	return OK;
}

/* Counts those of the list that have the name, and what is below them (groups). */
static size_t count_named(const struct json_node *list, const char *member, struct str name,
	struct str *ret_id)
{
	size_t n = 0;
	for (size_t i = 0; list && list->kind == JSON_NODE_LIST && i < list->n; i++) {
		const struct json_node *item = list->items[i];
		if (str_eq(ask_text(item, member), name)) {
			*ret_id = ask_text(item, "id");
			n++;
		}
		n += count_named(ask_list(item, "subGroups"), member, name, ret_id);
	}
	return n;
}

/* By its name in the list; whatever is not there may be an id. */
static enum error_code find_id(struct cli_call *call, const struct resource *resource,
	struct str base, struct str name, struct str *ret_id, struct why *reterr_why)
{
	struct json_node *list = NULL;
	struct str path = base, id = name;
	bool group = resource->key == RESOURCE_BY_PATH;
	const char *query = group ? "exact=true&search=" : resource->by_name;
	if (query[0]) {
		struct text text = text_new(call->arena, 0);
		text_add(&text, path);
		text_addf(&text, "?%s", query);
		text_add_percent(&text, name);
		path = text_str(&text);
	}
	enum error_code code = ask_get(call, path, &list, reterr_why);
	if (code != OK)
		return code;
	if (count_named(list, resource->name, name, &id) > 1)
		return error_because(reterr_why, ERROR_USAGE,
			"there are several %s %.*s; name one by its %s", resource->several,
			STR_ARG(call_clean(call, str_take(name, 100))),
			group ? "path (/parent/name) or id" : "id");
	/* A path of several steps is no id, and servers refuse it. */
	if (str_index(id, '/') < id.n)
		return ERROR_NAME_NOT_FOUND;
	*ret_id = id;
	return OK;
}

/* A client's own user, which is in no list of users. */
static enum error_code service_account(struct cli_call *call, struct str realm, struct str name,
	struct found *found, struct why *reterr_why)
{
	struct found client;
	const struct str prefix = STR("service-account-");
	if (!str_starts(name, prefix))
		return ERROR_NAME_NOT_FOUND;
	enum error_code code = resource_named(call, &resources[RESOURCE_CLIENT],
		str_drop(name, prefix.n), &client, reterr_why);
	if (code != OK)
		return code;
	struct json_node *user;
	code = ask_get(call,
		arena_join(call->arena, client.path, STR("/service-account-user"), STR("")), &user,
		reterr_why);
	if (code != OK)
		return code;
	return fetch(call, ask_path(call->arena, "/admin/realms/{}/users/{}", realm,
				   ask_text(user, "id")),
		found, reterr_why);
}

/* "/admin/realms/x/group-by-path/parent/name": the slashes stay. */
static struct str group_path(struct cli_call *call, struct str realm, struct str name)
{
	struct text text = text_new(call->arena, 0);
	struct str piece, rest = str_drop(name, 1);
	text_add(&text, ask_path(call->arena, "/admin/realms/{}/group-by-path", realm, STR("")));
	while (str_next(&rest, '/', &piece)) {
		text_add_char(&text, '/');
		text_add_percent(&text, piece);
	}
	return text_str(&text);
}

static enum error_code find_by_id(struct cli_call *call, const struct resource *resource,
	struct str realm, struct str base, struct str name, struct found *found,
	struct why *reterr_why)
{
	struct str id;
	enum error_code code;
	if (resource->key == RESOURCE_BY_PATH && str_starts(name, STR("/"))) {
		code = fetch(call, group_path(call, realm, name), found, reterr_why);
		/* What is found by its path is changed by its id. */
		if (code == OK)
			code = fetch(call, below(call, base, found->id), found, reterr_why);
		return code;
	}
	code = find_id(call, resource, base, name, &id, reterr_why);
	return code == OK ? fetch(call, below(call, base, id), found, reterr_why) : code;
}

enum error_code resource_find(struct cli_call *call, const struct resource *resource,
	struct str realm, struct str base, struct str name, struct found *ret_found,
	struct why *reterr_why)
{
	struct found found = { .realm = realm };
	enum error_code code;
	if (resource->key != RESOURCE_BY_NAME)
		code = find_by_id(call, resource, realm, base, name, &found, reterr_why);
	else
		code = fetch(call, below(call, base, name), &found, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND && resource == &resources[RESOURCE_ROLE])
		code = fetch(call,
			ask_path(call->arena, "/admin/realms/{}/roles-by-id/{}", realm, name),
			&found, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND && resource == &resources[RESOURCE_USER] &&
		service_account(call, realm, name, &found, NULL) == OK)
		code = OK;
	if (code == ERROR_NAME_NOT_FOUND)
		return missing(call, resource, realm, base, name, reterr_why);
	if (code != OK)
		return code;
	found.name = ask_text(found.json, resource->name);
	*ret_found = found;
	return OK;
}

/* ---- what holds them ---- */

static struct str realm_path(struct cli_call *call, struct str realm, const char *path)
{
	return arena_join(call->arena,
		ask_path(call->arena, "/admin/realms/{}", realm, STR("")), str_from(path), STR(""));
}

static enum error_code inside(struct cli_call *call, enum flag flag, size_t holder,
	struct str realm, struct found *ret_found, struct why *reterr_why)
{
	const struct resource *resource = &resources[holder];
	return resource_find(call, resource, realm, realm_path(call, realm, resource->path),
		call_value(call, flag), ret_found, reterr_why);
}

enum error_code resource_base(struct cli_call *call, const struct resource *resource,
	struct str realm, struct str *ret_path, struct why *reterr_why)
{
	struct found holder = { 0 };
	enum error_code code = OK;
	const char *path = resource->path;
	bool mapper = resource == &resources[RESOURCE_MAPPER];
	bool client = call_given(call, FLAG_CLIENT), scope = call_given(call, FLAG_SCOPE);
	if (mapper && client == scope)
		return error_because(reterr_why, ERROR_USAGE,
			"protocol mappers are a client's or a scope's: either --client or --scope");
	if (is_realm(resource)) {
		*ret_path = STR("/admin/realms");
		return OK;
	}
	if ((resource->where & FLAG(CLIENT)) && client)
		code = inside(call, FLAG_CLIENT, RESOURCE_CLIENT, realm, &holder, reterr_why);
	else if ((resource->where & FLAG(SCOPE)) && scope)
		code = inside(call, FLAG_SCOPE, RESOURCE_SCOPE, realm, &holder, reterr_why);
	else if (call_given(call, FLAG_PARENT)) {
		code = inside(call, FLAG_PARENT, RESOURCE_GROUP, realm, &holder, reterr_why);
		path = "/children";
	}
	if (code == OK)
		*ret_path = holder.path.n
			? arena_join(call->arena, holder.path, str_from(path), STR(""))
			: realm_path(call, realm, path);
	return code;
}

enum error_code resource_named(struct cli_call *call, const struct resource *resource,
	struct str name, struct found *ret_found, struct why *reterr_why)
{
	struct str realm;
	enum error_code code = resource_realm(call, &realm, reterr_why);
	if (code != OK)
		return code;
	return resource_find(call, resource, realm, realm_path(call, realm, resource->path), name,
		ret_found, reterr_why);
}

enum error_code resource_role(struct cli_call *call, struct str client, struct str name,
	struct found *ret_found, struct why *reterr_why)
{
	struct found holder;
	const struct resource *roles = &resources[RESOURCE_ROLE];
	if (!client.n)
		return resource_named(call, roles, name, ret_found, reterr_why);
	enum error_code code = resource_named(
		call, &resources[RESOURCE_CLIENT], client, &holder, reterr_why);
	if (code != OK)
		return code;
	return resource_find(call, roles, holder.realm,
		arena_join(call->arena, holder.path, str_from(roles->path), STR("")), name,
		ret_found, reterr_why);
}

/* curfew RESOURCE create, update, delete: of everything in resources.def. */
#include "cli/change.h"
#include "cli/password.h"
#include "cli/setting.h"
#include "cli/verbs.h"

static enum error_code find_base(struct cli_call *call, struct str *ret_realm, struct str *ret_base,
	struct why *reterr_why)
{
	const struct resource *resource = call->arguments.verb->resource;
	struct str realm = STR("");
	enum error_code code = OK;
	if (resource->where)
		code = resource_realm(call, &realm, reterr_why);
	if (code == OK)
		code = resource_base(call, resource, realm, ret_base, reterr_why);
	if (code == OK)
		*ret_realm = realm;
	return code;
}

/* --output, and --json: what it is now. */
static enum error_code print_whole(struct cli_call *call, struct str path, struct why *reterr_why)
{
	struct json_node *json;
	if (call_given(call, FLAG_DRY_RUN))
		return OK;
	enum error_code code = ask_get(call, path, &json, reterr_why);
	if (code == OK)
		call_json(call, json);
	return code;
}

/* ---- create ---- */

/* Groups are named by their paths everywhere else: "a/b" would be read as b below a. */
static enum error_code check_name(
	const struct cli_call *call, const struct resource *resource, struct why *reterr_why)
{
	struct str name = call->arguments.n ? call->arguments.operands[0] : STR("");
	if (resource->key != RESOURCE_BY_PATH || !str_contains(name, STR("/")))
		return OK;
	struct str last = str_drop(name, str_last_index(name, '/') + 1);
	return error_because(reterr_why, ERROR_USAGE,
		"'%.*s' is a path: name the group above by --parent, as in --parent /above %.*s; "
		"a slash within a name takes --set name=...", STR_ARG(str_take(name, 100)),
		STR_ARG(str_take(last.n ? last : STR("below"), 100)));
}

static enum error_code new_body(struct cli_call *call, const struct resource *resource,
	struct json_node **ret_body, struct why *reterr_why)
{
	struct json_node *body;
	enum error_code code =
		json_tree_read(call->arena, str_from(resource->made), &body, reterr_why);
	if (code == OK && call->arguments.n)
		json_node_put(body, str_from(resource->name),
			json_node_text(call->arena, call->arguments.operands[0]));
	if (code == OK)
		code = settings_apply(call, resource, body, reterr_why);
	if (code == OK && resource == &resources[RESOURCE_USER] && password_given(call))
		code = password_put(call, body, reterr_why);
	if (code == OK && !ask_text(body, resource->name).n)
		code = error_because(reterr_why, ERROR_USAGE,
			"the %s has no %s: name it, as in curfew %s create NAME", resource->word,
			resource->name, resource->word);
	if (code == OK)
		*ret_body = body;
	return code;
}

/* Where it is now, as the server says, below our own address of it: proxies may have another. */
static struct str place_of(struct cli_call *call, struct str realm, struct str base,
	struct str location, struct str *ret_id)
{
	size_t slash = str_last_index(location, '/');
	struct str last = str_drop(location, slash + 1);
	*ret_id = last;
	if (call_given(call, FLAG_PARENT))
		base = ask_path(call->arena, "/admin/realms/{}/groups", realm, STR(""));
	return arena_join(call->arena, base, STR("/"), last);
}

enum error_code resource_create(struct cli_call *call, struct why *reterr_why)
{
	const struct resource *resource = call->arguments.verb->resource;
	struct str realm, base, id;
	struct json_node *body;
	struct ask_answer answer;
	enum error_code code = check_name(call, resource, reterr_why);
	if (code == OK)
		code = find_base(call, &realm, &base, reterr_why);
	if (code == OK)
		code = new_body(call, resource, &body, reterr_why);
	if (code != OK)
		return code;
	const struct change change = { .method = "POST", .path = base, .body = body };
	code = change_send(call, &change, &answer, reterr_why);
	if (code != OK)
		return code;
	struct str name = ask_text(body, resource->name);
	struct str path = place_of(call, realm, base, answer.location, &id);
	if (call_given(call, FLAG_OUTPUT) || call_given(call, FLAG_JSON))
		return print_whole(call, path, reterr_why);
	if (call_given(call, FLAG_ID) && !call_given(call, FLAG_DRY_RUN))
		call_print(call, "%.*s\n", STR_ARG(call_clean(call, id)));
	else
		change_said(call, "id", id, "%.*s is made%s%.*s\n",
			STR_ARG(resource_words(call, resource, realm, name)),
			resource->key == RESOURCE_BY_NAME ? "" : ", id ",
			STR_ARG(resource->key == RESOURCE_BY_NAME ? STR("") : call_clean(call, id)));
	return OK;
}

/* ---- update ---- */

/* The members that differ, as they would be. */
static struct json_node *difference(
	struct arena *arena, const struct json_node *before, const struct json_node *after)
{
	struct json_node *changed = json_node_object(arena);
	for (size_t i = 0; i < after->n; i++) {
		const struct json_member *one = &after->members[i];
		const struct json_node *old = json_node_find(before, one->name);
		if (!old || !str_eq(json_tree_text(arena, old), json_tree_text(arena, one->value)))
			json_node_put(changed, one->name, one->value);
	}
	return changed;
}

static enum error_code copy_of(struct cli_call *call, const struct json_node *json,
	struct json_node **ret_copy, struct why *reterr_why)
{
	return json_tree_read(call->arena, json_tree_text(call->arena, json), ret_copy, reterr_why);
}

enum error_code resource_update(struct cli_call *call, struct why *reterr_why)
{
	const struct resource *resource = call->arguments.verb->resource;
	struct str realm, base;
	struct found found;
	struct json_node *body = NULL;
	struct ask_answer answer;
	if (!call_given(call, FLAG_SET) && !call_given(call, FLAG_FILE))
		return error_because(reterr_why, ERROR_USAGE,
			"nothing to change: name members by --set or --file");
	enum error_code code = find_base(call, &realm, &base, reterr_why);
	if (code == OK)
		code = resource_find(call, resource, realm, base, call->arguments.operands[0],
			&found, reterr_why);
	if (code == OK)
		code = copy_of(call, found.json, &body, reterr_why);
	if (code == OK)
		code = settings_apply(call, resource, body, reterr_why);
	if (code != OK)
		return code;
	struct json_node *changed = difference(call->arena, found.json, body);
	const struct change change = { "PUT", found.path, body, changed, found.etag };
	if (changed->n)
		code = change_send(call, &change, &answer, reterr_why);
	if (code != OK)
		return code;
	/* What is addressed by its name has moved with it. */
	if (resource->key == RESOURCE_BY_NAME)
		found.path = arena_join(call->arena, base, STR("/"),
			ask_path(call->arena, "{}", ask_text(body, resource->name), STR("")));
	if (call_given(call, FLAG_OUTPUT) || call_given(call, FLAG_JSON))
		return print_whole(call, found.path, reterr_why);
	change_said(call, "id", found.id, "%.*s %s\n",
		STR_ARG(resource_words(call, resource, realm, found.name)),
		changed->n ? "is changed" : "was so already");
	return OK;
}

/* ---- delete ---- */

static enum error_code delete_one(struct cli_call *call, const struct resource *resource,
	const struct found *found, struct why *reterr_why)
{
	enum error_code code = change_do(call, "DELETE", found->path, NULL, reterr_why);
	if (code == OK)
		change_said(call, "deleted", found->name, "%.*s is deleted\n",
			STR_ARG(resource_words(call, resource, found->realm, found->name)));
	return code;
}

enum error_code resource_delete(struct cli_call *call, struct why *reterr_why)
{
	const struct resource *resource = call->arguments.verb->resource;
	size_t n = call->arguments.n;
	struct found *found = arena_array(call->arena, n, sizeof *found);
	struct str realm, base;
	enum error_code code = find_base(call, &realm, &base, reterr_why);
	/* All of them, before the first is gone. */
	for (size_t i = 0; i < n && code == OK; i++)
		code = resource_find(call, resource, realm, base, call->arguments.operands[i],
			&found[i], reterr_why);
	if (code != OK)
		return code;
	struct str what = resource_words(call, resource, realm, found[0].name);
	if (n > 1)
		what = arena_format(call->arena, "%.*s and %zu more", STR_ARG(what), n - 1);
	what = arena_format(
		call->arena, "delete %.*s%s", STR_ARG(what), resource->goes);
	code = change_confirm(call, what, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++)
		code = delete_one(call, resource, &found[i], reterr_why);
	return code;
}

/* What is sent; see setting.h. */
#include "cli/setting.h"

#include "base/limits.h"
#include "cli/file.h"
#include "cli/path.h"

struct typed {
	struct path path;
	struct str value;
	bool adds, in_map;
};

static enum error_code split(
	struct arena *arena, struct str text, struct typed *ret_typed, struct why *reterr_why)
{
	struct typed typed = { 0 };
	size_t equals = path_index(text, '=');
	struct str key = str_take(text, equals);
	typed.adds = str_ends(key, STR("+"));
	if (typed.adds)
		key.n--;
	if (equals == text.n || !key.n)
		return error_because(reterr_why, ERROR_USAGE,
			"--set: '%.*s' is not KEY=VALUE, KEY+=VALUE or KEY=",
			STR_ARG(str_take(text, 100)));
	enum error_code code = path_read(arena, key, &typed.path, reterr_why);
	if (code != OK)
		return code;
	typed.value = str_drop(text, equals + 1);
	const struct str first = typed.path.pieces[0];
	typed.in_map = typed.path.n == 2 &&
		(str_eq_z(first, "attributes") || str_eq_z(first, "config"));
	*ret_typed = typed;
	return OK;
}

static bool has_lists(const struct resource *resource)
{
	return resource->maps == RESOURCE_LISTS || resource->maps == RESOURCE_LISTS_STAY;
}

/* What clears a member so that a PUT clears it too; NULL: it is left out. */
static struct json_node *cleared(struct arena *arena, const struct typed *typed,
	enum resource_maps maps, const struct json_node *now)
{
	/* This server's own attributes stay in a realm unless they are named. */
	bool own = str_starts(typed->path.pieces[typed->path.n - 1], STR("curfew."));
	if (typed->in_map && ((maps == RESOURCE_TEXTS && !own) || maps == RESOURCE_LISTS))
		return NULL;
	if (typed->in_map && maps == RESOURCE_LISTS_STAY)
		return json_node_list(arena);
	if (now && now->kind == JSON_NODE_LIST)
		return json_node_list(arena);
	return !now || now->kind == JSON_NODE_TEXT ? json_node_text(arena, STR(""))
						   : json_node_null(arena);
}

static struct json_node *plain(struct arena *arena, struct str value)
{
	int64_t integer;
	if (str_eq_z(value, "true") || str_eq_z(value, "false"))
		return json_node_bool(arena, value.p[0] == 't');
	if (str_eq_z(value, "null"))
		return json_node_null(arena);
	/* Not 007: that is a text. */
	if (str_to_int64(value, &integer) &&
		str_eq(value, arena_format(arena, "%lld", (long long)integer)))
		return json_node_int(arena, integer);
	return json_node_text(arena, value);
}

static enum error_code value_of(struct arena *arena, const struct resource *resource,
	const struct typed *typed, const struct json_node *now, struct json_node **ret_value,
	struct why *reterr_why)
{
	struct str value = typed->value;
	struct why inner = { "" };
	if (!value.n) {
		*ret_value = cleared(arena, typed, resource->maps, now);
		return OK;
	}
	if (str_index(STR("[{\""), value.p[0]) < 3) {
		if (json_tree_read(arena, value, ret_value, &inner) == OK)
			return OK;
		return error_because(reterr_why, ERROR_USAGE, "--set: '%.*s' is not JSON: %s",
			STR_ARG(str_take(value, 100)), inner.text);
	}
	bool is_name = typed->path.n == 1 && str_eq_z(typed->path.pieces[0], resource->name);
	bool lists = typed->in_map ? has_lists(resource)
				   : now && now->kind == JSON_NODE_LIST;
	bool text = is_name || typed->in_map || lists || (now && now->kind == JSON_NODE_TEXT);
	struct json_node *node = text ? json_node_text(arena, value) : plain(arena, value);
	*ret_value = node;
	if (lists && !typed->adds) {
		*ret_value = json_node_list(arena);
		json_node_add(*ret_value, node);
	}
	return OK;
}

/* The list as it is, or one of the value that stands there, with the new ones. */
static struct json_node *longer(
	struct arena *arena, struct json_node *now, struct json_node *value)
{
	struct json_node *list = json_node_list(arena);
	struct json_node *const both[] = { now, value };
	for (size_t i = 0; i < 2; i++) {
		struct json_node *one = both[i];
		if (!one || one->kind == JSON_NODE_NULL)
			continue;
		if (one->kind != JSON_NODE_LIST)
			json_node_add(list, one);
		for (size_t k = 0; one->kind == JSON_NODE_LIST && k < one->n; k++)
			json_node_add(list, one->items[k]);
	}
	return list;
}

enum error_code setting_apply(struct arena *arena, const struct resource *resource,
	struct json_node *object, struct str text, struct why *reterr_why)
{
	struct typed typed;
	struct json_node *value = NULL;
	enum error_code code = split(arena, text, &typed, reterr_why);
	if (code != OK)
		return code;
	struct json_node *now = path_get(object, &typed.path);
	if (typed.adds && !typed.value.n)
		return error_because(reterr_why, ERROR_USAGE, "--set: '%.*s' adds nothing",
			STR_ARG(str_take(text, 100)));
	code = value_of(arena, resource, &typed, now, &value, reterr_why);
	if (code != OK)
		return code;
	if (typed.adds)
		value = longer(arena, now, value);
	if (!value) {
		path_remove(object, &typed.path);
		return OK;
	}
	if (!path_put(arena, object, &typed.path, value))
		return error_because(reterr_why, ERROR_USAGE,
			"--set: '%.*s' goes through a member that is no object",
			STR_ARG(str_take(text, 100)));
	return OK;
}

void setting_merge(struct json_node *object, const struct json_node *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct json_member *member = &from->members[i];
		struct json_node *now = json_node_find(object, member->name);
		if (now && now->kind == JSON_NODE_OBJECT && member->value->kind == JSON_NODE_OBJECT)
			setting_merge(now, member->value);
		else
			json_node_put(object, member->name, member->value);
	}
}

static enum error_code take_file(
	struct cli_call *call, struct json_node *object, struct why *reterr_why)
{
	struct str text, name = call_value(call, FLAG_FILE);
	struct json_node *json = NULL;
	struct why inner = { "" };
	enum error_code code = file_read(call, name, LIMIT_ADMIN_JSON, &text, reterr_why);
	if (code != OK)
		return code;
	code = json_tree_read(call->arena, text, &json, &inner);
	if (code == OK && json->kind != JSON_NODE_OBJECT)
		code = error_because(&inner, ERROR_BAD_JSON, "it is no JSON object");
	if (code != OK)
		return error_because(reterr_why, code, "%.*s: %s",
			STR_ARG(call_clean(call, str_take(name, 200))), inner.text);
	setting_merge(object, json);
	return OK;
}

enum error_code settings_apply(struct cli_call *call, const struct resource *resource,
	struct json_node *object, struct why *reterr_why)
{
	enum error_code code = OK;
	if (call_given(call, FLAG_FILE))
		code = take_file(call, object, reterr_why);
	for (size_t i = 0; i < call->arguments.each_n && code == OK; i++)
		if (call->arguments.each[i].flag == FLAG_SET)
			code = setting_apply(call->arena, resource, object,
				call->arguments.each[i].value, reterr_why);
	return code;
}

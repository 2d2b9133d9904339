/* curfew RESOURCE list, curfew RESOURCE get: of everything in resources.def. */
#include "cli/ask.h"
#include "cli/resource.h"
#include "cli/shown.h"
#include "cli/verbs.h"

/* --max, --search and each --query behind the path. */
static enum error_code add_query(
	struct cli_call *call, const struct resource *resource, int64_t max, struct str *path,
	struct why *reterr_why)
{
	struct text text = text_new(call->arena, 0);
	struct str words = call_value(call, FLAG_SEARCH);
	if (resource->paged)
		text_addf(&text, "&max=%lld", (long long)max);
	if (words.n) {
		text_addf(&text, "&%s", resource->by_words);
		text_add_percent(&text, words);
	}
	for (size_t i = 0; i < call->arguments.each_n; i++) {
		struct str pair = call->arguments.each[i].value;
		size_t equals = str_index(pair, '=');
		if (call->arguments.each[i].flag != FLAG_QUERY)
			continue;
		if (!equals || equals == pair.n)
			return error_because(reterr_why, ERROR_USAGE,
				"--query: '%.*s' is not KEY=VALUE", STR_ARG(str_take(pair, 100)));
		text_add_char(&text, '&');
		text_add_percent(&text, str_take(pair, equals));
		text_add_char(&text, '=');
		text_add_percent(&text, str_drop(pair, equals + 1));
	}
	*path = text.n ? arena_join(call->arena, *path, STR("?"), str_drop(text_str(&text), 1))
		       : *path;
	return OK;
}

/* Of one realm; each with its "realm" first unless that is what they are. */
static enum error_code add_realm(struct cli_call *call, const struct resource *resource,
	struct str realm, int64_t max, struct json_node *list, struct why *reterr_why)
{
	struct str path;
	struct json_node *items = NULL;
	enum error_code code = resource_base(call, resource, realm, &path, reterr_why);
	if (code == OK)
		code = add_query(call, resource, max, &path, reterr_why);
	if (code == OK)
		code = ask_get(call, path, &items, reterr_why);
	for (size_t i = 0; code == OK && items->kind == JSON_NODE_LIST && i < items->n; i++)
		json_node_add(list, realm.n ? ask_of_realm(call, realm, items->items[i])
					    : items->items[i]);
	return code;
}

static enum error_code list_realms(struct cli_call *call, const struct resource *resource,
	int64_t max, struct json_node *list, struct why *reterr_why)
{
	struct str *realms;
	size_t n = 0;
	if ((call_given(call, FLAG_CLIENT) || call_given(call, FLAG_SCOPE) ||
		    call_given(call, FLAG_PARENT)) &&
		!call_given(call, FLAG_REALM))
		return error_because(reterr_why, ERROR_USAGE, "--realm is needed: of which realm?");
	enum error_code code = ask_realms(call, &realms, &n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++) {
		code = add_realm(call, resource, realms[i], max, list, reterr_why);
		if (code == ERROR_NAME_NOT_FOUND && !call_given(call, FLAG_REALM))
			code = OK; /* deleted meanwhile */
	}
	return code;
}

/* A realm that is not there is told by its own words, with what may have been meant. */
static enum error_code explain(
	struct cli_call *call, enum error_code code, struct why *reterr_why)
{
	struct found realm;
	if (code != ERROR_NAME_NOT_FOUND || !call_given(call, FLAG_REALM))
		return code;
	enum error_code other = resource_find(call, &resources[RESOURCE_REALM], STR(""),
		STR("/admin/realms"), call_value(call, FLAG_REALM), &realm, reterr_why);
	return other == OK ? code : other;
}

enum error_code resource_list(struct cli_call *call, struct why *reterr_why)
{
	const struct resource *resource = call->arguments.verb->resource;
	struct json_node *list = json_node_list(call->arena);
	const char *columns = resource->columns;
	int64_t max;
	bool json = false;
	enum error_code code = arguments_max(&call->arguments, 100, &max, reterr_why);
	if (code == OK)
		code = shown_as_json(call, &json, reterr_why);
	if (code != OK)
		return code;
	if (resource->where) {
		columns = arena_z(call->arena,
			arena_join(call->arena, STR("realm,"), str_from(columns), STR("")));
		code = list_realms(call, resource, max, list, reterr_why);
	} else {
		code = add_realm(call, resource, STR(""), max, list, reterr_why);
	}
	if (code != OK)
		return explain(call, code, reterr_why);
	/* As the server gave them, so that they may be sent back. */
	for (size_t i = 0; json && call_given(call, FLAG_REALM) && i < list->n; i++)
		json_node_remove(list->items[i], STR("realm"));
	code = shown_list(call, columns, resource->several, list, reterr_why);
	if (code == OK && resource->paged)
		call_cut(call, list->n, max);
	return code;
}

enum error_code resource_get(struct cli_call *call, struct why *reterr_why)
{
	const struct resource *resource = call->arguments.verb->resource;
	struct str realm = STR(""), base;
	struct found found;
	enum error_code code = OK;
	if (resource->where)
		code = resource_realm(call, &realm, reterr_why);
	if (code == OK)
		code = resource_base(call, resource, realm, &base, reterr_why);
	if (code == OK)
		code = resource_find(call, resource, realm, base, call->arguments.operands[0],
			&found, reterr_why);
	return code == OK ? shown_one(call, found.json, reterr_why) : code;
}

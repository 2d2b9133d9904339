/* curfew realm import: uploads realms, shows how far the server is, prints what it says of them. */
#include "base/limits.h"
#include "cli/ask.h"
#include "cli/file.h"
#include "cli/realm_files.h"
#include "cli/verbs.h"

/* The data folder's server takes it as a stream and tells all about it; over the network it is
 * Keycloak's own request, for realms of its size. */
static enum error_code upload(struct cli_call *call, const struct realm_files *realm,
	struct json_node **ret_answer, struct why *reterr_why)
{
	struct str path = STR("/admin/local/import"), text;
	struct ask_answer answer = { 0 };
	if (call->socket.n) {
		path = ask_with(call->arena, path, "strategy", call_value(call, FLAG_STRATEGY));
		path = ask_with(call->arena, path, "drop", call_given(call, FLAG_YES) ? STR("true") : STR(""));
		return realm_files_send(call, realm, "import", path, ret_answer, reterr_why);
	}
	if (realm->n > 1)
		return error_because(reterr_why, ERROR_USAGE,
			"%.*s: files of users are taken by the data folder's server alone, not by --server",
			STR_ARG(realm->paths[1]));
	enum error_code code = realm_files_read(call, realm, &text, reterr_why);
	if (code != OK)
		return code;
	const struct ask_request request = { .method = "POST", .path = STR("/admin/realms"),
		.content_type = "application/json", .body = text };
	code = ask(call, &request, &answer, reterr_why);
	file_unmap(text);
	*ret_answer = answer.json;
	return code;
}

static void print_summary(struct cli_call *call, struct str path, const struct json_node *summary)
{
	static const char *const counts[][2] = { { "clients", "clients" }, { "users", "users" },
		{ "credentials", "credentials" }, { "roles", "roles" }, { "groups", "groups" },
		{ "clientScopes", "client scopes" }, { "keys", "keys" } };
	const struct json_node *warnings = ask_list(summary, "warnings");
	call_print(call, "%.*s: realm %.*s imported", STR_ARG(call_clean(call, path)),
		STR_ARG(call_clean(call, ask_text(summary, "realm"))));
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		call_print(call, "%s%lld %s", i ? ", " : ": ",
			(long long)ask_int(summary, counts[i][0]), counts[i][1]);
	call_write(call, STR("\n"));
	for (size_t i = 0; warnings && i < warnings->n; i++)
		call_print(call, "  warning: %.*s\n",
			STR_ARG(call_clean(call, warnings->items[i]->text)));
}

static void print_result(struct cli_call *call, struct str path, enum error_code code,
	const struct json_node *summary, const struct why *why, bool several)
{
	bool failed = code != OK && code != ERROR_EXISTS;
	/* That of a single realm is the verb's own. */
	if (failed && several)
		call_note(call, "curfew realm import: %s\n", why->text);
	if (failed || call_given(call, FLAG_JSON))
		return;
	if (code == ERROR_EXISTS)
		call_print(call, "%s; it is left alone\n", why->text);
	else if (summary && ask_list(summary, "changes"))
		realm_files_print(call, summary, false);
	else if (summary)
		print_summary(call, path, summary);
	else
		call_print(call, "%.*s: imported\n", STR_ARG(call_clean(call, path)));
}

static void add_result(struct cli_call *call, struct str path, enum error_code code,
	const struct json_node *summary, const struct why *why, struct json_node *list)
{
	struct json_node *one = json_node_object(call->arena);
	json_node_put(one, STR("file"), json_node_text(call->arena, path));
	json_node_put(one, STR("imported"), json_node_bool(call->arena, code == OK));
	if (code != OK)
		json_node_put(one, STR("reason"),
			json_node_text(call->arena, arena_str(call->arena, str_from(why->text))));
	for (size_t i = 0; summary && i < summary->n; i++)
		json_node_put(one, summary->members[i].name, summary->members[i].value);
	json_node_add(list, one);
}

static enum error_code import_one(struct cli_call *call, const struct realm_files *realm, bool several,
	struct json_node *list, struct why *reterr_why)
{
	struct why why = { "" };
	struct json_node *answer = NULL;
	struct str path = realm->paths[0];
	enum error_code code = upload(call, realm, &answer, &why);
	if (code != OK)
		realm_files_name(call, realm, &why);
	print_result(call, path, code, code == OK ? answer : NULL, &why, several);
	add_result(call, path, code, code == OK ? answer : NULL, &why, list);
	*reterr_why = why;
	return code == ERROR_EXISTS ? OK : code;
}

static enum error_code check_strategy(struct cli_call *call, struct str strategy, struct why *reterr_why)
{
	bool skip = !strategy.n || str_eq_z(strategy, "skip");
	if (!skip && !str_eq_z(strategy, "overwrite") && !str_eq_z(strategy, "merge"))
		return error_because(reterr_why, ERROR_USAGE, "--strategy %.*s: it is skip, overwrite or merge",
			STR_ARG(str_take(strategy, 40)));
	if (!skip && call_given(call, FLAG_SERVER))
		return error_because(reterr_why, ERROR_USAGE,
			"--strategy %.*s goes through the data folder's server, not --server", STR_ARG(strategy));
	return OK;
}

enum error_code cli_realm_import(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *list = json_node_list(call->arena);
	struct str strategy = call_value(call, FLAG_STRATEGY);
	struct realm_files *realms;
	struct why why = { "" };
	size_t failed = 0, n = 0;
	enum error_code first = OK, code = check_strategy(call, strategy, reterr_why);
	if (code == OK)
		code = realm_files_find(call, call->arguments.operands, call->arguments.n,
			str_eq_z(strategy, "merge"), &realms, &n, reterr_why);
	if (code == OK)
		code = ask_open(call, reterr_why);
	if (code != OK)
		return code;
	for (size_t i = 0; i < n; i++) {
		code = import_one(call, &realms[i], n > 1, list, &why);
		failed += code != OK;
		first = first ? first : code;
	}
	if (call_given(call, FLAG_JSON))
		call_json(call, list);
	if (!failed || n == 1)
		return first == OK ? OK : error_because(reterr_why, first, "%s", why.text);
	return error_because(reterr_why,
		first == ERROR_NETWORK_FAILED ? first : ERROR_INVALID_VALUE,
		"%zu of %zu not imported", failed, n);
}

/* curfew realm import: uploads files, shows how far the server is, prints what it says of them. */
#include <unistd.h>

#include "base/limits.h"
#include "cli/ask.h"
#include "cli/file.h"
#include "cli/verbs.h"
#include "cli/watch.h"

/* ---- one file ---- */

/* The data folder's server takes it as a stream and tells all about it; over the network it is
 * Keycloak's own request, for realms of its size. */
static enum error_code upload(struct cli_call *call, struct str name, size_t number,
	struct str text, struct ask_answer *ret_answer, struct why *reterr_why)
{
	struct watch watch;
	struct str job = arena_format(call->arena, "%d-%zu", (int)getpid(), number);
	struct ask_request request = {
		.method = "POST",
		.path = STR("/admin/realms"),
		.content_type = "application/json",
		.body = text,
	};
	if (call->socket.n)
		request.path =
			ask_path(call->arena, "/admin/local/import?name={}&job={}", name, job);
	watch_begin(&watch, call, "import", job);
	enum error_code code = ask(call, &request, ret_answer, reterr_why);
	watch_end(&watch);
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
	const struct json_node *summary, const struct why *why)
{
	bool failed = code != OK && code != ERROR_EXISTS;
	/* That of a single file is the verb's own. */
	if (failed && call->arguments.n > 1)
		call_note(call, "curfew realm import: %s\n", why->text);
	if (failed || call_given(call, FLAG_JSON))
		return;
	if (code == ERROR_EXISTS)
		call_print(call, "%s; it is left alone\n", why->text);
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

/* Words of the server may name the file already. */
static void name_file(struct str path, struct why *why)
{
	struct why bare = *why;
	if (!str_contains(str_from(bare.text), path))
		error_because(why, ERROR_FILE_FAILED, "%.*s: %s", STR_ARG(path), bare.text);
}

static enum error_code import_one(
	struct cli_call *call, size_t number, struct json_node *list, struct why *reterr_why)
{
	struct why why = { "" };
	struct ask_answer answer = { 0 };
	struct str text = { 0 }, path = call->arguments.operands[number];
	enum error_code code = file_map(call, path, LIMIT_IMPORT, &text, &why);
	if (code == OK) {
		code = upload(call, path, number, text, &answer, &why);
		file_unmap(text);
	}
	if (code != OK)
		name_file(path, &why);
	print_result(call, path, code, code == OK ? answer.json : NULL, &why);
	add_result(call, path, code, code == OK ? answer.json : NULL, &why, list);
	*reterr_why = why;
	return code == ERROR_EXISTS ? OK : code;
}

enum error_code cli_realm_import(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *list = json_node_list(call->arena);
	struct why why = { "" };
	enum error_code first = OK, code = ask_open(call, reterr_why);
	size_t failed = 0;
	if (code != OK)
		return code;
	for (size_t i = 0; i < call->arguments.n; i++) {
		code = import_one(call, i, list, &why);
		failed += code != OK;
		first = first ? first : code;
	}
	if (call_given(call, FLAG_JSON))
		call_json(call, list);
	if (!failed || call->arguments.n == 1)
		return first == OK ? OK : error_because(reterr_why, first, "%s", why.text);
	return error_because(reterr_why,
		first == ERROR_NETWORK_FAILED ? first : ERROR_INVALID_VALUE,
		"%zu of %zu not imported", failed, call->arguments.n);
}

/* Requests to the server; see ask.h. */
#include "cli/ask.h"

#include <stdlib.h>

#include "base/text.h"
#include "cli/login.h"

/* Whole realms come through here. */
enum { ANSWER_MAX = 1 << 30, CONNECT_MS = 10000 };

static enum error_code check_flags(const struct cli_call *call, struct why *reterr_why)
{
	bool remote = login_server(call).n;
	if (!remote && (call_given(call, FLAG_ADMIN) || call_given(call, FLAG_CA_FILE)))
		return error_because(
			reterr_why, ERROR_USAGE, "--admin and --ca-file go with --server");
	if (remote && (call_given(call, FLAG_DATA) || call_given(call, FLAG_DB)))
		return error_because(reterr_why, ERROR_USAGE,
			"either --server or a data folder (--data, --db), not both");
	return OK;
}

static enum error_code open_client(struct cli_call *call, struct why *reterr_why)
{
	struct str ca_file = call_value(call, FLAG_CA_FILE);
	if (!ca_file.n && call->login)
		ca_file = call->login->ca_file;
	const struct client_config config = {
		.ca_file = ca_file,
		.max_body = ANSWER_MAX,
		.connect_timeout_ms = CONNECT_MS,
		.total_timeout_ms = -1,
	};
	enum error_code code = client_new(&config, &call->client, reterr_why);
	return code == ERROR_INVALID_CONFIG ? ERROR_USAGE : code;
}

static enum error_code open_local(struct cli_call *call, struct why *reterr_why)
{
	struct why why = { 0 };
	struct login *login = NULL;
	const struct cli_target target = {
		.data = call_value(call, FLAG_DATA),
		.db = call_value(call, FLAG_DB),
		.config = call_value(call, FLAG_CONFIG),
	};
	call->base = STR("http://local");
	enum error_code code =
		call->host->open(call->host->context, call->arena, &target, &call->socket, &why);
	call->opened = code == OK;
	if (code == OK)
		return OK;
	/* Whoever signed in elsewhere may have thought that this is enough. */
	bool elsewhere = code == ERROR_NETWORK_FAILED &&
		call->arguments.verb->flags & FLAG(SERVER) && !call_given(call, FLAG_DATA) &&
		logins_find(call, STR(""), &login, NULL) == OK && login;
	return error_because(reterr_why, code, "%s%s%.*s%s", why.text,
		elsewhere ? "; or add --server " : "",
		STR_ARG(elsewhere ? call_clean(call, login->server) : STR("")),
		elsewhere ? ", where you are signed in" : "");
}

enum error_code ask_open(struct cli_call *call, struct why *reterr_why)
{
	if (call->client)
		return OK;
	bool remote = login_server(call).n;
	enum error_code code = check_flags(call, reterr_why);
	if (code == OK)
		code = remote ? login_base(call, reterr_why) : open_local(call, reterr_why);
	return code == OK ? open_client(call, reterr_why) : code;
}

/* One failure: Keycloak's two forms, and OAuth's; with the member and the values that it names. */
static void add_words(struct text *text, const struct json_node *json)
{
	static const char *const names[] = { "errorMessage", "error_description", "error" };
	struct str words = STR(""), field = ask_text(json, "field");
	const struct json_node *params = ask_list(json, "params");
	for (size_t i = 0; i < sizeof names / sizeof names[0] && !words.n; i++)
		words = ask_text(json, names[i]);
	if (text->n && words.n)
		text_add_z(text, "; ");
	if (field.n)
		text_addf(text, "%.*s: ", STR_ARG(field));
	text_add(text, words);
	for (size_t i = 0; params && i < params->n; i++)
		text_addf(text, "%s%.*s%s", i ? ", " : " (",
			STR_ARG(json_tree_text(text->arena, params->items[i])),
			i + 1 == params->n ? ")" : "");
}

/* What the server says: of one failure, or of each member that it refuses. */
static struct str words_of(struct cli_call *call, const struct client_result *result)
{
	struct json_node *json;
	struct text text = text_new(call->arena, 0);
	if (json_tree_read(call->arena, result->body, &json, NULL) != OK ||
		json->kind != JSON_NODE_OBJECT)
		return STR("");
	const struct json_node *errors = ask_list(json, "errors");
	for (size_t i = 0; errors && i < errors->n; i++)
		add_words(&text, errors->items[i]);
	if (!text.n)
		add_words(&text, json);
	return call_clean(call, text_str(&text));
}

static enum error_code code_of(int status)
{
	if (status == 404)
		return ERROR_NAME_NOT_FOUND;
	if (status == 409)
		return ERROR_EXISTS;
	if (status == 401 || status == 403)
		return ERROR_FORBIDDEN;
	return status >= 500 ? ERROR_STORE_FAILED : ERROR_INVALID_VALUE;
}

static enum error_code refused(
	struct cli_call *call, const struct client_result *result, struct why *reterr_why)
{
	struct str words = words_of(call, result);
	enum error_code code = code_of(result->http_status);
	/* What a person may have typed wrong needs no status beside it. */
	if (words.n && code != ERROR_STORE_FAILED && code != ERROR_FORBIDDEN)
		return error_because(reterr_why, code, "%.*s", STR_ARG(words));
	return error_because(reterr_why, code, "the server answers HTTP %d%s%.*s",
		result->http_status, words.n ? ": " : "", STR_ARG(words));
}

static enum error_code read_answer(struct cli_call *call, const struct ask_request *request,
	const struct client_result *result, struct ask_answer *ret_answer, struct why *reterr_why)
{
	struct ask_answer answer = { .status = result->http_status, .body = result->body };
	if (result->outcome != CLIENT_ANSWERED || result->http_status / 100 != 2 ||
		!result->body_complete) {
		if (result->outcome == CLIENT_ANSWERED && result->http_status >= 400)
			return refused(call, result, reterr_why);
		return error_because(reterr_why, ERROR_NETWORK_FAILED, "%.*s",
			STR_ARG(call_clean(call, result->reason)));
	}
	answer.etag = client_result_header(result, STR("ETag"));
	answer.location = client_result_header(result, STR("Location"));
	if (answer.body.n && !request->raw) {
		enum error_code code =
			json_tree_read(call->arena, answer.body, &answer.json, reterr_why);
		if (code != OK)
			return ERROR_UNREADABLE_ANSWER;
	}
	*ret_answer = answer;
	return OK;
}

enum error_code ask(struct cli_call *call, const struct ask_request *request,
	struct ask_answer *ret_answer, struct why *reterr_why)
{
	struct client_result result;
	enum error_code code = ask_open(call, reterr_why);
	if (code == OK && !call->socket.n)
		code = login_token(call, reterr_why);
	if (code != OK)
		return code;
	struct client_header headers[2];
	size_t headers_n = 0;
	if (call->token.n)
		headers[headers_n++] = (struct client_header){ STR("Authorization"),
			arena_join(call->arena, STR("Bearer "), call->token, STR("")) };
	if (request->if_match.n)
		headers[headers_n++] =
			(struct client_header){ STR("If-Match"), request->if_match };
	const struct client_request sent = {
		.method = str_from(request->method),
		.url = arena_join(call->arena, call->base, request->path, STR("")),
		.content_type = str_from(request->content_type),
		.body = request->body,
		.body_borrowed = true,
		.headers = headers,
		.headers_n = headers_n,
		.unix_socket = call->socket,
		.policy = CLIENT_POLICY_ANY,
		.total_timeout_ms = -1,
	};
	code = client_send_wait(call->client, &sent, call->arena, &result, reterr_why);
	return code == OK ? read_answer(call, request, &result, ret_answer, reterr_why) : code;
}

enum error_code ask_do(struct cli_call *call, const char *method, struct str path,
	struct json_node **ret_json, struct why *reterr_why)
{
	const struct ask_request request = { .method = method, .path = path };
	struct ask_answer answer;
	enum error_code code = ask(call, &request, &answer, reterr_why);
	if (code == OK && ret_json)
		*ret_json = answer.json;
	return code;
}

enum error_code ask_get(
	struct cli_call *call, struct str path, struct json_node **ret_json, struct why *reterr_why)
{
	struct json_node *json = NULL;
	enum error_code code = ask_do(call, "GET", path, &json, reterr_why);
	if (code != OK)
		return code;
	if (!json)
		return error_because(reterr_why, ERROR_UNREADABLE_ANSWER, "%.*s: an empty answer",
			STR_ARG(str_take(path, 200)));
	*ret_json = json;
	return OK;
}

struct str ask_path(struct arena *arena, const char *pattern, struct str first, struct str second)
{
	struct text text = text_new(arena, 0);
	const struct str values[] = { first, second };
	size_t next = 0;
	for (const char *p = pattern; *p; p++) {
		if (p[0] == '{' && p[1] == '}' && next < 2) {
			text_add_percent(&text, values[next++]);
			p++;
		} else {
			text_add_char(&text, *p);
		}
	}
	return text_str(&text);
}

struct str ask_with(struct arena *arena, struct str path, const char *name, struct str value)
{
	if (!value.n)
		return path;
	struct text text = text_new(arena, 0);
	text_add(&text, path);
	text_add_char(&text, str_index(path, '?') < path.n ? '&' : '?');
	text_add_z(&text, name);
	text_add_char(&text, '=');
	text_add_percent(&text, value);
	return text_str(&text);
}

struct str ask_with_int(struct arena *arena, struct str path, const char *name, int64_t value)
{
	return ask_with(arena, path, name, arena_format(arena, "%lld", (long long)value));
}

enum error_code ask_realms(
	struct cli_call *call, struct str **ret_names, size_t *ret_n, struct why *reterr_why)
{
	struct json_node *list = NULL;
	struct str *names = NULL;
	size_t n = 0;
	if (call_given(call, FLAG_REALM)) {
		names = arena_array(call->arena, 1, sizeof *names);
		names[n++] = call_value(call, FLAG_REALM);
	} else {
		enum error_code code = ask_get(
			call, STR("/admin/realms?briefRepresentation=true"), &list, reterr_why);
		if (code != OK)
			return code;
		names = arena_array(call->arena, list->n, sizeof *names);
		for (size_t i = 0; list->kind == JSON_NODE_LIST && i < list->n; i++)
			names[n++] = ask_text(list->items[i], "realm");
	}
	*ret_names = names;
	*ret_n = n;
	return OK;
}

struct json_node *ask_of_realm(
	struct cli_call *call, struct str realm, const struct json_node *item)
{
	struct json_node *copy = json_node_object(call->arena);
	json_node_put(copy, STR("realm"), json_node_text(call->arena, realm));
	for (size_t k = 0; item->kind == JSON_NODE_OBJECT && k < item->n; k++)
		json_node_put(copy, item->members[k].name, item->members[k].value);
	return copy;
}

enum error_code ask_lists(struct cli_call *call, const char *pattern, struct str query,
	struct json_node **ret_list, struct why *reterr_why)
{
	struct str *realms;
	size_t n = 0;
	struct json_node *list = json_node_list(call->arena);
	enum error_code code = ask_realms(call, &realms, &n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++) {
		struct json_node *items = NULL;
		struct str path = ask_path(call->arena, pattern, realms[i], STR(""));
		code = ask_get(
			call, arena_join(call->arena, path, query, STR("")), &items, reterr_why);
		for (size_t k = 0; code == OK && items->kind == JSON_NODE_LIST && k < items->n; k++)
			json_node_add(list, ask_of_realm(call, realms[i], items->items[k]));
		if (code == ERROR_NAME_NOT_FOUND && !call_given(call, FLAG_REALM))
			code = OK; /* deleted meanwhile */
	}
	if (code == OK)
		*ret_list = list;
	return code;
}

enum error_code ask_where_it_is(struct cli_call *call, const char *method, const char *pattern,
	struct str id, const char *what, struct str *ret_realm, struct json_node **ret_json,
	struct why *reterr_why)
{
	struct str *realms;
	size_t n = 0;
	enum error_code code = ask_realms(call, &realms, &n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++) {
		struct str path = ask_path(call->arena, pattern, realms[i], id);
		code = ask_do(call, method, path, ret_json, reterr_why);
		if (code == OK) {
			*ret_realm = realms[i];
			return OK;
		}
		/* The server's words tell a realm that is not there from an id. */
		if (code == ERROR_NAME_NOT_FOUND && !call_given(call, FLAG_REALM))
			code = OK;
	}
	bool realm = code == ERROR_NAME_NOT_FOUND && reterr_why &&
		str_starts(str_from(reterr_why->text), STR("Realm"));
	if (code != OK && (code != ERROR_NAME_NOT_FOUND || realm))
		return code;
	return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "there is no %s %.*s%s%.*s", what,
		STR_ARG(call_clean(call, str_take(id, 100))),
		call_given(call, FLAG_REALM) ? " in realm " : "",
		STR_ARG(call_value(call, FLAG_REALM)));
}

static const struct json_node *member(const struct json_node *object, const char *name)
{
	if (!object || object->kind != JSON_NODE_OBJECT)
		return NULL;
	return json_node_find(object, str_from(name));
}

struct str ask_text(const struct json_node *object, const char *name)
{
	const struct json_node *value = member(object, name);
	return value && value->kind == JSON_NODE_TEXT ? value->text : STR("");
}

int64_t ask_int(const struct json_node *object, const char *name)
{
	const struct json_node *value = member(object, name);
	return value && value->kind == JSON_NODE_INT ? value->integer : 0;
}

bool ask_bool(const struct json_node *object, const char *name)
{
	const struct json_node *value = member(object, name);
	return value && value->kind == JSON_NODE_BOOL && value->boolean;
}

const struct json_node *ask_list(const struct json_node *object, const char *name)
{
	const struct json_node *value = member(object, name);
	return value && value->kind == JSON_NODE_LIST ? value : NULL;
}

/* How a verb changes something; see change.h. */
#include "cli/change.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* Copies without what is to be kept secret; the person at the terminal may not be alone. */
static struct json_node *masked(struct arena *arena, const struct json_node *node)
{
	struct json_node *copy = NULL;
	if (node->kind == JSON_NODE_OBJECT) {
		copy = json_node_object(arena);
		for (size_t i = 0; i < node->n; i++) {
			const struct json_member *one = &node->members[i];
			bool hide = one->value->kind == JSON_NODE_TEXT &&
				(str_eq_z(one->name, "value") || str_eq_z(one->name, "secret") ||
					str_eq_z(one->name, "clientSecret"));
			json_node_append(copy, one->name,
				hide ? json_node_text(arena, STR("**********"))
				     : masked(arena, one->value));
		}
		return copy;
	}
	if (node->kind != JSON_NODE_LIST)
		return (struct json_node *)(uintptr_t)node;
	copy = json_node_list(arena);
	for (size_t i = 0; i < node->n; i++)
		json_node_add(copy, masked(arena, node->items[i]));
	return copy;
}

static void print_dry(struct cli_call *call, const struct change *change)
{
	const struct json_node *body = change->shown ? change->shown : change->body;
	call_print(call, "%s %.*s\n", change->method, STR_ARG(call_clean(call, change->path)));
	if (body)
		call_json(call, masked(call->arena, body));
}

enum error_code change_send(struct cli_call *call, const struct change *change,
	struct ask_answer *ret_answer, struct why *reterr_why)
{
	*ret_answer = (struct ask_answer){ 0 };
	if (call_given(call, FLAG_DRY_RUN)) {
		print_dry(call, change);
		return OK;
	}
	const struct ask_request request = {
		.method = change->method,
		.path = change->path,
		.content_type = change->body ? "application/json" : NULL,
		.body = change->body ? json_tree_text(call->arena, change->body) : STR(""),
		.if_match = change->if_match,
	};
	return ask(call, &request, ret_answer, reterr_why);
}

enum error_code change_do(struct cli_call *call, const char *method, struct str path,
	const struct json_node *body, struct why *reterr_why)
{
	struct ask_answer answer;
	const struct change change = { .method = method, .path = path, .body = body };
	return change_send(call, &change, &answer, reterr_why);
}

void change_said(struct cli_call *call, const char *key, struct str value, const char *format, ...)
{
	if (call_given(call, FLAG_DRY_RUN))
		return;
	if (call_given(call, FLAG_JSON)) {
		struct json_node *json = json_node_object(call->arena);
		json_node_put(json, str_from(key), json_node_text(call->arena, value));
		call_json(call, json);
		return;
	}
	va_list list;
	va_start(list, format);
	vfprintf(call->out, format, list);
	va_end(list);
}

enum error_code change_confirm(struct cli_call *call, struct str what, struct why *reterr_why)
{
	char line[16] = "";
	if (call_given(call, FLAG_YES) || call_given(call, FLAG_DRY_RUN))
		return OK;
	if (!isatty(STDIN_FILENO))
		return error_because(reterr_why, ERROR_USAGE, "this would %.*s; --yes does it",
			STR_ARG(what));
	call_note(call, "This would %.*s. Do it? [y/N] ", STR_ARG(what));
	fflush(call->err);
	if (fgets(line, sizeof line, stdin) && (line[0] == 'y' || line[0] == 'Y'))
		return OK;
	return error_because(reterr_why, ERROR_USAGE, "nothing was done");
}

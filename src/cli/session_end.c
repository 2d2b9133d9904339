/* curfew session end: one session, several, or all of a realm. */
#include "cli/ask.h"
#include "cli/verbs.h"

/* The realm's epoch: whoever is signed in is out at once, the notices follow in batches. */
static enum error_code end_all(struct cli_call *call, struct why *reterr_why)
{
	struct str realm = call_value(call, FLAG_REALM), shown = call_clean(call, realm);
	struct json_node *json;
	if (call->arguments.n || call_given(call, FLAG_OFFLINE))
		return error_because(
			reterr_why, ERROR_USAGE, "--all ends every session; leave the rest out");
	if (!realm.n)
		return error_because(reterr_why, ERROR_USAGE, "--all needs --realm");
	struct str path = ask_path(call->arena, "/admin/realms/{}", realm, STR(""));
	enum error_code code = ask_get(call, path, &json, reterr_why);
	if (code == OK && !call_given(call, FLAG_YES))
		return error_because(reterr_why, ERROR_USAGE,
			"this would sign everybody out of realm %.*s; --yes does it",
			STR_ARG(shown));
	if (code == OK)
		code = ask_do(call, "POST",
			ask_path(call->arena, "/admin/realms/{}/logout-all", realm, STR("")), &json,
			reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON))
		call_json(call, json);
	else
		call_print(call,
			"everybody is signed out of realm %.*s; curfew signout show -r %.*s tells "
			"how far the notices are\n",
			STR_ARG(shown), STR_ARG(shown));
	return OK;
}

enum error_code cli_session_end(struct cli_call *call, struct why *reterr_why)
{
	if (call_given(call, FLAG_ALL))
		return end_all(call, reterr_why);
	if (!call->arguments.n)
		return error_because(reterr_why, ERROR_USAGE, "it needs an ID, or --all");
	const char *pattern = call_given(call, FLAG_OFFLINE)
		? "/admin/realms/{}/sessions/{}?isOffline=true"
		: "/admin/realms/{}/sessions/{}";
	struct json_node *list = json_node_list(call->arena);
	for (size_t i = 0; i < call->arguments.n; i++) {
		struct str id = call->arguments.operands[i], realm;
		enum error_code code = ask_where_it_is(
			call, "DELETE", pattern, id, "session", &realm, NULL, reterr_why);
		if (code != OK)
			return code;
		struct json_node *one = json_node_object(call->arena);
		json_node_put(one, STR("realm"), json_node_text(call->arena, realm));
		json_node_put(one, STR("id"), json_node_text(call->arena, id));
		json_node_add(list, one);
		if (!call_given(call, FLAG_JSON))
			call_print(call, "session %.*s of realm %.*s is ended\n",
				STR_ARG(call_clean(call, id)), STR_ARG(call_clean(call, realm)));
	}
	if (call_given(call, FLAG_JSON))
		call_json(call, list);
	return OK;
}

/* curfew user enable, curfew user disable. */
#include "cli/change.h"
#include "cli/verbs.h"

static enum error_code set_one(
	struct cli_call *call, struct str name, bool enabled, struct why *reterr_why)
{
	struct found user;
	struct ask_answer answer;
	const struct resource *users = &resources[RESOURCE_USER];
	enum error_code code = resource_named(call, users, name, &user, reterr_why);
	if (code != OK)
		return code;
	struct json_node *shown = json_node_object(call->arena);
	json_node_put(shown, STR("enabled"), json_node_bool(call->arena, enabled));
	json_node_put(user.json, STR("enabled"), json_node_bool(call->arena, enabled));
	const struct change change = { "PUT", user.path, user.json, shown, user.etag };
	code = change_send(call, &change, &answer, reterr_why);
	if (code == OK)
		change_said(call, "id", user.id, "%.*s %s sign in\n",
			STR_ARG(resource_words(call, users, user.realm, user.name)),
			enabled ? "can" : "can no more");
	return code;
}

enum error_code cli_user_enable(struct cli_call *call, struct why *reterr_why)
{
	bool enabled = str_eq_z(STR("user enable"), call->arguments.verb->name);
	enum error_code code = OK;
	for (size_t i = 0; i < call->arguments.n && code == OK; i++)
		code = set_one(call, call->arguments.operands[i], enabled, reterr_why);
	return code;
}

/* curfew client secret, curfew client rotate-secret. */
#include "cli/change.h"
#include "cli/verbs.h"

enum error_code cli_client_secret(struct cli_call *call, struct why *reterr_why)
{
	struct found client;
	struct ask_answer answer;
	bool rotates = str_eq_z(STR("client rotate-secret"), call->arguments.verb->name);
	enum error_code code = resource_named(call, &resources[RESOURCE_CLIENT],
		call->arguments.operands[0], &client, reterr_why);
	if (code != OK)
		return code;
	const struct change change = {
		.method = rotates ? "POST" : "GET",
		.path = arena_join(call->arena, client.path, STR("/client-secret"), STR("")),
	};
	code = change_send(call, &change, &answer, reterr_why);
	if (code != OK || call_given(call, FLAG_DRY_RUN))
		return code;
	struct str secret = ask_text(answer.json, "value");
	if (!secret.n)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "%.*s has no secret",
			STR_ARG(resource_words(call, &resources[RESOURCE_CLIENT], client.realm,
				client.name)));
	if (call_given(call, FLAG_JSON))
		call_json(call, answer.json);
	else
		call_print(call, "%.*s\n", STR_ARG(call_clean(call, secret)));
	return OK;
}

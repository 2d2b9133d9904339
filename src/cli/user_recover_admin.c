/* curfew user recover-admin: a way back in, for whoever may open the data folder. */
#include "base/text.h"
#include "cli/ask.h"
#include "cli/verbs.h"

enum error_code cli_user_recover_admin(struct cli_call *call, struct why *reterr_why)
{
	struct ask_answer answer;
	struct text form = text_new(call->arena, 0);
	if (call_given(call, FLAG_USERNAME)) {
		text_add_z(&form, "username=");
		text_add_percent(&form, call_value(call, FLAG_USERNAME));
	}
	const struct ask_request request = {
		.method = "POST",
		.path = STR("/local/recover-admin"),
		.content_type = "application/x-www-form-urlencoded",
		.body = text_str(&form),
	};
	enum error_code code = ask(call, &request, &answer, reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON))
		call_json(call, answer.json);
	else
		call_print(call, "%sAdministrator: %.*s\nPassword:      %.*s\n",
			ask_bool(answer.json, "roleGiven") ? "The user was no administrator and is one now.\n" : "",
			STR_ARG(call_clean(call, ask_text(answer.json, "username"))),
			STR_ARG(ask_text(answer.json, "password")));
	return OK;
}

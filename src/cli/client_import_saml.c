/* curfew client import-saml: a service provider's metadata becomes a client of the realm. */
#include "base/limits.h"
#include "cli/ask.h"
#include "cli/file.h"
#include "cli/verbs.h"

/* The server reads the metadata and says what client they make. */
static enum error_code convert(struct cli_call *call, struct str realm, struct str metadata,
	struct ask_answer *ret_answer, struct why *reterr_why)
{
	const struct ask_request request = {
		.method = "POST",
		.path = ask_path(call->arena, "/admin/realms/{}/client-description-converter", realm, STR("")),
		.content_type = "application/xml",
		.body = metadata,
	};
	return ask(call, &request, ret_answer, reterr_why);
}

static enum error_code create(
	struct cli_call *call, struct str realm, struct str client, struct why *reterr_why)
{
	struct ask_answer answer;
	const struct ask_request request = {
		.method = "POST",
		.path = ask_path(call->arena, "/admin/realms/{}/clients", realm, STR("")),
		.content_type = "application/json",
		.body = client,
	};
	return ask(call, &request, &answer, reterr_why);
}

static void print(struct cli_call *call, struct str realm, const struct json_node *client)
{
	if (call_given(call, FLAG_JSON)) {
		call_json(call, client);
		return;
	}
	call_print(call, "client %.*s made in realm %.*s; curfew doctor --client tells whether it hears of sign-outs\n",
		STR_ARG(call_clean(call, ask_text(client, "clientId"))), STR_ARG(call_clean(call, realm)));
}

enum error_code cli_client_import_saml(struct cli_call *call, struct why *reterr_why)
{
	struct str metadata, realm = call_value(call, FLAG_REALM);
	struct ask_answer answer;
	if (!realm.n)
		return error_because(reterr_why, ERROR_USAGE, "--realm is needed: in which realm is the client to be?");
	enum error_code code = file_map(call, call->arguments.operands[0], LIMIT_ADMIN_JSON, &metadata, reterr_why);
	if (code != OK)
		return code;
	code = convert(call, realm, metadata, &answer, reterr_why);
	file_unmap(metadata);
	if (code == OK && !answer.json)
		code = error_because(reterr_why, ERROR_UNREADABLE_ANSWER, "the server's answer has no client in it");
	if (code == OK)
		code = create(call, realm, answer.body, reterr_why);
	if (code == OK)
		print(call, realm, answer.json);
	return code;
}

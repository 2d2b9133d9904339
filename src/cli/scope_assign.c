/* curfew scope assign, curfew scope unassign: client scopes of clients, and of new ones. */
#include "cli/change.h"
#include "cli/verbs.h"

static enum error_code assign_one(struct cli_call *call, const struct found *scope,
	struct str holder, const char *list, struct str whose, struct why *reterr_why)
{
	bool takes = str_eq_z(STR("scope unassign"), call->arguments.verb->name);
	struct str path = arena_join(call->arena, holder,
		arena_format(call->arena, "/%s/", list), scope->id);
	enum error_code code =
		change_do(call, takes ? "DELETE" : "PUT", path, NULL, reterr_why);
	if (code == OK)
		change_said(call, "id", scope->id, "%.*s %s scope %.*s%s\n", STR_ARG(whose),
			takes ? "no more has" : "has", STR_ARG(call_clean(call, scope->name)),
			call_given(call, FLAG_OPTIONAL) ? " when a request asks for it" : "");
	return code;
}

enum error_code cli_scope_assign(struct cli_call *call, struct why *reterr_why)
{
	struct found scope;
	bool optional = call_given(call, FLAG_OPTIONAL);
	enum error_code code = resource_named(call, &resources[RESOURCE_SCOPE],
		call->arguments.operands[0], &scope, reterr_why);
	if (code != OK)
		return code;
	if (call->arguments.n == 1)
		return assign_one(call, &scope,
			ask_path(call->arena, "/admin/realms/{}", scope.realm, STR("")),
			optional ? "default-optional-client-scopes"
				 : "default-default-client-scopes",
			STR("each new client"), reterr_why);
	for (size_t i = 1; i < call->arguments.n && code == OK; i++) {
		struct found client;
		code = resource_named(call, &resources[RESOURCE_CLIENT],
			call->arguments.operands[i], &client, reterr_why);
		if (code == OK)
			code = assign_one(call, &scope, client.path,
				optional ? "optional-client-scopes" : "default-client-scopes",
				resource_words(call, &resources[RESOURCE_CLIENT], client.realm,
					client.name),
				reterr_why);
	}
	return code;
}

/* Whom a verb means; see who.h. */
#include "cli/who.h"

#include "cli/ask.h"

/* In one realm: by username, or else by id. NAME_NOT_FOUND also when the realm is not there. */
static enum error_code find_in(struct cli_call *call, struct str realm, struct str name,
	struct who *ret_who, struct why *reterr_why)
{
	struct json_node *found = NULL;
	struct str path =
		ask_path(call->arena, "/admin/realms/{}/users?exact=true&username={}", realm, name);
	enum error_code code = ask_get(call, path, &found, reterr_why);
	if (code != OK)
		return code;
	const struct json_node *user = NULL;
	if (found->kind == JSON_NODE_LIST && found->n)
		user = found->items[0];
	if (!user) {
		path = ask_path(call->arena, "/admin/realms/{}/users/{}", realm, name);
		code = ask_get(call, path, &found, reterr_why);
		user = found;
	}
	if (code != OK)
		return code;
	*ret_who = (struct who){ realm, ask_text(user, "id"), ask_text(user, "username") };
	return OK;
}

enum error_code who_find(
	struct cli_call *call, struct str name, struct who *ret_who, struct why *reterr_why)
{
	struct str *realms;
	size_t n = 0, hits = 0;
	struct who who = { 0 };
	struct str shown = call_clean(call, str_take(name, 100));
	enum error_code code = ask_realms(call, &realms, &n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++) {
		struct who here;
		code = find_in(call, realms[i], name, &here, reterr_why);
		if (code == OK && hits++)
			return error_because(reterr_why, ERROR_USAGE,
				"realms %.*s and %.*s both have a user %.*s; say which by --realm",
				STR_ARG(who.realm), STR_ARG(here.realm), STR_ARG(shown));
		if (code == OK)
			who = here;
		else if (code == ERROR_NAME_NOT_FOUND && !call_given(call, FLAG_REALM))
			code = OK;
	}
	bool unknown = code == ERROR_NAME_NOT_FOUND && reterr_why &&
		!str_starts(str_from(reterr_why->text), STR("Realm"));
	if (unknown || (code == OK && !hits))
		return error_because(
			reterr_why, ERROR_NAME_NOT_FOUND, "there is no user %.*s", STR_ARG(shown));
	if (code == OK)
		*ret_who = who;
	return code;
}

/* Users in groups: curfew user groups, join, leave; curfew group members. */
#include "cli/change.h"
#include "cli/shown.h"
#include "cli/verbs.h"

enum error_code cli_user_groups_change(struct cli_call *call, struct why *reterr_why)
{
	struct found user, group;
	bool joins = str_eq_z(STR("user join"), call->arguments.verb->name);
	enum error_code code = resource_named(call, &resources[RESOURCE_USER],
		call->arguments.operands[0], &user, reterr_why);
	for (size_t i = 1; i < call->arguments.n && code == OK; i++) {
		code = resource_named(call, &resources[RESOURCE_GROUP],
			call->arguments.operands[i], &group, reterr_why);
		if (code == OK)
			code = change_do(call, joins ? "PUT" : "DELETE",
				arena_join(call->arena, user.path, STR("/groups/"), group.id), NULL,
				reterr_why);
		if (code == OK)
			change_said(call, "group", group.id, "%.*s is %s group %.*s\n",
				STR_ARG(resource_words(call, &resources[RESOURCE_USER],
					user.realm, user.name)),
				joins ? "in" : "no more in",
				STR_ARG(call_clean(call, ask_text(group.json, "path"))));
	}
	return code;
}

enum error_code cli_user_groups(struct cli_call *call, struct why *reterr_why)
{
	struct found user;
	struct json_node *list;
	enum error_code code = resource_named(call, &resources[RESOURCE_USER],
		call->arguments.operands[0], &user, reterr_why);
	if (code == OK)
		code = ask_get(call, arena_join(call->arena, user.path, STR("/groups"), STR("")),
			&list, reterr_why);
	return code == OK ? shown_list(call, "path,id", "groups", list, reterr_why) : code;
}

enum error_code cli_group_members(struct cli_call *call, struct why *reterr_why)
{
	struct found group;
	struct json_node *list;
	int64_t max;
	enum error_code code = arguments_max(&call->arguments, 100, &max, reterr_why);
	if (code == OK)
		code = resource_named(call, &resources[RESOURCE_GROUP],
			call->arguments.operands[0], &group, reterr_why);
	if (code == OK)
		code = ask_get(call,
			ask_with_int(call->arena,
				arena_join(call->arena, group.path, STR("/members"), STR("")),
				"max", max),
			&list, reterr_why);
	if (code == OK)
		code = shown_list(
			call, resources[RESOURCE_USER].columns, "members", list, reterr_why);
	if (code == OK)
		call_cut(call, list->n, max);
	return code;
}

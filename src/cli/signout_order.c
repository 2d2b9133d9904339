/* Orders for notices; see signout_order.h. */
#include "cli/signout_order.h"

#include "cli/ask.h"
#include "cli/signout_find.h"

static enum error_code give(struct cli_call *call, const struct json_node *signout,
	struct str delivery, const char *order, const char *member, int64_t *n,
	struct why *reterr_why)
{
	struct json_node *json = NULL;
	struct str path = ask_path(call->arena, "/admin/realms/{}/signouts/{}",
		ask_text(signout, "realm"), ask_text(signout, "id"));
	if (delivery.n)
		path = arena_join(call->arena, path,
			ask_path(call->arena, "/deliveries/{}", delivery, STR("")), STR(""));
	path = arena_join(call->arena, path, STR("/"), str_from(order));
	enum error_code code = ask_do(call, "POST", path, &json, reterr_why);
	if (code == OK)
		*n += ask_int(json, member);
	return code;
}

/* What is owed to one application; a session may owe it a notice by two channels. */
static enum error_code give_for_client(struct cli_call *call, const struct json_node *signout,
	const char *order, const char *member, int64_t *n, struct why *reterr_why)
{
	struct str client = call_value(call, FLAG_CLIENT);
	const struct json_node *deliveries = ask_list(signout, "deliveries");
	enum error_code code = OK;
	size_t found = 0;
	for (size_t i = 0; deliveries && i < deliveries->n && code == OK; i++) {
		const struct json_node *one = deliveries->items[i];
		if (!str_eq(ask_text(one, "clientId"), client))
			continue;
		found++;
		code = give(call, signout, ask_text(one, "id"), order, member, n, reterr_why);
	}
	if (code == OK && !found)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND,
			"no notice of it is for the application %.*s",
			STR_ARG(call_clean(call, str_take(client, 100))));
	return code;
}

enum error_code signout_order(struct cli_call *call, const char *order, const char *member,
	int64_t *ret_n, struct why *reterr_why)
{
	struct json_node *signout;
	int64_t n = 0;
	enum error_code code = signout_find(call, &signout, reterr_why);
	if (code == OK && call_given(call, FLAG_CLIENT))
		code = give_for_client(call, signout, order, member, &n, reterr_why);
	else if (code == OK)
		code = give(call, signout, STR(""), order, member, &n, reterr_why);
	if (code != OK)
		return code;
	*ret_n = n;
	if (!call_given(call, FLAG_JSON))
		return OK;
	struct json_node *json = json_node_object(call->arena);
	json_node_put(json, str_from(member), json_node_int(call->arena, n));
	call_json(call, json);
	return OK;
}
